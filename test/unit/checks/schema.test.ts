import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schema } from "../../../checks/schema/index.ts";
import type { CheckResult } from "../../../src/core/check.ts";
import type { CatalogueColumn } from "../../../src/core/measurement.ts";
import type { ColumnDefinition } from "../../../src/core/mesh.ts";
import {
  badness,
  catalogue,
  evaluateContext,
  facts,
  failed,
  paramsOf,
  planContext,
  problemsOf,
  promised,
} from "./support.ts";

type Delivered = Readonly<Record<string, string | readonly [string, boolean]>>;

/** Columns as a catalogue lists them: name → type, or type and nullability. */
function delivered(columns: Delivered): readonly CatalogueColumn[] {
  return Object.entries(columns).map(([name, column]) => {
    const [type, nullable] = typeof column === "string" ? [column, null] : column;
    return { name, type, nullable };
  });
}

function resultOf(
  promise: ReadonlyMap<string, ColumnDefinition>,
  columns: readonly CatalogueColumn[],
  keys: Readonly<Record<string, unknown>> = {},
): CheckResult {
  const context = evaluateContext("UTC", promise);
  return schema.evaluate(paramsOf(schema, keys), catalogue(columns), context);
}

const orders = promised({
  order_id: ["bigint", false],
  amount: "numeric(10,2)",
  note: ["text", true],
});

const asPromised = {
  order_id: ["int8", false],
  amount: "decimal(10,2)",
  note: ["character varying", true],
} as const;

describe("fields of structs, which a catalogue lists by their paths", () => {
  const listed = delivered({
    id: "INT64",
    address: "STRUCT<city STRING, zip STRING>",
    "address.city": ["STRING", true],
    "address.zip": "STRING",
    items: "ARRAY<STRUCT<sku STRING>>",
    "items.sku": ["STRING", false],
  });

  test("are promised like columns, and a changed one is breaking", () => {
    const promise = promised({
      id: "int64",
      "address.city": "int64",
      "items.sku": ["string", false],
    });
    expect(resultOf(promise, listed)).toMatchObject({
      outcome: "fail",
      measured: { breaking: 1, additive: 1 },
    });
    expect(resultOf(promise, listed).summary).toContain(
      '"address.city" is STRING instead of int64; column "address.zip" (STRING) is new',
    );
  });

  test("are no columns of their own where the whole struct is promised, or is new itself", () => {
    const whole = promised({ id: "int64", address: "struct<city string, zip string>" });
    const result = resultOf(whole, listed, { new_columns: "warn" });
    expect(result.measured).toMatchObject({ breaking: 0, additive: 1 });
    expect(result.summary).toContain('column "items" (ARRAY<STRUCT<sku STRING>>) is new');
  });

  test("may be missing", () => {
    const result = resultOf(promised({ "address.street": "string" }), listed);
    expect(result.summary).toContain('column "address.street" is missing');
  });

  test("are told from columns whose names hold a dot", () => {
    const odd = delivered({ a: "text", "a.b": "text" });
    expect(resultOf(promised({ a: "text" }), odd).measured).toMatchObject({ additive: 1 });
  });
});

test("only the catalogue is asked", () => {
  expect(schema.plan(paramsOf(schema, {}), planContext())).toEqual([{ kind: "columns" }]);
});

test("a dataset that is as promised passes, however its types are spelled and its columns ordered", () => {
  expect(resultOf(orders, delivered(asPromised).toReversed())).toEqual({
    outcome: "pass",
    summary: "3 columns promised, and the dataset has exactly these.",
    measured: { differences: 0, breaking: 0, additive: 0, cosmetic: 0, columns: 3 },
    expected: { breaking: 0, columns: 3 },
  });
});

describe("each difference is classified", () => {
  test.each([
    [
      "a missing column breaks",
      { order_id: ["bigint", false], note: "text" },
      "fail",
      '1 difference from the promised schema (1 breaking): column "amount" is missing.',
    ],
    [
      "a name in another case is another column, and is pointed out",
      { order_id: ["bigint", false], Amount: "numeric(10,2)", note: "text" },
      "fail",
      '2 differences from the promised schema (1 breaking, 1 additive): column "amount" is missing (there is "Amount"; case counts); column "Amount" (numeric(10,2)) is new.',
    ],
    [
      "another type breaks",
      { ...asPromised, amount: "double precision" },
      "fail",
      '1 difference from the promised schema (1 breaking): "amount" is double precision instead of numeric(10,2).',
    ],
    [
      "a wider type breaks, since its values may not fit",
      { ...asPromised, amount: "numeric(12,2)" },
      "fail",
      '1 difference from the promised schema (1 breaking): "amount" is numeric(12,2) instead of numeric(10,2).',
    ],
    [
      "a narrower type is cosmetic, since its values all fit",
      { ...asPromised, order_id: ["integer", false] },
      "pass",
      '1 difference from the promised schema (1 cosmetic): "order_id" is integer instead of bigint.',
    ],
    [
      "NULLs that were promised away break",
      { ...asPromised, order_id: ["bigint", true] },
      "fail",
      '1 difference from the promised schema (1 breaking): "order_id" may be NULL.',
    ],
    [
      "no NULLs where they were allowed is cosmetic",
      { ...asPromised, note: ["text", false] },
      "pass",
      '1 difference from the promised schema (1 cosmetic): "note" is never NULL.',
    ],
    [
      "nothing is judged of NULLs where nothing is promised of them",
      { ...asPromised, amount: ["numeric(10,2)", true] },
      "pass",
      "3 columns promised, and the dataset has exactly these.",
    ],
    [
      "a new column is additive",
      { ...asPromised, channel: "text" },
      "pass",
      '1 difference from the promised schema (1 additive): column "channel" (text) is new.',
    ],
    [
      "one column may differ in type and nullability",
      { ...asPromised, order_id: ["text", true] },
      "fail",
      '2 differences from the promised schema (2 breaking): "order_id" is text instead of bigint; "order_id" may be NULL.',
    ],
    [
      "an empty list of columns misses them all",
      {},
      "fail",
      '3 differences from the promised schema (3 breaking): column "order_id" is missing; column "amount" is missing; column "note" is missing.',
    ],
  ] as const satisfies readonly (readonly [string, Delivered, string, string])[])(
    "%s",
    (_, columns, outcome, summary) => {
      const result = resultOf(orders, delivered(columns));
      expect({ outcome: result.outcome, summary: result.summary }).toEqual({ outcome, summary });
    },
  );
});

describe("new columns", () => {
  test.each([
    ["are allowed by default", {}, "pass", { breaking: 0, columns: 3 }],
    ["warn on request", { new_columns: "warn" }, "warn", { breaking: 0, additive: 0, columns: 3 }],
    ["fail on request", { new_columns: "fail" }, "fail", { breaking: 0, additive: 0, columns: 3 }],
  ])("%s", (_, keys, outcome, expected) => {
    const result = resultOf(orders, delivered({ ...asPromised, channel: "text" }), keys);
    expect(result.outcome).toBe(outcome);
    expect(result.expected).toEqual(expected);
  });

  test("never soften a breaking difference", () => {
    const columns = delivered({ order_id: "bigint", channel: "text" });
    expect(resultOf(orders, columns, { new_columns: "warn" }).outcome).toBe("fail");
  });
});

test("breaking differences are named first, three at most, and every one is counted", () => {
  const columns = delivered({
    order_id: ["integer", true],
    note: ["json", false],
    channel: "text",
    shop: "text",
  });
  const result = resultOf(orders, columns);
  expect(result.summary).toBe(
    '7 differences from the promised schema (3 breaking, 2 additive, 2 cosmetic): "order_id" may be NULL; column "amount" is missing; "note" is json instead of text; and 4 more.',
  );
  expect(result.measured).toEqual({
    differences: 7,
    breaking: 3,
    additive: 2,
    cosmetic: 2,
    columns: 4,
  });
});

test("a catalogue that says nothing of NULLs breaks nothing, and the summary says so", () => {
  const result = resultOf(
    orders,
    delivered({ order_id: "bigint", amount: "numeric(10,2)", note: "text" }),
  );
  expect(result.outcome).toBe("pass");
  expect(result.summary).toBe(
    "3 columns promised, and the dataset has exactly these; whether NULLs occur is not in the catalogue for 1 column promised without.",
  );
});

test("names from the catalogue stay short and on one line", () => {
  const name = `a\u0000\n\u202e${"x".repeat(500)}`;
  const { summary } = resultOf(orders, delivered({ ...asPromised, [name]: "text" }));
  expect(summary).toContain(`"a\u{fffd}\u{fffd}\u{fffd}${"x".repeat(59)}…" (text) is new`);
});

describe("a catalogue that does not answer", () => {
  test("for a dataset that does not exist is a broken promise", () => {
    const context = evaluateContext("UTC", orders);
    const failure = { kind: "not_found", message: "no such table", code: "42P01" } as const;
    expect(schema.evaluate(paramsOf(schema, {}), failed(failure), context)).toEqual({
      outcome: "fail",
      summary: "The dataset is not there; 3 columns promised.",
      measured: { differences: 1, breaking: 1, additive: 0, cosmetic: 0, columns: 0 },
      expected: { breaking: 0, columns: 3 },
    });
  });

  test.each(["permission", "unreachable", "timeout", "internal"] as const)(
    "because of %s is neither good nor bad",
    (kind) => {
      const failure = { kind, message: "the catalogue did not answer", hint: "look" };
      const context = evaluateContext("UTC", orders);
      expect(schema.evaluate(paramsOf(schema, {}), failed(failure), context)).toEqual({
        outcome: "error",
        summary: "The schema could not be measured: the catalogue did not answer.",
        measured: {},
        expected: { breaking: 0, columns: 3 },
        failure,
      });
    },
  );
});

test("a schema check on a dataset that promises no columns is refused", () => {
  expect(problemsOf(schema, {})).toEqual([
    ": a schema check needs a promise to compare with: list the dataset's `columns`, each with its type",
  ]);
  expect(problemsOf(schema, {}, facts(orders))).toEqual([]);
});

describe("for all schemas", () => {
  const synonyms = [
    ["bigint", "int8", "INT64"],
    ["text", "varchar", "character varying"],
    ["timestamptz", "timestamp with time zone", "TIMESTAMPTZ(6)"],
    ["numeric(10,2)", "DECIMAL(10,2)", "dec(10, 2)"],
    ["double precision", "float8", "DOUBLE"],
    ["boolean", "bool", "BOOLEAN"],
  ] as const;
  const meaning = fc.constantFrom(...synonyms);
  const spelled = meaning.chain((spellings) =>
    fc.tuple(
      fc.constant(spellings[0]),
      fc.constantFrom(...spellings),
      fc.constantFrom(...spellings),
    ),
  );
  const nullable = fc.constantFrom(true, false, null);
  const column = fc.record({ name: fc.string(), types: spelled, nullable, actual: nullable });
  const columns = fc.uniqueArray(column, { selector: ({ name }) => name, maxLength: 8 });

  test("the outcome does not depend on how types are spelled", () => {
    fc.assert(
      fc.property(columns, columns, (mine, theirs) => {
        const list = (spelling: 0 | 1): readonly CatalogueColumn[] =>
          theirs.map(({ name, types, actual }) => ({
            name,
            type: types[spelling],
            nullable: actual,
          }));
        const promise = (spelling: 0 | 2): ReadonlyMap<string, ColumnDefinition> =>
          new Map(mine.map((one) => [one.name, { ...one, type: one.types[spelling] }]));
        const plain = resultOf(promise(0), list(0));
        const other = resultOf(promise(2), list(1));
        expect(other.outcome).toBe(plain.outcome);
        expect(other.measured).toEqual(plain.measured);
      }),
    );
  });

  const missing: ColumnDefinition = { name: "\u0000missing", type: "int", nullable: null };

  test("a further promised column that is missing is never better", () => {
    fc.assert(
      fc.property(columns, columns, (mine, theirs) => {
        const there = theirs.map(({ name, types, actual }) => ({
          name,
          type: types[0],
          nullable: actual,
        }));
        const promise = new Map<string, ColumnDefinition>(
          mine.map((one) => [one.name, { ...one, type: one.types[0] }]),
        );
        const before = resultOf(promise, there).outcome;
        promise.set(missing.name, missing);
        expect(badness(resultOf(promise, there).outcome)).toBeGreaterThanOrEqual(badness(before));
      }),
    );
  });

  test("any catalogue gets a verdict, in a summary of bounded length", () => {
    const wild = fc.record({
      name: fc.string({ unit: "binary", maxLength: 300 }),
      type: fc.string({ unit: "binary", maxLength: 300 }),
      nullable,
    });
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 30 }), (list) => {
        const result = resultOf(orders, list);
        expect(["pass", "fail"]).toContain(result.outcome);
        expect(result.summary.length).toBeLessThan(1_000);
      }),
    );
  });
});
