import type { Interval, TimelineObservation, TimelineRun, TimeState } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";

/**
 * Held state (slo.md §1 A). A conclusive observation holds until the next conclusive one or until its hold
 * runs out, whichever is first; then nothing is known. `error` and `skip` change nothing and renew nothing.
 *
 * A check's runs are ordered, do not overlap, and grow in number with changes of state, not with
 * observations.
 */

/** Whose run it is. A verdict of one generation never holds into another. */
export interface RunOwner {
  readonly checkId: string;
  readonly generation: string;
}

/**
 * The runs that change when `o` follows `last`, to be put by (check, start): none, the last run extended, or
 * the last run cut short and a new one.
 *
 * Time runs one way: an observation that is not newer than the last one counts as made at the instant of
 * the last one, so that a clock set back neither reopens time already judged nor tangles the runs. Of two
 * observations at one instant bad wins, and of two equal ones the longer hold, whichever came first.
 */
export function extend(
  last: TimelineRun | null,
  o: TimelineObservation,
  of: RunOwner,
): readonly TimelineRun[] {
  if (o.outcome === "error" || o.outcome === "skip") {
    return [];
  }
  const state = o.outcome === "fail" ? "bad" : "good";
  const atMs = last === null ? o.atMs : Math.max(o.atMs, last.observedMs);
  const heldMs = atMs + Math.max(0, o.holdMs);
  const next: TimelineRun = {
    checkId: of.checkId,
    generation: of.generation,
    fromMs: atMs,
    toMs: heldMs,
    state,
    observedMs: atMs,
  };
  if (last === null) {
    return [next];
  }
  const isSameGeneration = last.generation === of.generation;
  const isSameInstant = atMs === last.observedMs;
  if (isSameGeneration && isSameInstant && last.state === "bad" && state === "good") {
    return [];
  }
  if (isSameGeneration && last.state === state && atMs <= last.toMs) {
    const toMs = isSameInstant ? Math.max(last.toMs, heldMs) : heldMs;
    const isUnchanged = toMs === last.toMs && isSameInstant;
    return isUnchanged ? [] : [{ ...last, toMs, observedMs: atMs }];
  }
  // A run that starts at the same instant takes the last one's place.
  const ended = atMs === last.fromMs ? null : cut(last, atMs);
  return ended === null ? [next] : [ended, next];
}

/**
 * The run with its hold ending at `atMs`, at the earliest when it was last observed; null when it ends by
 * then anyway. For a change of generation: earlier verdicts stand, and hold no longer.
 */
export function cut(last: TimelineRun, atMs: EpochMs): TimelineRun | null {
  const toMs = Math.max(atMs, last.observedMs);
  return toMs < last.toMs ? { ...last, toMs } : null;
}

/** The intervals that cover `[fromMs, toMs)` without a gap, neighbours of equal state joined; unknown between runs. */
export function intervalsOf(
  runs: readonly TimelineRun[],
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly Interval[] {
  const cover = new Cover(fromMs);
  for (let index = firstEndingAfter(runs, fromMs); index < runs.length; index += 1) {
    const run = runs[index];
    if (run === undefined || run.fromMs >= toMs) {
      break;
    }
    cover.add("unknown", Math.min(run.fromMs, toMs));
    cover.add(run.state, Math.min(run.toMs, toMs));
  }
  cover.add("unknown", toMs);
  return cover.intervals;
}

/** The state at an instant; unknown where no run holds. */
export function stateAt(runs: readonly TimelineRun[], atMs: EpochMs): "good" | "bad" | "unknown" {
  const run = runs[firstEndingAfter(runs, atMs)];
  return run !== undefined && run.fromMs <= atMs ? run.state : "unknown";
}

const strength: Readonly<Record<TimeState, number>> = { good: 0, unknown: 1, bad: 2, excluded: 3 };

/**
 * One timeline from those of several checks over the same stretch: at each instant excluded if any is, else
 * bad if any is, else unknown if any is, else good (slo.md §1). Empty for no timelines.
 */
export function union(timelines: readonly (readonly Interval[])[]): readonly Interval[] {
  const [first = [], ...others] = timelines;
  return others.reduce(unionOfTwo, first);
}

/** Walks both at once: the cost is the number of intervals, without sorting them. */
function unionOfTwo(a: readonly Interval[], b: readonly Interval[]): readonly Interval[] {
  const cover = new Cover(a[0]?.fromMs ?? 0);
  let [indexOfA, indexOfB] = [0, 0];
  let [inA, inB] = [a[0], b[0]];
  while (inA !== undefined && inB !== undefined) {
    const toMs = Math.min(inA.toMs, inB.toMs);
    cover.add(strength[inA.state] > strength[inB.state] ? inA.state : inB.state, toMs);
    if (inA.toMs === toMs) {
      inA = a[(indexOfA += 1)];
    }
    if (inB.toMs === toMs) {
      inB = b[(indexOfB += 1)];
    }
  }
  return cover.intervals;
}

/** Runs do not overlap, so their ends are in order too. Runs of no length are passed over. */
function firstEndingAfter(runs: readonly TimelineRun[], atMs: EpochMs): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle]?.toMs ?? Number.POSITIVE_INFINITY) > atMs) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** Collects states from left to right. What would go back is dropped, equal neighbours are joined. */
class Cover {
  readonly intervals: Interval[] = [];
  #endMs: EpochMs;
  #last: { fromMs: EpochMs; toMs: EpochMs; state: TimeState } | null = null;

  constructor(fromMs: EpochMs) {
    this.#endMs = fromMs;
  }

  add(state: TimeState, toMs: EpochMs): void {
    if (toMs <= this.#endMs) {
      return;
    }
    if (this.#last?.state === state) {
      this.#last.toMs = toMs;
    } else {
      this.#last = { fromMs: this.#endMs, toMs, state };
      this.intervals.push(this.#last);
    }
    this.#endMs = toMs;
  }
}
