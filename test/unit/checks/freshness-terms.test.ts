import { describe, expect, test } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import type { SliContext } from "../../../src/core/check.ts";
import type { Sli } from "../../../src/core/sli.ts";
import { businessDays, facts, paramsOf, problemsOf, promised } from "./support.ts";

type Keys = Readonly<Record<string, unknown>>;

const hour = 3_600_000;
const hourly = { column: "c", max_age: "1h" };
const daily = { column: "c", by: "07:00" };
const berlin: SliContext = { timezone: "Europe/Berlin", calendar: null };

function sliOf(keys: Keys, context = berlin): Sli | undefined {
  return freshness.sli?.(paramsOf(freshness, keys), context);
}

describe("an age", () => {
  test("is judged by load times, looked for two seconds after they are due", () => {
    const load = { kind: "freshness", maxAgeMs: hour, time: "load", visibilityDelayMs: 2_000 };
    expect(sliOf(hourly)).toEqual(load);
    expect(sliOf({ column: "c", warn: { max_age: "30m" }, fail: { max_age: "1h" } })).toEqual(load);
  });

  test("says what its column holds, and how long a load takes to be seen", () => {
    expect(sliOf({ ...hourly, time: "event", visibility_delay: "1m" })).toEqual({
      kind: "freshness",
      maxAgeMs: hour,
      time: "event",
      visibilityDelayMs: 60_000,
    });
  });

  test("that only warns promises nothing, so that no load time convicts it", () => {
    expect(sliOf({ column: "c", warn: { max_age: "1h" } })).toEqual({ kind: "state" });
  });
});

describe("a delivery", () => {
  const calendar = businessDays();

  test("is due every day in the dataset's zone, unless more is said", () => {
    expect(sliOf(daily)).toEqual({
      kind: "deadline",
      by: "07:00",
      timezone: "Europe/Berlin",
      calendar: null,
      opensMs: null,
    });
  });

  test("is due in the calendar's zone, and in its own before that", () => {
    const context = { ...berlin, calendar };
    expect(sliOf({ ...daily, calendar: "business" }, context)).toMatchObject({
      timezone: "Europe/London",
      calendar,
    });
    const own = { ...daily, calendar: "business", timezone: "Asia/Kolkata", opens: "6h" };
    expect(sliOf(own, context)).toMatchObject({
      timezone: "Asia/Kolkata",
      opensMs: 6 * hour,
    });
  });

  test("names its calendar, and an age none", () => {
    const named = paramsOf(freshness, { ...daily, calendar: "business" });
    expect(freshness.calendar?.(named)).toBe("business");
    expect(freshness.calendar?.(paramsOf(freshness, hourly))).toBeUndefined();
  });
});

describe("a generation is that of the promise", () => {
  const judged = (keys: Keys): unknown => freshness.judged?.(paramsOf(freshness, keys));

  test.each<readonly [string, Keys, Keys]>([
    ["both spellings of an age are one", hourly, { column: "c", fail: { max_age: "60m" } }],
    ["when it is looked for is none of it", hourly, { ...hourly, visibility_delay: "1m" }],
    ["seconds of zero are none", daily, { ...daily, by: "07:00:00" }],
  ])("%s", (_, left, right) => {
    expect(judged(left)).toEqual(judged(right));
  });

  test.each<readonly [string, Keys, Keys]>([
    ["another age", hourly, { ...hourly, max_age: "2h" }],
    ["another warning", hourly, { ...hourly, warn: { max_age: "30m" } }],
    ["another column", hourly, { ...hourly, column: "d" }],
    ["another meaning of the column", hourly, { ...hourly, time: "event" }],
    ["a history", hourly, { ...hourly, history: "append_only" }],
    ["another deadline", daily, { ...daily, by: "08:00" }],
    ["another opening", daily, { ...daily, opens: "1h" }],
  ])("%s is another promise", (_, left, right) => {
    expect(judged(left)).not.toEqual(judged(right));
  });
});

describe("a promise of a delivery that makes no sense is refused", () => {
  test.each<readonly [string, Keys, readonly string[]]>([
    ["a delivery alone is fine", daily, []],
    [
      "with all its terms too",
      { ...daily, opens: "6h", timezone: "UTC", calendar: "business", history: "append_only" },
      [],
    ],
    [
      "an age is another promise",
      { ...daily, max_age: "1h" },
      ["max_age: `max_age` promises an age and `by` a delivery: give two checks"],
    ],
    [
      "and so are levels",
      { ...daily, warn: { max_age: "1h" }, fail: { max_age: "2h" } },
      [
        "warn: `warn` promises an age and `by` a delivery: give two checks",
        "fail: `fail` promises an age and `by` a delivery: give two checks",
      ],
    ],
    [
      "event times do not say when something was delivered",
      { ...daily, time: "event" },
      ["time: `by` needs load times: the time of an event does not say when it was delivered"],
    ],
    [
      "midnight leaves no time to deliver",
      { ...daily, by: "00:00" },
      [
        "by: a delivery opens at the beginning of its day, which is its deadline here: say with `opens` how long before",
      ],
    ],
    ["midnight is fine with an opening", { ...daily, by: "00:00", opens: "6h" }, []],
    [
      "a delivery opens within a month",
      { ...daily, opens: "32d" },
      ["opens: a delivery opens at most 31d before it is due"],
    ],
    [
      "terms of a delivery go with `by`",
      { ...hourly, opens: "1h", timezone: "UTC", calendar: "business" },
      [
        "opens: `opens` belongs to `by`, which is not given",
        "timezone: `timezone` belongs to `by`, which is not given",
        "calendar: `calendar` belongs to `by`, which is not given",
      ],
    ],
    [
      "the history of events says nothing of loads",
      { ...hourly, time: "event", history: "append_only" },
      ["history: `history` needs load times: those of events do not say what was loaded when"],
    ],
  ])("%s", (_, keys, problems) => {
    expect(problemsOf(freshness, keys)).toEqual(problems);
  });

  test("days have no history", () => {
    const dataset = facts(promised({ c: "date" }));
    expect(problemsOf(freshness, { ...hourly, history: "append_only" }, dataset)).toEqual([
      "history: `history` needs times, and a day is none",
    ]);
    expect(problemsOf(freshness, hourly, dataset)).toEqual([]);
  });

  test.each([
    ["by", "7:00"],
    ["by", 420],
    ["opens", "0s"],
    ["timezone", "Mars/Olympus"],
    ["history", "upserts"],
    ["visibility_delay", -1],
    ["calendar", ""],
  ])("%s: %j is none", (key, value) => {
    expect(freshness.params.safeParse({ ...daily, [key]: value }).success).toBe(false);
  });
});
