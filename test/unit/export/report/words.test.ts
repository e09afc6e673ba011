import { describe, expect, it } from "vitest";
import {
  amountWords,
  momentWords,
  partWords,
  percentWords,
  plainLine,
  shortMoment,
  sliWords,
} from "../../../../src/export/report/words.ts";

describe("a share as percent", () => {
  it.each([
    [0, "0%"],
    [1, "100%"],
    [0.5, "50.0%"],
    [0.57, "57.0%"],
    [0.1234, "12.3%"],
    [-0.2162, "-21.7%"],
    [1.5, "150.0%"],
  ])("of %d is %s", (share, text) => {
    expect(percentWords(share)).toBe(text);
  });

  it("of nothing to divide by is a dash", () => {
    expect(percentWords(null)).toBe("–");
  });

  it.each([
    [1e-12, "0.1%", "0.1%"],
    [0.0004, "0.1%", "0.1%"],
    [0.9996, "99.9%", "99.9%"],
    [1 - 1e-12, "99.9%", "99.9%"],
    [1.0004, "100.1%", "100.1%"],
    [1 + 1e-12, "100.1%", "100.1%"],
    [-0.0004, "-0.1%", "-0.1%"],
  ])("of %d is not rounded to nothing or all", (share, down, up) => {
    expect(percentWords(share, "down")).toBe(down);
    expect(percentWords(share, "up")).toBe(up);
  });

  it("is rounded down where it is good, and up where it is spent", () => {
    expect(percentWords(0.59739, "down")).toBe("59.7%");
    expect(percentWords(0.40261, "up")).toBe("40.3%");
    expect(percentWords(-0.47651, "down")).toBe("-47.7%");
  });
});

describe("an SLI", () => {
  it.each([
    [0.995, 995_000, "99.500%"],
    [0.994_999_9, 995_000, "99.499%"],
    [0.999_999_99, 999_000, "99.999%"],
    [0.999_861, 999_861, "99.9861%"],
    [0.999_860_99, 999_861, "99.9860%"],
    [0.999_999_99, 999_999, "99.9999%"],
    [1, 999_999, "100%"],
    [0, 990_000, "0%"],
    [null, 990_000, "–"],
  ])("of %d is never rounded up to an objective of %d ppm", (sli, objectivePpm, text) => {
    expect(sliWords(sli, objectivePpm)).toBe(text);
  });
});

describe("an amount", () => {
  it.each([
    [0, "0s"],
    [1, "1ms"],
    [9_999, "9s999ms"],
    [10_400, "10s"],
    [59_600, "1m"],
    [5_400_000, "1h30m"],
    [26_640_000, "7h24m"],
    [400 * 86_400_000, "400d"],
  ])("of %d milliseconds is %s", (ms, text) => {
    expect(amountWords(ms, "time")).toBe(text);
  });

  it.each([
    [0, "0 deliveries"],
    [1, "1 delivery"],
    [2, "2 deliveries"],
    [1.1, "1.1 deliveries"],
    [0.022, "0.022 deliveries"],
    [1 / 3, "0.333 deliveries"],
  ])("of %d deliveries is %s", (count, text) => {
    expect(amountWords(count, "deliveries")).toBe(text);
  });

  it("is counted in rows where rows are promised", () => {
    expect(amountWords(1, "rows")).toBe("1 row");
    expect(amountWords(2, "rows")).toBe("2 rows");
  });

  it("is a part of what is allowed, in one unit", () => {
    expect(partWords(5_400_000, 12_960_000, "time")).toBe("1h30m of 3h36m");
    expect(partWords(1, 0.31, "deliveries")).toBe("1 of 0.31 deliveries");
    expect(partWords(0, 1, "deliveries")).toBe("0 of 1 delivery");
  });
});

describe("a moment", () => {
  const at = (text: string): number => Date.parse(text);

  it("is told in the report's zone, with its offset", () => {
    expect(momentWords(at("2026-10-05T05:00:30.999Z"), "Europe/Berlin")).toBe(
      "2026-10-05 07:00:30 +02:00",
    );
    expect(momentWords(at("2026-10-05T05:00:30Z"), "UTC")).toBe("2026-10-05 05:00:30 +00:00");
  });

  it("is short where the zone is said elsewhere", () => {
    expect(shortMoment(at("2026-10-05T05:00:00Z"), "Europe/Berlin")).toBe("2026-10-05 07:00");
    expect(shortMoment(at("2026-10-05T05:00:30Z"), "Europe/Berlin")).toBe("2026-10-05 07:00:30");
  });

  it("says its offset where the clocks show it twice", () => {
    const short = (text: string) => shortMoment(at(text), "Europe/Berlin");
    expect(short("2026-10-24T23:59:59Z")).toBe("2026-10-25 01:59:59");
    expect(short("2026-10-25T00:00:00Z")).toBe("2026-10-25 02:00 +02:00");
    expect(short("2026-10-25T00:30:15Z")).toBe("2026-10-25 02:30:15 +02:00");
    expect(short("2026-10-25T01:30:15Z")).toBe("2026-10-25 02:30:15 +01:00");
    expect(short("2026-10-25T02:00:00Z")).toBe("2026-10-25 03:00");
    expect(shortMoment(at("2026-10-25T00:00:00Z"), "UTC")).toBe("2026-10-25 00:00");
  });
});

describe("what people wrote", () => {
  it("is one line, and rings and paints nothing", () => {
    expect(plainLine("  The\n warehouse\t moves.\r\n")).toBe("The warehouse moves.");
    expect(plainLine("\u001b[31mred\u001b[0m \u0007bell \u009b2J")).toBe("[31mred [0m bell 2J");
  });
});
