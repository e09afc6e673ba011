import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Interval,
  TimelineObservation,
  TimelineRun,
  TimeState,
} from "../../../src/core/timeline.ts";
import { outcomes } from "../../../src/core/vocabulary.ts";
import type { SloTerms } from "../../../src/slo/evaluate.ts";
import { errorRatios, evaluateSlo, totalsOf } from "../../../src/slo/evaluate.ts";
import { ratio, timesPpm } from "../../../src/slo/ratio.ts";
import { intervalsOf, stateAt, union } from "../../../src/slo/timeline.ts";
import { day, hour, midnight, minute, record } from "./builders.ts";

const instant = fc.integer({ min: 0, max: 2 * 24 * 60 }).map((at) => midnight + at * minute);

const observation: fc.Arbitrary<TimelineObservation> = fc.record({
  atMs: instant,
  outcome: fc.constantFrom(...outcomes),
  holdMs: fc.integer({ min: 0, max: 240 }).map((length) => length * minute),
});

const history = fc
  .array(observation, { maxLength: 40 })
  .map((all) => all.sort((a, b) => a.atMs - b.atMs));

const checks = fc
  .array(history, { maxLength: 4 })
  .map((all) => all.map((seen, index) => ({ name: `check-${index}`, runs: record(seen) })));

const terms: fc.Arbitrary<SloTerms> = fc.record({
  objectivePpm: fc.integer({ min: 1, max: 999_999 }),
  windowMs: fc.integer({ min: 1, max: 3 * 24 * 60 }).map((length) => length * minute),
  unknown: fc.constantFrom("ignore", "good", "bad"),
  coverageFloorPpm: fc.integer({ min: 0, max: 1_000_000 }),
});

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

describe("an SLO's status", () => {
  it("has good, bad, unknown and excluded time that make up the window since the promise", () => {
    fc.assert(
      fc.property(terms, checks, instant, instant, (slo, all, sinceMs, nowMs) => {
        const status = evaluateSlo(slo, all, sinceMs, nowMs);
        const judgedMs = Math.max(0, nowMs - Math.max(status.fromMs, sinceMs));
        const sum = status.goodMs + status.badMs + status.unknownMs + status.excludedMs;
        expect(sum).toBe(judgedMs);
        expect(totalsOf(status.timeline, status.fromMs)).toEqual({
          good: status.goodMs,
          bad: status.badMs,
          unknown: status.unknownMs,
          excluded: status.excludedMs,
        });
      }),
    );
  });

  it("has a lower bound that is never above what remains, and an SLI within its bounds", () => {
    fc.assert(
      fc.property(terms, checks, instant, instant, (slo, all, sinceMs, nowMs) => {
        const { budget, sli, sliBounds } = evaluateSlo(slo, all, sinceMs, nowMs);
        expect(budget.remainingLower).toBeLessThanOrEqual(budget.remaining ?? 1);
        const [lower, upper] = sliBounds ?? [0, 1];
        expect(sli ?? lower).toBeGreaterThanOrEqual(lower);
        expect(sli ?? upper).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it("blames no check for more than the union, and all together for at least it", () => {
    fc.assert(
      fc.property(terms, checks, instant, (slo, all, nowMs) => {
        const { badMs, blame } = evaluateSlo(slo, all, 0, nowMs);
        const shares = blame.map((share) => share.badMs);
        expect(Math.max(0, ...shares)).toBeLessThanOrEqual(badMs);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThanOrEqual(badMs);
      }),
    );
  });

  it("does not change with denser probing of the same truth", () => {
    const outage = fc.record({
      fromHour: fc.integer({ min: 1, max: 20 }),
      hours: fc.integer({ min: 0, max: 8 }),
      everyMinutes: fc.constantFrom(1, 5, 15, 20, 30, 60),
    });
    fc.assert(
      fc.property(terms, outage, (slo, { fromHour, hours, everyMinutes }) => {
        const probed = (everyMs: number) => {
          const seen: TimelineObservation[] = [];
          for (let atMs = midnight; atMs < midnight + day; atMs += everyMs) {
            const sinceOutageMs = atMs - (midnight + fromHour * hour);
            const isBad = sinceOutageMs >= 0 && sinceOutageMs < hours * hour;
            seen.push({ atMs, outcome: isBad ? "fail" : "pass", holdMs: 90 * minute });
          }
          const nowMs = midnight + day;
          return evaluateSlo(slo, [{ name: "fresh", runs: record(seen) }], midnight, nowMs);
        };
        expect(probed(everyMinutes * minute)).toEqual(probed(hour));
      }),
    );
  });

  it("agrees with the burn rate over its own window", () => {
    fc.assert(
      fc.property(terms, checks, instant, instant, (slo, all, sinceMs, nowMs) => {
        const status = evaluateSlo(slo, all, sinceMs, nowMs);
        const [burn] = errorRatios(slo, all, sinceMs, nowMs, [slo.windowMs]);
        const { goodMs, badMs } = status;
        expect(burn?.coverage).toBe(all.length === 0 ? 0 : (status.coverage ?? 0));
        const isFrozen = burn?.isFrozen !== false;
        const badShare = isFrozen ? null : badMs / (goodMs + badMs);
        const budgetShare = (1_000_000 - slo.objectivePpm) / 1_000_000;
        expect(burn?.errorRatio).toBe(badShare);
        expect((burn?.burnRate ?? 0) * budgetShare).toBeCloseTo(badShare ?? 0, 9);
      }),
    );
  });
});

describe("products of milliseconds and parts per million", () => {
  const lengthMs = fc.integer({ min: 0, max: 10 * 365 * day });
  const share = fc.integer({ min: 0, max: 1_000_000 });

  it("are exact where a number would have rounded", () => {
    const yearMs = 365 * day;
    expect(timesPpm(yearMs - 1, 999_999)).toBe(31_535_968_463_000_001n);
    expect(Number.isSafeInteger((yearMs - 1) * 999_999)).toBe(false);
  });

  it("give the part back when divided by the whole", () => {
    fc.assert(
      fc.property(lengthMs, share, (ms, ppm) => {
        expect(ratio(timesPpm(ms, 1_000_000), 1_000_000n)).toBe(ms);
        expect(ratio(timesPpm(ms + 1, ppm), timesPpm(ms + 1, 1_000_000))).toBe(ppm / 1_000_000);
      }),
    );
  });

  it("leave exactly nothing of a budget that is spent to the millisecond, over any window", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 * 365 }),
        fc.integer({ min: 1, max: 9_999 }),
        (days, tenthsOfPermille) => {
          const budgetPpm = tenthsOfPermille * 100;
          const windowMs = days * day;
          const allowedMs = (windowMs / 10_000) * tenthsOfPermille;
          const nowMs = midnight;
          const fromMs = nowMs - windowMs;
          const runs = record([
            { atMs: fromMs, outcome: "fail", holdMs: allowedMs },
            { atMs: fromMs + allowedMs, outcome: "pass", holdMs: windowMs },
          ]);
          const slo: SloTerms = {
            objectivePpm: 1_000_000 - budgetPpm,
            windowMs,
            unknown: "ignore",
            coverageFloorPpm: 900_000,
          };
          const { budget } = evaluateSlo(slo, [{ name: "fresh", runs }], fromMs, nowMs);
          expect(budget).toEqual({ allowedMs, consumed: 1, remaining: 0, remainingLower: 0 });
        },
      ),
    );
  });
});
