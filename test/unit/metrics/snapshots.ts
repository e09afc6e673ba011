import type { CheckSnapshot, MetricsSnapshot } from "../../../src/metrics/snapshot.ts";

export const fresh: CheckSnapshot = {
  product: "orders",
  dataset: "orders",
  check: "fresh",
  type: "freshness",
  severity: "fail",
  good: true,
  measured: { age_seconds: 42.5, newest: "2026-01-01T00:00:00Z", is_empty: false, rows: null },
  expected: {
    max_age_seconds: 3600,
    warn_max_age_seconds: 1800,
    by: "07:00",
    future_tolerance_seconds: 300,
  },
  lastConclusiveMs: 1_767_225_600_500,
};

/** Something of everything, known and unknown. */
export const snapshot: MetricsSnapshot = {
  products: [
    {
      product: "orders",
      domain: "sales",
      owner: "checkout",
      tier: "gold",
      upstream: ["payments", "returns"],
    },
    { product: "returns", domain: null, owner: "logistics", tier: "bronze", upstream: [] },
  ],
  checks: [
    fresh,
    {
      ...fresh,
      check: "enough",
      type: "volume",
      severity: "warn",
      good: false,
      measured: { rows: 0 },
      expected: { min_rows: 1000, window_seconds: 86_400 },
    },
    { ...fresh, check: "silent", good: null, measured: {}, expected: {}, lastConclusiveMs: null },
  ],
  slos: [
    {
      product: "orders",
      slo: "fresh",
      objectivePpm: 995_000,
      period: "30d",
      budgeting: "time",
      sli: 0.9975,
      sliBounds: [0.9775, 0.9976],
      coverage: 0.98,
      remaining: { upper: 0.5, lower: -3.5 },
      errorRatios: [
        { windowMs: 300_000, errorRatio: 0 },
        { windowMs: 3_600_000, errorRatio: 0.25 },
        { windowMs: 86_400_000, errorRatio: null },
      ],
    },
    {
      product: "orders",
      slo: "new",
      objectivePpm: 999_000,
      period: "28d",
      budgeting: "time",
      sli: null,
      sliBounds: [0, 1],
      coverage: 0,
      remaining: { upper: null, lower: null },
      errorRatios: [],
    },
  ],
  incidents: [{ product: "orders", alert: "page", open: 2 }],
  deliveriesPending: [
    { notifier: "email", pending: 0 },
    { notifier: "slack", pending: 3 },
  ],
  connections: ["dwh", "lake"],
  spenders: [
    { connection: "dwh", product: "orders", reportsBytes: false },
    { connection: "dwh", product: "returns", reportsBytes: false },
    { connection: "lake", product: "orders", reportsBytes: true },
  ],
};

export const nothing: MetricsSnapshot = {
  products: [],
  checks: [],
  slos: [],
  incidents: [],
  deliveriesPending: [],
  connections: [],
  spenders: [],
};
