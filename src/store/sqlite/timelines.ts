import type { Timelines } from "../../core/store.ts";
import type { DeadlineEra, Sighting, TimelineRun } from "../../core/timeline.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { upsert } from "./columns.ts";
import { sliOfText, textOfSli } from "./deadline-sli.ts";
import { among } from "./ids.ts";

/** As an array: of some hundred thousand rows objects would take three times as long to make. */
type RunRow = readonly [
  checkId: string,
  generation: string,
  fromMs: number,
  toMs: number,
  state: TimelineRun["state"],
  observedMs: number,
  newestMs: number | null,
];

type SightingRow = readonly [
  checkId: string,
  generation: string,
  number: number,
  fromMs: number,
  observedMs: number,
  newestMs: number | null,
];

const runsSince = (isOne: string): string => `
  SELECT check_id, generation, from_ms, to_ms, state, observed_ms, newest_ms
  FROM timeline_runs AS run
  WHERE ${isOne}
    (to_ms > ? OR from_ms = (SELECT max(from_ms) FROM timeline_runs WHERE check_id = run.check_id))
  ORDER BY check_id, from_ms`;

const putRun = upsert(
  "timeline_runs",
  ["check_id", "from_ms"],
  ["check_id", "from_ms", "to_ms", "generation", "state", "observed_ms", "newest_ms"],
);

const sightingsSince = (isOne: string): string => `
  SELECT check_id, generation, number, from_ms, observed_ms, newest_ms FROM sightings
  WHERE ${isOne} (observed_ms > ? OR (check_id, number) IN (
    SELECT check_id, max(number) FROM sightings WHERE ${isOne} observed_ms <= ? GROUP BY check_id))
  ORDER BY check_id, number`;

const putSighting = upsert(
  "sightings",
  ["check_id", "number"],
  ["check_id", "number", "generation", "from_ms", "observed_ms", "newest_ms"],
);

type EraRow = readonly [checkId: string, generation: string, fromMs: number, sli: string];

const erasAmong = (isOne: string): string => `
  SELECT check_id, generation, from_ms, sli FROM deadline_eras
  WHERE ${isOne} TRUE ORDER BY check_id, from_ms`;

const putEra = upsert(
  "deadline_eras",
  ["check_id", "from_ms"],
  ["check_id", "from_ms", "generation", "sli"],
);

export class SqliteTimelines implements Timelines {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  since(
    fromMs: EpochMs,
    checkIds?: readonly string[],
  ): Promise<ReadonlyMap<string, readonly TimelineRun[]>> {
    const { sql, params } = among("check_id", checkIds);
    return this.#access.read((db) =>
      byCheck(db.arrays(runsSince(sql), [...params, fromMs]) as readonly RunRow[], runOf),
    );
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
          newest_ms: run.newestMs ?? null,
        });
      }
    });
  }

  sightingsSince(
    fromMs: EpochMs,
    checkIds?: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Sighting[]>> {
    const { sql, params } = among("check_id", checkIds);
    const twice = [...params, fromMs, ...params, fromMs];
    return this.#access.read((db) =>
      byCheck(db.arrays(sightingsSince(sql), twice) as readonly SightingRow[], sightingOf),
    );
  }

  putSightings(sightings: readonly Sighting[]): Promise<void> {
    return this.#access.write((db) => {
      for (const sighting of sightings) {
        db.run(putSighting, {
          check_id: sighting.checkId,
          number: sighting.number,
          generation: sighting.generation,
          from_ms: sighting.fromMs,
          observed_ms: sighting.observedMs,
          newest_ms: sighting.newestMs,
        });
      }
    });
  }

  eras(checkIds?: readonly string[]): Promise<ReadonlyMap<string, readonly DeadlineEra[]>> {
    const { sql, params } = among("check_id", checkIds);
    return this.#access.read((db) =>
      byCheck(db.arrays(erasAmong(sql), params) as readonly EraRow[], eraOf),
    );
  }

  putEras(eras: readonly DeadlineEra[]): Promise<void> {
    return this.#access.write((db) => {
      for (const { checkId, fromMs, generation, sli } of eras) {
        db.run(putEra, { check_id: checkId, from_ms: fromMs, generation, sli: textOfSli(sli) });
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

/**
 * Rows of one check follow one another, so that a check is looked up once and not once a row, and its runs share
 * one text of its id.
 */
function byCheck<R extends readonly [checkId: string, ...unknown[]], T>(
  rows: readonly R[],
  make: (checkId: string, row: R) => T,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  let group: T[] = [];
  let checkId: string | null = null;
  for (const row of rows) {
    if (checkId === null || row[0] !== checkId) {
      checkId = row[0];
      group = [];
      groups.set(checkId, group);
    }
    group.push(make(checkId, row));
  }
  return groups;
}

/** Literals, because to spread one of them into the other takes several times as long. */
function runOf(checkId: string, row: RunRow): TimelineRun {
  const [, generation, fromMs, toMs, state, observedMs, newestMs] = row;
  return newestMs === null
    ? { checkId, generation, fromMs, toMs, state, observedMs }
    : { checkId, generation, fromMs, toMs, state, observedMs, newestMs };
}

function sightingOf(checkId: string, row: SightingRow): Sighting {
  const [, generation, number, fromMs, observedMs, newestMs] = row;
  return { checkId, generation, number, fromMs, observedMs, newestMs };
}

function eraOf(checkId: string, [, generation, fromMs, sli]: EraRow): DeadlineEra {
  return { checkId, generation, fromMs, sli: sliOfText(sli) };
}
