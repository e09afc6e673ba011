import type { Interval } from "../core/timeline.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import type { SloStatus, SloTerms } from "./evaluate.ts";
import { totalsOf } from "./evaluate.ts";
import { timesPpm, wholePpm } from "./ratio.ts";

/**
 * When the error budget of a rolling window will be gone if the time to come is as bad as the last
 * `forecastWindowMs`: the smallest t with `B − rolled_off(t) + e·t ≥ A` (slo.md §2), walking the timeline,
 * because bad time that leaves the window gives budget back (vector `rolling-forecast`). Rounded up to a
 * millisecond; `nowMs` when it is gone already; null when it will not be, or when nothing was known in
 * the last `forecastWindowMs`.
 *
 * Unknown time counts as bad where the SLO declares it so. Null for deliveries and rows. `status` is the one at
 * `nowMs`.
 */
export function exhaustedAt(
  terms: SloTerms,
  status: SloStatus,
  nowMs: EpochMs,
  forecastWindowMs: DurationMs,
): EpochMs | null {
  if (status.unit !== "time") {
    return null;
  }
  const { fromMs: beginMs, toMs: endMs, timeline } = status;
  const lengthMs = endMs - beginMs;
  const isSpent = (state: Interval["state"]): boolean =>
    state === "bad" || (state === "unknown" && terms.unknown === "bad");
  const recent = totalsOf(timeline, nowMs - forecastWindowMs);
  const spentRecently = recent.bad + (isSpent("unknown") ? recent.unknown : 0);
  const seen = recent.good + recent.bad + (isSpent("unknown") ? recent.unknown : 0);

  // In units of 1 / (1,000,000 × seen) ms every term is whole, so that the answer is right to the millisecond.
  const seenScale = BigInt(seen);
  const slope = timesPpm(spentRecently, wholePpm);
  const allowed = timesPpm(lengthMs, wholePpm - terms.objectivePpm) * seenScale;
  let spent = 0n;
  for (const { fromMs, toMs, state } of timeline) {
    spent += isSpent(state) ? timesPpm(toMs - fromMs, wholePpm) * seenScale : 0n;
  }
  if (seen === 0) {
    return null;
  }
  if (spent >= allowed) {
    return nowMs;
  }
  if (slope === 0n) {
    return null;
  }
  const windowFromMs = nowMs - lengthMs;
  let walkedMs = windowFromMs;
  const steps = [
    { fromMs: windowFromMs, toMs: timeline[0]?.fromMs ?? nowMs, state: "good" as const },
    ...timeline,
  ];
  for (const { toMs, state } of steps) {
    const stepMs = BigInt(Math.max(0, toMs - walkedMs));
    const atEnd =
      spent + slope * stepMs - (isSpent(state) ? stepMs * BigInt(wholePpm) * seenScale : 0n);
    // Where bad time rolls off the sum does not grow, so it reaches the allowance at a slope of e alone.
    if (atEnd >= allowed) {
      const afterMs = (allowed - spent + slope - 1n) / slope;
      return walkedMs + lengthMs + Number(afterMs);
    }
    spent = atEnd;
    walkedMs = Math.max(walkedMs, toMs);
  }
  return null;
}
