import type {
  CheckResult,
  EvaluateContext,
  LastSeen,
  PlanContext,
  SliContext,
} from "../../src/core/check.ts";
import type { AggregateRequest } from "../../src/core/measurement.ts";
import type { Deadline, DeadlineSli } from "../../src/core/sli.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { deadlinesBetween, lastDeadline, parseTimeOfDay } from "../../src/time/deadlines.ts";
import { dayNumber, instantOn } from "../../src/time/local-day.ts";
import { zonedMoment } from "../../src/time/zone.ts";
import { shownAge, shownName } from "../_shared/text.ts";
import type { NewestTime } from "./newest.ts";
import type { FreshnessParams } from "./params.ts";
import { expectedOf, promiseOf } from "./promise.ts";

/** With `by`: a delivery on each of the calendar's days (slo.md §1 B). */
export type DeliveryParams = FreshnessParams & { readonly by: string };

/** More deliveries than these are not looked up at once: the daemon was down for months, and one is. */
const mostDeliveries = 100;

export function isDelivery(params: FreshnessParams): params is DeliveryParams {
  return params.by !== undefined;
}

/** `by` is read in the check's own zone, else in the calendar's, else in the dataset's. */
export function deadlineSliOf(params: DeliveryParams, context: SliContext): DeadlineSli {
  const { calendar } = context;
  return {
    kind: "deadline",
    by: params.by,
    timezone: params.timezone ?? calendar?.timezone ?? context.timezone,
    calendar,
    opensMs: params.opens ?? null,
  };
}

/** The deliveries whose loads are looked up. */
export interface LookedUp {
  readonly deadlines: readonly Deadline[];
  /** Every delivery that fell due since the last probe is among them. */
  readonly isAll: boolean;
}

/**
 * What fell due since the last probe: a later load may hide that it was delivered in time. Only the last of it
 * where there is no history, since rows that are deleted or changed prove nothing by their absence. With history
 * each day is looked up, whatever the calendar says of it: days that are added to it are judged by the same loads.
 */
export function lookedUp(
  params: DeliveryParams,
  context: SliContext & { readonly nowMs: EpochMs; readonly last: LastSeen | null },
): LookedUp {
  const sli = deadlineSliOf(params, context);
  const { last, nowMs } = context;
  if (params.history !== undefined && last !== null) {
    const deadlines = deadlinesBetween({ ...sli, calendar: null }, last.atMs + 1, nowMs + 1);
    if (deadlines.length <= mostDeliveries) {
      return { deadlines, isAll: deadlines.length > 0 };
    }
  }
  const newest = lastDeadline(sli, nowMs);
  const isNew = newest !== null && (last === null || newest.dueMs > last.atMs);
  return { deadlines: isNew ? [newest] : [], isAll: false };
}

/** The newest load of each delivery that is looked up; `loadsOfDeliveries` reads them by these ids. */
export function planDeliveries(
  params: DeliveryParams,
  context: PlanContext,
): readonly AggregateRequest[] {
  const { dialect, timezone } = context;
  const of = dialect.quoteIdentifier(params.column);
  return lookedUp(params, context).deadlines.map(({ opensMs, dueMs }, index) => {
    const after = dialect.compareTime(of, ">", zonedMoment(opensMs, timezone));
    const until = dialect.compareTime(of, "<=", zonedMoment(dueMs, timezone));
    return {
      kind: "aggregate",
      id: deliveryId(index),
      fn: "max",
      of,
      filter: `${after} AND ${until}`,
    };
  });
}

export function deliveryId(index: number): string {
  return `delivery_${index}`;
}

/** Once a load since the opening of the last deadline is there, in time or not, nothing is missing. */
export function verdictOnDelivery(
  params: DeliveryParams,
  newest: NewestTime,
  probeMs: EpochMs,
  context: EvaluateContext,
): CheckResult {
  const sli = deadlineSliOf(params, context);
  const deadline = lastDeadline(sli, probeMs);
  const ageMs = probeMs - Math.min(newest.endMs, probeMs);
  const shown = `The newest ${shownName(params.column)} is ${newest.text}, ${shownAge(ageMs)} old`;
  const figures = {
    measured: { age_seconds: ageMs / 1000, newest: newest.text },
    expected: expectedOf(params),
  };
  if (deadline === null) {
    const summary = `${shown}; no delivery has been due yet; ${promiseOf(params)}.`;
    return { outcome: "skip", summary, ...figures };
  }
  const newestMs = loadMsOf(newest, sli, probeMs);
  const isThere = newestMs > deadline.opensMs;
  const due = zonedMoment(deadline.dueMs, sli.timezone).local.slice(
    0,
    "2026-01-31 ".length + sli.by.length,
  );
  const delivery = `the delivery due ${due} in ${sli.timezone}`;
  return {
    outcome: isThere ? "pass" : "fail",
    summary: `${shown}; ${delivery} ${isThere ? "is there" : "is missing"}.`,
    measured: figures.measured,
    expected: { ...figures.expected, due: new Date(deadline.dueMs).toISOString() },
    newestMs,
  };
}

/** A day serves the delivery of its own day, and so counts as loaded at that day's deadline. */
function loadMsOf(newest: NewestTime, sli: DeadlineSli, probeMs: EpochMs): EpochMs {
  const timeMs = newest.isDay ? parseTimeOfDay(sli.by) : null;
  const loadMs =
    timeMs === null ? newest.endMs : instantOn(dayNumber(newest.text), timeMs, sli.timezone);
  return Math.min(loadMs, probeMs);
}
