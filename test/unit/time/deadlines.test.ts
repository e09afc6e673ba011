import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Calendar, Weekday } from "../../../src/core/calendar.ts";
import type { Deadline, DeadlineSli } from "../../../src/core/sli.ts";
import {
  deadlinesBetween,
  formatTimeOfDay,
  lastDeadline,
  nextDeadline,
  parseTimeOfDay,
} from "../../../src/time/deadlines.ts";
import { dayEnd, dayStart, zonedMoment } from "../../../src/time/zone.ts";

const hour = 3_600_000;

function daily(by: string, timezone: string, terms: Partial<DeadlineSli> = {}): DeadlineSli {
  return { kind: "deadline", by, timezone, calendar: null, opensMs: null, ...terms };
}

function business(...holidays: readonly string[]): Calendar {
  const days = new Set<Weekday>([1, 2, 3, 4, 5]);
  const name = "business";
  return { name, timezone: "UTC", days, holidays: new Set(holidays), validUntil: null };
}

/** `opening → deadline`, in UTC to the minute. */
function shown(deadline: Deadline | null): string {
  const clock = (ms: number): string => new Date(ms).toISOString().slice(5, 16).replace("T", " ");
  return deadline === null ? "none" : `${clock(deadline.opensMs)} → ${clock(deadline.dueMs)}`;
}

function between(sli: DeadlineSli, from: string, to: string): readonly string[] {
  return deadlinesBetween(sli, Date.parse(from), Date.parse(to)).map(shown);
}

describe("deadlinesBetween", () => {
  it("finds one for each local day, open from its midnight on", () => {
    expect(
      between(daily("07:00", "Asia/Kolkata"), "2026-01-01T00:00Z", "2026-01-03T00:00Z"),
    ).toEqual(["12-31 18:30 → 01-01 01:30", "01-01 18:30 → 01-02 01:30"]);
  });

  it("includes its start and leaves out its end", () => {
    const sli = daily("07:00", "UTC");
    expect(between(sli, "2026-01-01T07:00Z", "2026-01-02T07:00Z")).toEqual([
      "01-01 00:00 → 01-01 07:00",
    ]);
    expect(between(sli, "2026-01-01T07:00:00.001Z", "2026-01-02T07:00Z")).toEqual([]);
    expect(between(sli, "2026-01-01T07:00Z", "2026-01-01T07:00Z")).toEqual([]);
  });

  it("knows seconds", () => {
    const [found] = deadlinesBetween(daily("07:00:30", "UTC"), 0, 24 * hour);
    expect(found?.dueMs).toBe(7 * hour + 30_000);
  });

  it("leaves out days that are not in the calendar, and opens the others on their own day", () => {
    const sli = daily("07:00", "Europe/Berlin", { calendar: business("2026-04-03", "2026-04-06") });
    expect(between(sli, "2026-04-01T22:00Z", "2026-04-08T00:00Z")).toEqual([
      "04-01 22:00 → 04-02 05:00",
      "04-06 22:00 → 04-07 05:00",
    ]);
  });

  it("opens so long before as is said, but not before the delivery that came before", () => {
    const early = daily("07:00", "UTC", { opensMs: 12 * hour });
    expect(between(early, "2026-01-02T00:00Z", "2026-01-03T00:00Z")).toEqual([
      "01-01 19:00 → 01-02 07:00",
    ]);
    const long = daily("07:00", "UTC", { opensMs: 60 * hour, calendar: business() });
    expect(between(long, "2026-01-09T00:00Z", "2026-01-13T00:00Z")).toEqual([
      "01-08 07:00 → 01-09 07:00",
      "01-09 19:00 → 01-12 07:00",
    ]);
  });

  it("has a deadline on 29 February in leap years alone", () => {
    const sli = daily("12:00", "UTC");
    expect(between(sli, "2024-02-28T13:00Z", "2024-03-01T13:00Z")).toHaveLength(2);
    expect(between(sli, "2026-02-28T13:00Z", "2026-03-01T13:00Z")).toHaveLength(1);
  });
});

describe("when clocks change", () => {
  it.each([
    ["Europe/Berlin", "02:30", "2026-03-29", "2026-03-29 03:30:00.000+02:00"],
    ["America/New_York", "02:30", "2026-03-08", "2026-03-08 03:30:00.000-04:00"],
    ["America/Santiago", "00:00", "2026-09-06", "2026-09-06 01:00:00.000-03:00"],
    ["America/Santiago", "00:20", "2026-09-06", "2026-09-06 01:20:00.000-03:00"],
    ["Australia/Lord_Howe", "02:10", "2026-10-04", "2026-10-04 02:40:00.000+11:00"],
  ])("in %s %s on %s is as far after the gap as it is into it", (zone, by, day, due) => {
    expect(dueOn(by, zone, day)).toEqual([due]);
  });

  it.each([
    ["Europe/Berlin", "02:30", "2026-10-25", "2026-10-25 02:30:00.000+02:00"],
    ["America/New_York", "01:30", "2026-11-01", "2026-11-01 01:30:00.000-04:00"],
    ["America/Santiago", "23:30", "2026-04-04", "2026-04-04 23:30:00.000-03:00"],
    ["Australia/Lord_Howe", "01:45", "2026-04-05", "2026-04-05 01:45:00.000+11:00"],
  ])("in %s %s on %s is the first of the two", (zone, by, day, due) => {
    expect(dueOn(by, zone, day)).toEqual([due]);
  });

  it("takes one in a gap at the end of a day into the next, which opens after it", () => {
    // Nuuk's clocks leap from 23:00 to midnight.
    const sli = daily("23:30", "America/Nuuk");
    expect(between(sli, "2026-03-28T00:00Z", "2026-03-31T00:00Z")).toEqual([
      "03-27 02:00 → 03-28 01:30",
      "03-28 02:00 → 03-29 01:30",
      "03-29 01:30 → 03-30 00:30",
    ]);
    expect(shown(lastDeadline(sli, Date.parse("2026-03-29T01:00Z")))).toBe(
      "03-27 02:00 → 03-28 01:30",
    );
    expect(shown(nextDeadline(sli, Date.parse("2026-03-29T01:00Z")))).toBe(
      "03-28 02:00 → 03-29 01:30",
    );
  });

  it("has none on a day that a zone skipped when it crossed the date line", () => {
    const days = deadlinesBetween(
      daily("07:00", "Pacific/Apia"),
      Date.parse("2011-12-28T00:00Z"),
      Date.parse("2012-01-01T00:00Z"),
    ).map(({ dueMs }) => zonedMoment(dueMs, "Pacific/Apia").local.slice(0, 10));
    expect(days).toEqual(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]);
  });
});

describe("lastDeadline and nextDeadline", () => {
  it("hold the instant of a deadline to be the last one", () => {
    const sli = daily("07:00", "UTC");
    const dueMs = Date.parse("2026-01-02T07:00Z");
    expect(shown(lastDeadline(sli, dueMs))).toBe("01-02 00:00 → 01-02 07:00");
    expect(shown(lastDeadline(sli, dueMs - 1))).toBe("01-01 00:00 → 01-01 07:00");
    expect(shown(nextDeadline(sli, dueMs))).toBe("01-03 00:00 → 01-03 07:00");
    expect(shown(nextDeadline(sli, dueMs - 1))).toBe("01-02 00:00 → 01-02 07:00");
  });

  it("find nothing in a calendar without days", () => {
    const never: Calendar = { ...business(), days: new Set() };
    const sli = daily("07:00", "UTC", { calendar: never });
    expect([lastDeadline(sli, 0), nextDeadline(sli, 0)]).toEqual([null, null]);
  });

  it("throw a RangeError for a time of day or a zone that does not exist", () => {
    expect(() => nextDeadline(daily("7:00", "UTC"), 0)).toThrow(RangeError);
    expect(() => lastDeadline(daily("07:00", "Mars/Olympus"), 0)).toThrow(RangeError);
    expect(() => deadlinesBetween(daily("24:00", "UTC"), 0, 1)).toThrow(RangeError);
  });
});

describe("a time of day", () => {
  it.each([
    ["00:00", 0, "00:00"],
    ["07:00", 7 * hour, "07:00"],
    ["07:00:00", 7 * hour, "07:00"],
    ["23:59:59", 24 * hour - 1_000, "23:59:59"],
  ])("%s is read and written back", (text, ms, written) => {
    expect(parseTimeOfDay(text)).toBe(ms);
    expect(formatTimeOfDay(ms)).toBe(written);
  });

  it.each(["7:00", "24:00", "07:60", "07:00:60", "07", "", "07:00Z", "07:00\n"])(
    "%j is none",
    (text) => {
      expect(parseTimeOfDay(text)).toBeNull();
    },
  );
});

describe("for all zones, times and stretches", () => {
  const zones = fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Nuuk",
  );
  const times = fc
    .integer({ min: 0, max: 86_399 })
    .map((second) => formatTimeOfDay(second * 1_000));
  const calendars = fc.option(fc.constant(business("2026-04-06", "2026-12-25")), { nil: null });
  const openings = fc.option(fc.integer({ min: 1, max: 100 * hour }), { nil: null });
  const slis = fc
    .record({ by: times, timezone: zones, calendar: calendars, opensMs: openings })
    .map((terms): DeadlineSli => ({ kind: "deadline", ...terms }));
  const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  const lengths = fc.integer({ min: 0, max: 40 * 24 * hour });

  it("deadlines ascend, lie in the stretch, and open no earlier than the one before is due", () => {
    fc.assert(
      fc.property(slis, instants, lengths, (sli, fromMs, lengthMs) => {
        const found = deadlinesBetween(sli, fromMs, fromMs + lengthMs);
        let previousMs = lastDeadline(sli, fromMs - 1)?.dueMs ?? Number.NEGATIVE_INFINITY;
        for (const { opensMs, dueMs } of found) {
          expect(dueMs).toBeGreaterThan(previousMs);
          expect(opensMs).toBeGreaterThanOrEqual(previousMs);
          expect(opensMs).toBeLessThanOrEqual(dueMs);
          previousMs = dueMs;
        }
        expect(found.every(({ dueMs }) => dueMs >= fromMs && dueMs < fromMs + lengthMs)).toBe(true);
      }),
    );
  });

  it("a deadline lies in its local day, but for a gap at the day's end", () => {
    const inDays = slis.filter(({ timezone }) => timezone !== "America/Nuuk");
    fc.assert(
      fc.property(inDays, instants, (sli, atMs) => {
        const { dueMs = 0, opensMs = 0 } = nextDeadline({ ...sli, opensMs: null }, atMs) ?? {};
        const day = zonedMoment(dueMs, sli.timezone).local.slice(0, 10);
        expect(opensMs).toBe(dayStart(day, sli.timezone));
        expect(dueMs).toBeLessThan(dayEnd(day, sli.timezone) ?? 0);
      }),
    );
  });

  it("splitting a stretch changes nothing, and walking from one to the next finds the same", () => {
    fc.assert(
      fc.property(slis, instants, lengths, lengths, (sli, fromMs, left, right) => {
        const [middleMs, toMs] = [fromMs + left, fromMs + left + right];
        const whole = deadlinesBetween(sli, fromMs, toMs);
        const first = deadlinesBetween(sli, fromMs, middleMs);
        expect([...first, ...deadlinesBetween(sli, middleMs, toMs)]).toEqual(whole);
        const walked: Deadline[] = [];
        let next = nextDeadline(sli, fromMs - 1);
        while (next !== null && next.dueMs < toMs) {
          walked.push(next);
          expect(lastDeadline(sli, next.dueMs)).toEqual(next);
          next = nextDeadline(sli, next.dueMs);
        }
        expect(walked).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});

function dueOn(by: string, zone: string, day: string): readonly string[] {
  const [fromMs, toMs] = [dayStart(day, zone) ?? 0, dayEnd(day, zone) ?? 0];
  return deadlinesBetween(daily(by, zone), fromMs, toMs).map(({ dueMs }) => {
    const { local, offset } = zonedMoment(dueMs, zone);
    return `${local}${offset}`;
  });
}
