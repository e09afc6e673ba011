import type { ExclusionRecord, Withdrawal } from "../../core/exclusion.ts";
import type { Exclusions } from "../../core/store.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";

interface ExclusionRow {
  readonly id: string;
  readonly target: string;
  readonly from_ms: number;
  readonly to_ms: number | null;
  readonly mode: ExclusionRecord["mode"];
  readonly reason: string;
  readonly author: string;
  readonly created_ms: number;
  readonly ended_ms: number | null;
  readonly ended_by: string | null;
  readonly withdrawn_ms: number | null;
  readonly withdrawn_by: string | null;
  readonly withdrawn_reason: string | null;
}

const exclusionColumns = `id, target, from_ms, to_ms, mode, reason, author, created_ms, ended_ms, ended_by,
  withdrawn_ms, withdrawn_by, withdrawn_reason`;

export class SqliteExclusions implements Exclusions {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  list(): Promise<readonly ExclusionRecord[]> {
    return this.#access.read((db) =>
      (
        db.all(
          `SELECT ${exclusionColumns} FROM exclusions ORDER BY created_ms, number`,
        ) as readonly ExclusionRow[]
      ).map(recordOf),
    );
  }

  add(record: ExclusionRecord): Promise<void> {
    return this.#access.write((db) => {
      db.run(
        `INSERT INTO exclusions (${exclusionColumns})
         VALUES ($id, $target, $from_ms, $to_ms, $mode, $reason, $author, $created_ms, $ended_ms, $ended_by,
           $withdrawn_ms, $withdrawn_by, $withdrawn_reason)`,
        {
          id: record.id,
          target: record.target,
          from_ms: record.fromMs,
          to_ms: record.toMs,
          mode: record.mode,
          reason: record.reason,
          author: record.author,
          created_ms: record.createdMs,
          ended_ms: record.endedMs,
          ended_by: record.endedBy,
          withdrawn_ms: record.withdrawal?.atMs ?? null,
          withdrawn_by: record.withdrawal?.by ?? null,
          withdrawn_reason: record.withdrawal?.reason ?? null,
        } satisfies ExclusionRow,
      );
    });
  }

  end(id: string, atMs: EpochMs, by: string): Promise<boolean> {
    return this.#access.write(
      (db) =>
        db.run(
          `UPDATE exclusions SET ended_ms = ?, ended_by = ?
           WHERE id = ? AND ended_ms IS NULL AND withdrawn_ms IS NULL`,
          [atMs, by, id],
        ) > 0,
    );
  }

  withdraw(id: string, { atMs, by, reason }: Withdrawal): Promise<boolean> {
    return this.#access.write(
      (db) =>
        db.run(
          `UPDATE exclusions SET withdrawn_ms = ?, withdrawn_by = ?, withdrawn_reason = ?
           WHERE id = ? AND withdrawn_ms IS NULL`,
          [atMs, by, reason, id],
        ) > 0,
    );
  }
}

function recordOf(row: ExclusionRow): ExclusionRecord {
  return {
    id: row.id,
    target: row.target,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    mode: row.mode,
    reason: row.reason,
    author: row.author,
    createdMs: row.created_ms,
    endedMs: row.ended_ms,
    endedBy: row.ended_by,
    withdrawal: withdrawalOf(row),
  };
}

/** The table holds all three or none. */
function withdrawalOf(row: ExclusionRow): Withdrawal | null {
  const { withdrawn_ms: atMs, withdrawn_by: by, withdrawn_reason: reason } = row;
  return atMs === null || by === null || reason === null ? null : { atMs, by, reason };
}
