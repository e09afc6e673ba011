import type { MetricsSnapshot } from "../../../src/metrics/snapshot.ts";

/** What a product may not be called in a file, and the label value that Prometheus is to keep of it. */
export const names: readonly (readonly [given: string, kept: string])[] = [
  ['a"b\n{}', 'a"b{}'],
  ["ends with \\", "ends with \\"],
  ["\\n is no line feed", "\\n is no line feed"],
  ['x",product="y"} 1\n# HELP', 'x",product="y"} 1# HELP'],
  ["$1 ${product} {{ .Value }} %s", "$1 ${product} {{ .Value }} %s"],
  ["(unbalanced [pattern", "(unbalanced [pattern"],
  ["\u0000\t\r\u0085tabs and such", "tabs and such"],
  ["ü 😀 \u202e \u2028", "ü 😀 \u202e \u2028"],
  ["half a \ud800 pair", "half a \ufffd pair"],
  ["l".repeat(300), "l".repeat(256)],
  ["__proto__", "__proto__"],
];

/** A product, a check, an SLO, a connection and a notifier of each name, with something of everything. */
export const snapshot: MetricsSnapshot = {
  products: names.map(([product]) => ({
    product,
    domain: product,
    owner: product,
    tier: product,
    upstream: [product],
  })),
  checks: names.map(([product]) => ({
    product,
    dataset: product,
    check: product,
    type: "freshness",
    severity: "fail",
    good: true,
    measured: { age_seconds: 1 },
    expected: { max_age_seconds: 60 },
    lastConclusiveMs: 1_767_225_600_000,
  })),
  slos: names.map(([product]) => ({
    product,
    slo: product,
    objectivePpm: 995_000,
    period: "30d",
    budgeting: "time",
    sli: 0.9975,
    sliBounds: [0.9775, 0.9976],
    coverage: 0.98,
    remaining: { upper: 0.5, lower: -3.5 },
    errorRatios: [{ windowMs: 3_600_000, errorRatio: 0.25 }],
  })),
  incidents: names.map(([product]) => ({ product, alert: "page", open: 1 })),
  deliveriesPending: names.map(([notifier]) => ({ notifier, pending: 1 })),
  connections: names.map(([connection]) => connection),
  spenders: names.map(([product]) => ({ connection: product, product, reportsBytes: true })),
};
