import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExcludedTime } from "../../../src/core/exclusion.ts";
import type { TimelineObservation, TimeState } from "../../../src/core/timeline.ts";
import { errorRatios, evaluateSlo, type SloTerms } from "../../../src/slo/evaluate.ts";
import type { CheckRuns, SloStatus } from "../../../src/slo/evidence.ts";
import { ratio, timesPpm } from "../../../src/slo/ratio.ts";
import { totalsOf } from "../../../src/slo/tally.ts";
import { stateAt } from "../../../src/slo/timeline.ts";
import { checks, exclusions, instant, terms } from "./arbitraries.ts";
import { day, hour, midnight, minute, overTime, record } from "./builders.ts";

const amounts = ["good", "bad", "unknown", "excluded"] as const;

function sumOf(status: Readonly<Record<TimeState, number>>): number {
  return amounts.reduce((sum, state) => sum + status[state], 0);
}

/** slo.md §1 word for word: excluded if any says so, else bad if any is, else unknown if any is, else good. */
function naiveStateAt(
  all: readonly CheckRuns[],
  excluded: readonly ExcludedTime[],
  atMs: number,
): TimeState {
  const covering = excluded.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  if (covering.length > 0) {
    return covering.some(({ mode }) => mode === "remove") ? "excluded" : "good";
  }
  const states = new Set(all.map(({ runs }) => stateAt(runs, atMs)));
  if (states.has("bad")) {
    return "bad";
  }
  return states.has("unknown") || states.size === 0 ? "unknown" : "good";
}

describe("an SLO's status", () => {
  it("counts what the definition says of every minute", () => {
    fc.assert(
      fc.property(
        terms,
        checks,
        exclusions,
        instant,
        instant,
        (slo, all, excluded, sinceMs, nowMs) => {
          const status = evaluateSlo(slo, overTime(all), excluded, sinceMs, nowMs);
          const expected = { good: 0, bad: 0, unknown: 0, excluded: 0 };
          let outsideMs = 0;
          for (let atMs = status.fromMs; atMs < status.toMs; atMs += minute) {
            const state = naiveStateAt(all, excluded, atMs);
            if (atMs >= sinceMs && (atMs < nowMs || state === "excluded")) {
              expected[state] += minute;
            } else {
              outsideMs += minute;
            }
          }
          const { good, bad, unknown } = status;
          expect({ good, bad, unknown, excluded: status.excluded }).toEqual(expected);
          expect(sumOf(status) + outsideMs).toBe(status.toMs - status.fromMs);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has a timeline from the promise to now whose parts are its sums", () => {
    fc.assert(
      fc.property(
        terms,
        checks,
        exclusions,
        instant,
        instant,
        (slo, all, excluded, sinceMs, nowMs) => {
          const status = evaluateSlo(slo, overTime(all), excluded, sinceMs, nowMs);
          const totals = totalsOf(status.timeline, status.fromMs);
          expect(sumOf(totals)).toBe(Math.max(0, nowMs - Math.max(status.fromMs, sinceMs)));
          const { good, bad, unknown } = status;
          expect(totals).toMatchObject({ good, bad, unknown });
          expect(totals.excluded).toBeLessThanOrEqual(status.excluded);
        },
      ),
    );
  });

  it("has a lower bound that is never above what remains, and an SLI within its bounds", () => {
    fc.assert(
      fc.property(
        terms,
        checks,
        exclusions,
        instant,
        instant,
        (slo, all, excluded, sinceMs, nowMs) => {
          const status = evaluateSlo(slo, overTime(all), excluded, sinceMs, nowMs);
          const { budget, sli, sliBounds } = status;
          expect(budget.remainingLower ?? 0).toBeLessThanOrEqual(budget.remaining ?? 0);
          const [lower, upper] = sliBounds ?? [0, 1];
          expect(sli ?? lower).toBeGreaterThanOrEqual(lower);
          expect(sli ?? upper).toBeLessThanOrEqual(upper);
        },
      ),
    );
  });

  it("is the better the kinder it is to unknown time", () => {
    fc.assert(
      fc.property(terms, checks, exclusions, instant, (slo, all, excluded, nowMs) => {
        const of = (unknown: SloTerms["unknown"]): SloStatus =>
          evaluateSlo({ ...slo, unknown }, overTime(all), excluded, midnight, nowMs);
        const [bad, ignored, good] = [of("bad"), of("ignore"), of("good")];
        expect(bad.sli ?? 0).toBeLessThanOrEqual(ignored.sli ?? 1);
        expect(ignored.sli ?? 0).toBeLessThanOrEqual(good.sli ?? 1);
        expect(bad.budget.remaining ?? 0).toBeLessThanOrEqual(ignored.budget.remaining ?? 0);
        expect(good.budget).toEqual(ignored.budget);
        expect(bad.budget.remaining).toBe(bad.budget.remainingLower);
      }),
    );
  });

  it("of a window is the sum of those of its parts", () => {
    fc.assert(
      fc.property(
        terms,
        checks,
        exclusions,
        instant,
        fc.array(instant, { minLength: 2, maxLength: 6 }),
        (slo, all, excluded, sinceMs, cuts) => {
          const nowMs = midnight + 2 * day;
          const [fromMs = 0, ...rest] = cuts.toSorted((a, b) => a - b);
          const toMs = rest.at(-1) ?? fromMs;
          const of = (from: number, to: number): SloStatus =>
            evaluateSlo(
              { ...slo, window: { kind: "fixed", fromMs: from, toMs: to } },
              overTime(all),
              excluded,
              sinceMs,
              nowMs,
            );
          const parts = rest.map((to, index) => of(rest[index - 1] ?? fromMs, to));
          const whole = of(fromMs, toMs);
          for (const amount of amounts) {
            expect(parts.reduce((sum, part) => sum + part[amount], 0)).toBe(whole[amount]);
          }
          const allowed = parts.reduce((sum, { budget }) => sum + budget.allowed, 0);
          expect(allowed).toBeCloseTo(whole.budget.allowed, 3);
          const spentOf = ({ budget }: SloStatus): number =>
            (budget.consumed ?? 0) * budget.allowed;
          const spent = parts
            .filter(({ budget }) => budget.consumed !== null)
            .reduce((sum, part) => sum + spentOf(part), 0);
          expect(spent).toBeCloseTo(spentOf(whole), 3);
        },
      ),
    );
  });

  it("does not mind exclusions that are given twice, in another order, or in pieces", () => {
    fc.assert(
      fc.property(
        terms,
        checks,
        exclusions,
        instant,
        instant,
        (slo, all, excluded, nowMs, cutMs) => {
          const of = (times: readonly ExcludedTime[]): SloStatus =>
            evaluateSlo(slo, overTime(all), times, midnight, nowMs);
          const once = of(excluded);
          expect(of([...excluded, ...excluded])).toEqual(once);
          expect(of(excluded.toReversed())).toEqual(once);
          const pieces = excluded.flatMap((one) => [
            { ...one, toMs: Math.min(one.toMs, cutMs) },
            { ...one, fromMs: Math.max(one.fromMs, cutMs) },
          ]);
          expect(of(pieces)).toEqual(once);
        },
      ),
    );
  });

  it("blames no check for more than the union, and all together for at least it", () => {
    fc.assert(
      fc.property(terms, checks, exclusions, instant, (slo, all, excluded, nowMs) => {
        const { bad, blame } = evaluateSlo(slo, overTime(all), excluded, 0, nowMs);
        const shares = blame.map((share) => share.bad);
        expect(Math.max(0, ...shares)).toBeLessThanOrEqual(bad);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThanOrEqual(bad);
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
          const evidence = overTime([{ name: "fresh", runs: record(seen) }]);
          return evaluateSlo(slo, evidence, [], midnight, midnight + day);
        };
        expect(probed(everyMinutes * minute)).toEqual(probed(hour));
      }),
    );
  });

  it("agrees with the burn rate over its own window", () => {
    fc.assert(
      fc.property(
        terms,
        checks,
        exclusions,
        instant,
        instant,
        (slo, all, excluded, sinceMs, nowMs) => {
          const lengthMs = 30 * hour;
          const rolling: SloTerms = { ...slo, window: { kind: "rolling", lengthMs } };
          const status = evaluateSlo(rolling, overTime(all), excluded, sinceMs, nowMs);
          const [burn] = errorRatios(slo, overTime(all), excluded, sinceMs, nowMs, [lengthMs]);
          const { good, bad } = status;
          expect(burn?.coverage).toBe(status.coverage ?? 0);
          const isFrozen = burn?.isFrozen !== false;
          const badShare = isFrozen ? null : bad / (good + bad);
          const budgetShare = (1_000_000 - slo.objectivePpm) / 1_000_000;
          expect(burn?.errorRatio).toBe(badShare);
          expect((burn?.burnRate ?? 0) * budgetShare).toBeCloseTo(badShare ?? 0, 9);
        },
      ),
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
            window: { kind: "rolling", lengthMs: windowMs },
            unknown: "ignore",
            coverageFloorPpm: 900_000,
          };
          const { budget } = evaluateSlo(
            slo,
            overTime([{ name: "fresh", runs }]),
            [],
            fromMs,
            nowMs,
          );
          expect(budget).toEqual({
            allowed: allowedMs,
            consumed: 1,
            remaining: 0,
            remainingLower: 0,
          });
        },
      ),
    );
  });
});
