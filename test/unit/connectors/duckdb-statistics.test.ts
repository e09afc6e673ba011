import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { duckdb } from "../../../connectors/duckdb/index.ts";
import type { DatasetRef } from "../../../src/core/connector.ts";
import { callOptions } from "../../helpers/connectors.ts";
import { asOwner, duckdbConnector } from "../../helpers/duckdb.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";

describe("the statistics of files", () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await TemporaryFolder.make();
    await folder.write({ "day=1/keep": "", "day=2/keep": "" });
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const files = (...globs: readonly string[]): DatasetRef => ({
    id: globs.join(),
    source: { kind: "files", globs: globs.map((glob) => folder.at(glob)) },
  });
  const parquet = (name: string, rows: number) =>
    asOwner(`copy (from range(${rows})) to '${folder.at(name)}' (format parquet)`);
  const read = async (...refs: readonly DatasetRef[]) => {
    const connector = duckdbConnector({}, refs);
    try {
      const answers = (await connector.statistics?.(refs, callOptions())) ?? [];
      expect(answers.map(({ datasetId }) => datasetId)).toEqual(refs.map(({ id }) => id));
      return answers.map(({ statistics }) =>
        statistics.ok ? statistics.value : statistics.failure.kind,
      );
    } finally {
      await connector[Symbol.asyncDispose]();
    }
  };

  it("count the rows of Parquet exactly, out of the footers of all files", async () => {
    await parquet("day=1/a.parquet", 1_000);
    await parquet("day=2/b.parquet", 23);
    const [both, one] = await read(files("*/*.parquet"), files("day=2/b.parquet"));
    expect(both).toMatchObject({ rows: { count: 1_023, isExact: true } });
    expect(one).toMatchObject({ rows: { count: 23, isExact: true } });
  });

  it("count a file twice that two globs match, as a query does", async () => {
    await parquet("day=1/a.parquet", 10);
    const [twice] = await read(files("day=1/*.parquet", "*/a.parquet"));
    expect(twice).toMatchObject({ rows: { count: 20, isExact: true } });
  });

  it("leave a glob out that matches nothing, and know that no file at all is no row", async () => {
    await parquet("day=1/a.parquet", 10);
    const [some, none] = await read(
      files("day=1/*.parquet", "day=2/*.parquet"),
      files("day=2/*.parquet"),
    );
    expect(some).toMatchObject({ rows: { count: 10, isExact: true } });
    expect(none).toEqual({ rows: { count: 0, isExact: true }, bytes: 0 });
  });

  it("tell of CSV and JSON the bytes alone", async () => {
    await folder.write({ "day=1/a.csv": "id\n1\n2\n", "day=1/b.json": '{"id":1}\n' });
    const globs = ["day=1/*.csv", "day=1/*.json", "day=2/*.csv", "day=1/missing.csv"];
    expect(await read(...globs.map((glob) => files(glob)))).toEqual([
      { bytes: 7 },
      { bytes: 9 },
      {},
      "not_found",
    ]);
  });

  it("do not say when the files changed: a deleted or replaced one would not show", async () => {
    await parquet("day=1/a.parquet", 10);
    const [statistics] = await read(files("*/*.parquet"));
    expect(Object.keys(statistics ?? {}).toSorted()).toEqual(["bytes", "rows"]);
  });

  it("fail for one file that is missing or broken, and for no other dataset", async () => {
    await parquet("day=1/a.parquet", 10);
    await folder.write({ "day=2/broken.parquet": "This is no Parquet." });
    expect(
      await read(files("missing.parquet"), files("day=2/*.parquet"), files("day=1/*.parquet")),
    ).toMatchObject(["not_found", "unreachable", { rows: { count: 10 } }]);
  });

  it("are promised of each source as they are answered", () => {
    const { statisticsOf } = duckdb;
    expect(statisticsOf?.({ kind: "files", globs: ["/a/*.parquet"] })).toEqual(["rows", "bytes"]);
    expect(statisticsOf?.({ kind: "files", globs: ["/a/*.csv"] })).toEqual(["bytes"]);
    expect(statisticsOf?.({ kind: "table", parts: ["t"] })).toEqual(["rows"]);
    expect(statisticsOf?.({ kind: "query", sql: "select 1" })).toEqual([]);
  });
});

describe("the statistics of tables in a database file", () => {
  it("count deleted rows too until their storage is written anew, and so do not call it exact", async () => {
    await using folder = await TemporaryFolder.make();
    const path = folder.at("lake.db");
    await asOwner("create table t as select range as id from range(1000)", path);
    await asOwner("delete from t where id < 400", path);
    const connector = duckdbConnector({ path });
    const source = { kind: "table", parts: ["T"] } as const;
    const answers = await connector.statistics?.([{ id: "t", source }], callOptions());
    await connector[Symbol.asyncDispose]();
    expect(answers).toMatchObject([
      { statistics: { ok: true, value: { rows: { count: 1_000, isExact: false } } } },
    ]);
  });
});
