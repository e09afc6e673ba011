import type { Check, Mesh, Slo } from "../../src/core/mesh.ts";
import type { TimelineRun } from "../../src/core/timeline.ts";
import { WatchState } from "../../src/engine/state.ts";
import type { TemporaryFolder } from "../../test/helpers/folder.ts";
import { readMesh, writeMesh } from "./mesh.ts";

const products = 2_000;
const checksOfEach = 10;
const slosOfEach = 3;
const checksOfSlo = 3;

export const checkCount = products * checksOfEach;
export const sloCount = products * slosOfEach;
/** Of each check in `windowMs`. */
export const stateChanges = 20;

const hourMs = 3_600_000;
const windowMs = 30 * 24 * hourMs;

/** One product of a product file, as often as needed. */
export async function largeMesh(folder: TemporaryFolder): Promise<Mesh> {
  const fresh = { type: "freshness", column: "loaded_at", max_age: "15m" };
  const orders = { table: "analytics.orders", checks: { fresh } };
  const connection = { type: "postgres", host: "warehouse.example", user: "tidemark" };
  const mesh = await readMesh(await writeMesh(folder, connection, { orders: { orders } }));
  const [product] = mesh.products.values();
  const [dataset] = mesh.datasets.values();
  const [check] = mesh.checks.values();
  if (product === undefined || dataset === undefined || check === undefined) {
    throw new Error("the mesh is not whole");
  }
  const names = Array.from({ length: products }, (_, index) => `product_${index}`);
  const datasets = names.map((name) => ({ ...dataset, id: `${name}/orders`, product: name }));
  const checks = datasets.flatMap(({ id, product: of }) =>
    Array.from(
      { length: checksOfEach },
      (_, index): Check => ({
        ...check,
        id: `${id}/check_${index}`,
        name: `check_${index}`,
        datasetId: id,
        product: of,
      }),
    ),
  );
  const slos = names.flatMap((name) =>
    Array.from({ length: slosOfEach }, (_, at) => slo(name, at)),
  );
  return {
    ...mesh,
    products: new Map(names.map((name) => [name, { ...product, name }])),
    datasets: new Map(datasets.map((one) => [one.id, one])),
    checks: new Map(checks.map((one) => [one.id, one])),
    slos: new Map(slos.map((one) => [one.id, one])),
  };
}

function slo(product: string, at: number): Slo {
  return {
    id: `${product}/slo_${at}`,
    product,
    name: `slo_${at}`,
    objectivePpm: 995_000,
    window: { kind: "rolling", lengthMs: windowMs },
    budgeting: "time",
    checkIds: Array.from(
      { length: checksOfSlo },
      (_, index) => `${product}/orders/check_${at * checksOfSlo + index}`,
    ),
    exclusions: [],
    labels: {},
    unknown: "ignore",
    coverageFloorPpm: 900_000,
    sinceMs: 0,
    alert: null,
  };
}

/** Bad for an hour after every few days, differently for each check, so that no two are joined. */
export function stateOf(mesh: Mesh): WatchState {
  const state = new WatchState();
  const endMs = Date.now() + hourMs;
  const everyMs = windowMs / (stateChanges / 2);
  let at = 0;
  for (const { id: checkId, generation } of mesh.checks.values()) {
    const runs: TimelineRun[] = [];
    const offsetMs = (at % 97) * 60_000;
    for (let fromMs = endMs - windowMs + offsetMs; fromMs < endMs; fromMs += everyMs) {
      const badMs = fromMs + hourMs;
      const toMs = fromMs + everyMs;
      const of = { checkId, generation, observedMs: fromMs };
      runs.push({ ...of, fromMs, toMs: badMs, state: "bad" });
      runs.push({ ...of, fromMs: badMs, toMs, state: "good" });
    }
    at += 1;
    state.apply({
      runs,
      records: [
        {
          checkId,
          generation,
          slotId: at,
          atMs: endMs - 2 * hourMs,
          nextDueMs: endMs,
          holdMs: 2 * hourMs,
          durationMs: 1,
          evidence: null,
          result: {
            outcome: "pass",
            summary: "Fresh.",
            measured: { age_seconds: 61.5 + at },
            expected: { max_age_seconds: 7_200 },
          },
        },
      ],
      sightings: [],
      alertStates: [],
      removedCheckIds: [],
      incidents: [],
    });
  }
  return state;
}
