import type { Renames } from "../../core/mesh.ts";
import { fromJson, toJson } from "./columns.ts";
import type { Connection } from "./connection.ts";
import { idsIn } from "./ids.ts";
import { NewIds } from "./new-ids.ts";

/** Old → new, of what is kept under an old id and may move: nothing is kept under the new one. */
type Moves = ReadonlyMap<string, string>;

/** All but `results` have the check first in their key, and that has an index. */
const tablesOfChecks = [
  "results",
  "timeline_runs",
  "sightings",
  "deadline_eras",
  "check_alert_states",
] as const;

/**
 * Gives everything that is kept under old ids its new ones, to be called in a transaction; returns the rows
 * changed. Where something is kept under a new id already, both stay: two histories are never mixed. So it may be
 * called at every start. Notices stay as they were told.
 */
export function rename(db: Connection, renames: Renames): number {
  const ids = new NewIds(renames);
  if (ids.areAllOld) {
    return 0;
  }
  const storedChecks = new Set(tablesOfChecks.flatMap((table) => idsIn(db, table, "check_id")));
  const storedProbes = new Set([
    ...idsIn(db, "slots", "probe_id"),
    ...idsIn(db, "missed_slots", "probe_id"),
  ]);
  const storedDatasets = new Set([
    ...[...storedProbes].map(datasetOfProbe),
    ...incidentsIn(db).map((incident) => incident.dataset_id),
  ]);
  const storedSlos = new Set(idsIn(db, "slos", "id"));
  const storedProducts = new Set(
    [...storedChecks, ...storedDatasets, ...storedSlos].map((id) => id.slice(0, id.indexOf("/"))),
  ).union(new Set(productsWithCosts(db)));
  const checks = movesOf(storedChecks, (id) => ids.check(id));
  const datasets = movesOf(storedDatasets, (id) => ids.dataset(id));
  const slos = movesOf(storedSlos, (id) => ids.slo(id));
  const products = movesOf(storedProducts, (id) => ids.product(id));
  return (
    tablesOfChecks.reduce((sum, table) => sum + move(db, table, "check_id", checks), 0) +
    [...storedProbes].reduce((sum, probe) => sum + moveProbe(db, probe, datasets, checks), 0) +
    moveIncidents(db, datasets, checks) +
    move(db, "slos", "id", slos) +
    move(db, "exclusions", "target", slos) +
    move(db, "exclusions", "target", products) +
    move(db, "costs", "product", products)
  );
}

function productsWithCosts(db: Connection): readonly string[] {
  const rows = db.all("SELECT DISTINCT product FROM costs") as readonly { product: string }[];
  return rows.map(({ product }) => product);
}

function movesOf(stored: ReadonlySet<string>, newIdOf: (id: string) => string): Moves {
  const moves = new Map<string, string>();
  const taken = new Set(stored);
  for (const id of stored) {
    const newId = newIdOf(id);
    if (!taken.has(newId)) {
      taken.add(newId);
      moves.set(id, newId);
    }
  }
  return moves;
}

function move(db: Connection, table: string, column: string, moves: Moves): number {
  let rows = 0;
  for (const [oldId, newId] of moves) {
    rows += db.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, [newId, oldId]);
  }
  return rows;
}

/** A probe's slots name few different lists of checks: all of them, and those that were confirmed alone. */
function moveProbe(db: Connection, probeId: string, datasets: Moves, checks: Moves): number {
  const oldDataset = datasetOfProbe(probeId);
  const dataset = datasets.get(oldDataset) ?? oldDataset;
  const isMoved = dataset !== oldDataset;
  if (!isMoved && ![...checks.keys()].some((id) => id.startsWith(`${oldDataset}/`))) {
    return 0;
  }
  const newProbe = `${dataset}${probeId.slice(oldDataset.length)}`;
  let rows = 0;
  for (const checkIds of checkListsOf(db, probeId)) {
    const newCheckIds = renamedList(checkIds, checks);
    if (isMoved || newCheckIds !== checkIds) {
      rows += db.run(
        `UPDATE slots SET probe_id = ?, dataset_id = ?, check_ids = ?
         WHERE probe_id = ? AND check_ids = ?`,
        [newProbe, dataset, newCheckIds, probeId, checkIds],
      );
    }
  }
  if (isMoved) {
    rows += db.run("UPDATE missed_slots SET probe_id = ?, dataset_id = ? WHERE probe_id = ?", [
      newProbe,
      dataset,
      probeId,
    ]);
  }
  return rows;
}

function checkListsOf(db: Connection, probeId: string): readonly string[] {
  const rows = db.all("SELECT DISTINCT check_ids FROM slots WHERE probe_id = ?", [
    probeId,
  ]) as readonly { check_ids: string }[];
  return rows.map((row) => row.check_ids);
}

function moveIncidents(db: Connection, datasets: Moves, checks: Moves): number {
  let rows = 0;
  for (const { number, dataset_id: oldDataset, check_ids: checkIds } of incidentsIn(db)) {
    const dataset = datasets.get(oldDataset) ?? oldDataset;
    const newCheckIds = renamedList(checkIds, checks);
    if (dataset !== oldDataset || newCheckIds !== checkIds) {
      rows += db.run(
        "UPDATE incidents SET product = ?, dataset_id = ?, check_ids = ? WHERE number = ?",
        [dataset.slice(0, dataset.indexOf("/")), dataset, newCheckIds, number],
      );
    }
  }
  return rows;
}

interface IncidentIds {
  readonly number: number;
  readonly dataset_id: string;
  readonly check_ids: string;
}

function incidentsIn(db: Connection): readonly IncidentIds[] {
  return db.all("SELECT number, dataset_id, check_ids FROM incidents") as readonly IncidentIds[];
}

/** A JSON list of check ids with the new ones. */
function renamedList(list: string, checks: Moves): string {
  const ids = fromJson(list) as readonly string[];
  return toJson(ids.map((id) => checks.get(id) ?? id));
}

function datasetOfProbe(probeId: string): string {
  const at = probeId.indexOf("@");
  return at === -1 ? probeId : probeId.slice(0, at);
}
