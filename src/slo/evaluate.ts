import type { ExcludedTime } from "../core/exclusion.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { type Bounds, boundsOf } from "../time/period.ts";
import type { Evidence, SloStatus, SloTerms, Tally } from "./evidence.ts";
import { ratio, share, timesPpm, wholePpm } from "./ratio.ts";
import { type RecentTotals, recentTotals } from "./recent.ts";
import { tallyOf } from "./tally.ts";

export type { Evidence, SloStatus, SloTerms } from "./evidence.ts";

/**
 * SLI, error budget and burn rates of one SLO (slo.md §2). Lengths are integer milliseconds, events are counted,
 * and both sum without loss; a ratio is made once, from the sums.
 */

export interface ErrorRatio {
  readonly windowMs: DurationMs;
  /** The bad share of the known time; null when frozen. */
  readonly errorRatio: number | null;
  /** `errorRatio` over 1 − objective; null when frozen. */
  readonly burnRate: number | null;
  /** 0 when the stretch lies before `since` or in an exclusion altogether. */
  readonly coverage: number;
  /** Too little is known to say anything: an alert on it neither fires nor resolves. */
  readonly isFrozen: boolean;
}

/**
 * Where an SLO stands at `nowMs`. A promise made at `sinceMs` is judged from then on; `excluded` may lie anywhere.
 * Throws `RangeError` for a zone that does not exist.
 */
export function evaluateSlo(
  terms: SloTerms,
  evidence: Evidence,
  excluded: readonly ExcludedTime[],
  sinceMs: EpochMs,
  nowMs: EpochMs,
): SloStatus {
  const bounds = boundsIn(terms.window, nowMs);
  const tally = tallyOf(evidence, bounds, excluded, sinceMs, nowMs);
  const { good, bad, unknown, blame, timeline } = tally;
  const all = good + bad + unknown;
  const [lower, upper] = [share(good, all), share(good + unknown, all)];
  return {
    unit: evidence.unit,
    ...bounds,
    good,
    bad,
    unknown,
    excluded: tally.excluded,
    sli: { ignore: share(good, good + bad), good: upper, bad: lower }[terms.unknown],
    sliBounds: lower === null || upper === null ? null : [lower, upper],
    coverage: share(good + bad, all),
    budget: budgetOf(terms, tally),
    blame,
    timeline,
  };
}

function boundsIn(window: SloTerms["window"], nowMs: EpochMs): Bounds {
  return window.kind === "fixed"
    ? { fromMs: window.fromMs, toMs: window.toMs }
    : boundsOf(window, nowMs);
}

/** `allowed`, `consumed` and the rest of slo.md §2, from amounts of one unit. */
function budgetOf(
  { objectivePpm, unknown: policy }: SloTerms,
  { whole, excluded, bad, unknown }: Tally,
): SloStatus["budget"] {
  const allowed = timesPpm(whole - excluded, wholePpm - objectivePpm);
  const spent = timesPpm(policy === "bad" ? bad + unknown : bad, wholePpm);
  const spentAtMost = timesPpm(bad + unknown, wholePpm);
  return {
    allowed: ratio(allowed, BigInt(wholePpm)) ?? 0,
    consumed: ratio(spent, allowed),
    remaining: ratio(allowed - spent, allowed),
    remainingLower: ratio(allowed - spentAtMost, allowed),
  };
}

/**
 * Error ratio and burn rate over each of `windowsMs`, ending at `nowMs`, in the order given. Empty for deliveries and
 * rows.
 */
export function errorRatios(
  terms: Pick<SloTerms, "objectivePpm" | "coverageFloorPpm">,
  evidence: Evidence,
  excluded: readonly ExcludedTime[],
  sinceMs: EpochMs,
  nowMs: EpochMs,
  windowsMs: readonly DurationMs[],
): readonly ErrorRatio[] {
  return recentTotals(evidence, excluded, sinceMs, nowMs, windowsMs).map((recent) =>
    errorRatioOf(terms, recent),
  );
}

function errorRatioOf(
  terms: Pick<SloTerms, "objectivePpm" | "coverageFloorPpm">,
  { windowMs, good, bad, unknown }: RecentTotals,
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
