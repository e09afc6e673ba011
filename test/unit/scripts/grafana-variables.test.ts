import { describe, expect, it } from "vitest";
import type { QueryVariable } from "../../../scripts/prometheus/panels/committed.ts";
import {
  type Chosen,
  filled,
  mentioned,
  stepFor,
} from "../../../scripts/prometheus/panels/variables.ts";

const several: QueryVariable = {
  name: "domain",
  selector: "tidemark_product_info",
  label: "domain",
  isMulti: true,
  hasAll: true,
  allValue: ".*",
};
const one: QueryVariable = { ...several, name: "product", isMulti: false, hasAll: false };
const listed: QueryVariable = { ...several, name: "slo", allValue: null };

const fill = (expr: string, variable: QueryVariable, chosen: Chosen) =>
  filled(expr, [variable], { [variable.name]: chosen }, { stepMs: 15_000, rangeMs: 3_600_000 });

describe("what is chosen of a variable", () => {
  it.each([
    ["all, by its own pattern", { values: ["a", "b"], isAll: true }, ".*"],
    ["one value", { values: ["sales"], isAll: false }, "sales"],
    ["several values", { values: ["sales", "web"], isAll: false }, "(sales|web)"],
    ["a value that is a pattern", { values: ["a.b|(c)"], isAll: false }, "a\\\\.b\\\\|\\\\(c\\\\)"],
    ["a quote and a backslash", { values: ['"\\'], isAll: false }, '\\\\\\"\\\\\\\\'],
  ])("stands in a pattern: %s", (_, chosen, text) => {
    expect(fill('m{domain=~"$domain"}', several, chosen)).toBe(`m{domain=~"${text}"}`);
  });

  it("is every value where all has no pattern", () => {
    const all = { values: ["fresh", "whole"], isAll: true };
    expect(fill("$slo", listed, all)).toBe("(fresh|whole)");
  });

  it("is escaped as text alone where one value can be chosen", () => {
    expect(fill('"$product"', one, { values: ['a.b"\\'], isAll: false })).toBe('"a.b\\"\\\\"');
  });

  it("is refused when it has no value", () => {
    expect(() => fill("$owner", one, { values: ["a"], isAll: false })).toThrow(
      "the variable owner has no value",
    );
  });

  it("is told from a variable with a longer name", () => {
    const longer = { ...one, name: "product_owner" };
    expect(mentioned("$product_owner + ${domain}", [one, several, longer])).toEqual([
      "domain",
      "product_owner",
    ]);
  });
});

describe("times", () => {
  it("are those of the step and of the range", () => {
    const chosen = { values: ["a"], isAll: false };
    expect(fill("[$__rate_interval] [$__interval] [$__range] $__range_s", one, chosen)).toBe(
      "[17s] [15s] [3600s] 3600",
    );
  });

  it.each([
    ["a minute, by the scrape at least", 60_000, 1_000, 0, 2_000],
    ["six hours", 21_600_000, 1_000, 0, 20_000],
    ["a day in a hundred points", 86_400_000, 100, 0, 900_000],
    ["a week", 604_800_000, 1_000, 0, 600_000],
    ["an hour, by the minute at least", 3_600_000, 1_000, 60_000, 60_000],
  ])("have round steps: %s", (_, rangeMs, points, leastMs, stepMs) => {
    expect(stepFor(rangeMs, points, leastMs)).toBe(stepMs);
  });
});
