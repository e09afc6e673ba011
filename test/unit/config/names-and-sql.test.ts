import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findCycles } from "../../../src/config/compile/cycles.ts";
import { tableParts } from "../../../src/config/compile/source.ts";
import { conditionProblem, queryProblem } from "../../../src/config/compile/sql.ts";
import { clip, formatProblem } from "../../../src/config/problems.ts";
import { nearest } from "../../../src/config/suggest.ts";

describe("the nearest name", () => {
  test.each([
    ["shedule", "schedule"],
    ["Owner", "owner"],
    ["frsh", "fresh"],
    ["descr", "description"],
    ["max_aeg", "max_age"],
    ["colour", null],
    ["x", null],
    ["", null],
    ["s".repeat(1_000), null],
  ])("to %s is %s", (written, known) => {
    const names = ["schedule", "owner", "fresh", "description", "max_age"];

    expect(nearest(written, names)).toBe(known);
  });
});

describe("a table", () => {
  test.each([
    ["orders", ["orders"]],
    ["analytics.orders", ["analytics", "orders"]],
    ["dwh.analytics.Orders", ["dwh", "analytics", "Orders"]],
    ['analytics."Orders.2024"', ["analytics", "Orders.2024"]],
    ['"say ""hi"""', ['say "hi"']],
    ["größe.größte", ["größe", "größte"]],
    ["", null],
    [".orders", null],
    ["analytics.", null],
    ["analytics..orders", null],
    ['analytics."orders', null],
    ['"a"b', null],
    ["orders; drop table orders", null],
    ["orders o", null],
    ["lower(orders)", null],
  ])("%s has the parts %j", (text, parts) => {
    expect(tableParts(text)).toEqual(parts);
  });

  test("of any names is read back from its quoted form", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
        (parts) => {
          const quoted = parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");

          expect(tableParts(quoted)).toEqual(parts);
        },
      ),
    );
  });
});

describe("a filter", () => {
  test.each([
    "status <> 'test'",
    "note = 'a; b -- c /* d'",
    '"odd;name" = 1',
    "(a = 1 or b = 2) and c in (select c from d)",
    "body = $$ it's; $$",
    "say = 'it''s'",
  ])("%s is one condition", (sql) => {
    expect(conditionProblem(sql)).toBeNull();
  });

  test.each([
    ["a = 1;", "must be one condition, without a semicolon"],
    ["a = 1 -- or not", "must not hold a SQL comment"],
    ["a = 1 /* or not */", "must not hold a SQL comment"],
    ["a = 1) or (b = 2", "closes a parenthesis that it does not open"],
    ["(a = 1", "opens a parenthesis that it does not close"],
    ["a = 'b", "holds a quote or comment that is not closed"],
    ["a = 1 /* b", "holds a quote or comment that is not closed"],
    [" WHERE a = 1", "must be the condition alone, without `WHERE`"],
    ["  ", "must not be empty"],
  ])("%s is refused", (sql, problem) => {
    expect(conditionProblem(sql)).toBe(problem);
  });
});

describe("a query", () => {
  test.each([
    "select * from orders",
    "SELECT 1 -- one",
    "-- all\nwith o as (select 1) select * from o",
    "(select 1) union all (select 2)",
    "values (1), (2)",
    "from 'orders.parquet'",
    "select ';' as semicolon",
  ])("%s is one SELECT", (sql) => {
    expect(queryProblem(sql)).toBeNull();
  });

  test.each([
    ["select 1;", "must end without a semicolon"],
    ["select 1; select 2", "must be one statement"],
    ["insert into orders values (1)", "must be a SELECT"],
    ["select (1", "opens a parenthesis that it does not close"],
    ["select '", "holds a quote or comment that is not closed"],
    ["-- nothing", "must be a SELECT"],
  ])("%s is refused", (sql, problem) => {
    expect(queryProblem(sql)).toBe(problem);
  });
});

describe("circles", () => {
  test.each([
    ["none in a chain", { a: ["b"], b: ["c"], c: [] }, []],
    ["none in a diamond", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, []],
    ["one of itself", { a: ["a"] }, [["a"]]],
    ["one behind a tail", { a: ["b"], b: ["c"], c: ["b"] }, [["b", "c"]]],
    [
      "two apart",
      { a: ["b"], b: ["a"], c: ["d"], d: ["c"] },
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["none through what is not declared", { a: ["x"] }, []],
  ])("%s", (_which, edges, cycles) => {
    expect(findCycles(new Map(Object.entries(edges)))).toEqual(cycles);
  });

  test("are found in a chain of 100,000 without running out of stack", () => {
    const edges = new Map(
      Array.from({ length: 100_000 }, (_, index) => [`${index}`, [`${index + 1}`]] as const),
    );
    edges.set("100000", ["99999"]);

    expect(findCycles(edges)).toEqual([["99999", "100000"]]);
  });
});

test("a problem is printed as editors and CI logs link it", () => {
  const problem = {
    code: "TM_CONFIG_INVALID",
    level: "error",
    file: "orders.product.yaml",
    line: 3,
    column: 8,
    message: "`owner` is missing",
  } as const;

  expect(formatProblem(problem)).toBe(
    "orders.product.yaml:3:8: error TM_CONFIG_INVALID: `owner` is missing",
  );
  expect(formatProblem({ ...problem, level: "warning", hint: "name a team" })).toBe(
    "orders.product.yaml:3:8: warning TM_CONFIG_INVALID: `owner` is missing (name a team)",
  );
});

test("a name in a message stays on one line and of bounded length", () => {
  expect(clip("a\nb: error\u001b[31m")).toBe("a�b: error�[31m");
  expect(clip("x".repeat(1_000_000))).toHaveLength(80);
});
