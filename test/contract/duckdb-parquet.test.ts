import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckdb } from "../../connectors/duckdb/index.ts";
import type { Connector } from "../../src/core/connector.ts";
import { asOwner, duckdbConnector, queryOptions } from "../helpers/duckdb.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { columnKinds } from "./connector-adapter.ts";
import { canonicalValues, oddNames } from "./connector-cases.ts";
import { describeTimes, literalOf, timeTables } from "./connector-suite-times.ts";

const { dialect } = duckdb;
const types = {
  integer: "bigint",
  decimal: "decimal(38,10)",
  double: "double",
  text: "varchar",
  boolean: "boolean",
  instant: "timestamptz",
  local: "timestamp",
  date: "date",
} as const;

/** What of the conformance suite has a meaning for files: its cases, written to Parquet by DuckDB itself. */
describe("connector suite: duckdb, Parquet files", () => {
  let folder: TemporaryFolder;
  let connector: Connector;
  const sourceOf = (name: string) =>
    ({ kind: "files", globs: [folder.at(`${name}/*.parquet`)] }) as const;
  const relation = (name: string) => dialect.relation(sourceOf(name));
  const names = [...columnKinds, ...timeTables, "odd", "wide", "empty"];

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    for (const name of names) {
      await folder.write({ [`${name}/keep`]: "" });
    }
    const datasets = names.map((name) => ({ id: `suite/${name}`, source: sourceOf(name) }));
    connector = duckdbConnector({}, datasets);
  });
  afterAll(async () => {
    await connector[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  const write = (name: string, select: string) =>
    asOwner(`copy (${select}) to '${folder.at(`${name}/part.parquet`)}' (format parquet)`);
  const rowsOf = async (sql: string, timezone = "UTC") =>
    (await connector.query(sql, queryOptions({ timezone }))).rows;

  for (const kind of columnKinds) {
    it(`keeps ${kind} values without loss`, async () => {
      const cases = canonicalValues[kind];
      const rows = cases.map(
        ([text], index) => `(${index}, cast(${literalOf(text)} as ${types[kind]}))`,
      );
      await write(kind, `from (values ${rows.join(", ")}, (99, null)) as t (id, v)`);
      expect(await rowsOf(`select v from ${relation(kind)} order by id`)).toEqual([
        ...cases.map(([, expected]) => [expected]),
        [null],
      ]);
    });
  }

  describeTimes({
    dialect,
    make: async (name, kind, rows) => {
      const values = rows.map((text) => `(cast(${literalOf(text)} as ${types[kind]}))`);
      const none = `select cast(null as ${types[kind]}) as "at" where false`;
      await write(
        name,
        values.length === 0 ? none : `from (values ${values.join(", ")}) as t ("at")`,
      );
      return relation(name);
    },
    rowsOf,
  });

  it("finds columns of odd names", async () => {
    const items = oddNames.map((name, index) => `${index} as ${dialect.quoteIdentifier(name)}`);
    await write("odd", `select ${items.join(", ")}`);
    const maxima = oddNames.map((name) => `max(${dialect.quoteIdentifier(name)})`);
    expect(await rowsOf(`select ${maxima.join(", ")} from ${relation("odd")}`)).toEqual([
      oddNames.map((_, index) => BigInt(index)),
    ]);
    const [answer] = await connector.describe(
      [{ id: "suite/odd", source: sourceOf("odd") }],
      queryOptions(),
    );
    expect(answer?.columns).toMatchObject({
      ok: true,
      value: oddNames.map((name) => ({ name, type: "INTEGER", nullable: null })),
    });
  });

  it("lists and measures a file of 1,000 columns", async () => {
    const columns = Array.from({ length: 1_000 }, (_, index) => `column_${index}`);
    await write("wide", `select ${columns.map((name, index) => `${index} as ${name}`).join(", ")}`);
    const [row] = await rowsOf(
      `select ${columns.map((name) => `max(${name})`).join(", ")} from ${relation("wide")}`,
    );
    expect(row).toEqual(columns.map((_, index) => BigInt(index)));
    const [answer] = await connector.describe(
      [{ id: "suite/wide", source: sourceOf("wide") }],
      queryOptions(),
    );
    expect(answer?.columns).toMatchObject({ ok: true, value: columns.map((name) => ({ name })) });
  });

  it("counts zero in a file without rows", async () => {
    await write("empty", "select 1 as id where false");
    const figures = `select count(*), max(id) from ${relation("empty")}`;
    expect(await rowsOf(figures)).toEqual([[0n, null]]);
  });
});
