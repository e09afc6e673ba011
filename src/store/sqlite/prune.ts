import { setImmediate } from "node:timers/promises";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { toJson } from "./columns.ts";
import type { Connection } from "./connection.ts";
import { idsIn } from "./ids.ts";

/**
 * One batch is one transaction, during which the event loop stands still: with ten results a slot 38 ms at
 * worst on two busy cores, where batches of 500 took 255 ms.
 */
const batchSize = 100;

/** Deletes at most `batchSize` things that ended before the instant; returns the rows deleted. */
type Step = (db: Connection, beforeMs: EpochMs) => number;

const pruneSlots: Step = (db, beforeMs) => {
  const slots = db.all(
    `SELECT id FROM slots WHERE ending IS NOT NULL AND ended_ms < ? ORDER BY ended_ms LIMIT ?`,
    [beforeMs, batchSize],
  ) as readonly { id: number }[];
  const ids = toJson(slots.map(({ id }) => id));
  return (
    db.run("DELETE FROM results WHERE slot_id IN (SELECT value FROM json_each(?))", [ids]) +
    db.run("DELETE FROM slots WHERE id IN (SELECT value FROM json_each(?))", [ids])
  );
};

const pruneMissed: Step = (db, beforeMs) =>
  db.run(
    `DELETE FROM missed_slots WHERE (probe_id, from_ms, to_ms) IN (
       SELECT probe_id, from_ms, to_ms FROM missed_slots WHERE to_ms < ? LIMIT ?)`,
    [beforeMs, batchSize],
  );

/** One that was made or withdrawn lately stays, however old its time is: it is to be seen in the list. */
const pruneExclusions: Step = (db, beforeMs) =>
  db.run(
    `DELETE FROM exclusions WHERE number IN (
       SELECT number FROM exclusions
       WHERE coalesce(withdrawn_ms, ended_ms, to_ms) < ?1 AND created_ms < ?1 LIMIT ?2)`,
    [beforeMs, batchSize],
  );

/**
 * The sent deliveries of an incident hold the id of the message that later notices update or answer, so
 * they stay as long as the incident is open or has something left to tell.
 */
const pruneDeliveries: Step = (db, beforeMs) =>
  db.run(
    `DELETE FROM deliveries WHERE id IN (
       SELECT id FROM deliveries
       WHERE state <> 'pending' AND touched_ms < ?
         AND incident_id NOT IN (SELECT id FROM incidents WHERE ended_ms IS NULL)
         AND incident_id NOT IN (SELECT incident_id FROM deliveries WHERE state = 'pending')
       LIMIT ?)`,
    [beforeMs, batchSize],
  );

const pruneIncidents: Step = (db, beforeMs) =>
  db.run(
    `DELETE FROM incidents WHERE number IN (
       SELECT number FROM incidents WHERE ended_ms IS NOT NULL AND ended_ms < ? LIMIT ?)`,
    [beforeMs, batchSize],
  );

/** A day that the instant lies in is not over yet. */
const pruneCosts: Step = (db, beforeMs) =>
  db.run(
    `DELETE FROM costs WHERE (day_ms, connection, product) IN (
       SELECT day_ms, connection, product FROM costs WHERE day_ms <= ? LIMIT ?)`,
    [beforeMs - 86_400_000, batchSize],
  );

const steps: readonly Step[] = [
  pruneSlots,
  pruneMissed,
  pruneExclusions,
  pruneDeliveries,
  pruneIncidents,
  pruneCosts,
];

/**
 * What each check leaves behind, for `pruneChecks`: of the checks in the JSON list ?1 what was over before the
 * instant ?2, at most ?3 rows.
 */
interface Traces {
  readonly table: string;
  readonly deleteOld: string;
}

const runs: Traces = {
  table: "timeline_runs",
  deleteOld: `
    DELETE FROM timeline_runs WHERE (check_id, from_ms) IN (
      SELECT check_id, from_ms FROM json_each(?1) CROSS JOIN timeline_runs ON check_id = value
      WHERE from_ms < ?2 AND to_ms < ?2 LIMIT ?3)`,
};

/** Of each check the newest one before the instant stays: what it saw holds until it saw something else. */
const sightings: Traces = {
  table: "sightings",
  deleteOld: `
    DELETE FROM sightings WHERE (check_id, number) IN (
      SELECT check_id, number FROM json_each(?1) CROSS JOIN sightings ON check_id = value
      WHERE number < (
        SELECT max(number) FROM sightings WHERE check_id = value AND number < coalesce(
          (SELECT number FROM sightings WHERE check_id = value AND observed_ms >= ?2 ORDER BY number LIMIT 1),
          9007199254740991))
      LIMIT ?3)`,
};

/** At worst one batch took 26 ms, on two busy cores. */
const checksAtOnce = 500;
const tracesAtOnce = 500;

/**
 * From check to check, each from its oldest row on: there are millions of such rows and an index by time would be
 * written with every result, where to look through all of them takes half a second for each batch.
 */
async function pruneChecks(access: Access, of: Traces, beforeMs: EpochMs): Promise<number> {
  const { table, deleteOld } = of;
  let total = 0;
  let after: string | undefined = "";
  while (after !== undefined) {
    const page = { after, limit: checksAtOnce };
    const done = await access.write((db) => {
      const ids = idsIn(db, table, "check_id", page);
      return { last: ids.at(-1), rows: db.run(deleteOld, [toJson(ids), beforeMs, tracesAtOnce]) };
    });
    total += done.rows;
    // A full batch may have left some of the same checks.
    after = done.rows < tracesAtOnce ? done.last : after;
    await setImmediate();
  }
  return total;
}

/** Deletes batch by batch, and lets others have their turn in between. Returns the number of rows. */
export async function prune(access: Access, beforeMs: EpochMs): Promise<number> {
  let total =
    (await pruneChecks(access, runs, beforeMs)) + (await pruneChecks(access, sightings, beforeMs));
  for (const step of steps) {
    let deleted = 0;
    do {
      deleted = await access.write((db) => step(db, beforeMs));
      total += deleted;
      await setImmediate();
    } while (deleted >= batchSize);
  }
  return total;
}
