import { describe, expect, it } from "vitest";
import { periodOf } from "../../../../src/export/report/period.ts";

/** 2026-10-05T12:00:00Z. */
const nowMs = Date.UTC(2026, 9, 5, 12);
const hourMs = 3_600_000;

/** From, to, and the hours between. */
function periodIn(text: string, timezone: string): readonly (string | number)[] | null {
  const found = periodOf(text, timezone, nowMs);
  return found === null
    ? null
    : [
        new Date(found.fromMs).toISOString().replace(":00.000", ""),
        new Date(found.toMs).toISOString().replace(":00.000", ""),
        (found.toMs - found.fromMs) / hourMs,
      ];
}

describe("a period", () => {
  it.each([
    ["2026", "2026-01-01T00:00Z", "2027-01-01T00:00Z", 8_760],
    ["2028", "2028-01-01T00:00Z", "2029-01-01T00:00Z", 8_784],
    ["2026-Q1", "2026-01-01T00:00Z", "2026-04-01T00:00Z", 2_160],
    ["2026-Q3", "2026-07-01T00:00Z", "2026-10-01T00:00Z", 2_208],
    ["2026-Q4", "2026-10-01T00:00Z", "2027-01-01T00:00Z", 2_208],
    ["2026-10", "2026-10-01T00:00Z", "2026-11-01T00:00Z", 744],
    ["2026-02", "2026-02-01T00:00Z", "2026-03-01T00:00Z", 672],
    ["2028-02", "2028-02-01T00:00Z", "2028-03-01T00:00Z", 696],
    ["2026-12", "2026-12-01T00:00Z", "2027-01-01T00:00Z", 744],
    ["2026-10-05", "2026-10-05T00:00Z", "2026-10-06T00:00Z", 24],
    ["2028-02-29", "2028-02-29T00:00Z", "2028-03-01T00:00Z", 24],
    ["2026-12-31", "2026-12-31T00:00Z", "2027-01-01T00:00Z", 24],
  ])("may be a year, quarter, month or day: %s", (text, from, to, hours) => {
    expect(periodIn(text, "UTC")).toEqual([from, to, hours]);
  });

  // The first week is that of 4 January, and a week belongs to the year of its Thursday.
  it.each([
    ["2026-W43", "2026-10-19T00:00Z", "2026-10-26T00:00Z"],
    ["2026-W01", "2025-12-29T00:00Z", "2026-01-05T00:00Z"],
    ["2026-W53", "2026-12-28T00:00Z", "2027-01-04T00:00Z"],
    ["2027-W01", "2027-01-04T00:00Z", "2027-01-11T00:00Z"],
    ["2020-W53", "2020-12-28T00:00Z", "2021-01-04T00:00Z"],
    ["2021-W01", "2021-01-04T00:00Z", "2021-01-11T00:00Z"],
    ["2023-W52", "2023-12-25T00:00Z", "2024-01-01T00:00Z"],
    ["2024-W01", "2024-01-01T00:00Z", "2024-01-08T00:00Z"],
  ])("may be a week of ISO 8601: %s", (text, from, to) => {
    expect(periodIn(text, "UTC")).toEqual([from, to, 168]);
  });

  it.each(["2025-W53", "2023-W53", "2026-W54", "2026-W00", "2026-W99"])(
    "is no week that the year does not have: %s",
    (text) => {
      expect(periodOf(text, "UTC", nowMs)).toBeNull();
    },
  );

  it.each([
    ["1h", "2026-10-05T11:00Z", 1],
    ["30d", "2026-09-05T12:00Z", 720],
    ["1h30m", "2026-10-05T10:30Z", 1.5],
  ])("may be the time up to now: %s", (text, from, hours) => {
    expect(periodIn(text, "Europe/Berlin")).toEqual([from, "2026-10-05T12:00Z", hours]);
  });

  it.each([
    ["2026-10-01T06:00:00Z/2026-10-02T06:00:00Z", "2026-10-01T06:00Z", "2026-10-02T06:00Z", 24],
    ["2026-10-01T06:00Z/2026-10-01T06:30Z", "2026-10-01T06:00Z", "2026-10-01T06:30Z", 0.5],
    [
      "2026-10-01T06:00:00.000+02:00/2026-10-01T06:00-05:00",
      "2026-10-01T04:00Z",
      "2026-10-01T11:00Z",
      7,
    ],
    ["2026-10-01T00:00Z/2026-10-01T24:00Z", "2026-10-01T00:00Z", "2026-10-02T00:00Z", 24],
  ])("may go from an instant to another: %s", (text, from, to, hours) => {
    expect(periodIn(text, "Europe/Berlin")).toEqual([from, to, hours]);
  });

  it.each([
    ["2026-10", "Europe/Berlin", "2026-09-30T22:00Z", "2026-10-31T23:00Z", 745],
    ["2026-Q1", "Europe/Berlin", "2025-12-31T23:00Z", "2026-03-31T22:00Z", 2_159],
    ["2026-W13", "Europe/Berlin", "2026-03-22T23:00Z", "2026-03-29T22:00Z", 167],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z", 23],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00Z", "2026-10-25T23:00Z", 25],
    ["2026-11-01", "America/New_York", "2026-11-01T04:00Z", "2026-11-02T05:00Z", 25],
    ["2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-05T13:30Z", 24.5],
    ["2026-10-05", "Asia/Kolkata", "2026-10-04T18:30Z", "2026-10-05T18:30Z", 24],
    ["2026", "Asia/Kolkata", "2025-12-31T18:30Z", "2026-12-31T18:30Z", 8_760],
  ])("of %s in %s goes by the clocks there", (text, timezone, from, to, hours) => {
    expect(periodIn(text, timezone)).toEqual([from, to, hours]);
  });

  it("begins at one o'clock where the clocks leap over midnight", () => {
    expect(periodIn("2026-09-06", "America/Santiago")).toEqual([
      "2026-09-06T04:00Z",
      "2026-09-07T03:00Z",
      23,
    ]);
    expect(periodIn("2017-10", "America/Asuncion")).toEqual([
      "2017-10-01T04:00Z",
      "2017-11-01T03:00Z",
      743,
    ]);
  });

  it("is no day that a zone leapt over, and a month is shorter by it", () => {
    expect(periodOf("2011-12-30", "Pacific/Apia", nowMs)).toBeNull();
    expect(periodIn("2011-12", "Pacific/Apia")).toEqual([
      "2011-12-01T10:00Z",
      "2011-12-31T10:00Z",
      720,
    ]);
  });

  it.each([
    "",
    " ",
    "october",
    "26-10",
    "02026",
    "2026-",
    "2026-1",
    "2026-00",
    "2026-13",
    "2026-Q0",
    "2026-Q5",
    "2026-q3",
    "2026-W1",
    "2026-w01",
    "2026-10-00",
    "2026-10-32",
    "2026-02-29",
    "2026-10-05T12:00",
    "2026-10-05T12:00Z",
    "2026-10-05 ",
    "2026/10",
    "+2026",
    "-1h",
    "0s",
    "0d",
    "1H",
    "1.5h",
    "60",
    "999999999y",
    "9007199254740991ms",
    "/",
    "2026-10-01/2026-10-02",
    "2026-10-01T00:00Z/",
    "2026-10-01T00:00/2026-10-02T00:00",
    "2026-10-02T00:00Z/2026-10-01T00:00Z",
    "2026-10-01T00:00Z/2026-10-01T00:00Z",
    "2026-10-01T00:00Z/2026-10-02T00:00Z/2026-10-03T00:00Z",
    "2026-02-30T00:00Z/2026-03-30T00:00Z",
    "2026-10-01T25:00Z/2026-10-30T00:00Z",
    "2026-10-01T00:00+99:00/2026-10-30T00:00Z",
    `${"9".repeat(100_000)}h`,
  ])("is none: `%.50s`", (text) => {
    expect(periodOf(text, "UTC", nowMs)).toBeNull();
  });
});
