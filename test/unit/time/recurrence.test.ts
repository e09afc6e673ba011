import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Calendar, Weekday } from "../../../src/core/calendar.ts";
import type { ExclusionSpan, PlannedExclusion } from "../../../src/core/exclusion.ts";
import { excludedTimes, ruleProblem } from "../../../src/time/recurrence.ts";

type Recurring = Extract<ExclusionSpan, { kind: "recurring" }>;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function recurring(rule: string, terms: Partial<Recurring> = {}): Recurring {
  const start = "2026-01-04T02:00:00";
  return { kind: "recurring", start, timezone: "UTC", rule, durationMs: hour, ...terms };
}

function planned(span: ExclusionSpan): PlannedExclusion {
  return { span, mode: "remove", reason: "maintenance" };
}

/** `from – to` in UTC to the minute. */
function times(span: ExclusionSpan, from: string, to: string): readonly string[] {
  const clock = (ms: number): string => new Date(ms).toISOString().slice(5, 16).replace("T", " ");
  return excludedTimes(planned(span), Date.parse(from), Date.parse(to)).map(
    ({ fromMs, toMs }) => `${clock(fromMs)} – ${clock(toMs)}`,
  );
}

describe("a range", () => {
  const fromMs = Date.parse("2026-01-02T00:00Z");
  const range = { kind: "range", fromMs, toMs: fromMs + day } as const;

  it("is clipped to the stretch, with its mode", () => {
    const exclusion: PlannedExclusion = { span: range, mode: "good", reason: "migration" };
    expect(excludedTimes(exclusion, fromMs + hour, fromMs + 2 * day)).toEqual([
      { fromMs: fromMs + hour, toMs: fromMs + day, mode: "good" },
    ]);
  });

  it.each([
    ["before it", "2026-01-01T00:00Z", "2026-01-02T00:00Z"],
    ["after it", "2026-01-03T00:00Z", "2026-01-04T00:00Z"],
    ["of no length", "2026-01-02T12:00Z", "2026-01-02T12:00Z"],
    ["that ends before it begins", "2026-01-02T12:00Z", "2026-01-02T10:00Z"],
  ])("excuses nothing in a stretch %s", (_, from, to) => {
    expect(times(range, from, to)).toEqual([]);
  });
});

describe("a recurring exclusion", () => {
  it("begins at each wall time of its rule, from its start on", () => {
    const sundays = recurring("FREQ=WEEKLY;BYDAY=SU", { start: "2026-01-10T02:00" });
    expect(times(sundays, "2026-01-01T00:00Z", "2026-01-26T00:00Z")).toEqual([
      "01-11 02:00 – 01-11 03:00",
      "01-18 02:00 – 01-18 03:00",
      "01-25 02:00 – 01-25 03:00",
    ]);
  });

  it("reaches into the stretch from before it, and is clipped on both sides", () => {
    const nightly = recurring("FREQ=DAILY", { durationMs: 4 * hour });
    expect(times(nightly, "2026-02-01T05:00Z", "2026-02-02T03:00Z")).toEqual([
      "02-01 05:00 – 02-01 06:00",
      "02-02 02:00 – 02-02 03:00",
    ]);
  });

  it("is joined where one begins before the one before has ended", () => {
    const always = recurring("FREQ=DAILY;BYHOUR=0,12", { durationMs: 12 * hour });
    expect(times(always, "2026-02-01T00:00Z", "2026-02-03T00:00Z")).toEqual([
      "02-01 00:00 – 02-03 00:00",
    ]);
  });

  it.each([
    ["FREQ=MONTHLY;BYDAY=-1FR", ["01-30 02:00 – 01-30 03:00", "02-27 02:00 – 02-27 03:00"]],
    ["FREQ=MONTHLY;BYMONTHDAY=31", ["01-31 02:00 – 01-31 03:00"]],
    [
      "freq=monthly;bymonthday=-1;byhour=23",
      ["01-31 23:00 – 02-01 00:00", "02-28 23:00 – 03-01 00:00"],
    ],
    ["FREQ=DAILY;COUNT=2", ["01-04 02:00 – 01-04 03:00", "01-05 02:00 – 01-05 03:00"]],
    ["FREQ=DAILY;UNTIL=20260105", ["01-04 02:00 – 01-04 03:00", "01-05 02:00 – 01-05 03:00"]],
    [
      "FREQ=DAILY;UNTIL=20260105T020000",
      ["01-04 02:00 – 01-04 03:00", "01-05 02:00 – 01-05 03:00"],
    ],
    ["FREQ=DAILY;UNTIL=20260105T015959Z", ["01-04 02:00 – 01-04 03:00"]],
    ["FREQ=WEEKLY;INTERVAL=4", ["01-04 02:00 – 01-04 03:00", "02-01 02:00 – 02-01 03:00"]],
  ])("%s", (rule, expected) => {
    expect(times(recurring(rule), "2026-01-01T00:00Z", "2026-03-01T00:00Z")).toEqual(expected);
  });

  it("reads an UNTIL with Z as an instant, on the clocks of its zone", () => {
    const berlin = recurring("FREQ=DAILY;UNTIL=20260105T010000Z", { timezone: "Europe/Berlin" });
    expect(times(berlin, "2026-01-01T00:00Z", "2026-02-01T00:00Z")).toEqual([
      "01-04 01:00 – 01-04 02:00",
      "01-05 01:00 – 01-05 02:00",
    ]);
  });

  it("falls on 29 February in leap years", () => {
    const leap = recurring("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", { start: "2025-01-01T00:00:00" });
    expect(times(leap, "2026-01-01T00:00Z", "2033-01-01T00:00Z")).toEqual([
      "02-29 00:00 – 02-29 01:00",
      "02-29 00:00 – 02-29 01:00",
    ]);
  });

  test.each([
    // A gap: as far after it as the time is into it.
    ["Europe/Berlin", "02:30", "2026-03-29", "03-29 01:30 – 03-29 02:30"],
    ["America/New_York", "02:30", "2026-03-08", "03-08 07:30 – 03-08 08:30"],
    ["America/Santiago", "00:00", "2026-09-06", "09-06 04:00 – 09-06 05:00"],
    ["Australia/Lord_Howe", "02:10", "2026-10-04", "10-03 15:40 – 10-03 16:40"],
    // Twice: the first, for its length in real time.
    ["Europe/Berlin", "02:30", "2026-10-25", "10-25 00:30 – 10-25 01:30"],
    ["America/New_York", "01:30", "2026-11-01", "11-01 05:30 – 11-01 06:30"],
    ["America/Santiago", "23:30", "2026-04-04", "04-05 02:30 – 04-05 03:30"],
    ["Australia/Lord_Howe", "01:45", "2026-04-05", "04-04 14:45 – 04-04 15:45"],
    ["Asia/Kolkata", "02:30", "2026-03-29", "03-28 21:00 – 03-28 22:00"],
  ])("in %s takes place at %s on %s, change of clocks or not", (timezone, at, on, expected) => {
    const nightly = recurring("FREQ=DAILY", { timezone, start: `2026-01-01T${at}:00` });
    const aroundMs = Date.parse(`${on}T00:00Z`);
    const near = excludedTimes(planned(nightly), aroundMs - day, aroundMs + 2 * day);
    expect(near).toHaveLength(3);
    const from = new Date(aroundMs - day).toISOString();
    expect(times(nightly, from, new Date(aroundMs + 2 * day).toISOString())).toContain(expected);
  });

  it("throws a RangeError where its rule has a problem", () => {
    expect(() => excludedTimes(planned(recurring("FREQ=NEVER")), 0, 1)).toThrow(RangeError);
  });
});

describe("a rule with a problem", () => {
  const value = "is not a value that a recurrence rule (RFC 5545) can have";
  it.each<readonly [string, Partial<Recurring>, string]>([
    ["", {}, "a part of it is empty; a recurrence rule is like `FREQ=WEEKLY;BYDAY=SU`"],
    ["FREQ=DAILY;", {}, "a part of it is empty; a recurrence rule is like `FREQ=WEEKLY;BYDAY=SU`"],
    ["BYDAY=SU", {}, "a recurrence rule needs `FREQ`, such as `FREQ=WEEKLY;BYDAY=SU`"],
    ["RRULE:FREQ=DAILY", {}, "`RRULE:FREQ=DAILY` is no part of a recurrence rule (RFC 5545)"],
    ["FREQ=DAILY;constructor=1", {}, "`CONSTRUCTOR=1` is no part of a recurrence rule (RFC 5545)"],
    ["FREQ=DAILY;FREQ=WEEKLY", {}, "`FREQ` is given twice"],
    ["FREQ=DAILY;BYHOUR=25", {}, `\`BYHOUR=25\` ${value}`],
    ["FREQ=MONTHLY;BYMONTHDAY=0", {}, `\`BYMONTHDAY=0\` ${value}`],
    ["FREQ=WEEKLY;BYDAY=XX", {}, `\`BYDAY=XX\` ${value}`],
    ["FREQ=DAILY;INTERVAL=0", {}, `\`INTERVAL=0\` ${value}`],
    ["FREQ=DAILY;UNTIL=20260230", {}, `\`UNTIL=20260230\` ${value}`],
    ["FREQ=DAILY;UNTIL=20200101", {}, "it never recurs, since `UNTIL` is before its start"],
    ["FREQ=DAILY;COUNT=1001", {}, `\`COUNT=1001\` ${value}`],
    ["FREQ=DAILY;COUNT=2;UNTIL=20270101", {}, "a recurrence rule has `COUNT` or `UNTIL`, not both"],
    [
      "FREQ=HOURLY",
      {},
      "`FREQ` is one of DAILY, WEEKLY, MONTHLY and YEARLY; times of the day go under `BYHOUR` and `BYMINUTE`",
    ],
    [
      "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40",
      {},
      "it recurs 25 times a day; at most 24 are allowed",
    ],
    [
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
      {},
      "it does not recur within reach: there is no such day, or hardly ever",
    ],
    [
      "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;COUNT=1000",
      {},
      "it does not recur within reach: there is no such day, or hardly ever",
    ],
    ["FREQ=DAILY", { timezone: "Mars/Olympus" }, "there is no time zone `Mars/Olympus`"],
    [
      "FREQ=DAILY",
      { start: "2026-02-30T00:00:00" },
      "`2026-02-30T00:00:00` is no local time such as `2026-03-01T02:00:00`",
    ],
    [
      "FREQ=DAILY",
      { start: "2026-02-01" },
      "`2026-02-01` is no local time such as `2026-03-01T02:00:00`",
    ],
    ["FREQ=DAILY", { durationMs: 0 }, "an exclusion lasts longer than zero and at most 366d"],
    [
      "FREQ=DAILY",
      { durationMs: 367 * day },
      "an exclusion lasts longer than zero and at most 366d",
    ],
  ])("%s %j", (rule, terms, problem) => {
    expect(ruleProblem(recurring(rule, terms))).toBe(problem);
  });

  it("is told in the words of the library where two parts contradict each other", () => {
    expect(ruleProblem(recurring("FREQ=WEEKLY;BYMONTHDAY=1"))).toMatch(
      /^`FREQ=WEEKLY;BYMONTHDAY=1` is not a recurrence rule \(RFC 5545\): .+$/u,
    );
  });

  it("is not found in a good one", () => {
    expect(ruleProblem(recurring("FREQ=WEEKLY;BYDAY=SU"))).toBeNull();
  });
});

describe("the days outside a calendar", () => {
  const calendar: Calendar = {
    name: "business",
    timezone: "UTC",
    days: new Set<Weekday>([1, 2, 3, 4, 5]),
    holidays: new Set(["2026-04-03", "2026-04-06"]),
    validUntil: null,
  };

  it("are excused from midnight to midnight, in a row as one", () => {
    const span: ExclusionSpan = { kind: "calendar", calendar, timezone: "Europe/Berlin" };
    expect(times(span, "2026-03-27T12:00Z", "2026-04-11T12:00Z")).toEqual([
      "03-27 23:00 – 03-29 22:00",
      "04-02 22:00 – 04-06 22:00",
      "04-10 22:00 – 04-11 12:00",
    ]);
  });

  it("begin at one o'clock where midnight does not exist", () => {
    const span: ExclusionSpan = { kind: "calendar", calendar, timezone: "America/Santiago" };
    const saturdays = { ...span, calendar: { ...calendar, days: new Set<Weekday>([6]) } };
    expect(times(saturdays, "2026-09-05T00:00Z", "2026-09-12T12:00Z")).toEqual([
      "09-05 00:00 – 09-05 04:00",
      "09-06 04:00 – 09-12 03:00",
    ]);
  });
});

describe("for all exclusions", () => {
  const rules = fc.constantFrom(
    "FREQ=DAILY",
    "FREQ=DAILY;BYHOUR=0,2,23",
    "FREQ=WEEKLY;BYDAY=SA,SU",
    "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=22",
    "FREQ=MONTHLY;BYMONTHDAY=1,-1",
    "FREQ=DAILY;COUNT=200",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
  );
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe");
  const spans = fc
    .record({ rule: rules, timezone: zones, durationMs: fc.integer({ min: 1, max: 3 * day }) })
    .map(({ rule, ...terms }) => planned(recurring(rule, terms)));
  const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  const lengths = fc.integer({ min: 0, max: 60 * day });

  test("excused times ascend without overlap, within the stretch", () => {
    fc.assert(
      fc.property(spans, instants, lengths, (exclusion, fromMs, lengthMs) => {
        let endMs = fromMs - 1;
        for (const one of excludedTimes(exclusion, fromMs, fromMs + lengthMs)) {
          expect(one.fromMs).toBeGreaterThan(endMs);
          expect(one.toMs).toBeGreaterThan(one.fromMs);
          endMs = one.toMs;
        }
        expect(endMs).toBeLessThanOrEqual(fromMs + lengthMs);
      }),
    );
  });

  test("an instant is excused or not, whatever stretch it is asked in", () => {
    fc.assert(
      fc.property(spans, instants, lengths, fc.nat(60 * day), (exclusion, fromMs, length, at) => {
        const atMs = fromMs + Math.min(at, Math.max(0, length - 1));
        const isIn = (stretchFrom: number, stretchTo: number): boolean =>
          excludedTimes(exclusion, stretchFrom, stretchTo).some(
            (one) => one.fromMs <= atMs && atMs < one.toMs,
          );
        expect(isIn(fromMs, fromMs + length + 1)).toBe(isIn(atMs, atMs + 1));
      }),
    );
  });
});
