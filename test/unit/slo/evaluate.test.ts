import { describe, expect, it } from "vitest";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import type { SloTerms } from "../../../src/slo/evaluate.ts";
import { errorRatios, evaluateSlo } from "../../../src/slo/evaluate.ts";
import type { CheckRuns } from "../../../src/slo/evidence.ts";
import { day, hour, hourly, midnight, minute, observation, overTime, record } from "./builders.ts";

const terms: SloTerms = {
  objectivePpm: 950_000,
  window: { kind: "rolling", lengthMs: day },
  unknown: "ignore",
  coverageFloorPpm: 900_000,
};
const nowMs = midnight + day;
const beforeAll = midnight - 365 * day;

/** A day with two bad hours and, from 13:30 to 15:00, an hour and a half unknown. */
const mixed: readonly CheckRuns[] = [{ name: "fresh", runs: hourly(".....xx......ee.........") }];

describe("evaluateSlo", () => {
  it("sums the window's time in integer milliseconds", () => {
    const status = evaluateSlo(terms, overTime(mixed), [], beforeAll, nowMs);
    expect([status.fromMs, status.toMs]).toEqual([midnight, nowMs]);
    expect([status.good, status.bad, status.unknown, status.excluded]).toEqual([
      20.5 * hour,
      2 * hour,
      1.5 * hour,
      0,
    ]);
    expect(status.coverage).toBe(22.5 / 24);
    expect(status.budget.allowed).toBe(1.2 * hour);
  });

  it.each([
    ["ignore", 20.5 / 22.5, 2 / 1.2],
    ["good", 22 / 24, 2 / 1.2],
    ["bad", 20.5 / 24, 3.5 / 1.2],
  ] as const)("judges unknown time as declared: %s", (unknown, sli, consumed) => {
    const status = evaluateSlo({ ...terms, unknown }, overTime(mixed), [], beforeAll, nowMs);
    expect(status.sli).toBeCloseTo(sli, 12);
    expect(status.budget.consumed).toBeCloseTo(consumed, 12);
    expect(status.budget.remaining).toBeCloseTo(1 - consumed, 12);
    expect(status.budget.remainingLower).toBeCloseTo(1 - 3.5 / 1.2, 12);
    expect(status.sliBounds).toEqual([20.5 / 24, 22 / 24]);
  });

  it("says nothing of the SLI when nothing is known, but how far it may lie", () => {
    const status = evaluateSlo(
      terms,
      overTime([{ name: "fresh", runs: [] }]),
      [],
      beforeAll,
      nowMs,
    );
    expect([status.sli, status.coverage, status.sliBounds]).toEqual([null, 0, [0, 1]]);
    expect(status.budget.remaining).toBe(1);
    expect(status.budget.remainingLower).toBeCloseTo(-19, 12);
  });

  it("is unknown throughout for an SLO whose checks are all gone", () => {
    const status = evaluateSlo(terms, overTime([]), [], beforeAll, nowMs);
    expect([status.unknown, status.sli, status.blame]).toEqual([day, null, []]);
  });

  it("gives time before the promise no state, and the allowance of the whole window", () => {
    const status = evaluateSlo(terms, overTime(mixed), [], midnight + 6 * hour, nowMs);
    expect([status.good, status.bad, status.unknown]).toEqual([15.5 * hour, hour, 1.5 * hour]);
    expect(status.coverage).toBe(16.5 / 18);
    expect(status.budget.allowed).toBe(1.2 * hour);
    expect(status.timeline[0]?.fromMs).toBe(midnight + 6 * hour);
  });

  it.each([nowMs, nowMs + hour])("knows nothing of a promise made at %d or later", (sinceMs) => {
    const status = evaluateSlo(terms, overTime(mixed), [], sinceMs, nowMs);
    expect([status.sli, status.coverage, status.sliBounds]).toEqual([null, null, null]);
    expect([status.budget.remaining, status.timeline]).toEqual([1, []]);
  });

  it("blames each check for its own bad time, and counts the union once", () => {
    const checks = [
      { name: "fresh", runs: hourly("..........xx............") },
      { name: "enough", runs: hourly("...........xxx..........") },
      { name: "shape", runs: hourly("........................") },
    ];
    const status = evaluateSlo(terms, overTime(checks), [], beforeAll, nowMs);
    expect(status.bad).toBe(4 * hour);
    expect(status.blame).toEqual([
      { check: "fresh", bad: 2 * hour },
      { check: "enough", bad: 3 * hour },
      { check: "shape", bad: 0 },
    ]);
  });

  it("is unknown where one check is unknown and no other is bad", () => {
    const checks = [
      { name: "fresh", runs: hourly("........................") },
      { name: "enough", runs: hourly("    x                   ") },
    ];
    const status = evaluateSlo(terms, overTime(checks), [], beforeAll, nowMs);
    expect([status.good, status.bad, status.unknown]).toEqual([0, 1.5 * hour, 22.5 * hour]);
  });

  it("leaves exactly 1 when nothing is spent and exactly 0 when all is", () => {
    const strict = { ...terms, objectivePpm: 999_000 };
    const spend = (badMs: number): number | null => {
      const bad = badMs === 0 ? [] : [observation(midnight, "fail", day)];
      const runs = record([...bad, observation(midnight + badMs, "pass", day)]);
      return evaluateSlo(strict, overTime([{ name: "fresh", runs }]), [], beforeAll, nowMs).budget
        .remaining;
    };
    expect([spend(0), spend(86_400), spend(86_401)]).toEqual([1, 0, -1 / 86_400]);
  });

  it("expects each delivery of a period once, whether it is over, under way or still ahead", () => {
    const sli: DeadlineSli = {
      kind: "deadline",
      by: "07:00",
      timezone: "UTC",
      calendar: null,
      opensMs: null,
    };
    const checks = [{ name: "daily", eras: [{ fromMs: 0, generation: "a", sli }], sightings: [] }];
    const window = { kind: "fixed", fromMs: midnight, toMs: midnight + 10 * day } as const;
    const allowedAt = (sinceMs: number, atMs: number): number =>
      evaluateSlo({ ...terms, window }, { unit: "deliveries", checks }, [], sinceMs, atMs).budget
        .allowed;
    expect(allowedAt(beforeAll, midnight - 3 * day)).toBe(0.5);
    expect(allowedAt(beforeAll, midnight + 4 * day)).toBe(0.5);
    expect(allowedAt(midnight + 2 * day, midnight + 4 * day)).toBe(0.5);
    expect(allowedAt(midnight + 20 * day, midnight + 4 * day)).toBe(0.5);
    expect(allowedAt(beforeAll, midnight + 30 * day)).toBe(0.5);
  });

  it("clips what holds beyond now", () => {
    const status = evaluateSlo(terms, overTime(mixed), [], beforeAll, nowMs - minute);
    expect(status.good + status.bad + status.unknown).toBe(day);
    expect(status.timeline.at(-1)?.toMs).toBe(nowMs - minute);
  });
});

describe("errorRatios", () => {
  const windows = [hour, 6 * hour, day];

  it("gives each window's bad share and burn rate, in the order asked for", () => {
    const checks = [{ name: "fresh", runs: hourly(".......................x", hour) }];
    const [first, second, third] = errorRatios(
      terms,
      overTime(checks),
      [],
      beforeAll,
      nowMs,
      windows,
    );
    expect(first).toEqual({
      windowMs: hour,
      errorRatio: 1,
      burnRate: 20,
      coverage: 1,
      isFrozen: false,
    });
    expect(second?.burnRate).toBeCloseTo(20 / 6, 12);
    expect(third?.errorRatio).toBe(1 / 24);
  });

  it("freezes below the coverage floor and not at it", () => {
    const checks = [{ name: "fresh", runs: hourly("...........  ...........", hour) }];
    const burn = (coverageFloorPpm: number): boolean | undefined =>
      errorRatios({ ...terms, coverageFloorPpm }, overTime(checks), [], beforeAll, nowMs, [
        20 * hour,
      ])[0]?.isFrozen;
    expect([burn(900_000), burn(900_001)]).toEqual([false, true]);
  });

  it("shows no figure while frozen, but the coverage", () => {
    const checks = [{ name: "fresh", runs: hourly("x                       ", hour) }];
    expect(errorRatios(terms, overTime(checks), [], beforeAll, nowMs, [day])).toEqual([
      { windowMs: day, errorRatio: null, burnRate: null, coverage: 1 / 24, isFrozen: true },
    ]);
  });

  it("is frozen without any knowledge, even with a floor of nothing", () => {
    const blind = [{ name: "fresh", runs: [] }];
    const floorless = { ...terms, coverageFloorPpm: 0 };
    expect(errorRatios(floorless, overTime(blind), [], beforeAll, nowMs, [hour])[0]?.isFrozen).toBe(
      true,
    );
    expect(errorRatios(floorless, overTime(blind), [], nowMs, nowMs, [hour])[0]).toMatchObject({
      coverage: 0,
      isFrozen: true,
    });
  });

  it("leaves time before the promise out of every window", () => {
    const checks = [{ name: "fresh", runs: hourly("                  ....xx", hour) }];
    const [ratio] = errorRatios(terms, overTime(checks), [], midnight + 18 * hour, nowMs, [day]);
    expect([ratio?.coverage, ratio?.errorRatio]).toEqual([1, 2 / 6]);
  });

  it("is empty without windows", () => {
    expect(errorRatios(terms, overTime(mixed), [], beforeAll, nowMs, [])).toEqual([]);
  });
});
