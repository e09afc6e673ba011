import { describe, expect, it } from "vitest";
import {
  dayEnd,
  dayStart,
  instantOfLocal,
  isSetBackWithin,
  isZone,
  wallClockOffset,
  zonedMoment,
} from "../../../src/time/zone.ts";

const never = Number.POSITIVE_INFINITY;

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

describe("isZone", () => {
  it.each(["UTC", "Europe/Berlin", "US/Eastern", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])(
    "knows %s",
    (name) => {
      expect(isZone(name)).toBe(true);
    },
  );

  it.each(["", "Mars/Olympus", "Europe/Berlinn", "+02:00", "-05:00", "Z", "__proto__", "UTC\n"])(
    "refuses %j",
    (name) => {
      expect(isZone(name)).toBe(false);
    },
  );
});

describe("zonedMoment", () => {
  it("spells an instant as the zone's clocks show it", () => {
    expect(zonedMoment(Date.UTC(2026, 6, 1, 3), "Europe/Berlin")).toEqual({
      ms: Date.UTC(2026, 6, 1, 3),
      local: "2026-07-01 05:00:00.000",
      offset: "+02:00",
    });
  });

  it("keeps milliseconds and a half-hour offset", () => {
    const moment = zonedMoment(Date.UTC(2026, 0, 1, 0, 0, 0, 7), "Asia/Kolkata");
    expect([moment.local, moment.offset]).toEqual(["2026-01-01 05:30:00.007", "+05:30"]);
  });

  it.each([
    [0, "1970-01-01 00:00:00.000"],
    [-1, "1969-12-31 23:59:59.999"],
    [Date.UTC(2026, 0, 31, 23, 59, 59, 7), "2026-01-31 23:59:59.007"],
    [Date.UTC(10_000, 0, 1) - 1, "9999-12-31 23:59:59.999"],
    [Date.UTC(10_000, 0, 1), "+010000-01-01 00:00:00.000"],
  ])("spells %d in UTC as in a zone that is always at UTC", (ms, local) => {
    const moment = zonedMoment(ms, "UTC");
    expect(moment).toEqual({ ms, local, offset: "+00:00" });
    expect(moment).toEqual(zonedMoment(ms, "Etc/UTC"));
  });

  it("throws a RangeError for a zone that does not exist", () => {
    expect(() => zonedMoment(0, "Mars/Olympus")).toThrow(RangeError);
  });
});

describe("wallClockOffset", () => {
  it("says how far the clocks are ahead of UTC", () => {
    expect(wallClockOffset(Date.UTC(2026, 0, 1), "Australia/Lord_Howe")).toBe(11 * 3_600_000);
    expect(wallClockOffset(Date.UTC(2026, 0, 1), "America/New_York")).toBe(-5 * 3_600_000);
  });
});

describe("isSetBackWithin", () => {
  it.each([
    ["Europe/Berlin", "2026-10-25T01:00:00.000Z", true],
    ["America/New_York", "2026-11-01T06:00:00.000Z", true],
    ["America/Santiago", "2026-04-05T03:00:00.000Z", true],
    ["Australia/Lord_Howe", "2026-04-04T15:00:00.000Z", true],
    ["Europe/Berlin", "2026-03-29T01:00:00.000Z", false],
    ["Asia/Kolkata", "2026-10-25T01:00:00.000Z", false],
    ["UTC", "2026-10-25T01:00:00.000Z", false],
  ])("knows of %s at %s: %s", (zone, at, isSetBack) => {
    const atMs = Date.parse(at);
    expect(isSetBackWithin(atMs - 1, atMs, zone)).toBe(isSetBack);
    expect(isSetBackWithin(atMs, atMs + 1, zone)).toBe(false);
    expect(isSetBackWithin(atMs - 2, atMs - 1, zone)).toBe(false);
  });

  it("finds one behind clocks that were set forward, however far ahead", () => {
    const newYearMs = Date.UTC(2026, 0, 1);
    expect(isSetBackWithin(newYearMs, Date.UTC(2026, 9, 26), "Europe/Berlin")).toBe(true);
    expect(isSetBackWithin(newYearMs, Date.UTC(2026, 9, 25), "Europe/Berlin")).toBe(false);
  });
});

describe("instantOfLocal", () => {
  it.each([
    ["2026-01-31T23:59:59.999999", "Europe/Berlin", "2026-01-31T22:59:59.999Z"],
    ["2026-07-01 05:00:00", "Europe/Berlin", "2026-07-01T03:00:00.000Z"],
    ["2026-07-01 05:00", "UTC", "2026-07-01T05:00:00.000Z"],
    ["2026-07-01T05:00:00.1234567890123", "UTC", "2026-07-01T05:00:00.123Z"],
    ["1969-12-31T23:59:59.9999", "UTC", "1969-12-31T23:59:59.999Z"],
    ["9999-12-31T00:00:00", "UTC", "9999-12-31T00:00:00.000Z"],
  ])("reads %s in %s", (text, zone, expected) => {
    expect(iso(instantOfLocal(text, zone, never))).toBe(expected);
  });

  it("reads a time that exists twice as the later one", () => {
    expect(iso(instantOfLocal("2026-10-25T02:30:00", "Europe/Berlin", never))).toBe(
      "2026-10-25T01:30:00.000Z",
    );
  });

  it("reads it as the earlier one when the later one is in the future", () => {
    const laterMs = Date.parse("2026-10-25T01:30:00Z");
    const read = (notAfterMs: number): string | null =>
      iso(instantOfLocal("2026-10-25T02:30:00", "Europe/Berlin", notAfterMs));
    expect(read(laterMs - 1)).toBe("2026-10-25T00:30:00.000Z");
    expect(read(laterMs)).toBe("2026-10-25T01:30:00.000Z");
  });

  it("puts a time that the clocks leap over as far after the gap as it was into it", () => {
    const inGap = (notAfterMs: number): string | null =>
      iso(instantOfLocal("2026-03-29T02:20:00", "Europe/Berlin", notAfterMs));
    expect(inGap(never)).toBe("2026-03-29T01:20:00.000Z");
    expect(inGap(0)).toBe("2026-03-29T01:20:00.000Z");
  });

  it("does not move an unambiguous time of the future", () => {
    expect(iso(instantOfLocal("2030-01-01T00:00:00", "UTC", 0))).toBe("2030-01-01T00:00:00.000Z");
  });

  it.each([
    "infinity",
    "-infinity",
    "",
    "2026-01-31",
    "2026-02-30T00:00:00",
    "2026-01-31T24:00:00",
    "2026-01-31T00:00:00Z",
    "2026-01-31T00:00:00+02:00",
    "0044-03-15T00:00:00 BC",
    "294276-12-31T23:59:59",
    "noon",
  ])("refuses %j", (text) => {
    expect(instantOfLocal(text, "UTC", never)).toBeNull();
  });

  it("throws a RangeError for a zone that does not exist", () => {
    expect(() => instantOfLocal("2026-01-31T00:00:00", "Mars/Olympus", never)).toThrow(RangeError);
  });
});

describe("dayStart and dayEnd", () => {
  it.each([
    ["2026-03-29", "Europe/Berlin", 23],
    ["2026-10-25", "Europe/Berlin", 25],
    ["2026-10-04", "Australia/Lord_Howe", 23.5],
    ["2026-04-05", "Australia/Lord_Howe", 24.5],
    ["2026-07-01", "Asia/Kolkata", 24],
  ])("bound %s in %s, %d hours", (day, zone, hours) => {
    const [startMs, endMs] = [dayStart(day, zone), dayEnd(day, zone)];
    expect(((endMs ?? 0) - (startMs ?? 0)) / 3_600_000).toBe(hours);
  });

  it("start a day at one o'clock where the clocks leap over midnight", () => {
    expect(iso(dayStart("2026-09-06", "America/Santiago"))).toBe("2026-09-06T04:00:00.000Z");
    expect(dayStart("2026-09-06", "America/Santiago")).toBe(
      dayEnd("2026-09-05", "America/Santiago"),
    );
  });

  it.each(["2026-02-30", "2026-1-1", "infinity", "2026-01-01T00:00:00", ""])("refuse %j", (day) => {
    expect([dayStart(day, "UTC"), dayEnd(day, "UTC")]).toEqual([null, null]);
  });
});
