import type { CheckResult, Evidence } from "../../core/check.ts";
import type { ResultRecord, Results, ResultsPage } from "../../core/store.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { fromJson, toJson } from "./columns.ts";
import { idsOf } from "./ids.ts";

interface ResultRow {
  readonly slot_id: number;
  readonly check_id: string;
  readonly generation: string;
  readonly at_ms: number;
  readonly next_due_ms: number;
  readonly hold_ms: number;
  readonly duration_ms: number;
  readonly result: string;
  readonly evidence: string | null;
}

const resultColumns =
  "slot_id, check_id, generation, at_ms, next_due_ms, hold_ms, duration_ms, result, evidence";

/** A common table `ids (id)` of the given checks, or of every check that has results, and after them one NULL. */
function idsAmong(checkIds: readonly string[] | undefined): string {
  return checkIds === undefined
    ? `WITH RECURSIVE ${idsOf("results", "check_id")}`
    : "WITH ids (id) AS (SELECT value FROM json_each(?))";
}

function paramsOf(checkIds: readonly string[] | undefined): readonly string[] {
  return checkIds === undefined ? [] : [JSON.stringify(checkIds)];
}

export class SqliteResults implements Results {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  append(records: readonly ResultRecord[]): Promise<void> {
    return this.#access.write((db) => {
      for (const record of records) {
        db.run(
          `INSERT INTO results (${resultColumns}, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [
            record.slotId,
            record.checkId,
            record.generation,
            record.atMs,
            record.nextDueMs,
            record.holdMs,
            record.durationMs,
            toJson(record.result),
            record.evidence === null ? null : toJson(record.evidence),
            record.result.outcome,
          ],
        );
      }
    });
  }

  latest(checkIds?: readonly string[]): Promise<ReadonlyMap<string, ResultRecord>> {
    return this.#access.read((db) => {
      const rows = db.all(
        `${idsAmong(checkIds)}
         SELECT ${resultColumns} FROM ids JOIN results ON results.id = (
           SELECT newest.id FROM results AS newest WHERE newest.check_id = ids.id
           ORDER BY newest.at_ms DESC, newest.id DESC LIMIT 1
         )`,
        paramsOf(checkIds),
      ) as readonly ResultRow[];
      return new Map(rows.map((row) => [row.check_id, recordOf(row)]));
    });
  }

  lastConclusive(checkIds?: readonly string[]): Promise<ReadonlyMap<string, EpochMs>> {
    return this.#access.read((db) => {
      const rows = db.all(
        `${idsAmong(checkIds)}
         SELECT id AS check_id, (
           SELECT at_ms FROM results
           WHERE check_id = ids.id AND outcome IN ('pass', 'warn', 'fail')
           ORDER BY at_ms DESC LIMIT 1
         ) AS at_ms
         FROM ids WHERE id IS NOT NULL`,
        paramsOf(checkIds),
      ) as readonly { check_id: string; at_ms: number | null }[];
      const instants = new Map<string, EpochMs>();
      for (const row of rows) {
        if (row.at_ms !== null) {
          instants.set(row.check_id, row.at_ms);
        }
      }
      return instants;
    });
  }

  history(checkId: string, fromMs: EpochMs, toMs: EpochMs): Promise<readonly ResultRecord[]> {
    return this.#access.read((db) =>
      (
        db.all(
          `SELECT ${resultColumns} FROM results
           WHERE check_id = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, id`,
          [checkId, fromMs, toMs],
        ) as readonly ResultRow[]
      ).map(recordOf),
    );
  }

  page({ checkId, fromMs, toMs, after, limit }: ResultsPage): Promise<readonly ResultRecord[]> {
    // One bound for the range and the position, because SQLite enters the index by a single one.
    const newestMs = Math.min(toMs - 1, after?.atMs ?? toMs);
    return this.#access.read((db) =>
      (
        db.all(
          `SELECT ${resultColumns} FROM results
           WHERE check_id = ? AND at_ms BETWEEN ? AND ? AND (at_ms <> ? OR slot_id < ?)
           ORDER BY at_ms DESC, slot_id DESC LIMIT ?`,
          [checkId, fromMs, newestMs, after?.atMs ?? toMs, after?.slotId ?? 0, limit],
        ) as readonly ResultRow[]
      ).map(recordOf),
    );
  }
}

function recordOf(row: ResultRow): ResultRecord {
  return {
    checkId: row.check_id,
    generation: row.generation,
    slotId: row.slot_id,
    atMs: row.at_ms,
    nextDueMs: row.next_due_ms,
    holdMs: row.hold_ms,
    durationMs: row.duration_ms,
    result: fromJson(row.result) as CheckResult,
    evidence: row.evidence === null ? null : (fromJson(row.evidence) as Evidence),
  };
}
