import type { CheckResult } from "../../src/core/check.ts";
import type { DailyCost } from "../../src/core/cost.ts";
import type { ExclusionRecord } from "../../src/core/exclusion.ts";
import type { CheckAlertState, Incident, NewDelivery, Notice } from "../../src/core/incident.ts";
import type { NewSlot, ResultRecord, Store } from "../../src/core/store.ts";
import type { DeadlineEra, Sighting, TimelineRun } from "../../src/core/timeline.ts";

/** 2026-01-05T06:00:00Z. */
export const t0 = 1_767_592_800_000;
export const minute = 60_000;

/** 2026-01-05T00:00:00Z. */
export const day0 = t0 - 6 * 60 * minute;

export function newSlot(changes: Partial<NewSlot> = {}): NewSlot {
  return {
    probeId: "orders/orders@15m",
    datasetId: "orders/orders",
    dueMs: t0,
    kind: "scheduled",
    checkIds: ["orders/orders/fresh", "orders/orders/enough"],
    ...changes,
  };
}

/** Claims one slot, due at `dueMs`, and returns its id. */
export async function claimOne(store: Pick<Store, "slots">, dueMs: number): Promise<number> {
  const [slot] = await store.slots.claim([newSlot({ dueMs })], dueMs);
  if (slot === undefined) {
    throw new Error(`the slot due at ${dueMs} was claimed before`);
  }
  return slot.id;
}

export const passed: CheckResult = {
  outcome: "pass",
  summary: "The newest row is 12 minutes old; at most 1 hour is promised.",
  measured: {
    age_seconds: 720.25,
    newest: "2026-01-05T05:48:00.000Z",
    is_empty: false,
    none: null,
  },
  expected: { max_age_seconds: 3600 },
  newestMs: t0 - 12 * minute,
};

export const failedResult: CheckResult = {
  outcome: "fail",
  summary: "The newest row is 3 hours old; at most 1 hour is promised.",
  measured: { age_seconds: 10_800 },
  expected: { max_age_seconds: 3600 },
};

export const errored: CheckResult = {
  outcome: "error",
  summary: "The query took longer than 30 s.",
  measured: {},
  expected: { max_age_seconds: 3600 },
  failure: { kind: "timeout", message: "The query took longer than 30 s.", hint: "Add an index." },
};

export function resultOf(slotId: number, changes: Partial<ResultRecord> = {}): ResultRecord {
  return {
    checkId: "orders/orders/fresh",
    generation: "5f1d",
    slotId,
    atMs: t0,
    nextDueMs: t0 + 15 * minute,
    holdMs: 22.5 * minute,
    durationMs: 12.5,
    result: passed,
    evidence: { rung: "column", queryIds: ["orders/orders 4f2a"] },
    ...changes,
  };
}

export function runOf(changes: Partial<TimelineRun> = {}): TimelineRun {
  return {
    checkId: "orders/orders/fresh",
    generation: "5f1d",
    fromMs: t0,
    toMs: t0 + 20 * minute,
    state: "good",
    observedMs: t0,
    ...changes,
  };
}

export function sightingOf(changes: Partial<Sighting> = {}): Sighting {
  return {
    checkId: "orders/orders/by_seven",
    generation: "5f1d",
    number: 1,
    fromMs: t0 - minute,
    observedMs: t0,
    newestMs: t0 - 12 * minute,
    ...changes,
  };
}

export function eraOf(changes: Partial<DeadlineEra> = {}): DeadlineEra {
  const calendar = {
    name: "business",
    timezone: "Europe/Berlin",
    days: new Set([1, 2, 3, 4, 5] as const),
    holidays: new Set(["2026-12-25"]),
    validUntil: "2026-12-31",
  };
  return {
    checkId: "orders/orders/by_seven",
    generation: "5f1d",
    fromMs: t0,
    sli: { kind: "deadline", by: "07:00", timezone: "Europe/Berlin", calendar, opensMs: null },
    ...changes,
  };
}

export function exclusionOf(changes: Partial<ExclusionRecord> = {}): ExclusionRecord {
  return {
    id: "exc-1",
    target: "orders/fresh",
    fromMs: t0,
    toMs: t0 + 60 * minute,
    mode: "remove",
    reason: "The warehouse moves.",
    author: "ana",
    createdMs: t0,
    endedMs: null,
    endedBy: null,
    withdrawal: null,
    ...changes,
  };
}

export function costOf(changes: Partial<DailyCost> = {}): DailyCost {
  return {
    connection: "dwh",
    product: "orders",
    dayMs: day0,
    statements: 3,
    toldStatements: 2,
    bytes: 1_000_000_000,
    busyMs: 1_500.5,
    ...changes,
  };
}

export function incidentOf(changes: Partial<Incident> = {}): Incident {
  return {
    id: "inc-1",
    kind: "broken",
    product: "orders",
    datasetId: "orders/orders",
    dimension: "timeliness",
    alert: "page",
    toldLevels: ["ticket", "page"],
    owner: "checkout",
    sinceMs: t0,
    openedMs: t0 + minute,
    endedMs: null,
    ending: null,
    checkIds: ["orders/orders/fresh"],
    changes: 1,
    ...changes,
  };
}

export function stateOf(changes: Partial<CheckAlertState> = {}): CheckAlertState {
  return {
    checkId: "orders/orders/fresh",
    generation: "5f1d",
    phase: "suspect",
    sinceMs: t0,
    incidentId: null,
    erroringSinceMs: null,
    blindIncidentId: null,
    ...changes,
  };
}

export function noticeOf(changes: Partial<Notice> = {}): Notice {
  return {
    id: "inc-1.1",
    incidentId: "inc-1",
    change: "opened",
    kind: "broken",
    alert: "page",
    atMs: t0 + minute,
    sinceMs: t0,
    product: { name: "orders", description: "Confirmed orders – “Bestellungen”", tier: "gold" },
    dataset: "orders/orders",
    dimension: "timeliness",
    owner: { name: "checkout", displayName: "Checkout data" },
    checks: [
      {
        id: "orders/orders/fresh",
        type: "freshness",
        outcome: "fail",
        summary: "The newest row is 3 hours old; at most 1 hour is promised.",
      },
    ],
    changed: [],
    budgets: [
      {
        slo: "orders/fresh",
        objective: "99.5%",
        window: "30d",
        remaining: -0.25,
        remainingLower: null,
      },
    ],
    links: { runbook: "https://example.com/runbooks/orders" },
    upstream: ["payments"],
    downstream: ["finance-reporting"],
    ...changes,
  };
}

/** The nth notice of incident `inc-1` to `slack:#oncall`, unless said otherwise. */
export function deliveryOf(
  noticeNumber: number,
  changes: Partial<Omit<NewDelivery, "notice">> = {},
): NewDelivery {
  return {
    notifier: "slack",
    address: "#oncall",
    notice: noticeOf({ id: `inc-1.${noticeNumber}` }),
    createdMs: t0,
    ...changes,
  };
}
