import { describe, expect, test } from "vitest";
import { ladderOf, quantileOf, trialOf } from "../../../src/slo/backtest.ts";
import {
  type LoadHistory,
  loadHistoryOf,
  oldestAges,
  pastOfAges,
  type ReadGaps,
} from "../../../src/slo/backtest-ages.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const at = (text: string): number => Date.parse(text);

/** Ten hours; loads at 0:00, 1:00, 2:00, 6:00 and 7:00, the one before them an hour earlier. */
const tenHours: LoadHistory = {
  fromMs: 0,
  toMs: 10 * hourMs,
  gaps: [
    { fromMs: -hourMs, toMs: 0 },
    { fromMs: 0, toMs: hourMs },
    { fromMs: hourMs, toMs: 2 * hourMs },
    { fromMs: 2 * hourMs, toMs: 6 * hourMs },
    { fromMs: 6 * hourMs, toMs: 7 * hourMs },
    { fromMs: 7 * hourMs, toMs: 10 * hourMs },
  ],
  exactFromMs: minuteMs,
};

describe("ages of the past", () => {
  test("are bad from a load's age being up to the next load", () => {
    const past = pastOfAges(tenHours);
    expect(past.badUnder(hourMs)).toEqual([
      { fromMs: 3 * hourMs, toMs: 6 * hourMs },
      { fromMs: 8 * hourMs, toMs: 10 * hourMs },
    ]);
    expect(trialOf(past, hourMs)).toEqual({
      threshold: hourMs,
      bad: 5 * hourMs,
      sli: 0.5,
      breaches: 2,
      longest: 3 * hourMs,
      isExact: true,
    });
    expect(trialOf(past, 3 * hourMs)).toMatchObject({ bad: hourMs, sli: 0.9, breaches: 1 });
    expect(trialOf(past, 4 * hourMs)).toMatchObject({ bad: 0, sli: 1, breaches: 0, longest: 0 });
  });

  test("count only what is bad in the stretch where a gap began before it", () => {
    const past = pastOfAges({
      ...tenHours,
      gaps: [{ fromMs: -5 * hourMs, toMs: hourMs }],
    });
    expect(past.badUnder(2 * hourMs)).toEqual([{ fromMs: 0, toMs: hourMs }]);
  });

  test("are not exact below the gaps that were read", () => {
    const past = pastOfAges(tenHours);
    expect(trialOf(past, minuteMs - 1).isExact).toBe(false);
    expect(trialOf(past, minuteMs).isExact).toBe(true);
  });

  test("have quantiles: the age that the data was younger than for a share of the time", () => {
    const past = pastOfAges(tenHours);
    expect(quantileOf(past, 900_000)).toBe(3 * hourMs);
    expect(quantileOf(past, 1_000_000)).toBe(4 * hourMs);
    // Bad are 3h − x of one gap and 4h − x of another: 30 minutes of ten hours at 3h30m.
    expect(quantileOf(past, 950_000)).toBe(3.5 * hourMs);
  });

  test("have no quantile below what is exact", () => {
    expect(quantileOf(pastOfAges({ ...tenHours, exactFromMs: 4 * hourMs }), 900_000)).toBeNull();
  });

  test("have a ladder from a little too strict to never bad, each threshold once", () => {
    const ladder = ladderOf(pastOfAges(tenHours), 4 * hourMs);
    expect(
      ladder.map(({ threshold, isDeclared, isRound, quantilesPpm }) => [
        threshold / hourMs,
        isDeclared,
        isRound,
        quantilesPpm,
      ]),
    ).toEqual([
      [2, false, true, []],
      [3, false, true, [900_000]],
      [3.5, false, false, [950_000]],
      [3.8, false, false, [980_000]],
      [3.9, false, false, [990_000]],
      [3.95, false, false, [995_000]],
      [3.99, false, false, [999_000]],
      [4, true, true, [1_000_000]],
    ]);
  });

  test("show the oldest of each part of the time", () => {
    expect(oldestAges(tenHours, 5).map((age) => age / hourMs)).toEqual([1, 2, 4, 1, 3]);
    expect(oldestAges({ ...tenHours, gaps: [] }, 2)).toEqual([0, 0]);
  });
});

const read = (over: Partial<ReadGaps>): ReadGaps => ({
  gaps: [],
  firstRaw: 0,
  lastRaw: 0,
  beforeRaw: null,
  completeFromMs: minuteMs,
  ...over,
});

describe("gaps as a warehouse gave them", () => {
  test("are put in order, with the ones at both ends of the stretch", () => {
    const stretch = { fromMs: at("2026-01-01T00:00:00Z"), toMs: at("2026-01-01T10:00:00Z") };
    const history = loadHistoryOf(
      read({
        gaps: [
          { fromRaw: at("2026-01-01T02:00:00Z"), toRaw: at("2026-01-01T06:00:00Z") },
          { fromRaw: at("2026-01-01T01:00:00Z"), toRaw: at("2026-01-01T02:00:00Z") },
        ],
        firstRaw: at("2026-01-01T01:00:00Z"),
        lastRaw: at("2026-01-01T06:00:00Z"),
        beforeRaw: at("2025-12-31T23:00:00Z"),
      }),
      { kind: "instant", timezone: "Europe/Berlin" },
      stretch,
    );
    expect(history).toEqual({
      ...stretch,
      gaps: [
        { fromMs: at("2025-12-31T23:00:00Z"), toMs: at("2026-01-01T01:00:00Z") },
        { fromMs: at("2026-01-01T01:00:00Z"), toMs: at("2026-01-01T02:00:00Z") },
        { fromMs: at("2026-01-01T02:00:00Z"), toMs: at("2026-01-01T06:00:00Z") },
        { fromMs: at("2026-01-01T06:00:00Z"), toMs: at("2026-01-01T10:00:00Z") },
      ],
      exactFromMs: minuteMs,
    });
  });

  test("begin with the first load where nothing is older", () => {
    const stretch = { fromMs: 0, toMs: 10 * hourMs };
    const history = loadHistoryOf(
      read({ firstRaw: 4 * hourMs, lastRaw: 8 * hourMs }),
      { kind: "instant", timezone: "UTC" },
      stretch,
    );
    expect(history.fromMs).toBe(4 * hourMs);
    expect(history.gaps).toEqual([{ fromMs: 8 * hourMs, toMs: 10 * hourMs }]);
  });

  test("are read on the clocks of the zone, in favour of the data where clocks go back", () => {
    // Berlin, 2026-10-25: 02:30 exists at 00:30Z and at 01:30Z.
    const history = loadHistoryOf(
      read({
        gaps: [
          { fromRaw: at("2026-10-25T01:30:00Z"), toRaw: at("2026-10-25T02:30:00Z") },
          { fromRaw: at("2026-10-25T02:30:00Z"), toRaw: at("2026-10-25T06:00:00Z") },
        ],
        firstRaw: at("2026-10-25T01:30:00Z"),
        lastRaw: at("2026-10-25T06:00:00Z"),
      }),
      { kind: "local", timezone: "Europe/Berlin" },
      { fromMs: at("2026-10-24T00:00:00Z"), toMs: at("2026-10-25T05:00:00Z") },
    );
    expect(history.gaps).toEqual([
      { fromMs: at("2026-10-24T23:30:00Z"), toMs: at("2026-10-25T00:30:00Z") },
      { fromMs: at("2026-10-25T01:30:00Z"), toMs: at("2026-10-25T05:00:00Z") },
    ]);
  });

  test("of days count each from its end, and say nothing of less than a day", () => {
    const history = loadHistoryOf(
      read({
        gaps: [{ fromRaw: at("2026-03-28T00:00:00Z"), toRaw: at("2026-03-30T00:00:00Z") }],
        firstRaw: at("2026-03-28T00:00:00Z"),
        lastRaw: at("2026-03-30T00:00:00Z"),
      }),
      { kind: "date", timezone: "Europe/Berlin" },
      { fromMs: at("2026-03-20T00:00:00Z"), toMs: at("2026-04-01T00:00:00Z") },
    );
    // The 29th has 23 hours there.
    expect(history).toEqual({
      fromMs: at("2026-03-28T23:00:00Z"),
      toMs: at("2026-04-01T00:00:00Z"),
      gaps: [
        { fromMs: at("2026-03-28T23:00:00Z"), toMs: at("2026-03-30T22:00:00Z") },
        { fromMs: at("2026-03-30T22:00:00Z"), toMs: at("2026-04-01T00:00:00Z") },
      ],
      exactFromMs: dayMs,
    });
  });
});
