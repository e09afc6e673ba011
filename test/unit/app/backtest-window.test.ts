import { describe, expect, it } from "vitest";
import { backtestWindow, untilOf } from "../../../src/app/backtest-window.ts";

const at = (text: string): number => Date.parse(text);
const nowMs = at("2026-03-31T12:00:00Z");
const dayMs = 86_400_000;

describe("the end of a backtest", () => {
  it("is now unless said", () => {
    expect(untilOf(undefined, "UTC", nowMs)).toBe("now");
    expect(untilOf("newest", "UTC", nowMs)).toBe("newest");
  });

  it.each([
    ["2026-03-30", "UTC", "2026-03-30T00:00:00Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00Z"],
    ["2026-03-30T06:00:00+02:00", "America/New_York", "2026-03-30T04:00:00Z"],
    ["2026-03-30T06:00Z", "America/New_York", "2026-03-30T06:00:00Z"],
    ["2026-03-31T12:00:00.000Z", "UTC", "2026-03-31T12:00:00Z"],
  ])("may be %s in %s: %s", (text, timezone, instant) => {
    expect(untilOf(text, timezone, nowMs)).toEqual({ ms: at(instant) });
  });

  it.each(["yesterday", "2026-02-30", "2026-03-30T06:00:00", "2026-03-30T25:00:00Z", "", "30d"])(
    "is not `%s`",
    (text) => {
      expect(() => untilOf(text, "UTC", nowMs)).toThrow(/is no day and no instant/);
    },
  );

  it("does not lie in the future", () => {
    expect(() => untilOf("2026-03-31T12:00:00.001Z", "UTC", nowMs)).toThrow(/in the future/);
  });
});

describe("the window of a backtest", () => {
  it("is as many days of 24 hours before its end", () => {
    expect(backtestWindow(90, "now", nowMs - 5, nowMs)).toEqual({
      fromMs: at("2025-12-31T12:00:00Z"),
      toMs: nowMs,
      days: 90,
      end: "now",
      hasDataEnded: false,
    });
    const ms = at("2026-03-01T00:00:00Z");
    expect(backtestWindow(1, { ms }, nowMs, nowMs)).toMatchObject({
      fromMs: ms - dayMs,
      toMs: ms,
      end: "asked",
    });
  });

  it("ends with the data, its newest value included, where that is asked for", () => {
    expect(backtestWindow(1, "newest", nowMs - 1_000, nowMs)).toMatchObject({
      toMs: nowMs - 999,
      end: "newest",
      hasDataEnded: false,
    });
    expect(backtestWindow(1, "newest", nowMs, nowMs).toMs).toBe(nowMs);
  });

  it("ends with the data where that ends before the window would begin, and says so", () => {
    const edgeMs = nowMs - 2 * dayMs;
    expect(backtestWindow(2, "now", edgeMs, nowMs)).toMatchObject({ end: "now", toMs: nowMs });
    expect(backtestWindow(2, "now", edgeMs - 1, nowMs)).toMatchObject({
      end: "newest",
      toMs: edgeMs,
      hasDataEnded: true,
    });
    expect(backtestWindow(2, { ms: nowMs }, edgeMs - 1, nowMs)).toMatchObject({ end: "asked" });
  });
});
