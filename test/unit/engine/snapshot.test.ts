import { describe, expect, it } from "vitest";
import type { CheckResult } from "../../../src/core/check.ts";
import type { Incident } from "../../../src/core/incident.ts";
import type { Mesh } from "../../../src/core/mesh.ts";
import { snapshotOf } from "../../../src/engine/snapshot.ts";
import { type StateChange, WatchState } from "../../../src/engine/state.ts";
import { Slices } from "../../../src/metrics/slices.ts";
import type { CheckSnapshot, SloSnapshot } from "../../../src/metrics/snapshot.ts";
import { checkIn, meshOf, present } from "./mesh-of.ts";

const nowMs = Date.UTC(2026, 0, 5, 12);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const mesh = await meshOf([
  `
version: 1
product: orders
domain: sales
tier: gold
owner: shop
upstream: [returns/rows, returns]
datasets:
  rows:
    files: orders.csv
    columns: { id: { type: bigint } }
    checks:
      enough: { type: volume, min: 2, severity: warn }
      off: { type: volume, min: 3, enabled: false, reason: Rebuilt }
slos:
  enough: { objective: 90%, window: 1d, checks: [rows.enough] }
  dated: { objective: 90%, window: 1d, since: "2026-01-05T11:00:00Z", checks: [rows.enough] }
`,
  `
version: 1
product: returns
owner: shop
datasets:
  rows: { files: orders.csv, columns: { id: { type: bigint } }, checks: { some: { type: volume, min: 1 } } }
`,
]);
const enough = checkIn(mesh, "orders/rows/enough");

const passed: CheckResult = {
  outcome: "pass",
  summary: "5 rows.",
  measured: { rows: 5 },
  expected: { min_rows: 2 },
};

/** A result of `enough` and the hold that follows from it. */
function observed(atMs: number, holdMs: number, given: Partial<StateChange> = {}): StateChange {
  const { id: checkId, generation } = enough;
  return {
    records: [
      {
        checkId,
        generation,
        slotId: 1,
        atMs,
        nextDueMs: atMs + holdMs,
        holdMs,
        durationMs: 3,
        evidence: null,
        result: passed,
      },
    ],
    runs: [
      { checkId, generation, fromMs: atMs, toMs: atMs + holdMs, state: "good", observedMs: atMs },
    ],
    sightings: [],
    alertStates: [],
    removedCheckIds: [],
    incidents: [],
    ...given,
  };
}

function after(...changes: readonly StateChange[]): WatchState {
  const state = new WatchState();
  for (const change of changes) {
    state.apply(change);
  }
  return state;
}

function show(state: WatchState, of: Mesh = mesh) {
  const slices = new Slices({ now: () => nowMs, monotonicMs: () => 0 });
  return snapshotOf(of, state, new Map([["board", 3]]), nowMs, slices);
}

async function checkShown(state: WatchState, name = "enough"): Promise<CheckSnapshot> {
  return present(
    (await show(state)).checks.find(({ check }) => check === name),
    name,
  );
}

async function sloShown(state: WatchState, name: string): Promise<SloSnapshot> {
  return present(
    (await show(state)).slos.find(({ slo }) => slo === name),
    name,
  );
}

describe("the snapshot of a check", () => {
  it("knows nothing of one that has never answered", async () => {
    expect(await checkShown(new WatchState())).toEqual({
      product: "orders",
      dataset: "rows",
      check: "enough",
      type: "volume",
      severity: "warn",
      good: null,
      measured: {},
      expected: {},
      lastConclusiveMs: null,
    });
  });

  it("shows verdict and figures as long as they hold", async () => {
    expect(await checkShown(after(observed(nowMs - hourMs, hourMs + 1)))).toMatchObject({
      good: true,
      measured: { rows: 5 },
      lastConclusiveMs: nowMs - hourMs,
    });
  });

  it("shows neither from the moment on at which the hold ends, without any probe", async () => {
    expect(await checkShown(after(observed(nowMs - hourMs, hourMs)))).toMatchObject({
      good: null,
      measured: {},
      // What is promised does not depend on whether anybody knows that it is kept.
      expected: { min_rows: 2 },
      lastConclusiveMs: nowMs - hourMs,
    });
  });

  it("shows a broken promise as bad", async () => {
    const [run] = observed(nowMs - hourMs, 2 * hourMs).runs;
    const bad = { ...present(run, "run"), state: "bad" as const };
    expect(
      await checkShown(after(observed(nowMs - hourMs, 2 * hourMs, { runs: [bad] }))),
    ).toMatchObject({
      good: false,
      measured: { rows: 5 },
    });
  });

  it("shows no figure that was measured for another generation", async () => {
    const [record] = observed(nowMs - hourMs, 2 * hourMs).records;
    const old = { ...present(record, "record"), generation: "of before" };
    const state = after(observed(nowMs - hourMs, 2 * hourMs, { records: [old] }));
    expect((await checkShown(state)).measured).toEqual({});
  });

  it("shows the instant of the last answer although nothing could be measured since", async () => {
    const state = after(
      observed(nowMs - 2 * hourMs, hourMs),
      observed(nowMs - minuteMs, hourMs, {
        runs: [],
        records: observed(nowMs - minuteMs, hourMs).records.map((record) => ({
          ...record,
          result: { ...passed, outcome: "error", measured: {} },
        })),
      }),
    );
    expect(await checkShown(state)).toMatchObject({
      good: null,
      measured: {},
      lastConclusiveMs: nowMs - 2 * hourMs,
    });
  });

  it("is not made of one that is disabled", async () => {
    expect(
      (await show(new WatchState())).checks.map(({ product, check }) => `${product} ${check}`),
    ).toEqual(["orders enough", "returns some"]);
  });
});

describe("the snapshot of an SLO", () => {
  it("knows no SLI before anything was observed, and no coverage before it was loaded", async () => {
    expect(await sloShown(new WatchState(), "enough")).toMatchObject({ sli: null, coverage: null });
    expect(await sloShown(new WatchState(), "dated")).toMatchObject({
      sli: null,
      sliBounds: [0, 1],
      coverage: 0,
    });
  });

  it("counts from its own `since`, else from when it was first loaded", async () => {
    const state = after(observed(nowMs - 30 * minuteMs, hourMs));
    state.takeSince(
      new Map([
        ["orders/enough", nowMs - 40 * minuteMs],
        ["orders/dated", nowMs - 10 * minuteMs],
      ]),
    );
    expect((await sloShown(state, "enough")).coverage).toBe(0.75);
    expect((await sloShown(state, "dated")).coverage).toBe(0.5);
    expect((await sloShown(state, "dated")).sli).toBe(1);
  });

  it("has a budget on both sides, and error ratios over every window", async () => {
    const state = after(observed(nowMs - 30 * minuteMs, hourMs));
    const shown = await sloShown(state, "dated");
    expect(shown).toMatchObject({ objectivePpm: 900_000, period: "1d", budgeting: "time" });
    expect(shown.remaining.upper).toBe(1);
    // Half an hour unknown, of the 2.4 hours that a day allows.
    expect(shown.remaining.lower).toBeCloseTo(1 - 0.5 / 2.4, 9);
    expect(shown.errorRatios.map(({ windowMs }) => windowMs / minuteMs)).toEqual([
      5, 30, 60, 120, 360, 1_440, 4_320, 10_080,
    ]);
    const ratios = shown.errorRatios.map(({ errorRatio }) => errorRatio);
    // Of longer windows too little is known.
    expect(ratios).toEqual([0, 0, null, null, null, null, null, null]);
  });
});

describe("the snapshot of the mesh", () => {
  const incident: Incident = {
    id: "7c1d",
    kind: "broken",
    product: "orders",
    datasetId: "orders/rows",
    dimension: "completeness",
    alert: "page",
    toldLevels: ["page"],
    owner: "shop",
    sinceMs: nowMs,
    openedMs: nowMs,
    endedMs: null,
    ending: null,
    checkIds: [enough.id],
    changes: 1,
  };
  const nothing = observed(nowMs, hourMs, { records: [], runs: [] });

  it("names the products, with null where no domain is declared", async () => {
    expect((await show(new WatchState())).products).toEqual([
      { product: "orders", domain: "sales", owner: "shop", tier: "gold", upstream: ["returns"] },
      { product: "returns", domain: null, owner: "shop", tier: "bronze", upstream: [] },
    ]);
  });

  it("counts open incidents by product and level, and forgets those that ended", async () => {
    const state = after({
      ...nothing,
      incidents: [
        incident,
        { ...incident, id: "8d2e", kind: "blind" },
        { ...incident, id: "9e3f", alert: "none" },
        { ...incident, id: "af40", alert: "ticket" },
      ],
    });
    state.apply({ ...nothing, incidents: [{ ...incident, id: "af40", endedMs: nowMs }] });
    expect((await show(state)).incidents).toEqual([
      { product: "orders", alert: "page", open: 2 },
      { product: "orders", alert: "none", open: 1 },
    ]);
  });

  it("names every notifier and connection, also those with nothing to do", async () => {
    expect(await show(new WatchState())).toMatchObject({
      deliveriesPending: [
        { notifier: "board", pending: 3 },
        { notifier: "pager", pending: 0 },
      ],
      connections: ["files"],
    });
  });

  it("names who looks through which connection, and whether that tells what is scanned", async () => {
    const orders = { connection: "files", product: "orders" };
    const returns = { connection: "files", product: "returns" };
    expect((await show(new WatchState())).spenders).toEqual([
      { ...orders, reportsBytes: false },
      { ...returns, reportsBytes: false },
    ]);
    const files = present(mesh.connections.get("files"), "files");
    const connections = new Map([["files", { ...files, reportsBytes: true }]]);
    expect((await show(new WatchState(), { ...mesh, connections })).spenders).toEqual([
      { ...orders, reportsBytes: true },
      { ...returns, reportsBytes: true },
    ]);
  });
});
