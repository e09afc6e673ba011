import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Interval,
  TimelineObservation,
  TimelineRun,
  TimeState,
} from "../../../src/core/timeline.ts";
import { totalsOf } from "../../../src/slo/tally.ts";
import { intervalsOf, stateAt, union } from "../../../src/slo/timeline.ts";
import { checks, history, instant, observation } from "./arbitraries.ts";
import { day, hour, midnight, minute, record } from "./builders.ts";

/** slo.md §1 A word for word, minute by minute: the last conclusive observation at or before, if it still holds. */
function naiveStateAt(seen: readonly TimelineObservation[], atMs: number): TimeState {
  const conclusive = seen.filter(
    (o) => o.outcome !== "error" && o.outcome !== "skip" && o.atMs <= atMs,
  );
  const lastMs = Math.max(...conclusive.map((o) => o.atMs));
  const atLast = conclusive.filter((o) => o.atMs === lastMs);
  const deciding = atLast.some((o) => o.outcome === "fail")
    ? atLast.filter((o) => o.outcome === "fail")
    : atLast;
  const isHeld = deciding.some((o) => atMs < o.atMs + o.holdMs);
  if (!isHeld) {
    return "unknown";
  }
  return deciding.some((o) => o.outcome === "fail") ? "bad" : "good";
}

function minutes(fromMs: number, toMs: number): readonly number[] {
  return Array.from({ length: (toMs - fromMs) / minute }, (_, index) => fromMs + index * minute);
}

function stateIn(intervals: readonly Interval[], atMs: number): TimeState | undefined {
  return intervals.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.state;
}

describe("a timeline built run by run", () => {
  it("equals the definition at every minute", () => {
    fc.assert(
      fc.property(history, (seen) => {
        const runs = record(seen);
        const [fromMs, toMs] = [midnight - hour, midnight + 2 * day];
        const intervals = intervalsOf(runs, fromMs, toMs);
        const every = minutes(fromMs, toMs).filter((_, index) => index % 7 === 0);
        const expected = every.map((atMs) => naiveStateAt(seen, atMs));
        expect(every.map((atMs) => stateIn(intervals, atMs))).toEqual(expected);
        expect(every.map((atMs) => stateAt(runs, atMs))).toEqual(expected);
      }),
    );
  });

  it("has ordered runs that do not overlap, whatever order the clock gave", () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 40 }), (seen) => {
        const runs = record(seen);
        const isOrdered = (run: TimelineRun, index: number): boolean =>
          run.fromMs <= run.observedMs &&
          run.observedMs <= run.toMs &&
          run.toMs <= (runs[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY);
        expect(runs.every(isOrdered)).toBe(true);
      }),
    );
  });

  it("does not depend on the order in which observations of one instant arrive", () => {
    const coarse = fc.array(
      observation.map((o) => ({
        ...o,
        atMs: midnight + Math.floor((o.atMs - midnight) / day) * day,
      })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(coarse, fc.func(fc.nat()), (seen, order) => {
        const shuffled = seen
          .map((o, index) => ({ o, key: order(index) }))
          .sort((a, b) => a.o.atMs - b.o.atMs || a.key - b.key)
          .map(({ o }) => o);
        const sorted = seen.toSorted((a, b) => a.atMs - b.atMs);
        const cover = (all: readonly TimelineObservation[]): readonly Interval[] =>
          intervalsOf(record(all), midnight, midnight + 3 * day);
        expect(cover(shuffled)).toEqual(cover(sorted));
      }),
    );
  });

  it("grows with changes of state, not with observations", () => {
    const dense = minutes(midnight, midnight + day).map(
      (atMs): TimelineObservation => ({ atMs, outcome: "pass", holdMs: 2 * minute }),
    );
    expect(dense).toHaveLength(1_440);
    expect(record(dense)).toHaveLength(1);
  });
});

describe("intervals", () => {
  it("cover a stretch without gap or overlap, and equal neighbours are one", () => {
    fc.assert(
      fc.property(checks, fc.tuple(instant, instant), (all, [a, b]) => {
        const [fromMs, toMs] = [Math.min(a, b), Math.max(a, b)];
        const cover = union(all.map(({ runs }) => intervalsOf(runs, fromMs, toMs)));
        for (const [index, interval] of cover.entries()) {
          expect(interval.fromMs).toBe(cover[index - 1]?.toMs ?? fromMs);
          expect(interval.toMs).toBeGreaterThan(interval.fromMs);
          expect(interval.state).not.toBe(cover[index - 1]?.state);
        }
        const isEmpty = all.length === 0 || fromMs === toMs;
        expect(cover.at(-1)?.toMs).toBe(isEmpty ? undefined : toMs);
      }),
    );
  });

  it("sum to the same when the stretch is split anywhere", () => {
    fc.assert(
      fc.property(history, fc.tuple(instant, instant, instant), (seen, instants) => {
        const [fromMs, middleMs, toMs] = instants.sort((a, b) => a - b);
        const runs = record(seen);
        const sum = (a: number, b: number) => totalsOf(intervalsOf(runs, a, b), a);
        const [whole, left, right] = [
          sum(fromMs, toMs),
          sum(fromMs, middleMs),
          sum(middleMs, toMs),
        ];
        expect({
          good: left.good + right.good,
          bad: left.bad + right.bad,
          unknown: left.unknown + right.unknown,
          excluded: 0,
        }).toEqual(whole);
      }),
    );
  });

  it("unite to the same in any order and grouping", () => {
    fc.assert(
      fc.property(history, history, history, (a, b, c) => {
        const [first, second, third] = [a, b, c].map((seen) =>
          intervalsOf(record(seen), midnight, midnight + 2 * day),
        ) as [readonly Interval[], readonly Interval[], readonly Interval[]];
        const together = union([first, second, third]);
        expect(union([third, first, second])).toEqual(together);
        expect(union([union([first, second]), third])).toEqual(together);
      }),
    );
  });
});
