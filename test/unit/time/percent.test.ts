import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPercent, parsePercent } from "../../../src/time/percent.ts";

describe("parsePercent", () => {
  it.each([
    ["99.5%", 995_000],
    ["99.9%", 999_000],
    ["99.9999%", 999_999],
    ["0.0001%", 1],
    ["0%", 0],
    ["100%", 1_000_000],
    ["250%", 2_500_000],
    ["095%", 950_000],
    ["99.50%", 995_000],
  ])("reads %s as %d parts per million", (text, ppm) => {
    expect(parsePercent(text)).toBe(ppm);
  });

  it.each(["", "%", "99.5", "99.5 %", "99.99999%", "99.%", ".5%", "-1%", "1e2%", "99,5%", "0.995"])(
    "refuses %j",
    (text) => {
      expect(parsePercent(text)).toBeNull();
    },
  );
});

describe("formatPercent", () => {
  it.each([
    [995_000, "99.5%"],
    [999_999, "99.9999%"],
    [1_000_000, "100%"],
    [1, "0.0001%"],
    [0, "0%"],
  ])("writes %d parts per million as %s", (ppm, text) => {
    expect(formatPercent(ppm)).toBe(text);
  });

  it("writes what parsePercent reads back to the same share", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (ppm) => {
        expect(parsePercent(formatPercent(ppm))).toBe(ppm);
      }),
    );
  });
});
