import { describe, expect, it } from "vitest";
import { exclusionDocument, sloStanding } from "../../../src/app/slo-document.ts";
import type { ExclusionRecord } from "../../../src/core/exclusion.ts";
import type { Slo } from "../../../src/core/mesh.ts";
import type { SloStatus } from "../../../src/slo/evaluate.ts";

const noonMs = Date.UTC(2026, 0, 5, 12);
const hourMs = 3_600_000;

const slo: Slo = {
  id: "orders/delivered",
  product: "orders",
  name: "delivered",
  objectivePpm: 900_000,
  window: { kind: "calendar", period: "month", timezone: "Europe/Berlin" },
  budgeting: "deliveries",
  checkIds: ["orders/orders/by_seven"],
  exclusions: [],
  labels: {},
  unknown: "ignore",
  coverageFloorPpm: 900_000,
  sinceMs: null,
  alert: null,
};

const delivered: SloStatus = {
  unit: "deliveries",
  fromMs: noonMs,
  toMs: noonMs + hourMs,
  good: 3,
  bad: 1,
  unknown: 1,
  excluded: 2,
  sli: 0.75,
  sliBounds: [0.6, 0.8],
  coverage: 0.8,
  budget: { allowed: 2.9, consumed: 0.25, remaining: 0.75, remainingLower: 0.5 },
  blame: [{ check: "orders/orders/by_seven", bad: 1 }],
  timeline: [
    { fromMs: noonMs - 2 * hourMs, toMs: noonMs - hourMs, state: "good" },
    { fromMs: noonMs - hourMs, toMs: noonMs, state: "bad" },
  ],
};

describe("the standing of an SLO", () => {
  it("counts deliveries as events, and has no seconds of them", () => {
    expect(sloStanding(slo, delivered)).toEqual({
      id: "orders/delivered",
      product: "orders",
      objective: "90%",
      window: "month in Europe/Berlin",
      state: "bad",
      sli: 0.75,
      sli_bounds: [0.6, 0.8],
      coverage: 0.8,
      good_events: 3,
      bad_events: 1,
      unknown_events: 1,
      excluded_events: 2,
      budget: { allowed_events: 2.9, consumed: 0.25, remaining: 0.75, remaining_lower: 0.5 },
      blame: [{ check: "orders/orders/by_seven", bad_events: 1 }],
    });
  });

  it("has no state but unknown where nothing was judged yet", () => {
    expect(sloStanding(slo, { ...delivered, timeline: [] })).toMatchObject({ state: "unknown" });
  });
});

describe("an exclusion", () => {
  const record: ExclusionRecord = {
    id: "exc-1",
    target: "orders",
    fromMs: noonMs,
    toMs: null,
    mode: "remove",
    reason: "Migration.",
    author: "ana",
    createdMs: noonMs,
    endedMs: null,
    endedBy: null,
    withdrawal: null,
  };
  const applied = { mode: "remove", reason: "Migration." } as const;

  it("has no end while it lasts until it is ended", () => {
    const times = [{ fromMs: noonMs, toMs: noonMs + hourMs, mode: "remove" }] as const;
    expect(exclusionDocument({ ...applied, record, times })).toMatchObject({
      from: "2026-01-05T12:00:00.000Z",
      to: null,
      ended_at: null,
    });
  });

  it("that is planned goes from its first time in the window to the end of its last", () => {
    const times = [
      { fromMs: noonMs, toMs: noonMs + hourMs, mode: "remove" },
      { fromMs: noonMs + 24 * hourMs, toMs: noonMs + 25 * hourMs, mode: "remove" },
    ] as const;
    expect(exclusionDocument({ ...applied, record: null, times })).toEqual({
      source: "product_file",
      id: null,
      mode: "remove",
      from: "2026-01-05T12:00:00.000Z",
      to: "2026-01-06T13:00:00.000Z",
      reason: "Migration.",
      author: null,
      created_at: null,
      ended_at: null,
      ended_by: null,
      withdrawn_at: null,
      withdrawn_by: null,
      withdrawn_reason: null,
    });
  });

  it("that was withdrawn says by whom and why", () => {
    const withdrawal = { atMs: noonMs + hourMs, by: "li", reason: "The wrong SLO." };
    expect(
      exclusionDocument({ ...applied, record: { ...record, withdrawal }, times: [] }),
    ).toMatchObject({
      from: "2026-01-05T12:00:00.000Z",
      to: null,
      author: "ana",
      withdrawn_at: "2026-01-05T13:00:00.000Z",
      withdrawn_by: "li",
      withdrawn_reason: "The wrong SLO.",
    });
  });
});
