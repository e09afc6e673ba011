import { describe, expect, it } from "vitest";
import type { ExcludedTime } from "../../../src/core/exclusion.ts";
import type { Interval } from "../../../src/core/timeline.ts";
import { evaluateSlo, type SloTerms } from "../../../src/slo/evaluate.ts";
import { exhaustedAt } from "../../../src/slo/forecast.ts";
import { day, hour, hourly, midnight, overTime } from "./builders.ts";

const nowMs = midnight + day;
const terms: SloTerms = {
  objectivePpm: 900_000,
  window: { kind: "rolling", lengthMs: day },
  unknown: "ignore",
  coverageFloorPpm: 900_000,
};

/** Of hours from midnight on, now being a day later. */
function statusOf(
  pattern: string,
  of: SloTerms = terms,
  sinceMs: number = midnight,
  excluded: readonly ExcludedTime[] = [],
) {
  const evidence = overTime([{ name: "fresh", runs: hourly(pattern, hour) }]);
  return evaluateSlo(of, evidence, excluded, sinceMs, nowMs);
}

/** Hours from now, by the definition: the first minute at which spent − rolled off + e·t reaches the allowance. */
function byDefinition(pattern: string, errorShare: number): number | null {
  const timeline: readonly Interval[] = statusOf(pattern).timeline;
  const badIn = (fromMs: number, toMs: number): number =>
    timeline
      .filter(({ state }) => state === "bad")
      .map((bad) => Math.max(0, Math.min(bad.toMs, toMs) - Math.max(bad.fromMs, fromMs)))
      .reduce((sum, ms) => sum + ms, 0);
  const allowedMs = day * 0.1;
  for (let afterMs = 0; afterMs <= day; afterMs += 60_000) {
    const spentMs = badIn(midnight + afterMs, nowMs) + errorShare * afterMs;
    if (spentMs >= allowedMs - 1e-6) {
      return afterMs / hour;
    }
  }
  return null;
}

describe("exhaustedAt", () => {
  it("is now when the budget is gone", () => {
    expect(exhaustedAt(terms, statusOf("xxx....................."), nowMs, day)).toBe(nowMs);
  });

  it("is now when the budget is spent to the millisecond, whatever is known lately", () => {
    const twoHours: SloTerms = { ...terms, window: { kind: "rolling", lengthMs: 20 * hour } };
    const sinceMs = midnight + 4 * hour;
    for (const pattern of ["    xx..................", "    xx............      "]) {
      const status = statusOf(pattern, twoHours, sinceMs);
      expect(exhaustedAt(twoHours, status, nowMs, hour)).toBe(nowMs);
    }
  });

  it("is rounded up to a millisecond", () => {
    const pattern = "...................xx...";
    const [leftMs, badShare] = [0.4 * hour, 2 / 7];
    const atMs = exhaustedAt(terms, statusOf(pattern), nowMs, 7 * hour);
    expect(atMs).toBe(nowMs + Math.ceil(leftMs / badShare));
    const odd = { ...terms, objectivePpm: 899_999 };
    // 0.1 + 10⁻⁶ of a day is 8,640,086.4 ms: 1,440,086.4 ms are left, and 3.5 times that is 5,040,302.4.
    expect(exhaustedAt(odd, statusOf(pattern, odd), nowMs, 7 * hour)).toBe(nowMs + 5_040_303);
  });

  it("never comes while nothing is bad", () => {
    expect(exhaustedAt(terms, statusOf("xx......................"), nowMs, 6 * hour)).toBeNull();
  });

  it("is not foretold when nothing was known lately", () => {
    expect(exhaustedAt(terms, statusOf("xx......            "), nowMs, 6 * hour)).toBeNull();
  });

  it("divides what is left by the bad share where nothing rolls off before", () => {
    const pattern = "......................x.";
    const atMs = exhaustedAt(terms, statusOf(pattern), nowMs, 4 * hour);
    expect(atMs).toBe(nowMs + 1.4 * 4 * hour);
    expect(byDefinition(pattern, 1 / 4)).toBe(1.4 * 4);
  });

  it("gives budget back as bad time leaves the window", () => {
    const pattern = "x.....................x.";
    const atMs = exhaustedAt(terms, statusOf(pattern), nowMs, 8 * hour);
    expect(atMs === null ? null : (atMs - nowMs) / hour).toBe(byDefinition(pattern, 1 / 8));
    expect(byDefinition(pattern, 1 / 8)).toBeCloseTo(11.2, 9);
  });

  it("never comes when as much rolls off as is spent", () => {
    const pattern = "x.......................";
    expect(exhaustedAt(terms, statusOf(pattern), nowMs, day)).toBeNull();
    expect(byDefinition(pattern, 1 / 24)).toBeNull();
  });

  it("counts unknown time where it is declared bad", () => {
    const pattern = "......................  ";
    const declaredBad = { ...terms, unknown: "bad" } as const;
    expect(exhaustedAt(terms, statusOf(pattern), nowMs, 4 * hour)).toBeNull();
    const atMs = exhaustedAt(declaredBad, statusOf(pattern, declaredBad), nowMs, 4 * hour);
    expect(atMs).toBe(nowMs + 0.4 * 2 * hour);
  });

  it("lets nothing roll off of the time before the promise", () => {
    const status = statusOf("....................x...", terms, nowMs - 4 * hour);
    expect(exhaustedAt(terms, status, nowMs, 4 * hour)).toBe(nowMs + 1.4 * 4 * hour);
  });
});

describe("a forecast with removed time in the window", () => {
  const removed = (fromHour: number, toHour: number): ExcludedTime => ({
    fromMs: midnight + fromHour * hour,
    toMs: midnight + toHour * hour,
    mode: "remove",
  });

  it("begins with the allowance that is left of the window", () => {
    const status = statusOf("......................x.", terms, midnight, [removed(10, 14)]);
    // Of 20 hours 2 may be bad, 1 is, and a quarter of what comes: 4 hours, before removed time leaves.
    expect(exhaustedAt(terms, status, nowMs, 4 * hour)).toBe(nowMs + 4 * hour);
  });

  it("grows the allowance again as removed time leaves", () => {
    const status = statusOf("......................x.", terms, midnight, [removed(0, 4)]);
    // For four hours 0.25 − 0.1 of each hour is lost of the one that is left: 0.4 are left, and then 0.25 an hour.
    expect(exhaustedAt(terms, status, nowMs, 4 * hour)).toBe(nowMs + (4 + 0.4 / 0.25) * hour);
  });

  it("may come while removed time is leaving", () => {
    const status = statusOf(".....................xx.", terms, midnight, [removed(0, 9)]);
    // Of 15 hours 1.5 may be bad, and 2 are: gone already.
    expect(exhaustedAt(terms, status, nowMs, 4 * hour)).toBe(nowMs);
    const one = statusOf("......................x.", terms, midnight, [removed(0, 9)]);
    // Half an hour is left, and 0.5 − 0.1 of each hour is lost.
    expect(exhaustedAt(terms, one, nowMs, 2 * hour)).toBe(nowMs + 1.25 * hour);
  });

  it("foretells nothing where nothing is allowed", () => {
    const status = statusOf("......................x.", terms, midnight, [removed(0, 24)]);
    expect(exhaustedAt(terms, status, nowMs, day)).toBeNull();
  });
});

describe("a forecast in a calendar window", () => {
  const weekly: SloTerms = {
    ...terms,
    objectivePpm: 990_000,
    window: { kind: "calendar", period: "month", timezone: "UTC" },
  };
  const pattern = "......................x.";

  it("divides what is left of the whole period's budget", () => {
    // 1 % of 744 hours is 7.44, of which 6.44 are left; a 24th of each hour is bad.
    const atMs = exhaustedAt(weekly, statusOf(pattern, weekly), nowMs, day);
    expect(atMs).toBe(nowMs + 6.44 * 24 * hour);
  });

  it("is null beyond the period's end, and the end where it is just gone by then", () => {
    const roomy = { ...weekly, objectivePpm: 950_000 };
    expect(exhaustedAt(roomy, statusOf(pattern, roomy), nowMs, day)).toBeNull();
    const sinceMs = nowMs - 2 * hour;
    const half: SloTerms = {
      ...weekly,
      objectivePpm: 500_000,
      window: { kind: "fixed", fromMs: sinceMs, toMs: nowMs + 2 * hour },
    };
    const status = statusOf(pattern, half, sinceMs);
    expect(exhaustedAt(half, status, nowMs, day)).toBe(nowMs + 2 * hour);
    const stricter = { ...half, objectivePpm: 499_999 };
    expect(exhaustedAt(stricter, statusOf(pattern, stricter, sinceMs), nowMs, day)).toBeNull();
  });
});

it("is not made for rows", () => {
  const counts = [{ atMs: midnight, good: 0, total: 9 }];
  const status = evaluateSlo(terms, { unit: "rows", counts }, [], midnight, nowMs);
  expect(status.bad).toBe(9);
  expect(exhaustedAt(terms, status, nowMs, day)).toBeNull();
});
