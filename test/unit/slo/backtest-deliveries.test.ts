import { describe, expect, test } from "vitest";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import { ladderOf, trialOf } from "../../../src/slo/backtest.ts";
import { pastOfDeliveries, timeOfDay } from "../../../src/slo/backtest-deliveries.ts";

const at = (text: string): number => Date.parse(text);

const bySeven: DeadlineSli = {
  kind: "deadline",
  by: "07:00",
  timezone: "Europe/Berlin",
  calendar: null,
  opensMs: null,
};

/** Loads of four days at 05:00, 06:50, 07:10 and 09:00 there; the fifth has none. */
const loads = ["04:00", "05:50", "06:10", "08:00"].map((time, index) => {
  const ms = at(`2026-01-0${index + 1}T${time}:00Z`);
  return { firstMs: ms, lastMs: ms + 60_000 };
});
const stretch = { fromMs: at("2025-12-31T12:00:00Z"), toMs: at("2026-01-06T12:00:00Z") };

describe("deliveries of the past", () => {
  test("are those of whole local days", () => {
    const past = pastOfDeliveries(loads, bySeven, stretch);
    expect(past).toMatchObject({
      judged: 5,
      fromMs: at("2025-12-31T23:00:00Z"),
      toMs: at("2026-01-05T23:00:00Z"),
    });
  });

  test("are missed where no load lies between opening and deadline", () => {
    const past = pastOfDeliveries(loads, bySeven, stretch);
    expect(trialOf(past, timeOfDay("07:00"))).toMatchObject({ bad: 3, breaches: 3, sli: 0.4 });
    expect(trialOf(past, timeOfDay("07:30"))).toMatchObject({ bad: 2, sli: 0.6 });
    expect(trialOf(past, timeOfDay("09:00"))).toMatchObject({ bad: 1, sli: 0.8 });
    expect(past.badUnder(timeOfDay("23:30")).map(({ fromMs }) => fromMs)).toEqual([
      at("2026-01-05T22:30:00Z"),
    ]);
  });

  test("count a load at the very deadline, and none before the opening", () => {
    const opening = at("2026-01-01T23:00:00Z");
    const missed = (ms: number, opensMs: number | null = null) =>
      pastOfDeliveries([{ firstMs: ms, lastMs: ms }], { ...bySeven, opensMs }, stretch).badUnder(
        timeOfDay("07:00"),
      ).length;
    expect(missed(at("2026-01-02T06:00:00Z"))).toBe(4);
    expect(missed(at("2026-01-02T06:00:00.001Z"))).toBe(5);
    expect(missed(opening + 1)).toBe(4);
    expect(missed(opening)).toBe(5);
    expect(missed(opening + 1, 2 * 3_600_000)).toBe(5);
  });

  test("find a load behind the opening in a stretch that began before it", () => {
    const across = {
      firstMs: at("2026-01-01T22:59:00Z"),
      lastMs: at("2026-01-01T23:05:00Z"),
    };
    const past = pastOfDeliveries([across], bySeven, stretch);
    expect(past.badUnder(timeOfDay("07:00"))).toHaveLength(4);
  });

  test("are tried at the half hours around what the data keeps", () => {
    const past = pastOfDeliveries(loads.slice(0, 4), bySeven, {
      ...stretch,
      toMs: at("2026-01-05T12:00:00Z"),
    });
    const ladder = ladderOf(past, timeOfDay("07:00"));
    expect(ladder.map(({ threshold, sli }) => [threshold / 3_600_000, sli])).toEqual([
      [7, 0.5],
      [8.5, 0.75],
      [9, 1],
    ]);
  });
});
