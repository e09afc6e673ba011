import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { volume } from "../../../checks/volume/index.ts";
import { lastUnit } from "../../../checks/volume/window.ts";
import type { MetricRequest } from "../../../src/core/check.ts";
import type { Schedule } from "../../../src/core/mesh.ts";
import { nextDue } from "../../../src/time/schedule.ts";
import { dayStart } from "../../../src/time/zone.ts";
import {
  businessDays,
  evaluateContext,
  facts,
  figures,
  noonMs,
  paramsOf,
  planContext,
  problemsOf,
  promised,
} from "./support.ts";

type Keys = Readonly<Record<string, unknown>>;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const daily = { column: "ordered_at", window: "1d", complete: true, min: 1000 };
const hourly = { ...daily, window: "1h" };

/** The judged window at `now`, in UTC to the minute. */
function judged(keys: Keys, timezone: string, now: string): string {
  const { window = 0, delay } = paramsOf(volume, keys);
  const { fromMs, toMs } = lastUnit(window, delay, timezone, Date.parse(now));
  const clock = (ms: number): string => new Date(ms).toISOString().slice(5, 16).replace("T", " ");
  return `${clock(fromMs)} – ${clock(toMs)}`;
}

function scheduleOf(keys: Keys, timezone: string): Schedule | null | undefined {
  return volume.schedule?.(paramsOf(volume, keys), { timezone });
}

/** When it is due in 2026. */
function dueTimes(schedule: Schedule | null | undefined): readonly number[] {
  const found: number[] = [];
  if (schedule === null || schedule === undefined) {
    return found;
  }
  let dueMs = nextDue(schedule, 0, Date.UTC(2026, 0, 3));
  while (dueMs < Date.UTC(2027, 0, 3)) {
    found.push(dueMs);
    dueMs = nextDue(schedule, 0, dueMs);
  }
  return found;
}

describe("the last whole day", () => {
  test("is counted from its midnight to the next, in the dataset's zone", () => {
    const [rows] = volume.plan(paramsOf(volume, daily), planContext("Europe/Berlin"));
    expect(rows).toEqual({
      kind: "aggregate",
      id: "rows",
      fn: "count",
      filter:
        "\"ordered_at\" >= TIMESTAMP '2026-01-14 00:00:00.000+01:00' AND " +
        "\"ordered_at\" < TIMESTAMP '2026-01-15 00:00:00.000+01:00'",
    } satisfies MetricRequest);
  });

  test("is named in the verdict", () => {
    const result = volume.evaluate(
      paramsOf(volume, daily),
      figures({ rows: 999n, newest: { type: "instant", ms: noonMs } }),
      evaluateContext(),
    );
    expect(result.outcome).toBe("fail");
    expect(result.summary).toBe('999 rows of "ordered_at" on 2026-01-14; at least 1,000 promised.');
    expect(result.expected).toEqual({ min_rows: 1000, window_seconds: 86_400 });
  });

  test.each([
    ["over since midnight", "0s", "UTC", "2026-01-15T00:00Z", "01-14 00:00 – 01-15 00:00"],
    ["not over yet", "0s", "UTC", "2026-01-14T23:59:59.999Z", "01-13 00:00 – 01-14 00:00"],
    ["waited for", "2h", "UTC", "2026-01-15T01:59:59.999Z", "01-13 00:00 – 01-14 00:00"],
    ["waited for long enough", "2h", "UTC", "2026-01-15T02:00Z", "01-14 00:00 – 01-15 00:00"],
    ["waited for over a day", "30h", "UTC", "2026-01-15T06:00Z", "01-13 00:00 – 01-14 00:00"],
    ["of 23 hours", "0s", "Europe/Berlin", "2026-03-30T06:00Z", "03-28 23:00 – 03-29 22:00"],
    ["of 25 hours", "0s", "America/New_York", "2026-11-02T12:00Z", "11-01 04:00 – 11-02 05:00"],
    [
      "without midnight",
      "0s",
      "America/Santiago",
      "2026-09-07T12:00Z",
      "09-06 04:00 – 09-07 03:00",
    ],
    [
      "of 23.5 hours",
      "0s",
      "Australia/Lord_Howe",
      "2026-10-05T00:00Z",
      "10-03 13:30 – 10-04 13:00",
    ],
    ["in half-hour zones", "0s", "Asia/Kolkata", "2026-01-15T00:00Z", "01-13 18:30 – 01-14 18:30"],
    [
      "before one that was skipped",
      "0s",
      "Pacific/Apia",
      "2011-12-30T12:00Z",
      "12-29 10:00 – 12-30 10:00",
    ],
    ["in leap years", "0s", "UTC", "2024-03-01T00:00Z", "02-29 00:00 – 03-01 00:00"],
  ])("%s", (_, delay, zone, now, expected) => {
    expect(judged({ ...daily, delay }, zone, now)).toBe(expected);
  });
});

describe("the last whole hour", () => {
  test.each([
    ["on the clocks of the zone", "Asia/Kolkata", "2026-01-15T12:40Z", "01-15 11:30 – 01-15 12:30"],
    ["before the clocks leap", "Europe/Berlin", "2026-03-29T01:10Z", "03-29 00:00 – 03-29 01:00"],
    ["after the clocks leapt", "Europe/Berlin", "2026-03-29T02:10Z", "03-29 01:00 – 03-29 02:00"],
    [
      "is two that have one name",
      "Europe/Berlin",
      "2026-10-25T02:10Z",
      "10-25 00:00 – 10-25 02:00",
    ],
    ["is not over between them", "Europe/Berlin", "2026-10-25T01:10Z", "10-24 23:00 – 10-25 00:00"],
    [
      "is longer by half an hour",
      "Australia/Lord_Howe",
      "2026-04-04T15:40Z",
      "04-04 14:00 – 04-04 15:30",
    ],
    [
      "is shorter by half an hour",
      "Australia/Lord_Howe",
      "2026-10-03T16:10Z",
      "10-03 15:30 – 10-03 16:00",
    ],
  ])("%s", (_, zone, now, expected) => {
    expect(judged(hourly, zone, now)).toBe(expected);
  });

  test("is named with its clock", () => {
    const measured = figures({ rows: 5n, newest: { type: "instant", ms: noonMs } });
    const context = evaluateContext("Europe/Berlin");
    const result = volume.evaluate(paramsOf(volume, hourly), measured, context);
    expect(result.summary).toContain("on 2026-01-15 from 12:00 to 13:00");
  });
});

describe("the schedule follows", () => {
  test.each([
    [daily, "0 0 * * *"],
    [{ ...daily, delay: "2h15m" }, "15 2 * * *"],
    [{ ...daily, delay: "30h" }, "0 6 * * *"],
    [hourly, "0 * * * *"],
    [{ ...hourly, delay: "10m" }, "10 * * * *"],
    [{ ...hourly, delay: "2h5m" }, "5 * * * *"],
  ])("%j is due at %s", (keys, expression) => {
    expect(scheduleOf(keys, "Europe/Berlin")).toEqual({
      kind: "cron",
      expression,
      timezone: "Europe/Berlin",
    });
  });

  test("only from whole days and hours", () => {
    expect(scheduleOf({ ...daily, complete: false }, "UTC")).toBeNull();
    expect(scheduleOf({ min: 1 }, "UTC")).toBeNull();
  });

  test.each([
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
  ])("and meets each day of the year once in %s, however long it waits", (zone) => {
    for (const delay of ["0s", "2h30m", "26h"]) {
      const found = dueTimes(scheduleOf({ ...daily, delay }, zone)).map((dueMs) => {
        const { window = 0, delay: delayMs } = paramsOf(volume, { ...daily, delay });
        return lastUnit(window, delayMs, zone, dueMs).fromMs;
      });
      expect(found.length).toBeGreaterThan(363);
      const first = new Date((found[0] ?? 0) + 15 * hour).toISOString().slice(0, 10);
      const days = found.map((_, index) => {
        const text = new Date(Date.parse(first) + index * day).toISOString().slice(0, 10);
        return dayStart(text, zone);
      });
      expect([delay, found]).toEqual([delay, days]);
    }
  });
});

describe("a calendar", () => {
  const calendar = businessDays("2026-01-14");
  const idle = (keys: Keys, now: string, timezone = "UTC"): unknown =>
    volume.idleUntil?.(paramsOf(volume, keys), { timezone, calendar, atMs: Date.parse(now) });

  test("skips the judging of a day that has no data, until the next that has is judged", () => {
    expect(idle({ ...daily, calendar: "business" }, "2026-01-15T12:00Z")).toEqual({
      untilMs: Date.parse("2026-01-16T00:00Z"),
      reason: "2026-01-14 is not in the calendar business; no rows are expected.",
    });
    // Sunday, on Monday: Monday is judged on Tuesday.
    const late = { ...daily, calendar: "business", delay: "2h" };
    expect(idle(late, "2026-03-30T03:00Z", "Europe/Berlin")).toMatchObject({
      untilMs: Date.parse("2026-03-31T00:00Z"),
    });
  });

  test("lets a Friday be judged on Saturday", () => {
    expect(idle({ ...daily, calendar: "business" }, "2026-01-17T12:00Z")).toBeNull();
  });

  test("skips the hours of a day that has no data", () => {
    const keys = { ...hourly, calendar: "business" };
    expect(idle(keys, "2026-01-17T00:30Z")).toBeNull();
    expect(idle(keys, "2026-01-17T01:30Z")).toEqual({
      untilMs: Date.parse("2026-01-19T01:00Z"),
      reason: "2026-01-17 is not in the calendar business; no rows are expected.",
    });
  });

  test("skips today where the window rolls, in the dataset's zone", () => {
    const keys = { min: 1, calendar: "business" };
    expect(idle(keys, "2026-01-15T12:00Z")).toBeNull();
    expect(idle(keys, "2026-01-16T23:30Z", "Europe/Berlin")).toEqual({
      untilMs: Date.parse("2026-01-18T23:00Z"),
      reason: "2026-01-17 is not in the calendar business; no rows are expected.",
    });
  });

  test("is the one that is named; without one nothing is skipped", () => {
    expect(volume.calendar?.(paramsOf(volume, { min: 1, calendar: "business" }))).toBe("business");
    const params = paramsOf(volume, { min: 1 });
    expect(volume.calendar?.(params)).toBeUndefined();
    const context = { timezone: "UTC", calendar: null, atMs: Date.parse("2026-01-17T12:00Z") };
    expect(volume.idleUntil?.(params, context)).toBeNull();
  });
});

describe("a promise of whole days that makes no sense is refused", () => {
  const needsUnit =
    "complete: `complete` judges whole days or hours: give a `window` of `1d` or `1h`";
  const delayForm = "delay: `delay` is in whole minutes, and at most 31d";
  test.each<readonly [string, Keys, readonly string[]]>([
    ["a day is fine", daily, []],
    ["an hour is fine, with a delay", { ...hourly, delay: "90m" }, []],
    ["24 hours are a day", { ...daily, window: "24h" }, []],
    ["neither a day nor an hour", { ...daily, window: "2h" }, [needsUnit]],
    ["no window at all", { min: 1, complete: true }, [needsUnit]],
    [
      "a delay of a rolling window",
      { ...daily, complete: false, delay: "1h" },
      ["delay: `delay` belongs to `complete: true`, which is not given"],
    ],
    ["a delay of seconds", { ...daily, delay: "90s" }, [delayForm]],
    ["a delay of months", { ...daily, delay: "32d" }, [delayForm]],
  ])("%s", (_, keys, problems) => {
    expect(problemsOf(volume, keys)).toEqual(problems);
  });

  test("hours of a column of days", () => {
    const dataset = facts(promised({ ordered_at: "date" }));
    expect(problemsOf(volume, daily, dataset)).toEqual([]);
    expect(problemsOf(volume, hourly, dataset)).toEqual([
      "window: a window over a column of days must be whole days",
    ]);
  });
});

test("a generation is that of the promise: neither its spelling nor when it is judged", () => {
  const generation = (keys: Keys): unknown => volume.judged?.(paramsOf(volume, keys));
  expect(generation({ min: 1 })).toEqual(generation({ fail: { min: 1 } }));
  expect(generation(daily)).toEqual(generation({ ...daily, window: "24h", delay: "2h" }));
  expect(generation(daily)).not.toEqual(generation({ ...daily, complete: false }));
  expect(generation({ min: 1 })).not.toEqual(generation({ warn: { min: 1 } }));
  expect(generation({ min: 1 })).not.toEqual(generation({ min: 1, calendar: "business" }));
});

test("whole days and hours have a length, are over, and follow one another", () => {
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe");
  const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  fc.assert(
    fc.property(zones, fc.constantFrom(hour, day), instants, (zone, lengthMs, nowMs) => {
      const { fromMs, toMs } = lastUnit(lengthMs, 0, zone, nowMs);
      expect(fromMs).toBeLessThan(toMs);
      expect(toMs).toBeLessThanOrEqual(nowMs);
      expect(nowMs - toMs).toBeLessThan(lengthMs + hour);
      expect(lastUnit(lengthMs, 0, zone, toMs)).toMatchObject({ fromMs, toMs });
      expect(lastUnit(lengthMs, 0, zone, fromMs).toMs).toBe(fromMs);
    }),
  );
});
