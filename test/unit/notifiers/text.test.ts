import { describe, expect, it } from "vitest";
import { inWords, listed, plain, utc } from "../../../src/notifiers/_shared/text.ts";

describe("plain", () => {
  it.each([
    ["orders", "orders"],
    ["two\r\nlines\tand  more", "two lines and more"],
    ["bell\u0007 and \u001B[31mred", "bell and [31mred"],
    ["turned \u202Earound", "turned around"],
    ["zero\u200Bwidth", "zerowidth"],
    ["half \uD83D a pair", "half a pair"],
    ["markup <b>stays</b> *as it is*", "markup <b>stays</b> *as it is*"],
    ["  ", ""],
  ])("turns %j into %j", (text, expected) => {
    expect(plain(text, 100)).toBe(expected);
  });

  it("cuts a long text and says so", () => {
    expect(plain("abcdefgh", 5)).toBe("abcd…");
    expect(plain("abcde", 5)).toBe("abcde");
  });

  it("does not cut a surrogate pair in half", () => {
    expect(plain("abc\u{1F534}def", 5)).toBe("abc…");
  });

  it("bounds a text of a megabyte", () => {
    expect(plain("\u0000x".repeat(500_000), 20)).toHaveLength(20);
  });
});

describe("listed", () => {
  it("names all when they fit, and counts the rest when they do not", () => {
    expect(listed(["a", "b"], 2)).toBe("a, b");
    expect(listed(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
  });
});

describe("utc", () => {
  it("shows seconds and no fractions", () => {
    expect(utc(Date.UTC(2026, 6, 1, 5, 0, 0, 999))).toBe("2026-07-01T05:00:00Z");
  });
});

describe("inWords", () => {
  it.each([
    [0, "less than a second"],
    [999, "less than a second"],
    [-5000, "less than a second"],
    [1000, "1 second"],
    [61_000, "1 minute 1 second"],
    [3_600_000, "1 hour"],
    [7_500_000, "2 hours 5 minutes"],
    [7_259_999, "2 hours"],
    [90_061_000, "1 day 1 hour"],
    [2_592_000_000, "30 days"],
  ])("says %d ms as %j", (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});
