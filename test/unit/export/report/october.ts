/** A report on a month with all that a report can say. October 2026 has 745 hours in Berlin. */
import type { ExclusionRecord } from "../../../../src/core/exclusion.ts";
import type { Incident } from "../../../../src/core/incident.ts";
import type { Interval } from "../../../../src/core/timeline.ts";
import type {
  ProductReport,
  ReportDocument,
  ReportPeriod,
  SloReport,
} from "../../../../src/export/report/document.ts";
import type { SloStatus } from "../../../../src/slo/evaluate.ts";

export const hourMs = 3_600_000;
const at = (text: string): number => Date.parse(text);

export const october: ReportPeriod = {
  text: "2026-10",
  timezone: "Europe/Berlin",
  fromMs: at("2026-10-01T00:00:00+02:00"),
  toMs: at("2026-11-01T00:00:00+01:00"),
  isRunning: false,
};

/** Without a gap from the period's start: each stretch until when. */
function timeline(...stretches: readonly (readonly [Interval["state"], string])[]): Interval[] {
  let fromMs = october.fromMs;
  return stretches.map(([state, until]) => {
    const interval = { fromMs, toMs: at(until), state };
    fromMs = interval.toMs;
    return interval;
  });
}

export function incidentOf(changes: Partial<Incident> = {}): Incident {
  const sinceMs = changes.sinceMs ?? at("2026-10-05T07:00:00+02:00");
  return {
    id: "5c1f20aa9d03",
    kind: "broken",
    product: "orders",
    datasetId: "orders/orders",
    dimension: "timeliness",
    alert: "page",
    toldLevels: ["page"],
    owner: "checkout",
    sinceMs,
    openedMs: sinceMs + 60_000,
    endedMs: at("2026-10-05T13:00:00+02:00"),
    ending: "resolved",
    checkIds: [],
    changes: 2,
    ...changes,
  };
}

export function exclusionOf(changes: Partial<ExclusionRecord> = {}): ExclusionRecord {
  return {
    id: "9f57725eebdb",
    target: "orders",
    fromMs: at("2026-10-20T08:00:00+02:00"),
    toMs: at("2026-10-20T10:00:00+02:00"),
    mode: "good",
    reason: "A broken probe user, the data was fine.",
    author: "ana",
    createdMs: at("2026-10-21T09:30:15+02:00"),
    endedMs: null,
    endedBy: null,
    withdrawal: null,
    ...changes,
  };
}

const whole: SloStatus = {
  unit: "time",
  fromMs: october.fromMs,
  toMs: october.toMs,
  good: 719 * hourMs,
  bad: 9 * hourMs,
  unknown: 12 * hourMs,
  excluded: 5 * hourMs,
  sli: 719 / 728,
  sliBounds: [719 / 740, 731 / 740],
  coverage: 728 / 740,
  budget: {
    allowed: 7.4 * hourMs,
    consumed: 9 / 7.4,
    remaining: -1.6 / 7.4,
    remainingLower: -13.6 / 7.4,
  },
  blame: [
    { check: "orders/orders/fresh", bad: 6 * hourMs },
    { check: "orders/orders/enough", bad: 4 * hourMs },
  ],
  timeline: timeline(
    ["good", "2026-10-05T07:00:00+02:00"],
    ["bad", "2026-10-05T13:00:00+02:00"],
    ["good", "2026-10-11T02:00:00+02:00"],
    ["excluded", "2026-10-11T04:00:00+02:00"],
    ["good", "2026-10-14T12:00:00+02:00"],
    ["bad", "2026-10-14T15:00:00+02:00"],
    ["unknown", "2026-10-15T03:00:00+02:00"],
    ["good", "2026-10-25T02:00:00+02:00"],
    ["excluded", "2026-10-25T04:00:00+01:00"],
    ["good", "2026-11-01T00:00:00+01:00"],
  ),
};

/** What was excluded counted as it was: two hours of it had been bad. */
const wholeUnexcused: SloStatus = { ...whole, bad: 11 * hourMs, sli: 722 / 733, excluded: 0 };

const wholeSlo: SloReport = {
  id: "orders/whole",
  name: "whole",
  description: "Orders are there, in number and in time.",
  objectivePpm: 990_000,
  window: "30d",
  unknown: "ignore",
  sinceMs: at("2026-03-01T00:00:00+01:00"),
  status: whole,
  unexcused: wholeUnexcused,
  checks: [
    { id: "orders/orders/fresh", bad: 6 * hourMs, disabledReason: null },
    { id: "orders/orders/enough", bad: 4 * hourMs, disabledReason: null },
    { id: "orders/orders/shape", bad: 0, disabledReason: "Being moved to\n the new schema." },
  ],
  spent: {
    incidents: [
      { incident: incidentOf(), amount: 6 * hourMs, excused: 0 },
      {
        incident: incidentOf({
          id: "77d0e1f2a3b4",
          dimension: "completeness",
          sinceMs: at("2026-10-14T12:00:00+02:00"),
          endedMs: at("2026-10-14T14:30:20+02:00"),
        }),
        amount: 2.5 * hourMs,
        excused: 0,
      },
      {
        incident: incidentOf({
          id: "0a4be9d1c2f3",
          sinceMs: at("2026-10-20T08:00:00+02:00"),
          endedMs: null,
          ending: null,
        }),
        amount: 0,
        excused: 2 * hourMs,
      },
    ],
    outside: 0.5 * hourMs,
  },
  unseen: {
    incidents: [
      {
        incident: incidentOf({
          id: "b1d2c3e4f5a6",
          kind: "blind",
          sinceMs: at("2026-10-14T16:00:00+02:00"),
          endedMs: at("2026-10-15T03:00:00+02:00"),
        }),
        amount: 11 * hourMs,
        excused: 0,
      },
    ],
    outside: hourMs,
  },
  exclusions: [
    {
      mode: "remove",
      reason: "The weekly load.",
      record: null,
      times: [
        {
          fromMs: at("2026-10-11T02:00:00+02:00"),
          toMs: at("2026-10-11T04:00:00+02:00"),
          mode: "remove",
        },
        {
          fromMs: at("2026-10-25T02:00:00+02:00"),
          toMs: at("2026-10-25T04:00:00+01:00"),
          mode: "remove",
        },
      ],
    },
    {
      mode: "good",
      reason: "A broken probe user, the data was fine.",
      record: exclusionOf(),
      times: [
        {
          fromMs: at("2026-10-20T08:00:00+02:00"),
          toMs: at("2026-10-20T10:00:00+02:00"),
          mode: "good",
        },
      ],
    },
    {
      mode: "good",
      reason: "The morning of the fifth.",
      record: exclusionOf({
        id: "fc0aeb073201",
        fromMs: at("2026-10-05T07:00:00+02:00"),
        toMs: at("2026-10-05T09:30:00+02:00"),
        withdrawal: {
          atMs: at("2026-10-23T12:00:00+02:00"),
          by: "li",
          reason: "The data was late after all, as the provider has confirmed in writing since.",
        },
      }),
      times: [],
    },
  ],
};

const fresh: SloStatus = {
  ...whole,
  good: 739.5 * hourMs,
  bad: 1.5 * hourMs,
  unknown: 4 * hourMs,
  excluded: 0,
  sli: 739.5 / 741,
  sliBounds: [739.5 / 745, 743.5 / 745],
  coverage: 741 / 745,
  budget: {
    allowed: 3.725 * hourMs,
    consumed: 1.5 / 3.725,
    remaining: 2.225 / 3.725,
    remainingLower: -1.775 / 3.725,
  },
  blame: [{ check: "orders/orders/fresh", bad: 1.5 * hourMs }],
  timeline: timeline(
    ["good", "2026-10-08T12:00:00+02:00"],
    ["bad", "2026-10-08T13:30:00+02:00"],
    ["good", "2026-10-17T00:00:00+02:00"],
    ["unknown", "2026-10-17T04:00:00+02:00"],
    ["good", "2026-11-01T00:00:00+01:00"],
  ),
};

export const freshSlo: SloReport = {
  id: "orders/fresh",
  name: "fresh",
  description: null,
  objectivePpm: 995_000,
  window: "month in Europe/Berlin",
  unknown: "ignore",
  sinceMs: at("2026-03-01T00:00:00+01:00"),
  status: fresh,
  unexcused: null,
  checks: [{ id: "orders/orders/fresh", bad: 1.5 * hourMs, disabledReason: null }],
  spent: { incidents: [], outside: 1.5 * hourMs },
  unseen: { incidents: [], outside: 4 * hourMs },
  exclusions: [],
};

/** By seven on each of the 22 working days; that of the 14th was missed. */
const deliveries = Array.from(
  { length: 30 },
  (_, index) => `2026-10-${String(index + 1).padStart(2, "0")}`,
)
  .filter((day) => ![0, 6].includes(new Date(day).getUTCDay()))
  .map((day): Interval => {
    const offset = day < "2026-10-25" ? "+02:00" : "+01:00";
    return {
      fromMs: at(`${day}T00:00:00${offset}`),
      toMs: at(`${day}T07:00:00${offset}`),
      state: day === "2026-10-14" ? "bad" : "good",
    };
  });

const deliveredSlo: SloReport = {
  ...freshSlo,
  id: "orders/delivered",
  name: "delivered",
  objectivePpm: 950_000,
  window: "90d",
  sinceMs: at("2026-10-01T00:00:00+02:00"),
  status: {
    ...fresh,
    unit: "deliveries",
    good: 21,
    bad: 1,
    unknown: 0,
    sli: 21 / 22,
    sliBounds: [21 / 22, 21 / 22],
    coverage: 1,
    budget: { allowed: 1.1, consumed: 1 / 1.1, remaining: 0.1 / 1.1, remainingLower: 0.1 / 1.1 },
    blame: [{ check: "orders/orders/by_seven", bad: 1 }],
    timeline: deliveries,
  },
  checks: [{ id: "orders/orders/by_seven", bad: 1, disabledReason: null }],
  spent: {
    incidents: [
      {
        incident: incidentOf({
          id: "1e2d3c4b5a69",
          sinceMs: at("2026-10-14T07:00:00+02:00"),
          endedMs: at("2026-10-14T09:41:07+02:00"),
        }),
        amount: 1,
        excused: 0,
      },
    ],
    outside: 0,
  },
  unseen: { incidents: [], outside: 0 },
};

/** Promised only after the period. */
const archivedSlo: SloReport = {
  ...freshSlo,
  id: "archive/fresh",
  name: "fresh",
  sinceMs: at("2026-11-02T09:00:00+01:00"),
  status: {
    ...fresh,
    good: 0,
    bad: 0,
    unknown: 0,
    sli: null,
    sliBounds: null,
    coverage: null,
    budget: { allowed: 3.725 * hourMs, consumed: 0, remaining: 1, remainingLower: 1 },
    blame: [{ check: "archive/rows/fresh", bad: 0 }],
    timeline: [],
  },
  checks: [{ id: "archive/rows/fresh", bad: 0, disabledReason: null }],
  spent: { incidents: [], outside: 0 },
  unseen: { incidents: [], outside: 0 },
};

const octoberDays = { fromMs: at("2026-10-01T00:00:00Z"), toMs: at("2026-11-01T00:00:00Z") };

const products: readonly ProductReport[] = [
  {
    name: "archive",
    description: null,
    owner: "platform",
    tier: "bronze",
    slos: [archivedSlo],
    cost: { ...octoberDays, statements: 0, toldStatements: 0, bytes: null, busyMs: 0 },
  },
  {
    name: "orders",
    description:
      "One row per confirmed order, corrected for refunds. It feeds the monthly accounts and the planning of the warehouses.",
    owner: "checkout",
    tier: "gold",
    slos: [wholeSlo, freshSlo, deliveredSlo],
    cost: {
      ...octoberDays,
      statements: 2_976,
      toldStatements: 2_964,
      bytes: 36_400_000_000,
      busyMs: 312_400,
    },
  },
  { name: "visits", description: null, owner: "web", tier: "silver", slos: [], cost: null },
];

export const octoberReport: ReportDocument = {
  period: october,
  madeMs: at("2026-11-02T09:15:00+01:00"),
  products,
};
