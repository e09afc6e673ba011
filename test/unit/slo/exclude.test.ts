import { describe, expect, it } from "vitest";
import type { ExcludedTime } from "../../../src/core/exclusion.ts";
import { errorRatios, evaluateSlo, type SloTerms } from "../../../src/slo/evaluate.ts";
import { excuse, excuseAt, excusesOf } from "../../../src/slo/exclude.ts";
import { day, hour, hourly, midnight, overTime } from "./builders.ts";

const terms: SloTerms = {
  objectivePpm: 950_000,
  window: { kind: "rolling", lengthMs: day },
  unknown: "ignore",
  coverageFloorPpm: 900_000,
};
const nowMs = midnight + day;
const beforeAll = midnight - 365 * day;
/** Bad from 05:00 to 07:00. */
const evidence = overTime([{ name: "fresh", runs: hourly(".....xx.................") }]);

/** Whole hours of 1 January 2026. */
function remove(fromHour: number, toHour: number): ExcludedTime {
  return { fromMs: midnight + fromHour * hour, toMs: midnight + toHour * hour, mode: "remove" };
}

function good(fromHour: number, toHour: number): ExcludedTime {
  return { ...remove(fromHour, toHour), mode: "good" };
}

function hoursOf(excluded: readonly ExcludedTime[], sinceMs = beforeAll) {
  const status = evaluateSlo(terms, evidence, excluded, sinceMs, nowMs);
  return {
    good: status.good / hour,
    bad: status.bad / hour,
    excluded: status.excluded / hour,
    allowed: status.budget.allowed / hour,
  };
}

describe("an exclusion", () => {
  it("removes its time from the window and from the allowance", () => {
    expect(hoursOf([remove(6, 16)])).toEqual({ good: 13, bad: 1, excluded: 10, allowed: 0.7 });
  });

  it("that counts as good leaves the window and the allowance as they are", () => {
    expect(hoursOf([good(6, 16)])).toEqual({ good: 23, bad: 1, excluded: 0, allowed: 1.2 });
  });

  it("that removes outranks one that counts as good, in either order", () => {
    const expected = { good: 22, bad: 0, excluded: 2, allowed: 1.1 };
    expect(hoursOf([good(4, 10), remove(6, 8)])).toEqual(expected);
    expect(hoursOf([remove(6, 8), good(4, 10)])).toEqual(expected);
  });

  it("counts once where several overlap", () => {
    const several = [remove(6, 9), remove(8, 16), remove(6, 9), remove(7, 8)];
    expect(hoursOf(several)).toEqual(hoursOf([remove(6, 16)]));
  });

  it("excuses nothing when it ends before it begins, or as it begins", () => {
    expect(hoursOf([remove(8, 6), remove(6, 6), good(7, 5)])).toEqual(hoursOf([]));
  });

  it("counts from the window's start, and from the promise on", () => {
    expect(hoursOf([remove(-100, 2)]).excluded).toBe(2);
    expect(hoursOf([remove(2, 8)], midnight + 6 * hour)).toEqual({
      good: 16,
      bad: 0,
      excluded: 2,
      allowed: 1.1,
    });
  });

  it("takes the bad time under it from the check that is to blame", () => {
    const checks = overTime([
      { name: "fresh", runs: hourly(".....xx.................") },
      { name: "enough", runs: hourly("......xx................") },
    ]);
    const { bad, blame } = evaluateSlo(terms, checks, [remove(5, 7)], beforeAll, nowMs);
    expect([bad, ...blame.map((share) => share.bad)]).toEqual([hour, 0, hour]);
  });

  it("of the whole window leaves nothing to allow, and no ratio", () => {
    const { sli, coverage, budget } = evaluateSlo(terms, evidence, [remove(0, 24)], 0, nowMs);
    expect([sli, coverage]).toEqual([null, null]);
    expect(budget).toEqual({ allowed: 0, consumed: null, remaining: null, remainingLower: null });
  });

  it("stands in the timeline, and what counts as good is good there", () => {
    const { timeline } = evaluateSlo(terms, evidence, [remove(6, 8), good(4, 6)], 0, nowMs);
    expect(timeline.map(({ fromMs, state }) => [(fromMs - midnight) / hour, state])).toEqual([
      [0, "good"],
      [6, "excluded"],
      [8, "good"],
    ]);
  });

  it("is no part of a burn rate, and a stretch that lies in it is frozen", () => {
    const checks = overTime([{ name: "fresh", runs: hourly("....................xxxx", hour) }]);
    const ratios = (excluded: readonly ExcludedTime[]) =>
      errorRatios(terms, checks, excluded, beforeAll, nowMs, [2 * hour, 8 * hour]).map(
        ({ errorRatio, coverage, isFrozen }) => ({ errorRatio, coverage, isFrozen }),
      );
    expect(ratios([remove(22, 24)])).toEqual([
      { errorRatio: null, coverage: 0, isFrozen: true },
      { errorRatio: 2 / 6, coverage: 1, isFrozen: false },
    ]);
    expect(ratios([good(22, 24)])).toEqual([
      { errorRatio: 0, coverage: 1, isFrozen: false },
      { errorRatio: 2 / 8, coverage: 1, isFrozen: false },
    ]);
  });
});

describe("an exclusion in a calendar window", () => {
  const monthly: SloTerms = {
    ...terms,
    window: { kind: "calendar", period: "month", timezone: "UTC" },
  };

  it("lowers the allowance of the whole period as soon as it is known, and covers nothing yet", () => {
    const holiday = remove(20 * 24, 22 * 24);
    const status = evaluateSlo(monthly, evidence, [holiday], beforeAll, nowMs);
    expect(status.budget.allowed).toBe((29 * day) / 20);
    expect([status.excluded, status.coverage]).toEqual([2 * day, 1]);
    expect(status.good + status.bad + status.unknown).toBe(day);
    expect(status.timeline.at(-1)?.toMs).toBe(nowMs);
  });

  it("is of one length whether it lies ahead, is going on or is over", () => {
    const holiday = remove(12, 36);
    const excludedAt = (afterHours: number): number =>
      evaluateSlo(monthly, evidence, [holiday], 0, midnight + afterHours * hour).excluded;
    expect([6, 18, 48].map(excludedAt)).toEqual([day, day, day]);
  });
});

describe("excused time", () => {
  const excuses = excusesOf([remove(2, 4), good(3, 6), remove(8, 9)], midnight, midnight + day);

  it("is found for an event by its instant, from its start to just before its end", () => {
    const at = (hours: number): string | null => excuseAt(excuses, midnight + hours * hour);
    expect([1.9, 2, 3.9, 4, 5.9, 6, 7.9, 8, 9].map(at)).toEqual([
      null,
      "excluded",
      "excluded",
      "good",
      "good",
      null,
      null,
      "excluded",
      null,
    ]);
  });

  it("is laid over a part of a timeline as over the whole", () => {
    const interval = (fromHour: number, toHour: number) => ({
      fromMs: midnight + fromHour * hour,
      toMs: midnight + toHour * hour,
      state: "bad" as const,
    });
    expect(excuse([interval(3, 8.5)], excuses)).toEqual([
      { ...interval(3, 4), state: "excluded" },
      { ...interval(4, 6), state: "good" },
      interval(6, 8),
      { ...interval(8, 8.5), state: "excluded" },
    ]);
  });
});
