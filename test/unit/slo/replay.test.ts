import { describe, expect, it } from "vitest";
import type { Scenario } from "../../../src/slo/replay.ts";
import { replay } from "../../../src/slo/replay.ts";
import { day, hour, midnight } from "./builders.ts";

const scenario: Scenario = {
  objectivePpm: 950_000,
  windowMs: 6 * hour,
  unknown: "ignore",
  coverageFloorPpm: 900_000,
  sinceMs: null,
  burnWindows: [{ text: "60m", ms: hour }],
  forecastWindowMs: day,
  nowMs: midnight + 6 * hour,
  hasBlame: false,
  checks: [
    {
      name: "fresh",
      cadenceMs: hour,
      holdMs: null,
      observations: [0, 1, 2, 3].map((index) => ({
        atMs: midnight + index * hour,
        outcome: index === 1 ? "fail" : "pass",
        nextDueMs: null,
      })),
    },
  ],
};

describe("replay", () => {
  it("prints every key of the contract, with ratios of six decimals and plain instants", () => {
    expect(replay(scenario)).toEqual({
      window: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T06:00:00Z", seconds: 21_600 },
      good_seconds: 12_600,
      bad_seconds: 3_600,
      unknown_seconds: 5_400,
      excluded_seconds: 0,
      good_events: null,
      bad_events: null,
      unknown_events: null,
      excluded_events: null,
      sli: 0.777778,
      sli_bounds: [0.583333, 0.833333],
      coverage: 0.75,
      budget: {
        allowed: 1_080,
        consumed: 3.333333,
        remaining: -2.333333,
        remaining_lower: -7.333333,
      },
      burn_rates: [{ window: "60m", burn_rate: null, coverage: 0, frozen: true }],
      forecast: { exhausted_at: "2026-01-01T06:00:00Z" },
      timeline: [
        { from: "2026-01-01T00:00:00Z", to: "2026-01-01T01:00:00Z", state: "good" },
        { from: "2026-01-01T01:00:00Z", to: "2026-01-01T02:00:00Z", state: "bad" },
        { from: "2026-01-01T02:00:00Z", to: "2026-01-01T04:30:00Z", state: "good" },
        { from: "2026-01-01T04:30:00Z", to: "2026-01-01T06:00:00Z", state: "unknown" },
      ],
    });
  });

  it("does not mind the order of the observations", () => {
    const reversed = scenario.checks.map((check) => ({
      ...check,
      observations: check.observations.toReversed(),
    }));
    expect(replay({ ...scenario, checks: reversed })).toEqual(replay(scenario));
  });

  it("names who is to blame only in the form with several checks", () => {
    expect(replay({ ...scenario, hasBlame: true }).blame).toEqual([
      { check: "fresh", bad_seconds: 3_600 },
    ]);
    expect(replay(scenario)).not.toHaveProperty("blame");
  });

  it("prints milliseconds of an instant that has some", () => {
    const output = replay({ ...scenario, nowMs: midnight + 1 });
    expect(output.window.to).toBe("2026-01-01T00:00:00.001Z");
  });

  it("prints zero without a sign", () => {
    const good = scenario.checks.map((check) => ({ ...check, observations: [] }));
    const { consumed } = replay({ ...scenario, checks: good }).budget;
    expect(Object.is(consumed, 0)).toBe(true);
  });
});
