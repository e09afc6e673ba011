import { describe, expect, it } from "vitest";
import type { ExcludedTime } from "../../../src/core/exclusion.ts";
import { evaluateSlo, type SloTerms } from "../../../src/slo/evaluate.ts";
import { exhaustedAt } from "../../../src/slo/forecast.ts";
import { recentTotals } from "../../../src/slo/recent.ts";
import { day, hour, hourly, midnight, overTime } from "./builders.ts";

const nowMs = midnight + day;
const terms: SloTerms = {
  objectivePpm: 900_000,
  window: { kind: "rolling", lengthMs: day },
  unknown: "ignore",
  coverageFloorPpm: 900_000,
};

/** Of hours from midnight on, now being a day later. */
function evidenceOf(pattern: string) {
  return overTime([{ name: "fresh", runs: hourly(pattern, hour) }]);
}

/** When the budget is gone if things go on as in the last `recentMs`. */
function forecast(
  pattern: string,
  recentMs: number,
  of: SloTerms = terms,
  sinceMs: number = midnight,
  excluded: readonly ExcludedTime[] = [],
): number | null {
  const evidence = evidenceOf(pattern);
  const status = evaluateSlo(of, evidence, excluded, sinceMs, nowMs);
  const [recent] = recentTotals(evidence, excluded, sinceMs, nowMs, [recentMs]);
  return recent === undefined ? null : exhaustedAt(of, status, recent, nowMs);
}

/** Hours from now, by the definition: the first minute at which spent − rolled off + e·t reaches the allowance. */
function byDefinition(pattern: string, errorShare: number): number | null {
  const { timeline } = evaluateSlo(terms, evidenceOf(pattern), [], midnight, nowMs);
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
    expect(forecast("xxx.....................", day)).toBe(nowMs);
  });

  it("is now when the budget is spent to the millisecond, whatever is known lately", () => {
    const twoHours: SloTerms = { ...terms, window: { kind: "rolling", lengthMs: 20 * hour } };
    const sinceMs = midnight + 4 * hour;
    for (const pattern of ["    xx..................", "    xx............      "]) {
      expect(forecast(pattern, hour, twoHours, sinceMs)).toBe(nowMs);
    }
  });

  it("is rounded up to a millisecond", () => {
    const pattern = "...................xx...";
    const [leftMs, badShare] = [0.4 * hour, 2 / 7];
    const atMs = forecast(pattern, 7 * hour);
    expect(atMs).toBe(nowMs + Math.ceil(leftMs / badShare));
    const odd = { ...terms, objectivePpm: 899_999 };
    // 0.1 + 10⁻⁶ of a day is 8,640,086.4 ms: 1,440,086.4 ms are left, and 3.5 times that is 5,040,302.4.
    expect(forecast(pattern, 7 * hour, odd)).toBe(nowMs + 5_040_303);
  });

  it("never comes while nothing is bad", () => {
    expect(forecast("xx......................", 6 * hour)).toBeNull();
  });

  it("is not foretold when nothing was known lately", () => {
    expect(forecast("xx......            ", 6 * hour)).toBeNull();
  });

  it("divides what is left by the bad share where nothing rolls off before", () => {
    const pattern = "......................x.";
    const atMs = forecast(pattern, 4 * hour);
    expect(atMs).toBe(nowMs + 1.4 * 4 * hour);
    expect(byDefinition(pattern, 1 / 4)).toBe(1.4 * 4);
  });

  it("gives budget back as bad time leaves the window", () => {
    const pattern = "x.....................x.";
    const atMs = forecast(pattern, 8 * hour);
    expect(atMs === null ? null : (atMs - nowMs) / hour).toBe(byDefinition(pattern, 1 / 8));
    expect(byDefinition(pattern, 1 / 8)).toBeCloseTo(11.2, 9);
  });

  it("never comes when as much rolls off as is spent", () => {
    const pattern = "x.......................";
    expect(forecast(pattern, day)).toBeNull();
    expect(byDefinition(pattern, 1 / 24)).toBeNull();
  });

  it("counts unknown time where it is declared bad", () => {
    const pattern = "......................  ";
    const declaredBad = { ...terms, unknown: "bad" } as const;
    expect(forecast(pattern, 4 * hour)).toBeNull();
    const atMs = forecast(pattern, 4 * hour, declaredBad);
    expect(atMs).toBe(nowMs + 0.4 * 2 * hour);
  });

  it("lets nothing roll off of the time before the promise", () => {
    expect(forecast("....................x...", 4 * hour, terms, nowMs - 4 * hour)).toBe(
      nowMs + 1.4 * 4 * hour,
    );
  });
});

describe("a forecast with removed time in the window", () => {
  const removed = (fromHour: number, toHour: number): ExcludedTime => ({
    fromMs: midnight + fromHour * hour,
    toMs: midnight + toHour * hour,
    mode: "remove",
  });

  it("begins with the allowance that is left of the window", () => {
    // Of 20 hours 2 may be bad, 1 is, and a quarter of what comes: 4 hours, before removed time leaves.
    expect(forecast("......................x.", 4 * hour, terms, midnight, [removed(10, 14)])).toBe(
      nowMs + 4 * hour,
    );
  });

  it("grows the allowance again as removed time leaves", () => {
    // For four hours 0.25 − 0.1 of each hour is lost of the one that is left: 0.4 are left, and then 0.25 an hour.
    expect(forecast("......................x.", 4 * hour, terms, midnight, [removed(0, 4)])).toBe(
      nowMs + (4 + 0.4 / 0.25) * hour,
    );
  });

  it("may come while removed time is leaving", () => {
    // Of 15 hours 1.5 may be bad, and 2 are: gone already.
    expect(forecast(".....................xx.", 4 * hour, terms, midnight, [removed(0, 9)])).toBe(
      nowMs,
    );
    // Half an hour is left, and 0.5 − 0.1 of each hour is lost.
    expect(forecast("......................x.", 2 * hour, terms, midnight, [removed(0, 9)])).toBe(
      nowMs + 1.25 * hour,
    );
  });

  it("foretells nothing where nothing is allowed", () => {
    expect(forecast("......................x.", day, terms, midnight, [removed(0, 24)])).toBeNull();
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
    const atMs = forecast(pattern, day, weekly);
    expect(atMs).toBe(nowMs + 6.44 * 24 * hour);
  });

  it("is null beyond the period's end, and the end where it is just gone by then", () => {
    const roomy = { ...weekly, objectivePpm: 950_000 };
    expect(forecast(pattern, day, roomy)).toBeNull();
    const sinceMs = nowMs - 2 * hour;
    const half: SloTerms = {
      ...weekly,
      objectivePpm: 500_000,
      window: { kind: "fixed", fromMs: sinceMs, toMs: nowMs + 2 * hour },
    };
    expect(forecast(pattern, day, half, sinceMs)).toBe(nowMs + 2 * hour);
    const stricter = { ...half, objectivePpm: 499_999 };
    expect(forecast(pattern, day, stricter, sinceMs)).toBeNull();
  });

  it("takes the bad share of the last day in a period that has just begun", () => {
    const today: SloTerms = {
      ...terms,
      objectivePpm: 999_000,
      window: { kind: "calendar", period: "day", timezone: "UTC" },
    };
    // 86.4 s may be bad, and a 24th of the time was yesterday.
    expect(forecast(pattern, day, today)).toBe(nowMs + 24 * 86_400);
    expect(forecast(pattern, day, today, nowMs)).toBeNull();
  });
});

it("has nothing recent to go on for rows", () => {
  const counts = [{ atMs: midnight, good: 0, total: 9 }];
  expect(recentTotals({ unit: "rows", counts }, [], midnight, nowMs, [day])).toEqual([]);
});
