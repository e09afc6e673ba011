import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { volume } from "../../../checks/volume/index.ts";
import type { CheckResult } from "../../../src/core/check.ts";
import type { SqlValue } from "../../../src/core/value.ts";
import {
  anySqlValue,
  badness,
  evaluateContext,
  facts,
  failed,
  figures,
  noonMs,
  paramsOf,
  planContext,
  problemsOf,
  promised,
} from "./support.ts";

type Keys = Readonly<Record<string, unknown>>;

const windowed = { column: "ordered_at", window: "24h", min: 1000 };

function resultOf(keys: Keys, value: SqlValue): CheckResult {
  const measured = figures({ rows: value, newest: { type: "instant", ms: noonMs } });
  return volume.evaluate(paramsOf(volume, keys), measured, evaluateContext());
}

describe("what is counted", () => {
  test("without a window, all rows of the dataset", () => {
    expect(volume.plan(paramsOf(volume, { min: 1 }), planContext())).toEqual([
      { kind: "aggregate", id: "rows", fn: "count" },
    ]);
  });

  test("with a window, the rows from its start up to, and without, this instant", () => {
    expect(volume.plan(paramsOf(volume, windowed), planContext("Europe/Berlin"))).toEqual([
      {
        kind: "aggregate",
        id: "rows",
        fn: "count",
        filter:
          "\"ordered_at\" >= TIMESTAMP '2026-01-14 13:00:00.000+01:00' AND " +
          "\"ordered_at\" < TIMESTAMP '2026-01-15 13:00:00.000+01:00'",
      },
      { kind: "aggregate", id: "newest", fn: "max", of: '"ordered_at"' },
    ]);
  });

  test("no row before the window, where the dialect itself refuses columns that hold no time", () => {
    const context = planContext();
    const dialect = { ...context.dialect, comparesOnlyTimes: true } as const;
    const [rows, newest] = volume.plan(paramsOf(volume, windowed), { ...context, dialect });
    expect(newest).toEqual({ ...rows, id: "newest", fn: "max", of: '"ordered_at"' });
  });
});

describe("the outcome follows the count", () => {
  const both = { min: 10, max: 20 };
  const levels = { warn: { min: 15, max: 18 }, fail: { min: 10, max: 20 } };
  test.each([
    ["a count at the minimum is good", both, 10n, "pass"],
    ["one row fewer is not", both, 9n, "fail"],
    ["a count at the maximum is good", both, 20n, "pass"],
    ["one row more is not", both, 21n, "fail"],
    ["an empty dataset breaks any minimum", { min: 1 }, 0n, "fail"],
    ["a dataset may be promised to be empty", { max: 0 }, 0n, "pass"],
    ["and then a single row fails", { max: 0 }, 1n, "fail"],
    ["below the warning level but above the failing one is a warning", levels, 14n, "warn"],
    ["at the warning level is good", levels, 15n, "pass"],
    ["above the upper warning level is a warning", levels, 19n, "warn"],
    ["beyond both levels fails", levels, 21n, "fail"],
    ["a warning alone never fails", { warn: { min: 15 } }, 0n, "warn"],
    [
      "counts beyond 2^53 are compared exactly",
      { min: 9_007_199_254_740_991 },
      9_007_199_254_740_993n,
      "pass",
    ],
  ])("%s", (_, keys, rows, outcome) => {
    expect(resultOf(keys, rows).outcome).toBe(outcome);
  });
});

describe("a result says what was measured and what was promised", () => {
  test("of a window with both levels", () => {
    const keys = {
      column: "ordered_at",
      window: "1d",
      warn: { min: 1500 },
      fail: { min: 1000, max: 50_000 },
    };
    expect(resultOf(keys, 1234n)).toEqual({
      outcome: "warn",
      summary:
        '1,234 rows in the last 1d of "ordered_at"; 1,000 to 50,000 promised, at least 1,500 without a warning.',
      measured: { rows: 1234 },
      expected: { min_rows: 1000, max_rows: 50_000, warn_min_rows: 1500, window_seconds: 86_400 },
    });
  });

  test.each([
    ["one row", { min: 2 }, 1n, "1 row in the dataset; at least 2 promised."],
    ["an exact promise", { min: 3, max: 3 }, 2n, "2 rows in the dataset; exactly 3 promised."],
    ["an upper bound", { max: 5 }, 6n, "6 rows in the dataset; at most 5 promised."],
    [
      "a warning alone",
      { warn: { max: 5 } },
      6n,
      "6 rows in the dataset; at most 5 without a warning.",
    ],
  ])("of %s", (_, keys, rows, summary) => {
    expect(resultOf(keys, rows).summary).toBe(summary);
  });

  test("and a count that a number cannot hold is kept as text", () => {
    const result = resultOf({ min: 1 }, 9_007_199_254_740_993n);
    expect(result.measured).toEqual({ rows: "9007199254740993" });
    expect(result.summary).toContain("9,007,199,254,740,993 rows");
  });
});

describe("what cannot be measured is neither good nor bad", () => {
  test.each<readonly [string, SqlValue]>([
    ["text", "2026-01-15 12:00:00"],
    ["whole numbers", 1_768_478_400n],
    ["fractions", 1.5],
    ["decimals", { type: "decimal", text: "1768478400.0" }],
    ["truth values", true],
  ])("a window over a column of %s is an error, whatever was counted", (_, newest) => {
    const measured = figures({ rows: 1234n, newest });
    const result = volume.evaluate(paramsOf(volume, windowed), measured, evaluateContext());
    expect(result).toMatchObject({ outcome: "error", failure: { kind: "invalid_query" } });
  });

  test("a window over a column without any value counts nothing, and that is an answer", () => {
    const measured = figures({ rows: 0n, newest: null });
    const result = volume.evaluate(paramsOf(volume, windowed), measured, evaluateContext());
    expect(result.outcome).toBe("fail");
  });

  test("a failed query passes its reason on", () => {
    const failure = {
      kind: "permission",
      message: "the role may not read it",
      code: "42501",
    } as const;
    const result = volume.evaluate(
      paramsOf(volume, { min: 1 }),
      failed(failure),
      evaluateContext(),
    );
    expect(result).toEqual({
      outcome: "error",
      summary: "The number of rows could not be measured: the role may not read it.",
      measured: {},
      expected: { min_rows: 1 },
      failure,
    });
  });

  test.each<[string, SqlValue]>([
    ["NULL", null],
    ["a fraction", 1.5],
    ["a negative number", -1n],
    ["text", "12"],
  ])("%s is no count", (_, value) => {
    const result = resultOf({ min: 1 }, value);
    expect(result.outcome).toBe("error");
    expect(result.failure?.kind).toBe("internal");
  });
});

describe("a promise that makes no sense is refused", () => {
  const shortAndLong = (key: string): string =>
    `${key}: \`${key}\` is short for \`fail: { ${key} }\`: give the bounds in one form, not both`;
  test.each<[string, Keys, readonly string[]]>([
    [
      "nothing is promised",
      {},
      [": a volume check needs `min` or `max`, or one of them under `warn` or `fail`"],
    ],
    [
      "a level is empty",
      { warn: {} },
      [": a volume check needs `min` or `max`, or one of them under `warn` or `fail`"],
    ],
    [
      "a minimum of zero stands alone",
      { min: 0 },
      [": a `min` of 0 always holds: give a higher one, or a `max`"],
    ],
    ["the minimum exceeds the maximum", { min: 2, max: 1 }, ["min: `min` is greater than `max`"]],
    [
      "the same under a level",
      { fail: { min: 2, max: 1 } },
      ["fail.min: `min` is greater than `max`"],
    ],
    [
      "the warning's bounds cross",
      { warn: { min: 2, max: 1 } },
      ["warn.min: `min` is greater than `max`"],
    ],
    [
      "both forms are given",
      { min: 1, max: 9, fail: { max: 9 } },
      [shortAndLong("min"), shortAndLong("max")],
    ],
    [
      "the warning's minimum is looser",
      { min: 10, warn: { min: 10 } },
      [
        "warn.min: the warning would never be seen: `warn.min` must be greater than the failing one",
      ],
    ],
    [
      "the warning's maximum is looser",
      { max: 10, warn: { max: 11 } },
      ["warn.max: the warning would never be seen: `warn.max` must be less than the failing one"],
    ],
    [
      "no count is without a warning",
      { max: 10, warn: { min: 11 } },
      ["warn.min: `warn.min` is greater than the failing `max`"],
    ],
    [
      "a window has no column",
      { min: 1, window: "1h" },
      ["window: `window` needs the time `column` that it looks at"],
    ],
    [
      "a column has no window",
      { min: 1, column: "c" },
      ["column: `column` needs a `window`; without both, all rows of the dataset are counted"],
    ],
    [
      "a window outlasts the calendar",
      { ...windowed, window: "101y" },
      ["window: a window is at most 100y long"],
    ],
    [
      "bounds on both levels are fine",
      { warn: { min: 15, max: 18 }, fail: { min: 10, max: 20 } },
      [],
    ],
    ["a window with its column is fine", windowed, []],
  ])("when %s", (_, keys, problems) => {
    expect(problemsOf(volume, keys)).toEqual(problems);
  });

  test("when the column is promised with a type that holds no time", () => {
    expect(problemsOf(volume, windowed, facts(promised({ ordered_at: "text" })))).toEqual([
      "column: column ordered_at is promised as text, which holds no time: name one of a timestamp or date type",
    ]);
  });

  test("when a window over a column of days is not of whole days", () => {
    const dataset = facts(promised({ ordered_at: "date" }));
    expect(problemsOf(volume, { ...windowed, window: "36h" }, dataset)).toEqual([
      "window: a window over a column of days must be whole days",
    ]);
    expect(problemsOf(volume, { ...windowed, window: "48h" }, dataset)).toEqual([]);
  });

  test("an estimate is of the whole dataset, and of no part of it", () => {
    const estimate = { min: 1, rows: "estimate" };
    expect(problemsOf(volume, estimate)).toEqual([]);
    expect(problemsOf(volume, estimate, { ...facts(), hasFilter: true })).toEqual([
      expect.stringMatching(/^rows: .*the dataset has a `filter`/u),
    ]);
    expect(problemsOf(volume, { ...estimate, column: "day", window: "1d" })).toEqual([
      expect.stringMatching(/^rows: .*the check has a window/u),
    ]);
  });

  test.each([["1_000"], [1.5], [-1], ["10"], [1e300], [Number.NaN]])(
    "%j is no number of rows",
    (min) => {
      expect(volume.params.safeParse({ min }).success).toBe(false);
    },
  );
});

describe("for all counts", () => {
  const count = fc.bigInt({ min: 0n, max: 40n });

  test("more rows are never worse for a minimum, and never better for a maximum", () => {
    const rank = (keys: Keys, rows: bigint): number => badness(resultOf(keys, rows).outcome);
    fc.assert(
      fc.property(count, count, fc.nat(40), (left, right, bound) => {
        const [fewer, more] = left <= right ? [left, right] : [right, left];
        expect(rank({ min: bound }, more)).toBeLessThanOrEqual(rank({ min: bound }, fewer));
        expect(rank({ max: bound }, more)).toBeGreaterThanOrEqual(rank({ max: bound }, fewer));
      }),
    );
  });

  test("a stricter minimum is never kept by fewer", () => {
    fc.assert(
      fc.property(count, fc.nat(40), fc.nat(40), (rows, left, right) => {
        const lax = badness(resultOf({ min: Math.min(left, right) }, rows).outcome);
        const strict = badness(resultOf({ min: Math.max(left, right) }, rows).outcome);
        expect(strict).toBeGreaterThanOrEqual(lax);
      }),
    );
  });

  test("every value of a warehouse gets a verdict", () => {
    fc.assert(
      fc.property(anySqlValue, (value) => {
        const result = resultOf({ min: 5, max: 50 }, value);
        expect(["pass", "fail", "error"]).toContain(result.outcome);
        expect(result.outcome === "error").toBe(result.failure !== undefined);
      }),
    );
  });
});
