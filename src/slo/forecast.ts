import type { Interval } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { SloStatus, SloTerms } from "./evidence.ts";
import { timesPpm, wholePpm } from "./ratio.ts";
import type { Totals } from "./tally.ts";

/**
 * When the error budget will be gone if the time to come is as bad as the recent (slo.md §2), which may have begun
 * before the window. Rounded up to a millisecond; `nowMs` when the budget is gone already; null when it will not be,
 * when nothing was known lately, and when nothing is allowed at all. `status` and `recent` are those of an SLO over
 * time at `nowMs`. Unknown time counts as bad where the SLO declares it so.
 */
export function exhaustedAt(
  terms: SloTerms,
  status: SloStatus,
  recent: Totals,
  nowMs: EpochMs,
): EpochMs | null {
  if (status.budget.consumed === null) {
    return null;
  }
  const rates = ratesOf(terms, recent);
  const left = leftOf(status, rates);
  if (left <= 0n) {
    return nowMs;
  }
  if (rates.spent === 0n) {
    return null;
  }
  return terms.window.kind === "rolling"
    ? inRollingWindow(status, left, rates, nowMs)
    : inPeriod(status, left, rates, nowMs);
}

/**
 * Every amount is in units of 1 / (1,000,000 × the time known lately) ms, in which all terms are whole: the answer is
 * right to the millisecond.
 */
interface Rates {
  /** One millisecond. */
  readonly unit: bigint;
  /** What a millisecond to come spends: e. */
  readonly spent: bigint;
  /** What a millisecond of promised time allows: 1 − T. */
  readonly allowed: bigint;
  readonly isUnknownBad: boolean;
}

function ratesOf(terms: SloTerms, { good, bad, unknown }: Totals): Rates {
  const isUnknownBad = terms.unknown === "bad";
  const spentMs = bad + (isUnknownBad ? unknown : 0);
  const seenMs = Math.max(1, good + spentMs);
  return {
    unit: timesPpm(seenMs, wholePpm),
    spent: timesPpm(spentMs, wholePpm),
    allowed: timesPpm(seenMs, wholePpm - terms.objectivePpm),
    isUnknownBad,
  };
}

/** What is left of the budget: A − B. */
function leftOf(status: SloStatus, rates: Rates): bigint {
  const promisedMs = status.toMs - status.fromMs - status.excluded;
  const spentMs = status.bad + (rates.isUnknownBad ? status.unknown : 0);
  return BigInt(promisedMs) * rates.allowed - BigInt(spentMs) * rates.unit;
}

/** `t = (A − B) / e`; null where the period ends before. */
function inPeriod(
  { toMs }: SloStatus,
  left: bigint,
  { spent }: Rates,
  nowMs: EpochMs,
): EpochMs | null {
  const afterMs = dividedUp(left, spent);
  return afterMs > BigInt(toMs - nowMs) ? null : nowMs + Number(afterMs);
}

/**
 * The smallest t with `B − rolled_off(t) + e·t ≥ A(t)`, walking the intervals as they leave the window, because bad
 * time that leaves gives budget back, and so does removed time: what comes after it is promised again (vector
 * `rolling-forecast`). No exclusion to come is reckoned with.
 */
function inRollingWindow(
  { fromMs, toMs, timeline }: SloStatus,
  leftNow: bigint,
  rates: Rates,
  nowMs: EpochMs,
): EpochMs | null {
  let left = leftNow;
  let walkedMs = fromMs;
  for (const { toMs: endMs, state } of leaving(fromMs, timeline, nowMs)) {
    const stepMs = BigInt(Math.max(0, endMs - walkedMs));
    const loss = rates.spent - gainOf(state, rates);
    if (loss > 0n && left <= loss * stepMs) {
      return walkedMs + (toMs - fromMs) + Number(dividedUp(left, loss));
    }
    left -= loss * stepMs;
    walkedMs = Math.max(walkedMs, endMs);
  }
  return null;
}

/** The time before the promise leaves first, and gives nothing back. */
function* leaving(
  fromMs: EpochMs,
  timeline: readonly Interval[],
  nowMs: EpochMs,
): Generator<Interval> {
  yield { fromMs, toMs: timeline[0]?.fromMs ?? nowMs, state: "good" };
  yield* timeline;
}

/** What a millisecond of a state gives back to the budget as it leaves the window. */
function gainOf(state: Interval["state"], { unit, allowed, isUnknownBad }: Rates): bigint {
  if (state === "bad" || (state === "unknown" && isUnknownBad)) {
    return unit;
  }
  return state === "excluded" ? allowed : 0n;
}

/** Both above zero. */
function dividedUp(part: bigint, by: bigint): bigint {
  return (part + by - 1n) / by;
}
