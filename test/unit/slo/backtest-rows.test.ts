import { describe, expect, test } from "vitest";
import type { Calendar } from "../../../src/core/calendar.ts";
import { ladderOf, trialOf } from "../../../src/slo/backtest.ts";
import {
  extremeRows,
  type JudgedRows,
  judgedRows,
  pastOfRows,
  type RowBuckets,
} from "../../../src/slo/backtest-rows.ts";

const quarterMs = 900_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const at = (text: string): number => Date.parse(text);

/** A bucket of a quarter of an hour for each time that is given, as the column shows it. */
const rowsAt = (rows: Readonly<Record<string, number>>): RowBuckets => ({
  widthMs: quarterMs,
  buckets: Object.entries(rows).map(([text, count]) => ({ rawMs: at(`${text}Z`), rows: count })),
});

const days = { windowMs: dayMs, isComplete: true, calendar: null };
const hours = { windowMs: hourMs, isComplete: true, calendar: null };
const instants = { kind: "instant", timezone: "Europe/Berlin" } as const;
const locals = { kind: "local", timezone: "Europe/Berlin" } as const;

describe("whole local days", () => {
  test("have the rows of the zone's day, whatever the column holds", () => {
    const stretch = { fromMs: at("2026-01-01T12:00:00Z"), toMs: at("2026-01-03T23:00:00Z") };
    const berlin = [
      { fromMs: at("2026-01-01T23:00:00Z"), toMs: at("2026-01-02T23:00:00Z"), rows: 12 },
      { fromMs: at("2026-01-02T23:00:00Z"), toMs: at("2026-01-03T23:00:00Z"), rows: 4 },
    ];
    const asInstants = rowsAt({
      "2026-01-01T22:45": 1,
      "2026-01-01T23:00": 5,
      "2026-01-02T22:45": 7,
      "2026-01-02T23:00": 4,
    });
    expect(judgedRows(asInstants, days, instants, stretch)).toEqual(berlin);
    const asLocals = rowsAt({
      "2026-01-01T23:45": 1,
      "2026-01-02T00:00": 5,
      "2026-01-02T23:45": 7,
      "2026-01-03T00:00": 4,
    });
    expect(judgedRows(asLocals, days, locals, stretch)).toEqual(berlin);
    const asDays = rowsAt({ "2026-01-01T00:00": 1, "2026-01-02T00:00": 12, "2026-01-03T00:00": 4 });
    const ofDates = { kind: "date", timezone: "Europe/Berlin" } as const;
    expect(judgedRows(asDays, days, ofDates, stretch)).toEqual(berlin);
  });

  test("have 23 and 25 hours where clocks change", () => {
    const lengths = (from: string, to: string) =>
      judgedRows(rowsAt({ [`${from}T12:00`]: 1 }), days, instants, {
        fromMs: at(`${from}T00:00:00+01:00`),
        toMs: at(`${to}T00:00:00+01:00`),
      }).map(({ fromMs, toMs }) => (toMs - fromMs) / hourMs);
    expect(lengths("2026-03-28", "2026-03-31")).toEqual([24, 23, 24]);
    expect(lengths("2026-10-24", "2026-10-26")).toEqual([25]);
  });

  test("are not judged where a calendar expects no data", () => {
    const weekdays: Calendar = {
      name: "weekdays",
      timezone: "UTC",
      days: new Set([1, 2, 3, 4, 5]),
      holidays: new Set(["2026-01-06"]),
      validUntil: null,
    };
    const judged = judgedRows(
      rowsAt({ "2026-01-02T12:00": 3, "2026-01-05T12:00": 4 }),
      { ...days, calendar: weekdays },
      { kind: "instant", timezone: "UTC" },
      { fromMs: at("2026-01-02T00:00:00Z"), toMs: at("2026-01-08T00:00:00Z") },
    );
    expect(judged.map(({ fromMs, rows }) => [new Date(fromMs).toISOString(), rows])).toEqual([
      ["2026-01-02T00:00:00.000Z", 3],
      ["2026-01-05T00:00:00.000Z", 4],
      ["2026-01-07T00:00:00.000Z", 0],
    ]);
  });
});

describe("whole local hours", () => {
  test("follow the clocks of a zone that is half an hour off", () => {
    const judged = judgedRows(
      rowsAt({ "2026-01-01T00:15": 1, "2026-01-01T00:30": 2, "2026-01-01T01:15": 4 }),
      hours,
      { kind: "instant", timezone: "Asia/Kolkata" },
      { fromMs: at("2026-01-01T00:00:00Z"), toMs: at("2026-01-01T02:00:00Z") },
    );
    expect(judged).toEqual([
      { fromMs: at("2026-01-01T00:30:00Z"), toMs: at("2026-01-01T01:30:00Z"), rows: 6 },
    ]);
  });

  test("are one of two hours where clocks go back, and none where they leap over one", () => {
    const autumn = judgedRows(
      rowsAt({ "2026-10-25T01:00": 1, "2026-10-25T02:00": 2, "2026-10-25T03:00": 4 }),
      hours,
      locals,
      { fromMs: at("2026-10-24T23:00:00Z"), toMs: at("2026-10-25T03:00:00Z") },
    );
    expect(autumn).toEqual([
      { fromMs: at("2026-10-24T23:00:00Z"), toMs: at("2026-10-25T00:00:00Z"), rows: 1 },
      { fromMs: at("2026-10-25T00:00:00Z"), toMs: at("2026-10-25T02:00:00Z"), rows: 2 },
      { fromMs: at("2026-10-25T02:00:00Z"), toMs: at("2026-10-25T03:00:00Z"), rows: 4 },
    ]);
    const spring = judgedRows(
      rowsAt({ "2026-03-29T01:00": 1, "2026-03-29T03:00": 4 }),
      hours,
      locals,
      { fromMs: at("2026-03-29T00:00:00Z"), toMs: at("2026-03-29T02:00:00Z") },
    );
    expect(spring.map(({ rows }) => rows)).toEqual([1, 4]);
  });
});

describe("rolling windows", () => {
  test("are counted at each quarter of an hour, from before the stretch on", () => {
    const judged = judgedRows(
      rowsAt({ "2026-01-01T00:00": 1, "2026-01-01T00:15": 2, "2026-01-01T01:00": 4 }),
      { windowMs: 2 * quarterMs, isComplete: false, calendar: null },
      { kind: "instant", timezone: "UTC" },
      { fromMs: at("2026-01-01T00:30:00Z"), toMs: at("2026-01-01T01:20:00Z") },
    );
    expect(judged).toEqual([
      { fromMs: at("2026-01-01T00:30:00Z"), toMs: at("2026-01-01T00:45:00Z"), rows: 3 },
      { fromMs: at("2026-01-01T00:45:00Z"), toMs: at("2026-01-01T01:00:00Z"), rows: 2 },
      { fromMs: at("2026-01-01T01:00:00Z"), toMs: at("2026-01-01T01:15:00Z"), rows: 0 },
      { fromMs: at("2026-01-01T01:15:00Z"), toMs: at("2026-01-01T01:20:00Z"), rows: 4 },
    ]);
  });

  test("look at the clocks of the zone in a column without one", () => {
    const [judged] = judgedRows(
      rowsAt({ "2026-07-01T05:45": 3, "2026-07-01T06:00": 9 }),
      { windowMs: quarterMs, isComplete: false, calendar: null },
      locals,
      { fromMs: at("2026-07-01T04:00:00Z"), toMs: at("2026-07-01T04:15:00Z") },
    );
    expect(judged?.rows).toBe(3);
  });
});

/** Ten days of these many rows. */
const tenDays: readonly JudgedRows[] = [100, 90, 80, 70, 60, 50, 40, 40, 20, 110].map(
  (rows, day) => ({ fromMs: day * dayMs, toMs: (day + 1) * dayMs, rows }),
);

describe("rows of the past", () => {
  test("are bad for as long as they are below the lower bound, neighbours as one breach", () => {
    expect(trialOf(pastOfRows(tenDays, "min"), 60)).toEqual({
      threshold: 60,
      bad: 4 * dayMs,
      sli: 0.6,
      breaches: 1,
      longest: 4 * dayMs,
      isExact: true,
    });
  });

  test("are bad for as long as they are above the upper bound", () => {
    expect(trialOf(pastOfRows(tenDays, "max"), 90)).toMatchObject({ bad: 2 * dayMs, breaches: 2 });
    expect(trialOf(pastOfRows(tenDays, "max"), 110)).toMatchObject({ bad: 0, sli: 1 });
  });

  test("have a ladder that becomes more lenient from line to line", () => {
    const shown = (key: "min" | "max") =>
      ladderOf(pastOfRows(tenDays, key), 55).map(({ threshold, sli }) => [threshold, sli]);
    expect(shown("min")).toEqual([
      [55, 0.6],
      [50, 0.7],
      [40, 0.9],
      [20, 1],
    ]);
    expect(shown("max")).toEqual([
      [55, 0.4],
      [80, 0.7],
      [100, 0.9],
      [110, 1],
      [120, 1],
    ]);
  });

  test("show what is nearest to the bound in each part", () => {
    expect(extremeRows(tenDays, "min", 5)).toEqual([90, 70, 50, 40, 20]);
    expect(extremeRows(tenDays, "max", 3)).toEqual([100, 70, 110]);
    expect(extremeRows(tenDays, "min", 40)).toHaveLength(10);
  });
});
