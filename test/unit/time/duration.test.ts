import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../../src/time/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["0s", 0],
    ["250ms", 250],
    ["90s", 90_000],
    ["15m", 900_000],
    ["1h30m", 5_400_000],
    ["5ms", 5],
    ["1m5ms", 60_005],
    ["28d", 2_419_200_000],
    ["1w", 604_800_000],
    ["1y", 31_536_000_000],
    ["1y2w3d4h5m6s7ms", 31_536_000_000 + 2 * 604_800_000 + 273_906_007],
  ])("reads %s as %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    "",
    "15",
    "m",
    "15 m",
    " 15m",
    "15m ",
    "1.5h",
    "-1h",
    "30m1h",
    "1h1h",
    "1H",
    "1M",
    "1h30",
    "PT1H",
    "1ms5s",
    "15m\n",
    "999999999999y",
    "9007199254740992ms",
  ])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it("refuses a megabyte of digits at once", () => {
    expect(parseDuration("1".repeat(1_000_000))).toBeNull();
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [1, "1ms"],
    [5_400_000, "1h30m"],
    [86_400_000, "1d"],
    [28 * 86_400_000, "28d"],
    [400 * 86_400_000, "400d"],
    [90_061_001, "1d1h1m1s1ms"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("writes what parseDuration reads back to the same length", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
