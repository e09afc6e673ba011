import type { ExcludedTime } from "../core/exclusion.ts";
import type { SloWindow, UnknownPolicy } from "../core/mesh.ts";
import type { Budgeting, DeadlineSli } from "../core/sli.ts";
import type { Interval, Sighting, TimelineRun, TimeState } from "../core/timeline.ts";
import type { DurationMs, EpochMs, Ppm } from "../core/vocabulary.ts";
import { boundsOf } from "../time/period.ts";
import { ratio, share, timesPpm, wholePpm } from "./ratio.ts";
import { intervalsOf, union } from "./timeline.ts";

/**
 * SLI, error budget and burn rates of one SLO over a rolling window (slo.md §2). Lengths are integer
 * milliseconds and sum without loss; a ratio is made once, from the sums.
 */

export interface SloTerms {
  readonly objectivePpm: Ppm;
  readonly window: SloWindow;
  readonly unknown: UnknownPolicy;
  /** Burn rates over a stretch with less coverage are frozen. */
  readonly coverageFloorPpm: Ppm;
}

/** A check of the SLO, its runs oldest first. */
export interface CheckRuns {
  readonly name: string;
  readonly runs: readonly TimelineRun[];
}

/** A check that is delivered by deadlines, and what was seen of it, in order. */
export interface CheckSightings {
  readonly name: string;
  readonly sli: DeadlineSli;
  readonly sightings: readonly Sighting[];
}

/** What was counted at one instant. */
export interface RowCount {
  readonly atMs: EpochMs;
  readonly good: number;
  readonly total: number;
}

/** What an SLO is judged by; its unit is the one that its budget is counted in. */
export type Evidence =
  | { readonly unit: "time"; readonly checks: readonly CheckRuns[] }
  | { readonly unit: "deliveries"; readonly checks: readonly CheckSightings[] }
  | { readonly unit: "rows"; readonly counts: readonly RowCount[] };

/**
 * Where an SLO stands. Amounts are counted in its unit: milliseconds for `time`, otherwise deliveries or rows.
 */
export interface SloStatus {
  readonly unit: Budgeting;
  /** The window. Before `since` it has no state and is no part of the sums. */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly good: number;
  readonly bad: number;
  readonly unknown: number;
  readonly excluded: number;
  /** By the SLO's policy on unknown time; null when it has nothing to divide by. */
  readonly sli: number | null;
  /** The SLI if all unknown time had been bad, and if it had been good. */
  readonly sliBounds: readonly [number, number] | null;
  /** The known share of the time since the promise was made. */
  readonly coverage: number | null;
  readonly budget: {
    /** What of the whole window may be bad; a fraction is possible. */
    readonly allowed: number;
    /** Shares of what is allowed; `remaining` is signed. Null when nothing is allowed. */
    readonly consumed: number | null;
    readonly remaining: number | null;
    /** `remaining` if all unknown time had been bad. */
    readonly remainingLower: number | null;
  };
  /** What of each check's own was bad; a stretch where several are bad counts for each. Empty for rows. */
  readonly blame: readonly { readonly check: string; readonly bad: number }[];
  /**
   * Time: from the window's start or `since`, whichever is later, to now, without a gap. Deliveries: each from its
   * opening to its deadline, by deadline. Rows: empty.
   */
  readonly timeline: readonly Interval[];
}

export interface ErrorRatio {
  readonly windowMs: DurationMs;
  /** The bad share of the known time; null when frozen. */
  readonly errorRatio: number | null;
  /** `errorRatio` over 1 − objective; null when frozen. */
  readonly burnRate: number | null;
  /** 0 when the stretch lies before `since` altogether. */
  readonly coverage: number;
  /** Too little is known to say anything: an alert on it neither fires nor resolves. */
  readonly isFrozen: boolean;
}

/** Milliseconds in each state. */
type Totals = Readonly<Record<TimeState, DurationMs>>;

/** Where an SLO stands at `nowMs`. A promise made at `sinceMs` is judged from then on. */
export function evaluateSlo(
  terms: SloTerms,
  evidence: Evidence,
  _excluded: readonly ExcludedTime[],
  sinceMs: EpochMs,
  nowMs: EpochMs,
): SloStatus {
  const checks = evidence.unit === "time" ? evidence.checks : [];
  const { fromMs, toMs } = boundsOf(terms.window, nowMs);
  const judgedFromMs = Math.min(Math.max(fromMs, sinceMs), nowMs);
  const timelines = checks.map(({ runs }) => intervalsOf(runs, judgedFromMs, nowMs));
  const timeline = checks.length === 0 ? intervalsOf([], judgedFromMs, nowMs) : union(timelines);
  const { good, bad, unknown, excluded } = totalsOf(timeline, judgedFromMs);
  const all = good + bad + unknown;
  const [lower, upper] = [share(good, all), share(good + unknown, all)];
  return {
    unit: evidence.unit,
    fromMs,
    toMs,
    good,
    bad,
    unknown,
    excluded,
    sli: { ignore: share(good, good + bad), good: upper, bad: lower }[terms.unknown],
    sliBounds: lower === null || upper === null ? null : [lower, upper],
    coverage: share(good + bad, all),
    budget: budgetOf(terms, toMs - fromMs - excluded, bad, unknown),
    blame: checks.map(({ name }, index) => ({
      check: name,
      bad: totalsOf(timelines[index] ?? [], judgedFromMs).bad,
    })),
    timeline,
  };
}

/** Error ratio and burn rate over each of `windowsMs`, ending at `nowMs`, in the order given. */
export function errorRatios(
  terms: Pick<SloTerms, "objectivePpm" | "coverageFloorPpm">,
  evidence: Evidence,
  _excluded: readonly ExcludedTime[],
  sinceMs: EpochMs,
  nowMs: EpochMs,
  windowsMs: readonly DurationMs[],
): readonly ErrorRatio[] {
  const checks = evidence.unit === "time" ? evidence.checks : [];
  const longestMs = Math.max(0, ...windowsMs);
  const judgedFromMs = Math.min(Math.max(nowMs - longestMs, sinceMs), nowMs);
  const timeline = union(checks.map(({ runs }) => intervalsOf(runs, judgedFromMs, nowMs)));
  return windowsMs.map((windowMs) => {
    const totals = totalsOf(timeline, Math.max(nowMs - windowMs, judgedFromMs));
    return errorRatioOf(terms, windowMs, totals);
  });
}

function errorRatioOf(
  terms: Pick<SloTerms, "objectivePpm" | "coverageFloorPpm">,
  windowMs: DurationMs,
  { good, bad, unknown }: Totals,
): ErrorRatio {
  const known = good + bad;
  const all = known + unknown;
  const isCovered = timesPpm(known, wholePpm) >= timesPpm(all, terms.coverageFloorPpm);
  const isFrozen = known === 0 || !isCovered;
  const budgetPpm = wholePpm - terms.objectivePpm;
  return {
    windowMs,
    errorRatio: isFrozen ? null : share(bad, known),
    burnRate: isFrozen ? null : ratio(timesPpm(bad, wholePpm), timesPpm(known, budgetPpm)),
    coverage: share(known, all) ?? 0,
    isFrozen,
  };
}

/** `allowed`, `consumed` and the rest of slo.md §2, from lengths in the same unit. */
function budgetOf(
  terms: SloTerms,
  promisedMs: DurationMs,
  badMs: DurationMs,
  unknownMs: DurationMs,
): SloStatus["budget"] {
  const allowed = timesPpm(promisedMs, wholePpm - terms.objectivePpm);
  const spent = timesPpm(terms.unknown === "bad" ? badMs + unknownMs : badMs, wholePpm);
  const spentAtMost = timesPpm(badMs + unknownMs, wholePpm);
  return {
    allowed: ratio(allowed, BigInt(wholePpm)) ?? 0,
    consumed: ratio(spent, allowed),
    remaining: ratio(allowed - spent, allowed),
    remainingLower: ratio(allowed - spentAtMost, allowed),
  };
}

/** Sums from `fromMs` on, walking back from the end, so that a short stretch of a long timeline costs little. */
export function totalsOf(timeline: readonly Interval[], fromMs: EpochMs): Totals {
  const totals = { good: 0, bad: 0, unknown: 0, excluded: 0 };
  for (let index = timeline.length - 1; index >= 0; index -= 1) {
    const interval = timeline[index];
    if (interval === undefined || interval.toMs <= fromMs) {
      break;
    }
    totals[interval.state] += interval.toMs - Math.max(interval.fromMs, fromMs);
  }
  return totals;
}
