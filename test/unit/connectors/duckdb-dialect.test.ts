import { describe, expect, it } from "vitest";
import { duckdb } from "../../../connectors/duckdb/index.ts";
import { ConnectorError } from "../../../src/core/connector.ts";

const { dialect } = duckdb;

function refusalOf(...globs: readonly string[]): string {
  try {
    return dialect.relation({ kind: "files", globs });
  } catch (error) {
    if (!(error instanceof ConnectorError)) {
      throw error;
    }
    return `${error.kind}: ${error.failure.hint}`;
  }
}

describe("the DuckDB dialect", () => {
  it("quotes each part of a table's name", () => {
    expect(dialect.relation({ kind: "table", parts: ["lake", 'odd"name', "Orders.2026"] })).toBe(
      '"lake"."odd""name"."Orders.2026"',
    );
  });

  it("wraps a query as a subquery, without its semicolon and the remark at its end", () => {
    expect(dialect.relation({ kind: "query", sql: "select 1 as x -- one ;\n" })).toBe(
      "(\nselect 1 as x\n) as dataset",
    );
  });

  it.each([
    ["/data/a.parquet", "read_parquet(['/data/a.parquet'], union_by_name = true)"],
    ["/data/*.PARQUET", "read_parquet(['/data/*.PARQUET'], union_by_name = true)"],
    ["/data/**/*.csv", "read_csv(['/data/**/*.csv'], union_by_name = true, header = true)"],
    ["/data/*.csv.gz", "read_csv(['/data/*.csv.gz'], union_by_name = true, header = true)"],
    ["/data/*.json", "read_json(['/data/*.json'], union_by_name = true)"],
    ["/data/*.ndjson.gz", "read_json(['/data/*.ndjson.gz'], union_by_name = true)"],
    ["/it's/*.csv", "read_csv(['/it''s/*.csv'], union_by_name = true, header = true)"],
  ])("reads %s by its extension", (glob, relation) => {
    expect(dialect.relation({ kind: "files", globs: [glob] })).toBe(relation);
  });

  it("reads several globs of one kind together", () => {
    expect(dialect.relation({ kind: "files", globs: ["/a/*.jsonl", "/b/x.json"] })).toBe(
      "read_json(['/a/*.jsonl', '/b/x.json'], union_by_name = true)",
    );
  });

  it.each([
    [["/a/*.csv", "/b/*.parquet"]],
    [["/a/*"]],
    [["/a/*.xlsx"]],
    [["/a/*.parquet.gz"]],
    [[]],
  ])("refuses the globs %j, which no single reader reads", (globs) => {
    expect(refusalOf(...globs)).toMatch(/^invalid_query: End every glob in one of \.parquet,/);
  });

  it.each(["/*.csv", "/**/*.csv", "*.csv"])("refuses %s, which would open every file", (glob) => {
    expect(refusalOf(glob)).toBe("invalid_query: Name a folder before the first wildcard.");
  });

  it("spells aggregates, the filter within", () => {
    const request = { kind: "aggregate", id: "x" } as const;
    expect([
      dialect.aggregate({ ...request, fn: "count" }),
      dialect.aggregate({ ...request, fn: "count", of: '"a"' }),
      dialect.aggregate({ ...request, fn: "count_distinct", of: '"a"', filter: '"b" > 1' }),
      dialect.aggregate({ ...request, fn: "max", of: '"a"' }),
    ]).toEqual([
      "count(*)",
      'count("a")',
      'count(distinct "a") filter (where "b" > 1\n)',
      'max("a")',
    ]);
  });

  it("compares a column of instants with the offset of a moment, and others with its local spelling", () => {
    const moment = { ms: 1_782_874_800_000, local: "2026-07-01 05:00:00.000", offset: "+02:00" };
    expect(dialect.compareTime('"at"', ">=", moment)).toBe(
      `case when typeof("at") = 'TIMESTAMP WITH TIME ZONE' ` +
        `then "at" >= '2026-07-01 05:00:00.000+02:00' else "at" >= '2026-07-01 05:00:00.000' end`,
    );
  });
});

describe("the configuration of a DuckDB connection", () => {
  it("needs nothing", () => {
    expect(duckdb.config.parse({})).toEqual({ memory_limit: "1GB" });
  });

  it("takes a path, a memory limit and a number of threads", () => {
    expect(duckdb.config.parse({ path: "a.db", memory_limit: "2 GiB", threads: 3 })).toEqual({
      path: "a.db",
      memory_limit: "2 GiB",
      threads: 3,
    });
  });

  it.each([
    { memory_limit: "80%" },
    { memory_limit: "1GB'; drop" },
    { threads: 0 },
    { threads: 1.5 },
    { threads: "3" },
    { path: "" },
    { password: "x" },
  ])("refuses %j", (given) => {
    expect(duckdb.config.safeParse(given).success).toBe(false);
  });
});
