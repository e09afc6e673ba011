import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/app/clock.ts";
import { snapshotOf } from "../src/engine/snapshot.ts";
import type { ApiReads } from "../src/http/api/reads.ts";
import { startHttpServer } from "../src/http/server.ts";
import { errorRatioWindows } from "../src/metrics/names.ts";
import { Metrics } from "../src/metrics/registry.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import { watchTurns } from "./_shared/busiest-turn.ts";
import { checkCount, largeMesh, sloCount, stateChanges, stateOf } from "./_shared/large-mesh.ts";
import { watchLoop } from "./_shared/loop-stall.ts";
import { median } from "./_shared/pairs.ts";
import { asMs, type Benchmark, type Report } from "./_shared/report.ts";
import { type Asked, Scraper } from "./_shared/scraper.ts";

const scrapers = 50;
const rounds = 7;
const maxStallMs = 50;

/** A render is shared for a second after it, so that the next round has to wait until that is over. */
const freshMs = 1_100;

/** What Prometheus asks of the daemon of a large company, every few seconds and while probes run. */
export const scrape: Benchmark = {
  name: "scrape",
  title: `/metrics of ${checkCount} checks and ${sloCount} SLOs, ${stateChanges} changes of state each in 30 days`,

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
      assertWhole(plain.text);
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
  /** By the clock on the wall: what else the machine does is in it. */
  readonly stallMs: readonly number[];
  /** The longest stretch that the daemon's thread computed without a pause. */
  readonly busiestMs: readonly number[];
  /** Of one answer, as it came over the wire. */
  readonly bytes: number;
  readonly text: string;
}

/** Throws unless every SLO has all its error ratios: an exposition of nothing is quick. */
function assertWhole(text: string): void {
  const ratios = (text.match(/^tidemark_slo_error_ratio\{/gm) ?? []).length;
  if (ratios !== sloCount * errorRatioWindows.length) {
    throw new Error(`expected error ratios of ${sloCount} SLOs, there are ${ratios}`);
  }
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
    target: `${asMs(maxStallMs)} in the median`,
    isMet: median(found.stallMs) < maxStallMs,
  });
  report.find({
    what: `${what}: longest work without a pause`,
    measured: shown(found.busiestMs),
    baseline: `${asMs(median(baseline.busiestMs))} ${baseline.what}`,
    target: `never over ${asMs(maxStallMs)}`,
    isMet: Math.max(...found.busiestMs) < maxStallMs,
  });
}

function shown(ms: readonly number[]): string {
  return `${asMs(median(ms))} (worst round ${asMs(Math.max(...ms))})`;
}

async function scrapes(scraper: Scraper, asked: Asked): Promise<Scraped> {
  const tookMs: number[] = [];
  const stallMs: number[] = [];
  const busiestMs: number[] = [];
  let body: Uint8Array = new Uint8Array();
  for (let round = 0; round < rounds; round += 1) {
    await sleep(freshMs);
    const found = await watchLoop(() => watchTurns(() => scraper.scrape(asked)));
    tookMs.push(found.tookMs);
    stallMs.push(found.stallMs);
    busiestMs.push(found.value.busiestMs);
    body = found.value.value;
  }
  return {
    tookMs,
    stallMs,
    busiestMs,
    bytes: body.length,
    text: Buffer.from(body).toString("latin1"),
  };
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
