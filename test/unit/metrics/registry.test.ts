import { describe, expect, it } from "vitest";
import type { LogFields, Logger } from "../../../src/core/logger.ts";
import { metrics as definitions } from "../../../src/metrics/names.ts";
import { Metrics } from "../../../src/metrics/registry.ts";
import type { ProcessFigures } from "../../../src/metrics/samples.ts";
import type { MetricsSnapshot } from "../../../src/metrics/snapshot.ts";
import { parseExposition, seriesOf } from "./exposition-parser.ts";
import { fresh, nothing, snapshot } from "./snapshots.ts";

class MovedClock {
  ms = 0;

  now(): number {
    return this.ms;
  }

  monotonicMs(): number {
    return this.ms;
  }
}

const figures: ProcessFigures = {
  cpuSeconds: 12.5,
  residentBytes: 167_772_160,
  startedMs: 1_767_225_500_250,
};

/** Metrics over a snapshot that the test may exchange, with a clock that it moves. */
function start(given: MetricsSnapshot = snapshot, process: () => ProcessFigures = () => figures) {
  const clock = new MovedClock();
  const warnings: string[] = [];
  const ignore = () => {};
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: (fields: LogFields) => warnings.push(String(fields["metric"])),
    error: ignore,
    child: () => logger,
  };
  const metrics = new Metrics({
    version: "0.1.0",
    node: "v24.21.0",
    process,
    clock,
    logger,
  });
  const source = { snapshot: given };
  metrics.attach(async () => source.snapshot);
  const text = async () => {
    clock.ms += 1000;
    return Buffer.concat((await metrics.render()).chunks).toString();
  };
  return { metrics, clock, source, text, warnings };
}

describe("the exposition", () => {
  it("is the golden one for a literal snapshot", async () => {
    const { metrics, text } = start();
    metrics.probeFinished("dwh", 120, 40);
    metrics.probeFinished("dwh", 7000, 0);
    metrics.slotsEnded("done", 2);
    metrics.queryRan("dwh", [{ product: "orders", bytes: 1024, busyMs: 1_500 }]);
    metrics.queryRan("dwh", [
      { product: "orders", bytes: null, busyMs: 20.5 },
      { product: "returns", bytes: null, busyMs: 20.5 },
    ]);
    metrics.deliveryAttempted("slack", "retry");
    metrics.deliveryAttempted("slack", "sent");
    metrics.configReloaded(true, 1_767_225_600_000);
    metrics.configReloaded(false, 1_767_225_700_000);
    await expect(await text()).toMatchFileSnapshot("../../golden/metrics.prom");
  });

  it("says of what content type it is", async () => {
    const { metrics } = start();
    expect((await metrics.render()).contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  it("declares every metric once, with series or without", async () => {
    const { text } = start(nothing);
    const declared = (await text()).match(/(?<=^# TYPE )\S+ \S+/gm);
    expect(declared).toEqual(Object.values(definitions).map(({ name, type }) => `${name} ${type}`));
  });
});

describe("what is unknown", () => {
  it("is absent, and neither NaN nor 0", async () => {
    const { text } = start();
    const shown = await text();
    expect(seriesOf(shown, "tidemark_slo_sli_ratio")).toEqual(["product=orders,slo=fresh 0.9975"]);
    expect(shown).not.toMatch(/ \S*(nan|inf)$/im);
    expect(shown.match(/.*check="silent".*/g)).toEqual([
      'tidemark_check_info{product="orders",dataset="orders",check="silent",type="freshness",severity="fail"} 1',
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, "5", 5n, undefined, true])(
    "covers a figure of %s",
    async (figure) => {
      const measured = { bad: figure, rows: 7 } as never;
      const { text } = start({ ...nothing, checks: [{ ...fresh, measured }] });
      expect(seriesOf(await text(), "tidemark_check_measured")).toEqual([
        "product=orders,dataset=orders,check=fresh,measure=rows 7",
      ]);
    },
  );

  it("covers the thresholds of a check only where there are none", async () => {
    const { text } = start();
    expect(seriesOf(await text(), "tidemark_check_threshold")).toEqual([
      "product=orders,dataset=orders,check=fresh,threshold=max_age_seconds 3600",
      "product=orders,dataset=orders,check=fresh,threshold=warn_max_age_seconds 1800",
      "product=orders,dataset=orders,check=enough,threshold=min_rows 1000",
    ]);
  });

  it("covers the reload of a configuration that was not loaded yet", async () => {
    const { text } = start();
    expect(seriesOf(await text(), "tidemark_config_last_reload_successful")).toEqual([]);
  });

  it("does not cover counts: no open incident, no delivery and no query are 0", async () => {
    const { text } = start();
    const shown = await text();
    expect(seriesOf(shown, "tidemark_incidents_open")).toEqual([
      "product=orders,alert=page 2",
      "product=orders,alert=ticket 0",
      "product=orders,alert=none 0",
      "product=returns,alert=page 0",
      "product=returns,alert=ticket 0",
      "product=returns,alert=none 0",
    ]);
    expect(seriesOf(shown, "tidemark_queries_total")).toEqual([
      "connection=dwh 0",
      "connection=lake 0",
    ]);
    expect(seriesOf(shown, "tidemark_slots_total")).toHaveLength(5);
    // Bytes are known to be none where they are told, and unknown elsewhere.
    expect(seriesOf(shown, "tidemark_bytes_scanned_total")).toEqual([
      "connection=lake,product=orders 0",
    ]);
    expect(seriesOf(shown, "tidemark_deliveries_total")).toContain("notifier=email,result=auth 0");
  });
});

describe("what was removed", () => {
  it("has no series any more", async () => {
    const { metrics, source, text } = start();
    metrics.probeFinished("lake", 1, 1);
    metrics.queryRan("lake", [{ product: "orders", bytes: 5, busyMs: 5 }]);
    metrics.deliveryAttempted("email", "sent");
    expect(await text()).toMatch(/lake[^]*email|email[^]*lake/);
    source.snapshot = {
      ...snapshot,
      products: snapshot.products.slice(1),
      checks: [],
      slos: [],
      incidents: [],
      deliveriesPending: snapshot.deliveriesPending.slice(1),
      connections: ["dwh"],
      spenders: [{ connection: "dwh", product: "returns", reportsBytes: false }],
    };
    const shown = await text();
    expect(shown).not.toMatch(/"(lake|email|orders)"/);
    expect(shown).toMatch(/"dwh"[^]*"slack"/);
  });

  it("leaves what a kept connection counted", async () => {
    const { metrics, source, text } = start();
    metrics.queryRan("dwh", [{ product: "orders", bytes: 7, busyMs: 1 }]);
    await text();
    source.snapshot = {
      ...snapshot,
      connections: ["dwh"],
      spenders: [{ connection: "dwh", product: "orders", reportsBytes: false }],
    };
    const shown = await text();
    expect(seriesOf(shown, "tidemark_queries_total")).toEqual(["connection=dwh 1"]);
    expect(seriesOf(shown, "tidemark_bytes_scanned_total")).toEqual([
      "connection=dwh,product=orders 7",
    ]);
    expect(seriesOf(shown, "tidemark_warehouse_seconds_total")).toEqual([
      "connection=dwh,product=orders 0.001",
    ]);
  });
});

describe("hostile names", () => {
  const circle: unknown[] = [];
  circle.push(circle);

  it.each([
    ["a quote, a line feed and braces", 'a"b\n{}', 'a"b{}'],
    [
      "a series of its own",
      'x"} 1\ntidemark_build_info{version="evil',
      'x"} 1tidemark_build_info{version="evil',
    ],
    ["backslashes", "a\\", "a\\"],
    ["NUL and other control characters", "a\u0000b\r\u0085c", "abc"],
    ["a megabyte", "m".repeat(1_000_000), "m".repeat(256)],
    ["an array, as pg returns it", ['a"}', "b\n"], '["a\\"}","b\\n"]'],
    ["an object without a prototype", Object.create(null), "{}"],
    ["a circle", circle, "unprintable"],
    ["a lone surrogate", "a\ud800", "a\ufffd"],
    ["the name of the prototype", "__proto__", "__proto__"],
    ["nothing", undefined, ""],
  ])("are inert: %s", async (_, name, shown) => {
    const hostile = name as string;
    const { metrics, text } = start({
      ...nothing,
      checks: [
        { ...fresh, product: hostile },
        { ...fresh, check: hostile },
      ],
      connections: [hostile],
      spenders: [{ connection: hostile, product: hostile, reportsBytes: true }],
      deliveriesPending: [{ notifier: hostile, pending: 1 }],
    });
    metrics.probeFinished(hostile, 1, 1);
    metrics.queryRan(hostile, [{ product: hostile, bytes: 1, busyMs: 1 }]);
    metrics.deliveryAttempted(hostile, "sent");
    const series = parseExposition(await text());
    const good = series.filter((one) => one.name === "tidemark_check_good");
    expect(good.map(({ labels }) => labels["product"])).toEqual([shown, "orders"]);
    const queries = series.filter((one) => one.name === "tidemark_queries_total");
    expect(queries).toMatchObject([{ labels: { connection: shown }, value: 1 }]);
    const bytes = series.filter((one) => one.name === "tidemark_bytes_scanned_total");
    expect(bytes).toMatchObject([{ labels: { connection: shown, product: shown }, value: 1 }]);
  });

  it("that become equal when they are cut are shown once", async () => {
    const checks = ["x", "y"].map((end) => ({ ...fresh, check: "m".repeat(300) + end }));
    const { text } = start({ ...nothing, checks });
    expect(seriesOf(await text(), "tidemark_check_good")).toHaveLength(1);
  });
});

describe("a broken part", () => {
  it("of a snapshot leaves the rest, and is logged once", async () => {
    const { text, warnings } = start({ ...snapshot, slos: 7 as never });
    const shown = await text();
    await text();
    expect(seriesOf(shown, "tidemark_check_good")).toHaveLength(2);
    expect(seriesOf(shown, "tidemark_slots_total")).toHaveLength(5);
    expect(warnings).toContain("tidemark_slo_info");
    expect(new Set(warnings).size).toBe(warnings.length);
  });

  it("of one row leaves the other rows", async () => {
    const { text } = start({ ...nothing, checks: [null as never, fresh] });
    expect(seriesOf(await text(), "tidemark_check_good")).toHaveLength(1);
  });

  it("of the incidents does not claim that none is open", async () => {
    const { text } = start({ ...snapshot, incidents: [null as never] });
    expect(seriesOf(await text(), "tidemark_incidents_open")).toEqual([]);
  });

  it("that is the whole snapshot leaves the counters", async () => {
    const { metrics, text } = start();
    metrics.attach(() => {
      throw new Error("the engine is gone");
    });
    expect(seriesOf(await text(), "tidemark_slots_total")).toHaveLength(5);
  });

  it("that is the process leaves the rest, and its figures absent", async () => {
    const { text, warnings } = start(snapshot, () => {
      throw new Error("the operating system does not say");
    });
    const shown = await text();
    expect(shown).not.toMatch(/^process_/m);
    expect(seriesOf(shown, "tidemark_slots_total")).toHaveLength(5);
    expect(warnings).toEqual(["process"]);
  });

  it("never throws where a check is measured", async () => {
    const { metrics, text } = start(nothing);
    metrics.slotsEnded("done", Number.NaN);
    metrics.slotsEnded("done", -1);
    metrics.queryRan("dwh", 5n as never);
    metrics.probeFinished("dwh", Number.NaN, -5);
    expect(seriesOf(await text(), "tidemark_slots_total")).toContain("ending=done 0");
  });
});

describe("scrapes", () => {
  it("at the same time share one render", async () => {
    const { metrics } = start();
    let renders = 0;
    metrics.attach(async () => {
      renders += 1;
      return snapshot;
    });
    const [first, second] = await Promise.all([metrics.render(), metrics.render()]);
    expect(renders).toBe(1);
    expect(second).toBe(first);
  });

  it("within a second get what the last one got, later ones what is true then", async () => {
    const { metrics, clock } = start();
    const first = await metrics.render();
    metrics.slotsEnded("done", 1);
    clock.ms += 999;
    expect(await metrics.render()).toBe(first);
    clock.ms += 1;
    expect(
      seriesOf(Buffer.concat((await metrics.render()).chunks).toString(), "tidemark_slots_total"),
    ).toContain("ending=done 1");
  });
});
