import { TidemarkError } from "../../core/errors.ts";
import type { MissedSlots, NewSlot, Slot, Slots } from "../../core/store.ts";
import type { EpochMs, SlotEnding, SlotKind } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { fromJson, toJson } from "./columns.ts";
import type { Connection, SqlParam } from "./connection.ts";

interface SlotRow {
  readonly id: number;
  readonly probe_id: string;
  readonly dataset_id: string;
  readonly due_ms: number;
  readonly kind: string;
  readonly check_ids: string;
}

const slotColumns = "id, probe_id, dataset_id, due_ms, kind, check_ids";

const insertSlot = `
  INSERT INTO slots (probe_id, dataset_id, due_ms, kind, check_ids, claimed_ms)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (probe_id, due_ms, kind) DO NOTHING`;

/**
 * Steps from probe to probe through the index of (probe_id, due_ms, kind) instead of reading all slots.
 * Confirming and just-in-time probes are extra: counting them would move the schedule on past a due
 * time that was never claimed.
 */
const lastDueByProbe = `
  WITH RECURSIVE probes (id) AS (
    SELECT min(probe_id) FROM slots
    UNION ALL
    SELECT (SELECT min(probe_id) FROM slots WHERE probe_id > probes.id)
    FROM probes WHERE probes.id IS NOT NULL
  )
  SELECT id AS probe_id, (
    SELECT due_ms FROM slots
    WHERE probe_id = probes.id AND kind NOT IN ('confirm', 'just_in_time')
    ORDER BY due_ms DESC LIMIT 1
  ) AS due_ms
  FROM probes WHERE id IS NOT NULL
  UNION ALL
  SELECT probe_id, max(to_ms) FROM missed_slots GROUP BY probe_id`;

export class SqliteSlots implements Slots {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  claim(slots: readonly NewSlot[], atMs: EpochMs): Promise<readonly Slot[]> {
    return this.#access.write((db) => {
      const claimed: Slot[] = [];
      for (const slot of slots) {
        const row = db.get(`${insertSlot} RETURNING id`, paramsOf(slot, atMs)) as
          | { id: number }
          | undefined;
        if (row !== undefined) {
          claimed.push({ ...slot, id: row.id });
        }
      }
      return claimed;
    });
  }

  schedule(slot: NewSlot): Promise<void> {
    return this.#access.write((db) => {
      db.run(insertSlot, paramsOf(slot, null));
    });
  }

  claimScheduled(
    nowMs: EpochMs,
    busyDatasetIds: ReadonlySet<string>,
    limit: number,
  ): Promise<readonly Slot[]> {
    return this.#access.write((db) => {
      const rows = db.all(
        `SELECT ${slotColumns} FROM slots
         WHERE ending IS NULL AND claimed_ms IS NULL AND due_ms <= ?
           AND dataset_id NOT IN (SELECT value FROM json_each(?))
         ORDER BY due_ms, id LIMIT ?`,
        [nowMs, toJson([...busyDatasetIds]), limit],
      ) as readonly SlotRow[];
      for (const row of rows) {
        db.run("UPDATE slots SET claimed_ms = ? WHERE id = ?", [nowMs, row.id]);
      }
      return rows.map(slotOf);
    });
  }

  end(slotIds: readonly number[], ending: SlotEnding, atMs: EpochMs): Promise<void> {
    return this.#access.write((db) => {
      for (const id of slotIds) {
        if (endSlot(db, id, ending, atMs) === 0) {
          throw new TidemarkError(
            "TM_INTERNAL",
            `Slot ${id} cannot end as ${ending}: it has ended already, or does not exist.`,
          );
        }
      }
    });
  }

  recordMissed(missed: MissedSlots, atMs: EpochMs): Promise<void> {
    return this.#access.write((db) => {
      db.run(
        `INSERT INTO missed_slots (probe_id, dataset_id, from_ms, to_ms, count, recorded_ms)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        [missed.probeId, missed.datasetId, missed.fromMs, missed.toMs, missed.count, atMs],
      );
    });
  }

  abandonClaimed(atMs: EpochMs): Promise<readonly Slot[]> {
    return this.#access.write((db) => {
      const rows = db.all(
        `SELECT ${slotColumns} FROM slots
         WHERE ending IS NULL AND claimed_ms IS NOT NULL ORDER BY due_ms, id`,
      ) as readonly SlotRow[];
      for (const row of rows) {
        endSlot(db, row.id, "abandoned", atMs);
      }
      return rows.map(slotOf);
    });
  }

  withdraw(keepProbeIds: ReadonlySet<string>, atMs: EpochMs): Promise<number> {
    return this.#access.write((db) =>
      db.run(
        `UPDATE slots SET ending = 'abandoned', ended_ms = ?
         WHERE ending IS NULL AND claimed_ms IS NULL
           AND probe_id NOT IN (SELECT value FROM json_each(?))`,
        [atMs, toJson([...keepProbeIds])],
      ),
    );
  }

  lastDue(): Promise<ReadonlyMap<string, EpochMs>> {
    return this.#access.read((db) => {
      const latest = new Map<string, EpochMs>();
      for (const row of db.all(lastDueByProbe) as readonly {
        probe_id: string;
        due_ms: number | null;
      }[]) {
        if (row.due_ms !== null) {
          latest.set(row.probe_id, Math.max(row.due_ms, latest.get(row.probe_id) ?? row.due_ms));
        }
      }
      return latest;
    });
  }

  countByEnding(): Promise<Readonly<Record<SlotEnding | "open", number>>> {
    return this.#access.read((db) => {
      const counts = { open: 0, done: 0, error: 0, abandoned: 0, missed: 0, overlapped: 0 };
      const rows = db.all(
        `SELECT coalesce(ending, 'open') AS ending, count(*) AS count FROM slots GROUP BY 1
         UNION ALL
         SELECT 'missed', coalesce(sum(count), 0) FROM missed_slots`,
      ) as readonly { ending: keyof typeof counts; count: number }[];
      for (const row of rows) {
        counts[row.ending] += row.count;
      }
      return counts;
    });
  }
}

function endSlot(db: Connection, id: number, ending: SlotEnding, atMs: EpochMs): number {
  return db.run("UPDATE slots SET ending = ?, ended_ms = ? WHERE id = ? AND ending IS NULL", [
    ending,
    atMs,
    id,
  ]);
}

function paramsOf(slot: NewSlot, claimedMs: EpochMs | null): readonly SqlParam[] {
  return [slot.probeId, slot.datasetId, slot.dueMs, slot.kind, toJson(slot.checkIds), claimedMs];
}

function slotOf(row: SlotRow): Slot {
  return {
    id: row.id,
    probeId: row.probe_id,
    datasetId: row.dataset_id,
    dueMs: row.due_ms,
    kind: row.kind as SlotKind,
    checkIds: fromJson(row.check_ids) as readonly string[],
  };
}
