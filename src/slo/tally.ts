import type { ExcludedTime } from "../core/exclusion.ts";
import type { Interval, TimeState } from "../core/timeline.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import type { Bounds } from "../time/period.ts";
import { expectedIn, judgeEras } from "./eras.ts";
import type { CheckRuns, CheckSightings, Evidence, RowCount, Tally } from "./evidence.ts";
import { type Excuses, excuse, excuseAt, excusesOf } from "./exclude.ts";
import { intervalsOf, union } from "./timeline.ts";

/** Milliseconds or events in each state. */
export type Totals = Readonly<Record<TimeState, number>>;

/** The window, and the part of it that has come due since the promise was made. */
interface Stretch extends Bounds {
  readonly judgedFromMs: EpochMs;
  readonly nowMs: EpochMs;
  readonly excuses: Excuses;
}

/** Counts what is good, bad, unknown and excluded of a window (slo.md §1), in the evidence's unit. */
export function tallyOf(
  evidence: Evidence,
  bounds: Bounds,
  excluded: readonly ExcludedTime[],
  sinceMs: EpochMs,
  atMs: EpochMs,
): Tally {
  const nowMs = Math.min(atMs, bounds.toMs);
  const promisedFromMs = Math.min(Math.max(bounds.fromMs, sinceMs), bounds.toMs);
  const stretch: Stretch = {
    ...bounds,
    judgedFromMs: Math.min(promisedFromMs, nowMs),
    nowMs,
    excuses: excusesOf(excluded, promisedFromMs, bounds.toMs),
  };
  switch (evidence.unit) {
    case "time":
      return tallyTime(evidence.checks, stretch);
    case "deliveries":
      return tallyDeliveries(evidence.checks, stretch);
    case "rows":
      return tallyRows(evidence.counts, stretch);
    default:
      return evidence satisfies never;
  }
}

/** Bad while any check is bad; each check's own bad time is kept for blame. */
function tallyTime(checks: readonly CheckRuns[], stretch: Stretch): Tally {
  const { fromMs, toMs, judgedFromMs, nowMs, excuses } = stretch;
  const timelines = checks.map(({ runs }) => intervalsOf(runs, judgedFromMs, nowMs));
  const timeline = together(timelines, excuses, judgedFromMs, nowMs);
  const totals = totalsOf(timeline, judgedFromMs);
  const isShared = checks.length > 1;
  return {
    ...totals,
    excluded: totals.excluded + totalsOf(excuses, nowMs).excluded,
    whole: toMs - fromMs,
    blame: checks.map(({ name }, index) => ({
      check: name,
      bad: isShared ? badOf(timelines[index] ?? [], excuses) : totals.bad,
    })),
    timeline,
  };
}

/** One timeline over `[fromMs, toMs)`, excuses laid over it; unknown throughout where there is no check. */
export function together(
  timelines: readonly (readonly Interval[])[],
  excuses: Excuses,
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly Interval[] {
  return excuse(timelines.length === 0 ? intervalsOf([], fromMs, toMs) : union(timelines), excuses);
}

function badOf(timeline: readonly Interval[], excuses: Excuses): DurationMs {
  return totalsOf(excuse(timeline, excuses), Number.NEGATIVE_INFINITY).bad;
}

/** One event for each expected delivery; one that is not due yet, or fell due before the promise, has no state. */
function tallyDeliveries(checks: readonly CheckSightings[], stretch: Stretch): Tally {
  const { fromMs, toMs, judgedFromMs, nowMs, excuses } = stretch;
  const totals = emptyTotals();
  const timeline: Interval[] = [];
  let whole = 0;
  const blame = checks.map(({ name, eras, sightings }) => {
    let bad = 0;
    const judged = judgeEras(eras, sightings, judgedFromMs, nowMs);
    for (const { opensMs, dueMs, state: found } of judged) {
      const state = excuseAt(excuses, dueMs) ?? found;
      totals[state] += 1;
      bad += state === "bad" ? 1 : 0;
      timeline.push({ fromMs: opensMs, toMs: dueMs, state });
    }
    const toCome = expectedIn(eras, Math.max(fromMs, nowMs), toMs);
    whole += expectedIn(eras, fromMs, judgedFromMs).length + judged.length + toCome.length;
    totals.excluded += toCome.filter(({ dueMs }) => excuseAt(excuses, dueMs) === "excluded").length;
    return { check: name, bad };
  });
  timeline.sort((a, b) => a.toMs - b.toMs);
  return { ...totals, whole, blame, timeline };
}

/** Good over total, summed before dividing. */
function tallyRows(counts: readonly RowCount[], stretch: Stretch): Tally {
  const { fromMs, judgedFromMs, nowMs, excuses } = stretch;
  const totals = emptyTotals();
  let whole = 0;
  for (const { atMs, good, total } of counts) {
    if (atMs < fromMs || atMs >= nowMs) {
      continue;
    }
    whole += total;
    if (atMs < judgedFromMs) {
      continue;
    }
    const excused = excuseAt(excuses, atMs);
    if (excused === null) {
      totals.good += good;
      totals.bad += total - good;
    } else {
      totals[excused] += total;
    }
  }
  return { ...totals, whole, blame: [], timeline: [] };
}

/** Sums from `fromMs` on, walking back from the end, so that a short stretch of a long timeline costs little. */
export function totalsOf(timeline: readonly Interval[], fromMs: EpochMs): Totals {
  const totals = emptyTotals();
  for (let index = timeline.length - 1; index >= 0; index -= 1) {
    const interval = timeline[index];
    if (interval === undefined || interval.toMs <= fromMs) {
      break;
    }
    totals[interval.state] += interval.toMs - Math.max(interval.fromMs, fromMs);
  }
  return totals;
}

function emptyTotals(): Record<TimeState, number> {
  return { good: 0, bad: 0, unknown: 0, excluded: 0 };
}
