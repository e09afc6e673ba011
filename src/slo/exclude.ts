import type { ExcludedTime } from "../core/exclusion.ts";
import type { Interval, TimeState } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";

/** Excused time, ascending and disjoint, as the state that it gives to what lies under it. */
export type Excuses = readonly (Interval & { readonly state: "excluded" | "good" })[];

const noExcuses: Excuses = [];

/**
 * What `excluded` says of `[fromMs, toMs)`: removed time is `excluded`, time that counts as good is `good` (slo.md
 * §2). Exclusions may come in any order and overlap; where they do, `remove` outranks `good`. One that ends before
 * it begins excuses nothing.
 */
export function excusesOf(
  excluded: readonly ExcludedTime[],
  fromMs: EpochMs,
  toMs: EpochMs,
): Excuses {
  if (excluded.length === 0) {
    return noExcuses;
  }
  const edges = excluded
    .map((one) => ({
      ...one,
      fromMs: Math.max(one.fromMs, fromMs),
      toMs: Math.min(one.toMs, toMs),
    }))
    .filter((one) => one.fromMs < one.toMs)
    .flatMap((one) => [
      { atMs: one.fromMs, mode: one.mode, step: 1 },
      { atMs: one.toMs, mode: one.mode, step: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs);
  const excuses: (Interval & { readonly state: "excluded" | "good" })[] = [];
  const open = { remove: 0, good: 0 };
  let sinceMs = fromMs;
  for (const { atMs, mode, step } of edges) {
    if (open.remove + open.good > 0) {
      append(excuses, sinceMs, atMs, open.remove > 0 ? "excluded" : "good");
    }
    open[mode] += step;
    sinceMs = atMs;
  }
  return excuses;
}

/** The timeline with what is excused laid over it. Both are ascending and disjoint. */
export function excuse(timeline: readonly Interval[], excuses: Excuses): readonly Interval[] {
  if (excuses.length === 0) {
    return timeline;
  }
  const result: Interval[] = [];
  let next = 0;
  for (const { fromMs, toMs, state } of timeline) {
    let atMs = fromMs;
    while (atMs < toMs) {
      let over = excuses[next];
      while (over !== undefined && over.toMs <= atMs) {
        next += 1;
        over = excuses[next];
      }
      const isExcused = over !== undefined && over.fromMs <= atMs;
      const endMs = Math.min(toMs, (isExcused ? over?.toMs : over?.fromMs) ?? toMs);
      append(result, atMs, endMs, isExcused ? (over?.state ?? state) : state);
      atMs = endMs;
    }
  }
  return result;
}

/** What an event at `atMs` is excused as; null when it is not. */
export function excuseAt(excuses: Excuses, atMs: EpochMs): "excluded" | "good" | null {
  let [low, high] = [0, excuses.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((excuses[middle]?.toMs ?? Number.POSITIVE_INFINITY) > atMs) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const found = excuses[low];
  return found !== undefined && found.fromMs <= atMs ? found.state : null;
}

/** Joins equal neighbours. */
function append<S extends TimeState>(
  intervals: { readonly fromMs: EpochMs; readonly toMs: EpochMs; readonly state: S }[],
  fromMs: EpochMs,
  toMs: EpochMs,
  state: S,
): void {
  const last = intervals.at(-1);
  if (toMs <= fromMs) {
    return;
  }
  if (last?.state === state && last.toMs === fromMs) {
    intervals[intervals.length - 1] = { ...last, toMs };
  } else {
    intervals.push({ fromMs, toMs, state });
  }
}
