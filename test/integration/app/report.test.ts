/** Reports on what a real watch has written to a real store, with a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ReportRequest, reportFrom } from "../../../src/app/report.ts";
import type {
  Attribution,
  ReportDocument,
  SloReport,
} from "../../../src/export/report/document.ts";
import { verdictOf } from "../../../src/export/report/verdict.ts";
import { minuteMs, noonMs, Stage, type Staged } from "../engine/stage.ts";

const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const at = (text: string): number => Date.parse(text);

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { page: [console], ticket: [console] } } }
notifiers: { console: { type: console } }
`;

const ordersFile = `
version: 1
product: orders
description: One row per confirmed order.
owner: shop
tier: silver
datasets:
  orders:
    files: orders.csv
    schedule: { every: 10m }
    columns: { id: { type: bigint }, loaded_at: { type: timestamp } }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      by_seven: { type: freshness, column: loaded_at, by: "07:00", schedule: { every: 1h } }
      shape: { type: schema, enabled: false, reason: Being moved. }
slos:
  fresh:
    description: Never older than an hour.
    objective: 90%
    window: 7d
    checks: [orders.fresh]
    exclusions:
      - { from: "2026-01-05T14:00:00Z", to: "2026-01-05T14:30:00Z", reason: The move. }
  delivered: { objective: 90%, window: 90d, checks: [orders.by_seven] }
`;

/** Promises nothing. */
const visitsFile = `
version: 1
product: visits
owner: shop
datasets:
  visits: { files: orders.csv, checks: { enough: { type: volume, min: 1 } } }
`;

let stage: Stage;
let staged: Staged;

beforeEach(async () => {
  stage = new Stage();
  stage.write({
    "tidemark.yaml": daemonFile,
    "visits.product.yaml": visitsFile,
    "orders.product.yaml": ordersFile,
  });
  loaded(noonMs);
  staged = await stage.start();
  await staged.settle();
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

/** The newest row is of this instant. */
function loaded(ms: number): void {
  stage.write({ "orders.csv": `id,loaded_at\n1,${new Date(ms).toISOString().slice(0, 19)}\n` });
}

/** Watches on to an instant, with a beat every now and then. */
async function watchUntil(text: string, beatMs = 10 * minuteMs): Promise<void> {
  while (stage.clock.nowMs < at(text)) {
    await staged.advance(Math.min(beatMs, at(text) - stage.clock.nowMs));
  }
}

function report(period: string, changes: Partial<ReportRequest> = {}): Promise<ReportDocument> {
  const request = { selectors: [], period, timezone: "UTC", ...changes };
  return reportFrom(staged.watch.mesh, staged.store, request, stage.clock.nowMs);
}

function sloIn(made: ReportDocument, id: string): SloReport {
  const found = made.products.flatMap(({ slos }) => slos).find((slo) => slo.id === id);
  if (found === undefined) {
    throw new Error(`no ${id} in the report`);
  }
  return found;
}

/** Since, until, amount and excused of each incident, and what is outside. */
function told({ incidents, outside }: Attribution) {
  const iso = (ms: number): string => new Date(ms).toISOString().replace(":00.000Z", "Z");
  return [
    ...incidents.map(({ incident, amount, excused }) => [
      iso(incident.sinceMs),
      incident.endedMs === null ? null : iso(incident.endedMs),
      amount,
      excused,
    ]),
    outside,
  ];
}

/** Fresh until one, stale until three, unreadable from four (ten past, as seen) to six. */
async function watchAnAfternoon(): Promise<void> {
  await watchUntil("2026-01-05T14:50:00Z");
  loaded(at("2026-01-05T15:00:00Z"));
  await watchUntil("2026-01-05T16:00:00Z");
  stage.write({ "orders.csv": "other\n1\n" });
  await watchUntil("2026-01-05T17:50:00Z");
  loaded(at("2026-01-05T18:00:00Z"));
  await watchUntil("2026-01-05T18:30:00Z");
}

async function exclude(id: string, from: string, to: string): Promise<void> {
  await staged.store.exclusions.add({
    id,
    target: "orders",
    fromMs: at(from),
    toMs: at(to),
    mode: "good",
    reason: "A broken probe user.",
    author: "ana",
    createdMs: stage.clock.nowMs,
    endedMs: null,
    endedBy: null,
    withdrawal: null,
  });
}

describe("a report on time", () => {
  beforeEach(watchAnAfternoon);

  it("has the period's SLI, budget and coverage, and the incidents that they are owed to", async () => {
    const { status, spent, unseen, ...slo } = sloIn(await report("2026-01-05"), "orders/fresh");
    expect(slo).toMatchObject({ sinceMs: noonMs, window: "7d", unknown: "ignore" });
    expect(status).toMatchObject({
      unit: "time",
      good: 2.5 * hourMs,
      bad: 1.5 * hourMs,
      unknown: 2 * hourMs,
      excluded: 0.5 * hourMs,
      sli: 2.5 / 4,
      sliBounds: [2.5 / 6, 4.5 / 6],
      coverage: 4 / 6,
      budget: { allowed: 8_460_000, consumed: 5_400_000 / 8_460_000 },
    });
    expect(told(spent)).toEqual([
      ["2026-01-05T13:00Z", "2026-01-05T15:00Z", 1.5 * hourMs, 0.5 * hourMs],
      0,
    ]);
    expect(told(unseen)).toEqual([
      ["2026-01-05T16:10Z", "2026-01-05T18:00Z", 110 * minuteMs, 0],
      10 * minuteMs,
    ]);
    expect(slo.checks).toEqual([
      { id: "orders/orders/fresh", bad: 1.5 * hourMs, disabledReason: null },
    ]);
    expect(slo.unexcused).toMatchObject({ sli: 2.5 / 4.5, bad: 2 * hourMs });
  });

  it("names exclusions of both kinds, and one that was withdrawn, which excuses nothing", async () => {
    await exclude("exc-1", "2026-01-05T13:00:00Z", "2026-01-05T13:45:00Z");
    await exclude("exc-2", "2026-01-05T13:00:00Z", "2026-01-05T15:00:00Z");
    const withdrawal = { atMs: stage.clock.nowMs, by: "li", reason: "The wrong hours." };
    await staged.store.exclusions.withdraw("exc-2", withdrawal);
    const { status, spent, exclusions } = sloIn(await report("2026-01-05"), "orders/fresh");
    expect(status).toMatchObject({
      good: 3.25 * hourMs,
      bad: 0.75 * hourMs,
      excluded: 0.5 * hourMs,
    });
    expect(told(spent)).toEqual([
      ["2026-01-05T13:00Z", "2026-01-05T15:00Z", 0.75 * hourMs, 1.25 * hourMs],
      0,
    ]);
    expect(exclusions).toMatchObject([
      { mode: "remove", reason: "The move.", record: null, times: [{ mode: "remove" }] },
      { mode: "good", record: { id: "exc-1", author: "ana" }, times: [{ mode: "good" }] },
      { mode: "good", record: { id: "exc-2", withdrawal }, times: [] },
    ]);
  });

  it("is of the period alone, on its own clocks", async () => {
    const period = "2026-01-05T14:30:00Z/2026-01-05T15:30:00Z";
    const made = await report(period, { timezone: "Asia/Kolkata" });
    expect(made.period).toEqual({
      text: period,
      timezone: "Asia/Kolkata",
      fromMs: at("2026-01-05T14:30:00Z"),
      toMs: at("2026-01-05T15:30:00Z"),
      isRunning: false,
    });
    const { status, spent, unexcused } = sloIn(made, "orders/fresh");
    expect(status).toMatchObject({
      good: 0.5 * hourMs,
      bad: 0.5 * hourMs,
      unknown: 0,
      excluded: 0,
    });
    expect(status.budget.allowed).toBe(6 * minuteMs);
    expect(told(spent)).toEqual([["2026-01-05T13:00Z", "2026-01-05T15:00Z", 0.5 * hourMs, 0], 0]);
    expect(unexcused).toBeNull();
    expect(verdictOf(sloIn(made, "orders/fresh"))).toBe("broken");
  });

  it("on what is over stays the same, whatever comes after", async () => {
    const period = "2026-01-05T12:00:00Z/2026-01-05T16:00:00Z";
    const before = await report(period);
    loaded(at("2026-01-06T06:30:00Z"));
    await staged.advance(dayMs);
    const after = await report(period);
    expect(after.madeMs).toBe(before.madeMs + dayMs);
    expect(after.products).toEqual(before.products);
  });

  it("on a running month has the budget of the whole month", async () => {
    const made = await report("2026-01");
    expect(made.period).toMatchObject({ isRunning: true, toMs: at("2026-02-01T00:00:00Z") });
    const { status } = sloIn(made, "orders/fresh");
    // A tenth of 743.5 hours.
    expect(status.budget.allowed).toBe(267_660_000);
    expect(status.good + status.bad + status.unknown).toBe(6 * hourMs);
    expect(verdictOf(sloIn(made, "orders/fresh"))).toBe("below");
  });

  it.each(["2026-01-04", "2025-06", "2026-W01", "1999"])(
    "on %s has nothing to judge: the promise is newer",
    async (period) => {
      const made = await report(period);
      const slo = sloIn(made, "orders/fresh");
      expect(verdictOf(slo)).toBe("unjudged");
      expect(slo).toMatchObject({
        sinceMs: noonMs,
        status: { good: 0, bad: 0, unknown: 0, sli: null, coverage: null },
        spent: { incidents: [], outside: 0 },
        unseen: { incidents: [], outside: 0 },
      });
    },
  );

  it("on a promise of deliveries has none while none has fallen due", async () => {
    const { status } = sloIn(await report("2026-01-05"), "orders/delivered");
    expect(status).toMatchObject({ unit: "deliveries", good: 0, bad: 0, unknown: 0 });
  });

  it("reads every incident of the period, however many came after", async () => {
    const recent = await staged.store.incidents.recent(9);
    const known = recent.find(({ kind }) => kind === "broken");
    if (known === undefined) {
      throw new Error("no incident");
    }
    await staged.store.transaction(async (parts) => {
      for (let index = 0; index < 1_001; index += 1) {
        const sinceMs = noonMs + dayMs + index * minuteMs;
        const span = { sinceMs, openedMs: sinceMs, endedMs: sinceMs + minuteMs };
        await parts.incidents.put({ ...known, ...span, id: `later-${index}` });
      }
    });
    const { spent } = sloIn(await report("2026-01-05"), "orders/fresh");
    expect(spent.incidents.map(({ incident }) => incident.id)).toEqual([known.id]);
  });
});

describe("a report on deliveries", () => {
  it("has the missed ones, and the incident that each is owed to", async () => {
    for (const loadedAt of ["2026-01-06T06:00Z", "2026-01-07T08:00Z", "2026-01-08T06:30Z"]) {
      await watchUntil(new Date(at(loadedAt) - 30 * minuteMs).toISOString(), 30 * minuteMs);
      loaded(at(loadedAt));
      await staged.advance(30 * minuteMs);
    }
    await watchUntil("2026-01-08T09:00:00Z", 30 * minuteMs);
    const made = await report("2026-W02");
    const { status, spent, checks } = sloIn(made, "orders/delivered");
    expect(status).toMatchObject({
      unit: "deliveries",
      good: 2,
      bad: 1,
      unknown: 0,
      sli: 2 / 3,
      coverage: 1,
    });
    expect(checks).toMatchObject([{ id: "orders/orders/by_seven", bad: 1 }]);
    // One cause, one incident: the rows had not been fresh since an hour after the load of the sixth.
    expect(told(spent)).toEqual([["2026-01-06T07:00Z", "2026-01-07T08:00Z", 1, 0], 0]);
    const [wednesday, thursday] = [await report("2026-01-07"), await report("2026-01-08")];
    expect(verdictOf(sloIn(wednesday, "orders/delivered"))).toBe("broken");
    expect(verdictOf(sloIn(thursday, "orders/delivered"))).toBe("kept");
  });
});

describe("what a report is about", () => {
  const names = ({ products }: ReportDocument) =>
    products.map(({ name, slos }) => [name, slos.map((slo) => slo.name)]);

  it("is every product by name, those that promise nothing too", async () => {
    await staged.advance(hourMs);
    const made = await report("1h");
    expect(made).toMatchObject({
      madeMs: noonMs + hourMs,
      period: { text: "1h", fromMs: noonMs, toMs: noonMs + hourMs, isRunning: false },
    });
    expect(names(made)).toEqual([
      ["orders", ["fresh", "delivered"]],
      ["visits", []],
    ]);
    expect(made.products[0]).toMatchObject({
      description: "One row per confirmed order.",
      owner: "shop",
      tier: "silver",
    });
  });

  it("is what selectors name", async () => {
    await staged.advance(hourMs);
    const of = async (...selectors: readonly string[]) => names(await report("1h", { selectors }));
    expect(await of("orders/fresh")).toEqual([["orders", ["fresh"]]]);
    expect(await of("orders/orders/by_seven")).toEqual([["orders", ["delivered"]]]);
    expect(await of("visits")).toEqual([["visits", []]]);
    expect(await of("orders/orders/shape")).toEqual([]);
    await expect(of("nothing")).rejects.toMatchObject({ code: "TM_SELECTOR" });
  });

  it.each([
    ["2026-02", "UTC", "the period `2026-02` begins at 2026-02-01T00:00:00.000Z"],
    ["2026-01-06", "UTC", "the period `2026-01-06` begins at 2026-01-06T00:00:00.000Z"],
    ["2026-01-05T12:00Z/2026-01-06T12:00Z", "UTC", "begins at 2026-01-05T12:00:00.000Z"],
    ["yesterday", "UTC", "`yesterday` is no period"],
    ["2026-13", "UTC", "`2026-13` is no period"],
    ["2026-01", "Europe/Atlantis", "there is no time zone `Europe/Atlantis`"],
    ["2026-01", "+01:00", "there is no time zone `+01:00`"],
  ])("is no period like %s in %s", async (period, timezone, message) => {
    await expect(report(period, { timezone })).rejects.toMatchObject({
      code: "TM_USAGE",
      message: expect.stringContaining(message) as string,
    });
  });
});
