import { describe, expect, it } from "vitest";
import type { Calendar, Weekday } from "../../../src/core/calendar.ts";
import { expiresMs, idleUntil, isInCalendar, localDay } from "../../../src/time/calendar.ts";

const weekdays: readonly Weekday[] = [1, 2, 3, 4, 5];

function calendar(days: readonly Weekday[], holidays: readonly string[] = []): Calendar {
  return {
    name: "uk",
    timezone: "Europe/London",
    days: new Set(days),
    holidays: new Set(holidays),
    validUntil: "2026-12-31",
  };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

describe("localDay", () => {
  it.each([
    ["2026-03-28T23:00:00Z", "Europe/Berlin", "2026-03-29"],
    ["2026-03-28T22:59:59.999Z", "Europe/Berlin", "2026-03-28"],
    ["2026-03-29T22:00:00Z", "Europe/Berlin", "2026-03-30"],
    ["2026-11-02T04:59:59.999Z", "America/New_York", "2026-11-01"],
    ["2026-09-06T03:59:59.999Z", "America/Santiago", "2026-09-05"],
    ["2026-09-06T04:00:00Z", "America/Santiago", "2026-09-06"],
    ["2026-04-04T13:00:00Z", "Australia/Lord_Howe", "2026-04-05"],
    ["2026-01-01T18:30:00Z", "Asia/Kolkata", "2026-01-02"],
    ["1969-12-31T23:59:59.999Z", "UTC", "1969-12-31"],
    ["2024-02-29T12:00:00Z", "UTC", "2024-02-29"],
  ])("of %s in %s is %s", (at, zone, day) => {
    expect(localDay(Date.parse(at), zone)).toBe(day);
  });

  it("throws a RangeError for a zone that does not exist", () => {
    expect(() => localDay(0, "Mars/Olympus")).toThrow(RangeError);
  });
});

describe("isInCalendar", () => {
  it.each([
    ["2026-12-24", true],
    ["2026-12-25", false],
    ["2026-12-26", false],
    ["2026-12-27", false],
    ["2026-12-28", false],
    ["2026-12-29", true],
    ["1969-12-31", true],
    ["1969-12-28", false],
  ])("knows of %s: %s", (day, isIn) => {
    expect(isInCalendar(calendar(weekdays, ["2026-12-25", "2026-12-28"]), day)).toBe(isIn);
  });

  it.each([1, 2, 3, 4, 5, 6, 7] as const)("numbers weekdays from Monday: %d", (weekday) => {
    const found = [5, 6, 7, 8, 9, 10, 11].filter((date) =>
      isInCalendar(calendar([weekday]), `2026-01-${String(date).padStart(2, "0")}`),
    );
    expect(found).toEqual([4 + weekday]);
  });

  it.each(["2026-02-29", "2026-2-1", "soon", "2026-01-01T00:00:00Z"])("refuses %s", (day) => {
    expect(() => isInCalendar(calendar(weekdays), day)).toThrow(RangeError);
  });
});

describe("idleUntil", () => {
  it("is null on a day of the calendar", () => {
    expect(idleUntil(calendar(weekdays), "UTC", Date.parse("2026-01-09T23:59:59Z"))).toBeNull();
  });

  it.each([
    ["2026-01-10T00:00:00Z", "UTC", "2026-01-12T00:00:00.000Z"],
    ["2026-03-28T12:00:00Z", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
  ])("of a weekend at %s in %s is Monday's midnight", (at, zone, until) => {
    expect(iso(idleUntil(calendar(weekdays), zone, Date.parse(at)))).toBe(until);
  });

  it("begins a day at one o'clock where its midnight does not exist", () => {
    const sundays = calendar([7]);
    const atMs = Date.parse("2026-09-05T12:00:00Z");
    expect(iso(idleUntil(sundays, "America/Santiago", atMs))).toBe("2026-09-06T04:00:00.000Z");
  });

  it("passes over holidays that follow a weekend", () => {
    const easter = calendar(weekdays, ["2026-04-03", "2026-04-06"]);
    expect(iso(idleUntil(easter, "UTC", Date.parse("2026-04-03T08:00:00Z")))).toBe(
      "2026-04-07T00:00:00.000Z",
    );
  });

  it("looks no further than 400 days, and is asked again then", () => {
    expect(iso(idleUntil(calendar([]), "UTC", Date.parse("2026-01-01T10:00:00Z")))).toBe(
      "2027-02-05T00:00:00.000Z",
    );
  });
});

describe("expiresMs", () => {
  it("is the end of the last known day in the zone that is asked for", () => {
    const known = calendar(weekdays);
    expect(iso(expiresMs(known, "UTC"))).toBe("2027-01-01T00:00:00.000Z");
    expect(iso(expiresMs(known, "America/New_York"))).toBe("2027-01-01T05:00:00.000Z");
    expect(iso(expiresMs({ ...known, validUntil: "2026-09-05" }, "America/Santiago"))).toBe(
      "2026-09-06T04:00:00.000Z",
    );
  });

  it("is null where no holidays have to be known", () => {
    expect(expiresMs({ ...calendar(weekdays), validUntil: null }, "UTC")).toBeNull();
  });
});
