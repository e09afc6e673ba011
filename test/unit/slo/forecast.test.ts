import { describe, expect, it } from "vitest";
import type { Interval } from "../../../src/core/timeline.ts";
import type { SloTerms } from "../../../src/slo/evaluate.ts";
import { exhaustedAt } from "../../../src/slo/forecast.ts";
import { intervalsOf } from "../../../src/slo/timeline.ts";
import { day, hour, hourly, midnight } from "./builders.ts";

const nowMs = midnight + day;
const terms: SloTerms = {
  objectivePpm: 900_000,
  windowMs: day,
  unknown: "ignore",
  coverageFloorPpm: 900_000,
};

function timelineOf(pattern: string): readonly Interval[] {
  return intervalsOf(hourly(pattern, hour), midnight, nowMs);
}

/** Hours from now, by the definition: the first minute at which spent − rolled off + e·t reaches the allowance. */
function byDefinition(timeline: readonly Interval[], errorShare: number): number | null {
  const badIn = (fromMs: number, toMs: number): number =>
    timeline
      .filter(({ state }) => state === "bad")
      .map((bad) => Math.max(0, Math.min(bad.toMs, toMs) - Math.max(bad.fromMs, fromMs)))
      .reduce((sum, ms) => sum + ms, 0);
  const allowedMs = terms.windowMs * 0.1;
  for (let afterMs = 0; afterMs <= terms.windowMs; afterMs += 60_000) {
    const spentMs = badIn(midnight + afterMs, nowMs) + errorShare * afterMs;
    if (spentMs >= allowedMs - 1e-6) {
      return afterMs / hour;
    }
  }
  return null;
}

describe("exhaustedAt", () => {
  it("is now when the budget is gone", () => {
    expect(exhaustedAt(terms, timelineOf("xxx....................."), nowMs, day)).toBe(nowMs);
  });

  it("is now when the budget is spent to the millisecond, even if nothing is bad lately", () => {
    const twoHours = { ...terms, windowMs: 20 * hour };
    const timeline = intervalsOf(
      hourly("xx..................", hour),
      midnight,
      midnight + 20 * hour,
    );
    expect(exhaustedAt(twoHours, timeline, midnight + 20 * hour, hour)).toBe(midnight + 20 * hour);
  });

  it("is rounded up to a millisecond", () => {
    const timeline = timelineOf("...................xx...");
    const [leftMs, badShare] = [0.4 * hour, 2 / 7];
    const atMs = exhaustedAt(terms, timeline, nowMs, 7 * hour);
    expect(atMs).toBe(nowMs + Math.ceil(leftMs / badShare));
    const odd = { ...terms, objectivePpm: 899_999 };
    // 0.1 + 10⁻⁶ of a day is 8,640,086.4 ms: 1,440,086.4 ms are left, and 3.5 times that is 5,040,302.4.
    expect(exhaustedAt(odd, timeline, nowMs, 7 * hour)).toBe(nowMs + 5_040_303);
  });

  it("never comes while nothing is bad", () => {
    expect(exhaustedAt(terms, timelineOf("xx......................"), nowMs, 6 * hour)).toBeNull();
  });

  it("is not foretold when nothing was known lately", () => {
    expect(exhaustedAt(terms, timelineOf("xx......            "), nowMs, 6 * hour)).toBeNull();
  });

  it("divides what is left by the bad share where nothing rolls off before", () => {
    const timeline = timelineOf("......................x.");
    const atMs = exhaustedAt(terms, timeline, nowMs, 4 * hour);
    expect(atMs).toBe(nowMs + 1.4 * 4 * hour);
    expect(byDefinition(timeline, 1 / 4)).toBe(1.4 * 4);
  });

  it("gives budget back as bad time leaves the window", () => {
    const timeline = timelineOf("x.....................x.");
    const atMs = exhaustedAt(terms, timeline, nowMs, 8 * hour);
    expect(atMs === null ? null : (atMs - nowMs) / hour).toBe(byDefinition(timeline, 1 / 8));
    expect(byDefinition(timeline, 1 / 8)).toBeCloseTo(11.2, 9);
  });

  it("never comes when as much rolls off as is spent", () => {
    const timeline = timelineOf("x.......................");
    expect(exhaustedAt(terms, timeline, nowMs, day)).toBeNull();
    expect(byDefinition(timeline, 1 / 24)).toBeNull();
  });

  it("counts unknown time where it is declared bad", () => {
    const timeline = timelineOf("......................  ");
    expect(exhaustedAt(terms, timeline, nowMs, 4 * hour)).toBeNull();
    const atMs = exhaustedAt({ ...terms, unknown: "bad" }, timeline, nowMs, 4 * hour);
    expect(atMs).toBe(nowMs + 0.4 * 2 * hour);
  });

  it("lets nothing roll off of the time before the promise", () => {
    const sinceMs = nowMs - 4 * hour;
    const timeline = intervalsOf(hourly("....................x...", hour), sinceMs, nowMs);
    expect(exhaustedAt(terms, timeline, nowMs, 4 * hour)).toBe(nowMs + 1.4 * 4 * hour);
  });
});
