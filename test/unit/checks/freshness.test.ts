import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import type { SqlValue } from "../../../src/core/value.ts";
import {
  anySqlValue,
  badness,
  evaluateContext,
  facts,
  failed,
  figure,
  noonMs,
  paramsOf,
  planContext,
  problemsOf,
  promised,
} from "./support.ts";

const minute = 60_000;
const hour = 60 * minute;
const hourly = { column: "loaded_at", max_age: "1h" };

function instant(ms: number): SqlValue {
  return { type: "instant", ms };
}

function local(text: string): SqlValue {
  return { type: "local", text };
}

function day(text: string): SqlValue {
  return { type: "date", text };
}

function outcomeOf(keys: Readonly<Record<string, unknown>>, value: SqlValue, timezone = "UTC") {
  return freshness.evaluate(paramsOf(freshness, keys), figure(value), evaluateContext(timezone));
}

test("the newest value is the only figure that is asked for, with the column quoted", () => {
  const params = paramsOf(freshness, { column: 'load "time"', max_age: "1h" });
  expect(freshness.plan(params, planContext())).toEqual([
    { kind: "aggregate", id: "newest", fn: "max", of: '"load ""time"""', mayStand: true },
  ]);
});

describe("the outcome follows the age", () => {
  const twoLevels = { column: "loaded_at", warn: { max_age: "45m" }, fail: { max_age: "1h" } };
  const warnOnly = { column: "loaded_at", warn: { max_age: "45m" } };
  test.each([
    ["data of this very instant is fresh", hourly, 0, "pass"],
    ["data of exactly the promised age is good", hourly, hour, "pass"],
    ["a millisecond beyond the promised age is not", hourly, hour + 1, "fail"],
    [
      "the long form promises the same",
      { column: "c", fail: { max_age: "60m" } },
      hour + 1,
      "fail",
    ],
    ["exactly the warning age is still good", twoLevels, 45 * minute, "pass"],
    ["between the two levels is a warning", twoLevels, 45 * minute + 1, "warn"],
    ["the failing age itself is a warning", twoLevels, hour, "warn"],
    ["beyond both levels fails", twoLevels, hour + 1, "fail"],
    ["a warning alone never fails by age", warnOnly, 1_000 * hour, "warn"],
    ["event times are judged alike", { ...hourly, time: "event" }, hour + 1, "fail"],
  ])("%s", (_, keys, ageMs, outcome) => {
    const result = outcomeOf(keys, instant(noonMs - ageMs));
    expect(result.outcome).toBe(outcome);
    expect(result.newestMs).toBe(noonMs - ageMs);
    expect(result.measured["age_seconds"]).toBe(ageMs / 1000);
  });
});

test("a result says what was measured and what was promised", () => {
  const keys = { column: "loaded_at", warn: { max_age: "45m" }, fail: { max_age: "1h" } };
  expect(outcomeOf(keys, instant(Date.UTC(2026, 0, 15, 9, 29, 59, 500)))).toEqual({
    outcome: "fail",
    summary:
      'The newest "loaded_at" is 2026-01-15T09:29:59.500Z, 2h30m1s old; at most 1h promised, at most 45m without a warning.',
    measured: { age_seconds: 9000.5, newest: "2026-01-15T09:29:59.500Z" },
    expected: { max_age_seconds: 3600, warn_max_age_seconds: 2700, future_tolerance_seconds: 300 },
    newestMs: Date.UTC(2026, 0, 15, 9, 29, 59, 500),
  });
});

test("an age is never rounded down to one that would have been good", () => {
  expect(outcomeOf(hourly, instant(noonMs - hour - 4)).summary).toContain("1h1s old");
});

describe("the future", () => {
  test("a value within the tolerance counts as of now, so that a skewed clock earns no time", () => {
    const result = outcomeOf(hourly, instant(noonMs + 5 * minute));
    expect(result.outcome).toBe("pass");
    expect(result.newestMs).toBe(noonMs);
    expect(result.measured).toEqual({ age_seconds: 0, newest: "2026-01-15T12:05:00.000Z" });
  });

  test("a value beyond the tolerance fails with its own message and proves no load", () => {
    const result = outcomeOf(hourly, instant(noonMs + 5 * minute + 1));
    expect(result.outcome).toBe("fail");
    expect(result.summary).toBe(
      'The newest "loaded_at" is 2026-01-15T12:05:00.001Z, 5m1s in the future; at most 5m is tolerated.',
    );
    expect(result.measured["age_seconds"]).toBeNull();
    expect(result).not.toHaveProperty("newestMs");
  });

  test("a check may tolerate none at all", () => {
    const strict = { ...hourly, future_tolerance: "0s" };
    expect(outcomeOf(strict, instant(noonMs)).outcome).toBe("pass");
    expect(outcomeOf(strict, instant(noonMs + 1)).outcome).toBe("fail");
  });

  test.each([
    ["positive infinity hides the newest real time", instant(Infinity), "infinity"],
    ["negative infinity is older than any promise", instant(-Infinity), "-infinity"],
    ["so is infinity without a zone", local("infinity"), "infinity"],
    ["and as a day", day("-infinity"), "-infinity"],
    ["a year that no calendar here reaches counts as infinite", instant(9.2e15), "infinity"],
  ])("%s", (_, value, newest) => {
    const result = outcomeOf(hourly, value);
    expect(result.outcome).toBe("fail");
    expect(result.measured).toEqual({ age_seconds: null, newest });
    expect(result).not.toHaveProperty("newestMs");
  });
});

describe("a dataset without a value", () => {
  test.each([
    ["fails unless something else is said", {}, "fail"],
    ["is passed over on request", { when_empty: "skip" }, "skip"],
    ["passes on request", { when_empty: "pass" }, "pass"],
  ])("%s", (_, keys, outcome) => {
    const result = outcomeOf({ ...hourly, ...keys }, null);
    expect(result.outcome).toBe(outcome);
    expect(result.summary).toBe('No row has a value in "loaded_at"; at most 1h promised.');
    expect(result.measured).toEqual({ age_seconds: null, newest: null });
    expect(result).not.toHaveProperty("newestMs");
  });
});

describe("a time without a zone is read in the dataset's zone", () => {
  test.each([
    ["in UTC", "2026-01-15T11:30:00", "UTC", "2026-01-15T11:30:00.000Z"],
    [
      "in winter in Berlin",
      "2026-01-15T12:30:00.999999",
      "Europe/Berlin",
      "2026-01-15T11:30:00.999Z",
    ],
  ])("%s", (_, text, zone, newest) => {
    const result = outcomeOf(hourly, local(text), zone);
    expect(result.outcome).toBe("pass");
    expect(result.measured["newest"]).toBe(newest);
  });

  // Berlin's clocks showed 02:30 at 00:30Z and at 01:30Z on 25 October 2026.
  test.each([
    ["one that exists twice is the later instant", "03:00", "2026-10-25T01:30:00.000Z"],
    ["unless that is in the future", "01:00", "2026-10-25T00:30:00.000Z"],
  ])("%s", (_, probed, newest) => {
    const probeMs = Date.parse(`2026-10-25T${probed}:00Z`);
    const result = freshness.evaluate(
      paramsOf(freshness, hourly),
      figure(local("2026-10-25T02:30:00"), probeMs),
      evaluateContext("Europe/Berlin"),
    );
    expect(result.measured["newest"]).toBe(newest);
  });
});

describe("a day is future by its start and counts from its end", () => {
  const daily = { column: "day", max_age: "36h" };
  test.each([
    ["today is of age zero", "2026-01-15", "UTC", "pass", 0],
    ["yesterday ended twelve hours ago", "2026-01-14", "UTC", "pass", 12 * hour],
    ["the day before yesterday ended exactly 36 hours ago", "2026-01-13", "UTC", "pass", 36 * hour],
    ["a day earlier is too old", "2026-01-12", "UTC", "fail", 60 * hour],
    ["a day ends at midnight of its own zone", "2026-01-14", "Europe/Berlin", "pass", 13 * hour],
  ])("%s", (_, text, zone, outcome, ageMs) => {
    const result = outcomeOf(daily, day(text), zone);
    expect(result.outcome).toBe(outcome);
    expect(result.newestMs).toBe(noonMs - ageMs);
    expect(result.measured).toEqual({ age_seconds: ageMs / 1000, newest: text });
  });

  test("tomorrow has not begun", () => {
    const result = outcomeOf(daily, day("2026-01-16"));
    expect(result.outcome).toBe("fail");
    expect(result.summary).toContain("12h in the future");
  });

  test("tomorrow has begun where its midnight is already past", () => {
    expect(outcomeOf(daily, day("2026-01-16"), "Pacific/Kiritimati").outcome).toBe("pass");
  });
});

describe("what cannot be measured is neither good nor bad", () => {
  test("a failed query passes its reason on", () => {
    const failure = { kind: "timeout", message: "the query ran over 30s." } as const;
    const result = freshness.evaluate(
      paramsOf(freshness, hourly),
      failed(failure),
      evaluateContext(),
    );
    expect(result).toEqual({
      outcome: "error",
      summary: 'The newest "loaded_at" could not be measured: the query ran over 30s.',
      measured: {},
      expected: { max_age_seconds: 3600, future_tolerance_seconds: 300 },
      failure,
    });
  });

  test.each<[string, SqlValue]>([
    ["a whole number", 1_768_478_400n],
    ["a floating-point number", 1.5],
    ["text, even if it reads like a time", "2026-01-15T11:59:00Z"],
    ["a truth value", true],
    ["a decimal", { type: "decimal", text: "1768478400.0" }],
    ["a time that does not exist", local("2026-02-30T00:00:00")],
    ["a day that does not exist", day("2026-02-30")],
    ["an instant that is no number", instant(Number.NaN)],
  ])("%s is no time", (_, value) => {
    const result = outcomeOf(hourly, value);
    expect(result.outcome).toBe("error");
    expect(result.failure?.kind).toBe("invalid_query");
    expect(result.failure?.hint).toContain("timestamp or date");
  });
});

describe("a promise that makes no sense is refused", () => {
  test.each([
    [
      "nothing is promised",
      { column: "c" },
      [
        ": a freshness check needs `max_age`, or one under `warn` or `fail`, or `by` for a delivery",
      ],
    ],
    [
      "both forms are given",
      { ...hourly, fail: { max_age: "2h" } },
      ["max_age: `max_age` is short for `fail: { max_age }`: give one of them, not both"],
    ],
    [
      "the warning is looser than the failure",
      { ...hourly, warn: { max_age: "2h" } },
      [
        "warn.max_age: the warning would never be seen: `warn.max_age` must be shorter than the failing age",
      ],
    ],
    [
      "the warning is as loose as the failure",
      { ...hourly, warn: { max_age: "60m" } },
      [
        "warn.max_age: the warning would never be seen: `warn.max_age` must be shorter than the failing age",
      ],
    ],
    ["a single promise is fine", hourly, []],
  ])("when %s", (_, keys, problems) => {
    expect(problemsOf(freshness, keys)).toEqual(problems);
  });

  test("when the column is promised with a type that holds no time", () => {
    const dataset = facts(promised({ loaded_at: "bigint", other: "timestamptz" }));
    expect(problemsOf(freshness, hourly, dataset)).toEqual([
      "column: column loaded_at is promised as bigint, which holds no time: name one of a timestamp or date type",
    ]);
    expect(problemsOf(freshness, { ...hourly, column: "other" }, dataset)).toEqual([]);
    expect(problemsOf(freshness, { ...hourly, column: "elsewhere" }, dataset)).toEqual([]);
  });

  test("metadata alone come to no verdict", () => {
    const params = paramsOf(freshness, { ...hourly, source: "metadata" });
    expect(freshness.problems(params, facts())).toMatchObject([
      { path: ["source"], notSupported: true },
    ]);
  });

  test.each([["0s"], ["soon"], ["60"], [3600]])("an age of %j is no age", (age) => {
    expect(freshness.params.safeParse({ column: "c", max_age: age }).success).toBe(false);
  });
});

test("equal promises read alike, however their durations are written", () => {
  const written = { column: "c", max_age: "60m", future_tolerance: "300s", time: "load" };
  expect(paramsOf(freshness, written)).toEqual(paramsOf(freshness, { column: "c", max_age: "1h" }));
});

describe("for all measurements", () => {
  test("older is never better", () => {
    const params = paramsOf(freshness, { column: "c", warn: { max_age: "10m" }, max_age: "1h" });
    const age = fc.nat({ max: 3 * hour });
    const rank = (ageMs: number): number =>
      badness(
        freshness.evaluate(params, figure(instant(noonMs - ageMs)), evaluateContext()).outcome,
      );
    fc.assert(
      fc.property(age, age, (left, right) => {
        expect(rank(Math.max(left, right))).toBeGreaterThanOrEqual(rank(Math.min(left, right)));
      }),
    );
  });

  test("an instant and its wall-clock time in the dataset's zone are judged alike", () => {
    const params = paramsOf(freshness, hourly);
    fc.assert(
      fc.property(fc.integer({ min: noonMs - 3 * hour, max: noonMs + hour }), (ms) => {
        const berlin = new Date(ms + hour).toISOString().slice(0, -1);
        const inZone = evaluateContext("Europe/Berlin");
        expect(freshness.evaluate(params, figure(local(berlin)), inZone)).toEqual(
          freshness.evaluate(params, figure(instant(ms)), inZone),
        );
      }),
    );
  });

  test("there is a verdict, and a newest time never lies after the probe", () => {
    const zones = fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "America/Santiago",
      "Australia/Lord_Howe",
    );
    fc.assert(
      fc.property(anySqlValue, zones, (value, zone) => {
        const result = outcomeOf(hourly, value, zone);
        expect(["pass", "fail", "error"]).toContain(result.outcome);
        expect(result.newestMs ?? noonMs).toBeLessThanOrEqual(noonMs);
        expect(result.outcome === "error").toBe(result.failure !== undefined);
      }),
    );
  });
});
