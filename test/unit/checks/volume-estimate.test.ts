import { describe, expect, test } from "vitest";
import { volume } from "../../../checks/volume/index.ts";
import type { Statistics } from "../../../src/core/connector.ts";
import { evaluateContext, failed, metadata, paramsOf, planContext } from "./support.ts";

const params = paramsOf(volume, {
  rows: "estimate",
  warn: { min: 900 },
  fail: { min: 500, max: 2_000 },
});
const verdict = (statistics: Statistics) =>
  volume.evaluate(params, metadata(statistics), evaluateContext());

describe("a volume check by estimate", () => {
  test("asks for the metadata, and for no figure", () => {
    expect(volume.plan(params, planContext())).toEqual([{ kind: "statistics" }]);
    expect(volume.needs?.(params)).toEqual({ field: "rows", key: "rows" });
    expect(volume.needs?.(paramsOf(volume, { min: 1 }))).toBe(null);
  });

  test.each([
    [499, "fail"],
    [500, "warn"],
    [899, "warn"],
    [900, "pass"],
    [2_000, "pass"],
    [2_001, "fail"],
  ])("of %d rows ends as %s", (count, outcome) => {
    expect(verdict({ rows: { count, isExact: false } }).outcome).toBe(outcome);
  });

  test("says that it is one", () => {
    expect(verdict({ rows: { count: 1_234, isExact: false } })).toMatchObject({
      summary:
        "About 1,234 rows in the dataset, by the warehouse's estimate; 500 to 2,000 promised, at least 900 without a warning.",
      measured: { rows: 1_234, is_estimate: true },
      expected: { min_rows: 500, max_rows: 2_000, warn_min_rows: 900 },
    });
  });

  test("says where the metadata count exactly", () => {
    expect(verdict({ rows: { count: 1_234, isExact: true } })).toMatchObject({
      summary:
        "1,234 rows in the dataset, by the warehouse's metadata; 500 to 2,000 promised, at least 900 without a warning.",
      measured: { rows: 1_234, is_estimate: false },
    });
  });

  test("is an error where the metadata have no number, and never a guess", () => {
    const result = verdict({ bytes: 0 });
    expect(result).toMatchObject({
      outcome: "error",
      measured: {},
      failure: { kind: "not_found" },
    });
    expect(result.failure?.hint).toContain("`rows: exact`");
  });

  test("passes on why the metadata could not be read", () => {
    const failure = { kind: "permission", message: "no", hint: "grant it" } as const;
    expect(volume.evaluate(params, failed(failure), evaluateContext())).toMatchObject({
      outcome: "error",
      failure,
    });
  });
});
