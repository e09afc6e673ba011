import type { Mesh, Slo } from "../src/core/mesh.ts";
import type { Sli } from "../src/core/sli.ts";
import type { TimelineObservation, TimelineRun } from "../src/core/timeline.ts";
import { type StateChange, WatchState } from "../src/engine/state.ts";
import { follow } from "../src/slo/follow.ts";
import { openSqliteStore } from "../src/store/sqlite/store.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import { readMesh, writeMesh } from "./_shared/mesh.ts";
import { median, timed } from "./_shared/pairs.ts";
import { asMicroseconds, asMs, type Benchmark, type Report } from "./_shared/report.ts";

const slos = 10_000;
const stateChanges = 20;
const rounds = 7;
const maxAllMs = 1_000;
const maxObservationMs = 0.05;
/** How much more a status over the longest window may take than one over the shortest. */
const maxGrowth = 1.5;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const cadenceMs = 5 * minuteMs;
const windowsDays = [7, 30, 365];
const nowMs = Date.UTC(2026, 5, 1);

const sli: Sli & { readonly kind: "freshness" } = {
  kind: "freshness",
  maxAgeMs: 15 * minuteMs,
  time: "load",
  visibilityDelayMs: 0,
};
const nothing: StateChange = {
  records: [],
  runs: [],
  sightings: [],
  alertStates: [],
  removedCheckIds: [],
  incidents: [],
};

/** What the SLOs of a large company cost: read at a start, kept up with every probe, told at every scrape. */
export const sloStatuses: Benchmark = {
  name: "slo-statuses",
  title: `${slos} SLOs with 30 days of history at five-minute cadence, ${stateChanges} changes of state each`,

  async run(report) {
    await using folder = await TemporaryFolder.make();
    const mesh = await manySlos(folder);
    await fromTheStore(mesh, folder.at("state.db"), report);
    oneObservation(mesh, report);
    ofWindows(mesh, report);
  },
};

async function fromTheStore(mesh: Mesh, path: string, report: Report): Promise<void> {
  const runs = historyOf(30);
  await keep(mesh, path, runs);
  const readMs: number[] = [];
  const allMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await using store = await openSqliteStore(path, { access: "readOnly", logger: silentLogger });
    readMs.push(await timed(() => store.timelines.since(nowMs - 30 * dayMs)));
    allMs.push(
      await timed(async () => {
        const state = await WatchState.load(store, mesh, nowMs);
        assertMeasured([...mesh.slos.values()].map((slo) => state.statusOf(slo, nowMs).bad));
      }),
    );
  }
  report.note(
    `${(30 * dayMs) / cadenceMs} observations of a check are ${runs.length} runs, ${slos * runs.length} in all`,
  );
  report.find({
    what: "all statuses from the store",
    measured: `${asMs(median(allMs))} (slowest ${asMs(Math.max(...allMs))})`,
    baseline: `${asMs(median(readMs))} to read the runs`,
    target: `under ${asMs(maxAllMs)}`,
    isMet: median(allMs) < maxAllMs,
  });
}

function oneObservation(mesh: Mesh, report: Report): void {
  const state = stateWith(mesh, 30);
  const followed: number[] = [];
  const judged: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const observation = observationAt(nowMs + round * cadenceMs, 30);
    const startMs = performance.now();
    for (const checkId of mesh.checks.keys()) {
      const last = state.history.lastRunOf(checkId);
      const runs = follow(last, observation, { checkId, generation: "" }, sli);
      state.apply({ ...nothing, runs });
    }
    const followedMs = performance.now();
    assertMeasured([...mesh.slos.values()].map((slo) => state.statusOf(slo, observation.atMs).bad));
    followed.push((followedMs - startMs) / slos);
    judged.push((performance.now() - startMs) / slos);
  }
  report.find({
    what: "one observation, with the status that it changes",
    measured: asMicroseconds(median(judged)),
    baseline: `${asMicroseconds(median(followed))} into the timeline alone`,
    target: `under ${asMicroseconds(maxObservationMs)}`,
    isMet: median(judged) < maxObservationMs,
  });
}

function ofWindows(mesh: Mesh, report: Report): void {
  const eachMs = new Map<number, number[]>(windowsDays.map((days) => [days, []]));
  const states = new Map(windowsDays.map((days) => [days, stateWith(mesh, days)]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [days, state] of states) {
      const window: Slo["window"] = { kind: "rolling", lengthMs: days * dayMs };
      const startMs = performance.now();
      const bad = [...mesh.slos.values()].map(
        (slo) => state.statusOf({ ...slo, window }, nowMs).bad,
      );
      eachMs.get(days)?.push((performance.now() - startMs) / slos);
      assertMeasured(bad);
    }
  }
  const medians = [...eachMs].map(([days, ms]) => ({ days, ms: median(ms) }));
  const all = medians.map(({ ms }) => ms);
  report.find({
    what: "one status, by the length of its window",
    measured: medians.map(({ days, ms }) => `${days}d ${asMicroseconds(ms)}`).join(", "),
    baseline: "as many changes of state in each",
    target: `within ${maxGrowth} × of one another`,
    isMet: Math.max(...all) <= maxGrowth * Math.min(...all),
  });
}

/** Loads once a minute, but for outages of an hour, of which each makes a good state bad and good again. */
function observationAt(atMs: number, days: number): TimelineObservation {
  const everyMs = (days * dayMs) / (stateChanges / 2);
  const sinceOutageMs = (atMs - (nowMs - days * dayMs) - everyMs / 2) % everyMs;
  const isOut = sinceOutageMs >= 0 && sinceOutageMs < hourMs;
  const newestMs = (isOut ? atMs - sinceOutageMs : atMs) - minuteMs;
  const outcome = atMs - newestMs > sli.maxAgeMs ? "fail" : "pass";
  return { atMs, outcome, holdMs: 1.5 * cadenceMs, newestMs };
}

/** A check's runs after each of its observations up to now. */
function historyOf(days: number): readonly TimelineRun[] {
  const of = { checkId: "", generation: "" };
  const runs: TimelineRun[] = [];
  for (let atMs = nowMs - days * dayMs; atMs < nowMs; atMs += cadenceMs) {
    for (const run of follow(runs.at(-1) ?? null, observationAt(atMs, days), of, sli)) {
      if (runs.at(-1)?.fromMs === run.fromMs) {
        runs.pop();
      }
      runs.push(run);
    }
  }
  return runs;
}

async function keep(mesh: Mesh, path: string, runs: readonly TimelineRun[]): Promise<void> {
  await using store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
  await store.transaction(async ({ timelines }) => {
    for (const checkId of mesh.checks.keys()) {
      await timelines.put(runs.map((run) => ({ ...run, checkId })));
    }
  });
}

function stateWith(mesh: Mesh, days: number): WatchState {
  const runs = historyOf(days);
  const state = new WatchState();
  for (const checkId of mesh.checks.keys()) {
    state.apply({ ...nothing, runs: runs.map((run) => ({ ...run, checkId })) });
  }
  return state;
}

/** Throws unless every SLO was bad for about as long as its outages: a status of nothing is quick. */
function assertMeasured(badMs: readonly number[]): void {
  const expectedMs = (stateChanges / 2) * (hourMs - sli.maxAgeMs);
  if (badMs.some((ms) => Math.abs(ms - expectedMs) > (stateChanges / 2) * cadenceMs)) {
    throw new Error(`expected about ${expectedMs} bad ms in each SLO, one has ${badMs[0]}`);
  }
}

/** A check of a product file, as often as needed, each with an SLO of its own. */
async function manySlos(folder: TemporaryFolder): Promise<Mesh> {
  const fresh = { type: "freshness", column: "loaded_at", max_age: "15m" };
  const orders = { table: "analytics.orders", checks: { fresh } };
  const connection = { type: "postgres", host: "warehouse.example", user: "tidemark" };
  const mesh = await readMesh(await writeMesh(folder, connection, { orders: { orders } }));
  const [check] = mesh.checks.values();
  if (check === undefined) {
    throw new Error("the mesh has no check");
  }
  const checks = Array.from({ length: slos }, (_, index) => ({
    ...check,
    id: `orders/orders_${index}/fresh`,
  }));
  return {
    ...mesh,
    checks: new Map(checks.map((one) => [one.id, one])),
    slos: new Map(checks.map(({ id }) => [id, sloOver(id)])),
  };
}

function sloOver(checkId: string): Slo {
  return {
    id: checkId,
    product: "orders",
    name: "fresh",
    objectivePpm: 995_000,
    window: { kind: "rolling", lengthMs: 30 * dayMs },
    budgeting: "time",
    checkIds: [checkId],
    exclusions: [],
    labels: {},
    unknown: "ignore",
    coverageFloorPpm: 900_000,
    sinceMs: 0,
    alert: null,
  };
}
