import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CalendarPeriod, SloWindow } from "../../../src/core/mesh.ts";
import { boundsOf, formatWindow, longestMs, periodAt } from "../../../src/time/period.ts";

const hour = 3_600_000;
const day = 24 * hour;

function bounds(period: CalendarPeriod, zone: string, at: string): readonly string[] {
  const { fromMs, toMs } = periodAt(period, zone, Date.parse(at));
  return [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
}

function hoursOf(period: CalendarPeriod, zone: string, at: string): number {
  const { fromMs, toMs } = periodAt(period, zone, Date.parse(at));
  return (toMs - fromMs) / hour;
}

describe("a calendar period", () => {
  it.each([
    ["day", "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"],
    ["week", "2026-02-23T00:00:00.000Z", "2026-03-02T00:00:00.000Z"],
    ["month", "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
    ["quarter", "2026-01-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
    ["year", "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"],
  ] as const)("of a %s is the whole one that an instant lies in", (period, from, to) => {
    expect(bounds(period, "UTC", "2026-03-01T12:00:00Z")).toEqual([from, to]);
    expect(bounds(period, "UTC", from)).toEqual([from, to]);
    expect(bounds(period, "UTC", to)[0]).toBe(to);
  });

  it.each([
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
    ["2026-06-30T23:59:59.999Z", "2026-04-01T00:00:00.000Z", "2026-07-01T00:00:00.000Z"],
    ["2026-09-15T00:00:00Z", "2026-07-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z"],
    ["2026-12-31T23:59:59.999Z", "2026-10-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"],
  ])("of a quarter holds %s", (at, from, to) => {
    expect(bounds("quarter", "UTC", at)).toEqual([from, to]);
  });

  it("begins weeks on Monday, across the turn of the year too", () => {
    expect(bounds("week", "UTC", "2027-01-03T23:59:59Z")).toEqual([
      "2026-12-28T00:00:00.000Z",
      "2027-01-04T00:00:00.000Z",
    ]);
  });

  it("has a 29 February in leap years alone", () => {
    expect(hoursOf("month", "UTC", "2024-02-10T00:00:00Z") / 24).toBe(29);
    expect(hoursOf("month", "UTC", "2026-02-10T00:00:00Z") / 24).toBe(28);
    expect(hoursOf("quarter", "UTC", "2024-02-29T00:00:00Z") / 24).toBe(91);
    expect(hoursOf("year", "UTC", "2024-02-29T12:00:00Z") / 24).toBe(366);
    expect(hoursOf("year", "UTC", "2100-02-28T12:00:00Z") / 24).toBe(365);
  });

  it.each([
    ["Europe/Berlin", "2026-03-29T12:00:00Z", 23],
    ["Europe/Berlin", "2026-10-25T12:00:00Z", 25],
    ["America/New_York", "2026-03-08T16:00:00Z", 23],
    ["America/New_York", "2026-11-01T16:00:00Z", 25],
    ["America/Santiago", "2026-09-06T16:00:00Z", 23],
    ["America/Santiago", "2026-04-04T16:00:00Z", 25],
    ["Australia/Lord_Howe", "2026-10-04T02:00:00Z", 23.5],
    ["Australia/Lord_Howe", "2026-04-05T02:00:00Z", 24.5],
    ["Asia/Kolkata", "2026-03-29T12:00:00Z", 24],
  ])("of a day in %s around %s has %d hours", (zone, at, hours) => {
    expect(hoursOf("day", zone, at)).toBe(hours);
  });

  it("begins at local midnight, also where that is half an hour off", () => {
    expect(bounds("month", "Asia/Kolkata", "2026-02-28T18:29:59.999Z")).toEqual([
      "2026-01-31T18:30:00.000Z",
      "2026-02-28T18:30:00.000Z",
    ]);
  });

  it("begins a month at one o'clock where its first midnight does not exist", () => {
    // Asunción's clocks leapt from midnight to 01:00 on that day.
    expect(bounds("month", "America/Asuncion", "2017-10-15T00:00:00Z")).toEqual([
      "2017-10-01T04:00:00.000Z",
      "2017-11-01T03:00:00.000Z",
    ]);
    expect(bounds("month", "America/Asuncion", "2017-10-01T03:59:59.999Z")[1]).toBe(
      "2017-10-01T04:00:00.000Z",
    );
  });

  it("ends a day where the next begins in a zone whose midnight does not exist", () => {
    const before = periodAt("day", "America/Santiago", Date.parse("2026-09-05T12:00:00Z"));
    const after = periodAt("day", "America/Santiago", Date.parse("2026-09-06T12:00:00Z"));
    expect(before.toMs).toBe(Date.parse("2026-09-06T04:00:00Z"));
    expect(after.fromMs).toBe(before.toMs);
  });

  it("holds an hour that clocks set back over midnight repeat", () => {
    // Newfoundland set its clocks from 00:01 back to 23:01 until 2011: the day has begun by then.
    const sunday = ["1999-10-31T02:30:00.000Z", "1999-11-01T03:30:00.000Z"];
    expect(bounds("day", "America/St_Johns", "1999-10-31T03:00:00Z")).toEqual(sunday);
    expect(bounds("day", "America/St_Johns", "1999-10-31T04:00:00Z")).toEqual(sunday);
  });

  it("is that of its instant, whichever was asked for before", () => {
    const days = ["2026-07-31", "2026-08-01", "2026-07-31", "2026-06-30"];
    const starts = days.map((text) => {
      const { fromMs } = periodAt("month", "Asia/Kolkata", Date.parse(`${text}T12:00:00+05:30`));
      return new Date(fromMs + 5.5 * 3_600_000).toISOString().slice(0, 10);
    });
    expect(starts).toEqual(["2026-07-01", "2026-08-01", "2026-07-01", "2026-06-01"]);
  });

  it("throws a RangeError in a zone that does not exist", () => {
    expect(() => periodAt("month", "Mars/Olympus", 0)).toThrow(RangeError);
  });

  it("holds its instant, and lies edge to edge with its neighbours", () => {
    const zones = fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "America/Santiago",
      "Australia/Lord_Howe",
      "Asia/Kolkata",
    );
    const periods = fc.constantFrom<CalendarPeriod>("day", "week", "month", "quarter", "year");
    const instants = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2037, 0, 1) });
    fc.assert(
      fc.property(zones, periods, instants, (zone, period, atMs) => {
        const { fromMs, toMs } = periodAt(period, zone, atMs);
        expect(fromMs).toBeLessThanOrEqual(atMs);
        expect(toMs).toBeGreaterThan(atMs);
        expect(periodAt(period, zone, fromMs)).toEqual({ fromMs, toMs });
        expect(periodAt(period, zone, toMs).fromMs).toBe(toMs);
        expect(periodAt(period, zone, fromMs - 1).toMs).toBe(fromMs);
      }),
    );
  });
});

describe("a window", () => {
  const rolling: SloWindow = { kind: "rolling", lengthMs: 30 * day };
  const monthly: SloWindow = { kind: "calendar", period: "month", timezone: "Europe/Berlin" };
  const nowMs = Date.parse("2026-03-15T12:00:00Z");

  it("that rolls ends now", () => {
    expect(boundsOf(rolling, nowMs)).toEqual({ fromMs: nowMs - 30 * day, toMs: nowMs });
  });

  it("of a calendar reaches into the future", () => {
    expect(boundsOf(monthly, nowMs)).toEqual({
      fromMs: Date.parse("2026-02-28T23:00:00Z"),
      toMs: Date.parse("2026-03-31T22:00:00Z"),
    });
  });

  it("is written as people read it", () => {
    expect([rolling, monthly].map(formatWindow)).toEqual(["30d", "month in Europe/Berlin"]);
  });

  it.each(["day", "week", "month", "quarter", "year"] as const)(
    "of a %s never reaches further back than it says",
    (period) => {
      for (const timezone of ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"]) {
        const window: SloWindow = { kind: "calendar", period, timezone };
        for (let atMs = Date.UTC(2023, 11, 1); atMs < Date.UTC(2026, 0, 1); atMs += 20 * day) {
          const { fromMs, toMs } = boundsOf(window, atMs);
          expect(toMs - fromMs).toBeLessThanOrEqual(longestMs(window));
        }
      }
      expect(longestMs(rolling)).toBe(30 * day);
    },
  );
});
