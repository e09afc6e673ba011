import type { Calendar } from "../../../../src/core/calendar.ts";
import type { Check, Mesh, Product, Slo } from "../../../../src/core/mesh.ts";

/** A mesh of one product as plain values, with a promise of each kind that the export tells apart. */

const ukBusiness: Calendar = {
  name: "uk_business",
  timezone: "Europe/London",
  days: new Set([1, 2, 3, 4, 5]),
  holidays: new Set(["2026-12-25"]),
  validUntil: "2027-12-31",
};

export const orders: Product = {
  name: "orders",
  domain: "sales",
  description: "One row per confirmed order.",
  tier: "gold",
  owner: "checkout",
  alert: "page",
  contacts: {},
  upstream: [],
  consumers: [],
  links: {},
  maxBytesPerDay: null,
  datasetIds: ["orders/orders"],
  sloIds: ["orders/fresh", "orders/by_seven", "orders/whole"],
};

function check(name: string, facts: Partial<Check>): Check {
  return {
    id: `orders/orders/${name}`,
    product: "orders",
    datasetId: "orders/orders",
    name,
    type: "freshness",
    dimension: "timeliness",
    params: {},
    severity: "fail",
    owner: "checkout",
    schedule: { kind: "every", everyMs: 900_000 },
    holdMs: null,
    sli: { kind: "state" },
    calendar: null,
    disabledReason: null,
    generation: "3b3a7e77fe53d6e0",
    ...facts,
  };
}

const checks: readonly Check[] = [
  check("fresh", {
    sli: { kind: "freshness", maxAgeMs: 3_600_000, time: "load", visibilityDelayMs: 2_000 },
  }),
  check("by_seven", {
    sli: {
      kind: "deadline",
      by: "07:00",
      timezone: "Europe/Berlin",
      calendar: ukBusiness,
      opensMs: 21_600_000,
    },
    calendar: ukBusiness,
    schedule: { kind: "cron", expression: "5 7 * * *", timezone: "Europe/Berlin" },
  }),
  check("enough", { type: "volume", dimension: "completeness", holdMs: 129_600_000 }),
  check("shape", {
    type: "schema",
    dimension: "conformity",
    schedule: { kind: "every", everyMs: 86_400_000 },
  }),
];

export function slo(name: string, facts: Partial<Slo>): Slo {
  return {
    id: `orders/${name}`,
    product: "orders",
    name,
    objectivePpm: 995_000,
    window: { kind: "rolling", lengthMs: 2_592_000_000 },
    budgeting: "time",
    checkIds: ["orders/orders/fresh"],
    exclusions: [],
    labels: {},
    unknown: "ignore",
    coverageFloorPpm: 900_000,
    sinceMs: null,
    alert: null,
    ...facts,
  };
}

export const slos: readonly Slo[] = [
  slo("fresh", {
    description: "Order data is never older than an hour.",
    sinceMs: Date.parse("2026-01-31T00:00:00Z"),
    labels: { on: "yes", "cost/centre": "17" },
  }),
  slo("by_seven", {
    objectivePpm: 990_000,
    window: { kind: "calendar", period: "quarter", timezone: "Europe/Berlin" },
    budgeting: "deliveries",
    checkIds: ["orders/orders/by_seven"],
    alert: "page",
  }),
  slo("whole", {
    objectivePpm: 971_234,
    window: { kind: "rolling", lengthMs: 3_630_000 },
    checkIds: ["orders/orders/fresh", "orders/orders/enough", "orders/orders/shape"],
    unknown: "bad",
    coverageFloorPpm: 750_000,
    exclusions: [
      {
        span: {
          kind: "range",
          fromMs: Date.parse("2026-12-24T00:00:00Z"),
          toMs: Date.parse("2026-12-27T00:00:00Z"),
        },
        mode: "remove",
        reason: "Christmas: nobody orders",
      },
      {
        span: {
          kind: "recurring",
          start: "2026-03-01T02:00:00",
          timezone: "Europe/London",
          rule: "FREQ=WEEKLY;BYDAY=SU",
          durationMs: 7_200_000,
        },
        mode: "good",
        reason: "Backup window",
      },
      {
        span: { kind: "calendar", calendar: ukBusiness, timezone: "Europe/London" },
        mode: "remove",
        reason: "Weekends",
      },
    ],
  }),
];

export function meshWith(product: Product, promises: readonly Slo[]): Mesh {
  return {
    baseDir: "/mesh",
    products: new Map([[product.name, product]]),
    datasets: new Map(),
    checks: new Map(checks.map((one) => [one.id, one])),
    slos: new Map(promises.map((one) => [one.id, one])),
    probes: new Map(),
    connections: new Map(),
    notifiers: new Map(),
    teams: new Map(),
    calendars: new Map([["uk_business", ukBusiness]]),
    renames: { products: new Map(), datasets: new Map(), checks: new Map(), slos: new Map() },
    store: { type: "sqlite", path: "/mesh/state.db" },
    http: { host: "127.0.0.1", port: 9464, token: null },
  };
}
