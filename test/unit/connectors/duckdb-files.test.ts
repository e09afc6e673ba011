import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckdb } from "../../../connectors/duckdb/index.ts";
import type { Connector, DatasetRef } from "../../../src/core/connector.ts";
import { asOwner, duckdbConnector, kindOf, queryOptions } from "../../helpers/duckdb.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";

const { dialect } = duckdb;
const figures = (ref: DatasetRef, where = "") =>
  `select count(*) as m0, max("id") as m1, count(distinct "id") filter (where "id" > 1) as m2
   from ${dialect.relation(ref.source)}${where}`;
const gapsOf = (ref: DatasetRef) =>
  dialect.gaps(
    { kind: "gaps", id: "gaps", of: '"at"', filter: "true", longerThanMs: 1_000, maxGaps: 10 },
    dialect.relation(ref.source),
    "true",
  );

describe("DuckDB over files", () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await TemporaryFolder.make();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  /** A dataset of the files that match, and a connector that has this dataset alone. */
  const datasetOf = (...globs: readonly string[]) => {
    const source = { kind: "files", globs: globs.map((glob) => join(folder.path, glob)) } as const;
    return { id: "lake/files", source };
  };
  const withDataset = async <T>(
    ref: DatasetRef,
    work: (connector: Connector) => Promise<T>,
  ): Promise<T> => {
    const connector = duckdbConnector({ threads: 2 }, [ref]);
    try {
      return await work(connector);
    } finally {
      await connector[Symbol.asyncDispose]();
    }
  };
  const figuresOf = (ref: DatasetRef, where = "") =>
    withDataset(
      ref,
      async (connector) => (await connector.query(figures(ref, where), queryOptions())).rows,
    );
  const columnsOf = (ref: DatasetRef) =>
    withDataset(ref, async (connector) => {
      const [answer] = await connector.describe([ref], queryOptions());
      return answer?.columns.ok === true
        ? answer.columns.value.map(({ name, type, nullable }) => [name, type, nullable])
        : answer?.columns.failure.kind;
    });
  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder.path, name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, content);
    return path;
  };

  it("takes the first line of CSV for its header, though no row follows and a name looks like a value", async () => {
    const newestOf = (ref: DatasetRef) => {
      const sql = `select count(*), max("t") from ${dialect.relation(ref.source)}`;
      return withDataset(ref, async (one) => (await one.query(sql, queryOptions())).rows);
    };
    await write("day/1.csv", "id,t\n");
    expect(await newestOf(datasetOf("day/1.csv"))).toEqual([[0n, null]]);
    await write("day/2.csv", "id,t\n3,2026-07-02 05:00:00\n");
    const t = { type: "local", text: "2026-07-02T05:00:00" };
    expect(await newestOf(datasetOf("day/*.csv"))).toEqual([[1n, t]]);
  });

  it("reads CSV, also compressed, and finds its types", async () => {
    await write("csv/a.csv", "id,at\n1,2026-07-01 05:00:00\n2,2026-07-01 06:00:00\n");
    await write("csv/b.csv.gz", gzipSync("id,at\n3,2026-07-02 05:00:00\n"));
    const ref = datasetOf("csv/*.csv", "csv/*.csv.gz");
    expect(await figuresOf(ref)).toEqual([[3n, 3n, 2n]]);
    expect(await columnsOf(ref)).toEqual([
      ["id", "BIGINT", null],
      ["at", "TIMESTAMP", null],
    ]);
  });

  it("reads JSON as a list, by lines, and compressed", async () => {
    await write("json/a.json", '[{"id": 1}, {"id": 2}]');
    await write("json/b.jsonl", '{"id": 3}\n{"id": 4}\n');
    await write("json/c.ndjson.gz", gzipSync('{"id": 5}\n'));
    const ref = datasetOf("json/*.json", "json/*.jsonl", "json/*.ndjson.gz");
    expect(await figuresOf(ref)).toEqual([[5n, 5n, 4n]]);
    expect(await columnsOf(ref)).toEqual([["id", "BIGINT", null]]);
  });

  it("reads a partitioned folder of Parquet as one dataset", async () => {
    await asOwner(
      `copy (select range as id, 2026 + range % 2 as year from range(10))
       to '${folder.path}/parted' (format parquet, partition_by (year))`,
    );
    const ref = datasetOf("parted/**/*.parquet");
    expect(await figuresOf(ref)).toEqual([[10n, 9n, 8n]]);
    expect(await figuresOf(ref, " where year = 2027")).toEqual([[5n, 9n, 4n]]);
    expect(await columnsOf(ref)).toEqual([
      ["id", "BIGINT", null],
      ["year", "BIGINT", null],
    ]);
  });

  it("matches columns by name when files differ", async () => {
    await write("drift/1.csv", "id,note\n1,a\n");
    await write("drift/2.csv", "note,extra,id\nb,0.5,2\n");
    const ref = datasetOf("drift/*.csv");
    expect(await figuresOf(ref)).toEqual([[2n, 2n, 1n]]);
    expect(await columnsOf(ref)).toEqual([
      ["id", "BIGINT", null],
      ["note", "VARCHAR", null],
      ["extra", "DOUBLE", null],
    ]);
  });

  it("takes a glob that matches nothing for no rows, though its columns are unknown", async () => {
    const where = ` where ("status" <> 'test') and "at" >= '2026-07-01 05:00:00.000'`;
    for (const ref of [datasetOf("none/*.parquet"), datasetOf("none/*.csv", "csv/*.csv.old.csv")]) {
      expect(await figuresOf(ref, where)).toEqual([[0n, null, 0n]]);
    }
  });

  it("names the columns of figures over nothing, and has no rows where none are asked for", async () => {
    const ref = datasetOf("none/*.json");
    await withDataset(ref, async (connector) => {
      const asked = await connector.query(figures(ref), queryOptions());
      expect(asked.columns).toEqual(["m0", "m1", "m2"]);
      const rows = `select id from ${dialect.relation(ref.source)}`;
      expect((await connector.query(rows, queryOptions())).rows).toEqual([]);
    });
  });

  it("answers gaps over no files with none, alone and beside other figures", async () => {
    const ref = datasetOf("none/*.csv");
    const gaps = gapsOf(ref);
    await withDataset(ref, async (connector) => {
      const rowsOf = async (sql: string) => (await connector.query(sql, queryOptions())).rows;
      expect(await rowsOf(`select ${gaps} as m0`)).toEqual([[null]]);
      const from = dialect.relation(ref.source);
      expect(await rowsOf(`select count(*) as m0, ${gaps} as m1 from ${from}`)).toEqual([
        [0n, null],
      ]);
    });
  });

  it("does not know the gaps of a query over no files", async () => {
    const files = datasetOf("none/*.csv");
    const sql = `select now() as at from ${dialect.relation(files.source)}`;
    const asked: DatasetRef = { id: "suite/asked", source: { kind: "query", sql } };
    const work = withDataset(files, (connector) =>
      connector.query(`select ${gapsOf(asked)} as m0`, queryOptions()),
    );
    expect(await kindOf(work)).toBe("not_found");
  });

  it("says that a file set without a file is not found when its columns are asked for", async () => {
    expect(await columnsOf(datasetOf("none/*.parquet"))).toBe("not_found");
  });

  it("leaves out the globs that match nothing while others do", async () => {
    await write("some/a.csv", "id\n1\n7\n");
    const ref = datasetOf("some/*.csv", "none/*.csv", "some/*.csv.gz");
    expect(await figuresOf(ref)).toEqual([[2n, 7n, 1n]]);
    expect(await columnsOf(ref)).toEqual([["id", "BIGINT", null]]);
  });

  it("says of a single file that is missing that it is not found", async () => {
    expect(await kindOf(figuresOf(datasetOf("nowhere/a.csv")))).toBe("not_found");
    await write("single/a.csv", "id\n1\n2\n");
    expect(await kindOf(figuresOf(datasetOf("single/b.csv")))).toBe("not_found");
    expect(await figuresOf(datasetOf("single/a.csv", "single/b.csv"))).toEqual([[2n, 2n, 1n]]);
    expect(await figuresOf(datasetOf("single/b.csv", "single/c*.csv"))).toEqual([[0n, null, 0n]]);
  });

  it("sees files that arrive later", async () => {
    const ref = datasetOf("later/*.csv");
    await withDataset(ref, async (connector) => {
      const count = async () => (await connector.query(figures(ref), queryOptions())).rows[0]?.[0];
      expect(await count()).toBe(0n);
      await write("later/a.csv", "id\n1\n2\n");
      expect(await count()).toBe(2n);
      await write("later/b.csv", "id\n3\n");
      expect(await count()).toBe(3n);
    });
  });

  it("tells a folder it may not list from an empty one", async () => {
    await write("locked/a.csv", "id\n1\n");
    await chmod(folder.path, 0o755);
    await chmod(join(folder.path, "locked"), 0o000);
    try {
      const script = fileURLToPath(new URL("locked-folder-child.ts", import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [
        script,
        join(folder.path, "locked/*.csv"),
      ]);
      expect(stdout).toBe("permission");
    } finally {
      await chmod(join(folder.path, "locked"), 0o700);
    }
  });

  it.each([
    ["half.parquet", "PAR1 and then the writer died", "unreachable"],
    ["tiny.parquet", "PAR1", "unreachable"],
    ["half.json", '[{"id": 1}, {"id": ', "unreachable"],
    ["binary.csv", Uint8Array.of(105, 100, 10, 0xff, 0xfe, 10), "unreachable"],
    ["plain.csv.gz", "id\n1\n", "unreachable"],
    ["late.csv", `id\n${"1\n".repeat(30_000)}canary\n`, "invalid_query"],
  ])("says of the damaged file %s what is the matter", async (name, content, kind) => {
    await write(`bad-${name}/${name}`, content);
    expect(await kindOf(figuresOf(datasetOf(`bad-${name}/${name}`)))).toBe(kind);
  });

  it("does not guess the figures of a query whose files are missing", async () => {
    const ref = datasetOf("none/*.csv");
    const sql = `select count(*) as id from ${dialect.relation(ref.source)}`;
    const text = `select max(id) as m0 from ${dialect.relation({ kind: "query", sql })}`;
    const asked = withDataset(ref, (connector) => connector.query(text, queryOptions()));
    expect(await kindOf(asked)).toBe("not_found");
  });

  it("answers for each dataset apart, mixed kinds among them", async () => {
    await write("mixed/a.csv", "id\n1\n");
    const good = { ...datasetOf("mixed/*.csv"), id: "lake/good" };
    const mixed = { ...datasetOf("mixed/*.csv", "mixed/*.json"), id: "lake/mixed" };
    const connector = duckdbConnector({}, [mixed, good]);
    try {
      const answers = await connector.describe([mixed, good], queryOptions());
      expect(answers).toMatchObject([
        { datasetId: "lake/mixed", columns: { ok: false, failure: { kind: "invalid_query" } } },
        { datasetId: "lake/good", columns: { ok: true, value: [{ name: "id" }] } },
      ]);
    } finally {
      await connector[Symbol.asyncDispose]();
    }
  });

  it("warns of folders that do not exist when the connection is tested", async () => {
    await write("there/a.csv", "id\n1\n");
    const ref = datasetOf("there/*.csv", "not-there/*.csv");
    const stages = await withDataset(ref, (connector) => connector.testConnection(queryOptions()));
    expect(stages.map(({ name, status }) => [name, status])).toEqual([
      ["reach", "warning"],
      ["access", "ok"],
    ]);
  });

  it("keeps values of every kind without loss", async () => {
    const items = [
      ["170141183460469231731687303715884105727::hugeint", 2n ** 127n - 1n],
      ["340282366920938463463374607431768211455::uhugeint", 2n ** 128n - 1n],
      ["255::utinyint", 255n],
      ["1.5::float", 1.5],
      ["'infinity'::timestamp_s", { type: "local", text: "infinity" }],
      ["'-infinity'::timestamp_ms", { type: "local", text: "-infinity" }],
      [
        "'2026-07-01 05:00:00.123456789'::timestamp_ns",
        { type: "local", text: "2026-07-01T05:00:00.123456789" },
      ],
      ["'2026-07-01 05:00:00.25'::timestamp_ms", { type: "local", text: "2026-07-01T05:00:00.25" }],
      ["'05:00:00'::time", "05:00:00"],
      ["'7f3c1c8e-0000-4000-8000-000000000001'::uuid", "7f3c1c8e-0000-4000-8000-000000000001"],
      ["'\\xAA'::blob", "\\xAA"],
      ["[1, null]", "[1, NULL]"],
      ["{'a': 1}", "{'a': 1}"],
      ["'happy'::enum ('happy', 'sad')", "happy"],
      ["sum(1::bigint)", 1n],
      ["12.30::decimal(5, 2)", { type: "decimal", text: "12.30" }],
    ] as const;
    const ref = datasetOf("none/*.csv");
    await withDataset(ref, async (connector) => {
      const sql = `select ${items.map(([sqlText]) => sqlText).join(", ")}`;
      const { rows } = await connector.query(sql, queryOptions());
      expect(rows).toEqual([items.map(([, expected]) => expected)]);
    });
  });
});
