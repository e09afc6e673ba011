import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogFields, Logger } from "../../../src/core/logger.ts";
import { Metrics } from "../../../src/metrics/registry.ts";
import type { MetricsSnapshot } from "../../../src/metrics/snapshot.ts";
import { parseExposition, seriesOf } from "./exposition-parser.ts";
import { fresh, nothing, snapshot } from "./snapshots.ts";

/** Metrics with a clock that goes on by `tickMs` whenever it is read. */
function start({ tickMs = 0, maxSeries = 1_000_000 } = {}) {
  const clock = { ms: 0, now: () => clock.ms, monotonicMs: () => (clock.ms += tickMs) };
  const warnings: { readonly fields: LogFields; readonly message: string }[] = [];
  const ignore = () => {};
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: (fields, message) => void warnings.push({ fields, message }),
    error: ignore,
    child: () => logger,
  };
  const metrics = new Metrics({ version: "0.1.0", node: "v24", clock, logger, maxSeries });
  const textOf = async (shown: MetricsSnapshot) => {
    clock.ms += 1000;
    metrics.attach(async () => shown);
    return Buffer.concat((await metrics.render()).chunks).toString();
  };
  return { metrics, clock, textOf, warnings };
}

function checksNamed(count: number): MetricsSnapshot["checks"] {
  return Array.from({ length: count }, (_, at) => ({ ...fresh, check: `c${at}` }));
}

/** Products with a connection each, of which everything is counted. */
function productsNamed(prefix: string, count: number): MetricsSnapshot {
  const [product] = snapshot.products;
  const names = Array.from({ length: count }, (_, at) => `${prefix}_${at}`);
  return {
    ...nothing,
    products: names.map((name) => ({
      domain: null,
      owner: "",
      tier: "",
      upstream: [],
      ...product,
      product: name,
    })),
    connections: ["dwh"],
    spenders: names.map((name) => ({ connection: "dwh", product: name, reportsBytes: true })),
  };
}

const collectGarbage = garbageCollector();

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** What the exposition shows of each sort of series, by the word after `tidemark_`. */
function counted(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of parseExposition(text)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

describe("a render", () => {
  it("gives other work its turn after every ten milliseconds, and stays valid", async () => {
    const { textOf } = start({ tickMs: 1 });
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns += 1;
      if (!isDone) {
        setImmediate(turn);
      }
    };
    turn();
    const text = await textOf({ ...nothing, checks: checksNamed(200) });
    isDone = true;
    // Four families of 200 checks, and one reading of the clock for each series.
    expect(turns).toBeGreaterThanOrEqual(80);
    expect(seriesOf(text, "tidemark_check_good")).toHaveLength(200);
  });

  it("stays valid with more series of a metric than are encoded at once", async () => {
    const { textOf } = start();
    const text = await textOf({ ...nothing, checks: checksNamed(2_500) });
    expect(seriesOf(text, "tidemark_check_good")).toHaveLength(2_500);
  });

  it("is one for fifty scrapes at once", async () => {
    const { metrics } = start();
    let renders = 0;
    metrics.attach(async () => {
      renders += 1;
      return snapshot;
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => metrics.render()));
    expect([renders, new Set(answers).size]).toEqual([1, 1]);
  });

  it("that takes longer than a second still serves the second after it", async () => {
    const { metrics, clock } = start();
    const { promise, resolve } = Promise.withResolvers<MetricsSnapshot>();
    metrics.attach(() => promise);
    const first = metrics.render();
    clock.ms += 5_000;
    resolve(snapshot);
    const rendered = await first;
    clock.ms += 999;
    expect(await metrics.render()).toBe(rendered);
  });
});

describe("with more series than may be shown", () => {
  it("leaves out the last checks, and nothing of SLOs and of the daemon", async () => {
    const { textOf } = start();
    const whole = counted(await textOf({ ...snapshot, checks: checksNamed(30) }));
    const all = [...whole].filter(([name]) => !name.startsWith("tidemark_check_"));
    const limited = start({ maxSeries: 60 });
    const shown = counted(await limited.textOf({ ...snapshot, checks: checksNamed(30) }));
    expect(all.map(([name]) => [name, shown.get(name)])).toEqual(all);
    const ofProducts = [...shown].filter(([name]) =>
      /_(product|check|slo|incidents|warehouse|bytes)_/.test(name),
    );
    expect(ofProducts.reduce((sum, [, count]) => sum + count, 0)).toBe(60);
  });

  it("counts what is left out of each render, and logs it once", async () => {
    const { textOf, warnings } = start({ maxSeries: 10 });
    // Four series each: it is there, it is good, it measured an age, and when.
    const checks = checksNamed(3).map((check) => ({ ...check, expected: {} }));
    const dropped = async (count: number) =>
      seriesOf(
        await textOf({ ...nothing, checks: checks.slice(0, count) }),
        "tidemark_series_dropped_total",
      );
    expect(await dropped(2)).toEqual(["0"]);
    expect(await dropped(3)).toEqual(["2"]);
    expect(await dropped(3)).toEqual(["4"]);
    expect(await dropped(2)).toEqual(["4"]);
    expect(warnings).toEqual([
      {
        fields: { dropped: 2, limit: 10 },
        message:
          "there are more series of products than /metrics shows; the last checks are left out",
      },
    ]);
  });

  it("never leaves out a metric of the daemon itself", async () => {
    const { textOf } = start({ maxSeries: 0 });
    const shown = [...counted(await textOf(snapshot)).keys()];
    expect(shown).toContain("tidemark_build_info");
    expect(shown).toContain("tidemark_slots_total");
    expect(shown).toContain("tidemark_deliveries_pending");
    expect(shown).toContain("tidemark_series_dropped_total");
    expect(shown.filter((name) => /_(product|check|slo|incidents)_/.test(name))).toEqual([]);
  });
});

describe("reloads", () => {
  it("that add and remove 10,000 products leave no series and no memory behind", async () => {
    const { metrics, textOf } = start();
    const reload = async (prefix: string) => {
      const shown = productsNamed(prefix, 10_000);
      await textOf(shown);
      for (const { connection, product } of shown.spenders) {
        metrics.queryRan(connection, [{ product, bytes: 1, busyMs: 1 }]);
      }
      return textOf(nothing);
    };
    const empty = await reload("first");
    const before = heapUsed();
    for (const prefix of ["second", "third", "fourth"]) {
      expect((await reload(prefix)).length).toBe(empty.length);
    }
    // Of a product that lingers, its name alone keeps 150 bytes: 4.5 MB of these 30,000.
    expect(heapUsed() - before).toBeLessThan(1_000_000);
  });

  it("that rename a product move its series to the new name", async () => {
    const { metrics, textOf } = start();
    await textOf(productsNamed("old", 1));
    metrics.queryRan("dwh", [{ product: "old_0", bytes: 1, busyMs: 1 }]);
    const shown = await textOf(productsNamed("new", 1));
    expect(shown).not.toContain("old_0");
    expect(seriesOf(shown, "tidemark_incidents_open")).toContain("product=new_0,alert=page 0");
  });
});

describe("what is counted while a snapshot is taken", () => {
  it("of a product, connection and notifier that it does not know yet is not lost", async () => {
    const { metrics } = start();
    const { promise, resolve } = Promise.withResolvers<MetricsSnapshot>();
    metrics.attach(() => promise);
    const rendered = metrics.render();
    metrics.queryRan("new", [{ product: "added", bytes: 7, busyMs: 1_000 }]);
    metrics.deliveryAttempted("pager", "sent");
    resolve(nothing);
    const text = Buffer.concat((await rendered).chunks).toString();
    expect(seriesOf(text, "tidemark_queries_total")).toEqual(["connection=new 1"]);
    expect(seriesOf(text, "tidemark_bytes_scanned_total")).toEqual([
      "connection=new,product=added 7",
    ]);
    expect(seriesOf(text, "tidemark_deliveries_total")).toContain("notifier=pager,result=sent 1");
  });
});

describe("whatever names are made of", () => {
  it("the exposition is valid", async () => {
    const name = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.string({
        unit: fc.constantFrom('"', "\\", "\n", "\r", "\0", "{", "}", ",", "=", "\ud800"),
      }),
      fc.string({ minLength: 250, maxLength: 600 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 5 }), async (names) => {
        const checks = names.map((check) => ({ ...fresh, product: check, dataset: check, check }));
        const text = await start().textOf({ ...nothing, checks });
        const shown = seriesOf(text, "tidemark_check_good");
        expect(shown.length).toBeGreaterThan(0);
        expect(shown.length).toBeLessThanOrEqual(names.length);
        expect(Buffer.from(text).toString()).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});
