import type { Timelines } from "../../core/store.ts";
import type { TimelineRun } from "../../core/timeline.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { upsert } from "./columns.ts";

interface RunRow {
  readonly check_id: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly generation: string;
  readonly state: TimelineRun["state"];
  readonly observed_ms: number;
}

const putRun = upsert(
  "timeline_runs",
  ["check_id", "from_ms"],
  ["check_id", "from_ms", "to_ms", "generation", "state", "observed_ms"],
);

export class SqliteTimelines implements Timelines {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  since(fromMs: EpochMs): Promise<ReadonlyMap<string, readonly TimelineRun[]>> {
    return this.#access.read((db) => {
      const rows = db.all(
        "SELECT * FROM timeline_runs WHERE to_ms > ? ORDER BY check_id, from_ms",
        [fromMs],
      ) as readonly RunRow[];
      const byCheck = new Map<string, TimelineRun[]>();
      for (const row of rows) {
        const runs = byCheck.get(row.check_id) ?? [];
        runs.push(runOf(row));
        byCheck.set(row.check_id, runs);
      }
      return byCheck;
    });
  }

  put(runs: readonly TimelineRun[]): Promise<void> {
    return this.#access.write((db) => {
      for (const run of runs) {
        db.run(putRun, {
          check_id: run.checkId,
          from_ms: run.fromMs,
          to_ms: run.toMs,
          generation: run.generation,
          state: run.state,
          observed_ms: run.observedMs,
        });
      }
    });
  }

  sloSince(): Promise<ReadonlyMap<string, EpochMs>> {
    return this.#access.read((db) => {
      const rows = db.all("SELECT id, since_ms FROM slos") as readonly {
        id: string;
        since_ms: number;
      }[];
      return new Map(rows.map((row) => [row.id, row.since_ms]));
    });
  }

  noteSlos(sloIds: readonly string[], atMs: EpochMs): Promise<void> {
    return this.#access.write((db) => {
      for (const id of sloIds) {
        db.run("INSERT INTO slos (id, since_ms) VALUES (?, ?) ON CONFLICT DO NOTHING", [id, atMs]);
      }
    });
  }
}

function runOf(row: RunRow): TimelineRun {
  return {
    checkId: row.check_id,
    generation: row.generation,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    state: row.state,
    observedMs: row.observed_ms,
  };
}
