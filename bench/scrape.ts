import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/app/clock.ts";
import type { Check, Mesh, Slo } from "../src/core/mesh.ts";
import type { TimelineRun } from "../src/core/timeline.ts";
import { snapshotOf } from "../src/engine/snapshot.ts";
import { WatchState } from "../src/engine/state.ts";
import type { ApiReads } from "../src/http/api/reads.ts";
import { startHttpServer } from "../src/http/server.ts";
import { Metrics } from "../src/metrics/registry.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import { watchLoop } from "./_shared/loop-stall.ts";
import { readMesh, writeMesh } from "./_shared/mesh.ts";
import { median } from "./_shared/pairs.ts";
import { asMs, type Benchmark, type Report } from "./_shared/report.ts";
import { type Asked, Scraper } from "./_shared/scraper.ts";

const products = 2_000;
const checksOfEach = 10;
const slosOfEach = 3;
const checksOfSlo = 3;
const stateChanges = 20;
const scrapers = 50;
const rounds = 7;
const maxStallMs = 50;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const windowMs = 30 * dayMs;

/** A render is shared for a second after it, so that the next round has to wait until that is over. */
const freshMs = 1_100;

/** What Prometheus asks of the daemon of a large company, every few seconds and while probes run. */
export const scrape: Benchmark = {
  name: "scrape",
  title: `/metrics of ${products * checksOfEach} checks and ${products * slosOfEach} SLOs, ${stateChanges} changes of state each in 30 days`,

  async run(report) {
    await using folder = await TemporaryFolder.make();
    const mesh = await largeMesh(folder);
    const state = stateOf(mesh);
    const metrics = new Metrics({
      version: "0.0.0",
      node: process.version,
      clock: systemClock,
      logger: silentLogger,
    });
    let renders = 0;
    metrics.attach((slices) => {
      renders += 1;
      return snapshotOf(mesh, state, new Map(), Date.now(), slices);
    });
    const server = await startHttpServer({
      host: "127.0.0.1",
      port: 0,
      token: null,
      metrics: () => metrics.render(),
      health: () => ({ isStalled: false }),
      ready: () => Promise.reject(new Error("not asked")),
      api: noApi,
      logger: silentLogger,
    });
    try {
      await using scraper = new Scraper();
      const url = `${server.address}/metrics`;
      const plain = await scrapes(scraper, { url, count: 1, encoding: "identity" });
      renders = 0;
      const one = await scrapes(scraper, { url, count: 1, encoding: "gzip" });
      const fifty = await scrapes(scraper, { url, count: scrapers, encoding: "gzip" });
      find(report, "one scrape, gzip", one, { what: "without gzip", ...plain });
      find(report, `${scrapers} scrapes at once, gzip`, fifty, { what: "for one", ...one });
      const series = (plain.text.match(/^[^#]/gm) ?? []).length;
      report.find({
        what: "size",
        measured: `${inMegabytes(one.bytes)} with gzip`,
        baseline: `${inMegabytes(plain.bytes)} without, ${series} series`,
        target: "printed",
        isMet: null,
      });
      report.find({
        what: `renders of ${rounds} rounds of 1 and of ${scrapers} scrapes`,
        measured: `${renders}`,
        baseline: `${rounds * (1 + scrapers)} scrapes`,
        target: "one each round",
        isMet: renders === 2 * rounds,
      });
      report.note(`medians of ${rounds} rounds; the scrapers read in a thread of their own`);
    } finally {
      await server.close();
    }
  },
};

interface Scraped {
  readonly tookMs: readonly number[];
  readonly stallMs: readonly number[];
  /** Of one answer, as it came over the wire. */
  readonly bytes: number;
  readonly text: string;
}

function find(
  report: Report,
  what: string,
  found: Scraped,
  baseline: Scraped & { readonly what: string },
): void {
  report.find({
    what: `${what}: time`,
    measured: shown(found.tookMs),
    baseline: `${asMs(median(baseline.tookMs))} ${baseline.what}`,
    target: "printed",
    isMet: null,
  });
  report.find({
    what: `${what}: longest stall of the event loop`,
    measured: shown(found.stallMs),
    baseline: `${asMs(median(baseline.stallMs))} ${baseline.what}`,
    target: `under ${asMs(maxStallMs)}`,
    isMet: Math.max(...found.stallMs) < maxStallMs,
  });
}

function shown(ms: readonly number[]): string {
  return `${asMs(median(ms))} (worst round ${asMs(Math.max(...ms))})`;
}

async function scrapes(scraper: Scraper, asked: Asked): Promise<Scraped> {
  const tookMs: number[] = [];
  const stallMs: number[] = [];
  let body: Uint8Array = new Uint8Array();
  for (let round = 0; round < rounds; round += 1) {
    await sleep(freshMs);
    const found = await watchLoop(() => scraper.scrape(asked));
    tookMs.push(found.tookMs);
    stallMs.push(found.stallMs);
    body = found.value;
  }
  return { tookMs, stallMs, bytes: body.length, text: Buffer.from(body).toString("latin1") };
}

/** One product of a product file, as often as needed. */
async function largeMesh(folder: TemporaryFolder): Promise<Mesh> {
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
function stateOf(mesh: Mesh): WatchState {
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
            expected: {},
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

const notAsked = () => Promise.reject(new Error("not asked"));
const noApi: ApiReads = {
  products: notAsked,
  product: notAsked,
  slos: notAsked,
  slo: notAsked,
  results: notAsked,
  incidents: notAsked,
};

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
