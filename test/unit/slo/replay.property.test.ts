import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseScenario } from "../../../src/config/scenario.ts";
import { outcomes } from "../../../src/core/vocabulary.ts";
import { replay } from "../../../src/slo/replay.ts";
import { type ReplayOutput } from "../../../src/slo/replay-output.ts";
import { hour, midnight, minute } from "./builders.ts";

const longestMs = Number.MAX_SAFE_INTEGER;

/** Around the window, and as far from it as an instant can be written. */
const instant = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .integer({ min: -60, max: 600 })
      .map((at) => new Date(midnight + at * 5 * minute).toISOString()),
  },
  fc.constantFrom("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "8999-12-31T23:59:59Z"),
);

const duration = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 3_000 }).map((count) => `${count}m`) },
  fc.constantFrom("1ms", "1y", `${longestMs}ms`),
);

const observation = fc.record(
  {
    at: instant,
    outcome: fc.constantFrom(...outcomes),
    newest: instant,
    loads: fc.array(instant, { maxLength: 4 }),
    next_due: instant,
  },
  { requiredKeys: ["at", "outcome"] },
);

const counted = fc.record({
  at: instant,
  outcome: fc.constantFrom(...outcomes),
  good: fc.nat(9),
  total: fc.constantFrom(9, 1_000_000, longestMs),
});

const window = fc.oneof(
  duration,
  fc.record({
    calendar: fc.constantFrom("day", "week", "month", "quarter", "year"),
    timezone: fc.constantFrom("UTC", "America/Santiago", "Asia/Kolkata"),
  }),
);

const terms = {
  objective: fc.constantFrom("0.0001%", "95%", "99.9999%"),
  window,
  unknown: fc.constantFrom("ignore", "good", "bad"),
  burn_windows: fc.array(duration, { maxLength: 2 }),
  forecast_window: duration,
  since: instant,
};
const optional = [
  "unknown",
  "burn_windows",
  "forecast_window",
  "since",
  "hold",
  "opens",
  "calendar",
];

function sloOf(kind: string, more: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  const all: Record<string, fc.Arbitrary<unknown>> = {
    kind: fc.constant(kind),
    ...terms,
    ...more,
  };
  const requiredKeys = Object.keys(all).filter((key) => !optional.includes(key));
  return fc.record(all, { requiredKeys });
}

const held = { cadence: duration, hold: fc.oneof(duration, fc.constant("0s")) };
const sloAndObservations = fc.oneof(
  fc.tuple(sloOf("state", held), fc.array(observation, { maxLength: 12 })),
  fc.tuple(sloOf("freshness", { ...held, max_age: duration }), fc.array(observation)),
  fc.tuple(
    sloOf("deadline", {
      by: fc.constantFrom("00:00", "02:30", "23:59:59"),
      timezone: fc.constantFrom("UTC", "America/Santiago"),
      opens: duration,
      calendar: fc.constant({ days: ["mon", "thu"], holidays: ["2026-01-05"] }),
    }),
    fc.array(observation),
  ),
  fc.tuple(sloOf("rows", {}), fc.array(counted)),
);

const exclusions = fc
  .array(fc.record({ from: instant, to: instant, mode: fc.constantFrom("remove", "good") }))
  .map((all) => all.filter(({ from, to }) => Date.parse(from) < Date.parse(to)));

const scenario = fc.record({
  given: sloAndObservations,
  now: fc.oneof({ weight: 9, arbitrary: fc.constant("2026-01-02T00:00:00Z") }, instant),
  exclusions,
});

/** Null where it is refused, which is all right as long as it is said why. */
function replayed(slo: unknown, now: string, observations: unknown, excluded: unknown) {
  const text = JSON.stringify({ slo, now, observations, exclusions: excluded });
  const read = parseScenario(text, "scenario.json");
  expect(read.scenario === null).toBe(read.problems.length > 0);
  return read.scenario === null ? null : replay(read.scenario);
}

function secondsOf(output: ReplayOutput): number {
  const { good_seconds, bad_seconds, unknown_seconds, excluded_seconds } = output;
  return (
    (good_seconds ?? 0) + (bad_seconds ?? 0) + (unknown_seconds ?? 0) + (excluded_seconds ?? 0)
  );
}

it("replays whatever it does not refuse, and counts no more than the window has", () => {
  fc.assert(
    fc.property(scenario, ({ given: [slo, observations], now, exclusions: excluded }) => {
      const output = replayed(slo, now, observations, excluded);
      fc.pre(output !== null);
      expect(secondsOf(output)).toBeLessThanOrEqual(output.window.seconds + 0.001);
      expect(output.sli ?? 0).toBeGreaterThanOrEqual(0);
      expect(output.sli ?? 1).toBeLessThanOrEqual(1);
      expect(output.coverage ?? 0).toBeLessThanOrEqual(1);
      expect(output.budget.remaining_lower ?? 0).toBeLessThanOrEqual(output.budget.remaining ?? 0);
    }),
    { numRuns: 300 },
  );
});

it("gives the same for observations in any order, and for those given twice", () => {
  fc.assert(
    fc.property(
      scenario,
      fc.func(fc.nat()),
      ({ given: [slo, observations], now, exclusions: excluded }, key) => {
        const output = replayed(slo, now, observations, excluded);
        fc.pre(output !== null);
        const shuffled = [...observations, ...observations]
          .map((one, index) => ({ one, at: key(index) }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(replayed(slo, now, shuffled, excluded)).toEqual(output);
      },
    ),
    { numRuns: 200 },
  );
});

it("takes a year of five-minute probes within seconds", () => {
  const observations = Array.from({ length: 105_120 }, (_, index) => ({
    at: new Date(midnight + index * 5 * minute).toISOString(),
    outcome: "pass",
    newest: new Date(midnight + index * 5 * minute - minute).toISOString(),
  }));
  const slo = {
    kind: "freshness",
    objective: "99%",
    window: "365d",
    cadence: "5m",
    max_age: "1h",
  };
  const startMs = performance.now();
  const output = replayed(slo, "2027-01-01T00:00:00Z", observations, []);
  expect(performance.now() - startMs).toBeLessThan(10_000);
  expect(output?.timeline).toEqual([
    { from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", state: "good" },
  ]);
  expect(output?.good_seconds).toBe((365 * 24 * hour) / 1_000);
});
