import { access, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckdb } from "../../../connectors/duckdb/index.ts";
import type { Connector, DatasetRef } from "../../../src/core/connector.ts";
import { asOwner, duckdbConnector, kindOf, queryOptions } from "../../helpers/duckdb.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";

const { dialect } = duckdb;

describe("the fence around DuckDB", () => {
  let folder: TemporaryFolder;
  const open: Connector[] = [];
  const connect = (given: object, ...globs: readonly (readonly string[])[]) => {
    const datasets = globs.map((set, index) => ({
      id: `lake/d${index}`,
      source: { kind: "files", globs: set.map((glob) => folder.at(glob)) } as const,
    }));
    const connector = duckdbConnector({ threads: 2, ...given }, datasets);
    open.push(connector);
    return connector;
  };
  /** As a product file would: `query:`, wrapped as a subquery. */
  const kindOfQuery = (connector: Connector, sql: string) => {
    const text = `select count(*) as m0 from ${dialect.relation({ kind: "query", sql })}`;
    return kindOf(connector.query(text, queryOptions()));
  };

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    await folder.write({
      "data/a.csv": "id\n1\n2\n",
      "data/secret.txt": "pa55word",
      "single/one.csv": "id\n1\n",
      "single/two.csv": "id\n1\n",
      "other/b.csv": "id\n1\n",
    });
    await symlink(folder.at("other/b.csv"), folder.at("data/link.csv"));
    await symlink(folder.at("data"), folder.at("linked"));
    await asOwner("create table t as select 1 as id", folder.at("lake.db"));
  });
  afterAll(async () => {
    await Promise.all(open.map((connector) => connector[Symbol.asyncDispose]()));
    await folder[Symbol.asyncDispose]();
  });

  it("lets a query read what its connection's datasets name", async () => {
    const connector = connect({}, ["data/*.csv"], ["single/one.csv"]);
    const sql = `select * from read_csv('${folder.at("data/a.csv")}')
      union all select * from '${folder.at("single/one.csv")}'`;
    expect(await kindOfQuery(connector, sql)).toBe("no failure");
  });

  it("lets it read through a linked folder that a dataset names", async () => {
    const sql = `select * from read_csv('${folder.at("linked/a.csv")}')`;
    expect(await kindOfQuery(connect({}, ["linked/*.csv"]), sql)).toBe("no failure");
  });

  it("lets it read nothing else", async () => {
    const connector = connect({}, ["data/*.csv"], ["single/one.csv"]);
    const database = connect({ path: folder.at("lake.db") }, ["data/*.csv"]);
    const paths = [
      "/etc/passwd",
      "/proc/self/environ",
      folder.at("other/b.csv"),
      folder.at("single/two.csv"),
      `${folder.at("data")}/../other/b.csv`,
      folder.at("data/link.csv"),
      "~/.ssh/id_rsa",
      "https://example.com/a.csv",
      "s3://bucket/a.csv",
    ];
    for (const path of paths) {
      for (const reader of ["read_text", "read_blob", "read_csv"]) {
        const sql = `select * from ${reader}('${path}')`;
        expect([sql, await kindOfQuery(connector, sql)]).toEqual([sql, "permission"]);
        expect([sql, await kindOfQuery(database, sql)]).toEqual([sql, "permission"]);
      }
    }
    expect(await kindOfQuery(connector, "select * from glob('/etc/*')")).toBe("permission");
  });

  it("opens nothing for a glob from the root, which no dataset may have", async () => {
    const source = { kind: "files", globs: ["/**/*.csv"] } as const;
    const greedy: DatasetRef = { id: "lake/all", source };
    const connector = duckdbConnector({}, [greedy]);
    open.push(connector);
    const sql = `select * from read_csv('${folder.at("data/a.csv")}')`;
    expect(await kindOfQuery(connector, sql)).toBe("permission");
  });

  it("runs no statement that writes, attaches, installs or changes settings", async () => {
    const out = folder.at("data/out.csv");
    const statements = [
      `copy (select 1 as x) to '${out}'`,
      `export database '${folder.at("data/export")}'`,
      "create table made (id int)",
      "create temp table made (id int)",
      "create macro made() as 1",
      `attach '${folder.at("data/made.db")}' as made`,
      "attach ':memory:' as made",
      "install httpfs",
      "load httpfs",
      "set threads = 1",
      "set global TimeZone = 'Asia/Tokyo'",
      "reset memory_limit",
      "pragma enable_profiling",
      "call enable_logging(storage = 'stdout')",
      "checkpoint",
      "begin",
    ];
    for (const given of [{}, { path: folder.at("lake.db") }]) {
      const connector = connect(given, ["data/*.csv"]);
      for (const sql of statements) {
        const direct = await kindOf(connector.query(sql, queryOptions()));
        const stacked = await kindOf(connector.query(`select 1 as x; ${sql}`, queryOptions()));
        const escaped = await kindOfQuery(
          connector,
          `select 1) as x; ${sql}; select * from (select 1`,
        );
        expect([sql, direct, stacked, escaped, await kindOfQuery(connector, sql)]).toEqual([
          sql,
          ...Array.from({ length: 4 }, () => "invalid_query"),
        ]);
      }
    }
    await expect(access(out)).rejects.toThrow("ENOENT");
    expect(await readdir(folder.at("data"))).toEqual(["a.csv", "link.csv", "secret.txt"]);
  });

  it("runs no table function that acts on the process, however it is spelled", async () => {
    const connector = connect({}, ["data/*.csv"]);
    const logs = folder.at("data/logs");
    const queries = [
      `select * from enable_logging(storage = 'file', storage_path = '${logs}')`,
      `select * from ENABLE_Logging(storage = 'file', storage_path = '${logs}')`,
      `from system.main."enable_logging"(storage = 'file', storage_path = '${logs}')`,
      `with x as materialized (from enable_logging(storage_path = '${logs}')) select 1`,
      `select (select count(*) from enable_logging(storage_path = '${logs}')) as n`,
      `select 1 where exists (select 1 from (describe from enable_logging(storage_path = '${logs}')))`,
      `select 1 as x union all (select 2 from enable_logging(storage_path = '${logs}'))`,
      `select * from range(1) as r, lateral (select * from enable_logging(storage_path = '${logs}'))`,
      `select * from enable_profiling(save_location = '${folder.at("data/profile.txt")}')`,
      `select * from query('select * from enable_' || 'logging()')`,
      `select * from json_execute_serialized_sql(json_serialize_sql('from enable_logging()'))`,
      "select * from disable_logging()",
      "select * from force_checkpoint()",
      "select * from pragma_user_agent()",
    ];
    for (const sql of queries) {
      expect([sql, await kindOfQuery(connector, sql)]).toEqual([sql, "permission"]);
    }
    expect(await readdir(folder.at("data"))).not.toContain("logs");
    expect(await kindOfQuery(connector, "select 1 as x")).toBe("no failure");
  });

  it("stays within its memory, and spills nothing to disk", async () => {
    await mkdir(folder.at("work"), { recursive: true });
    await writeFile(folder.at("work/a.csv"), "id\n1\n");
    const connector = connect({ memory_limit: "64MB" }, ["work/*.csv"]);
    const greedy = "select range as x, hash(range) as y from range(20000000) order by y";
    expect(
      await kindOf(
        connector.query(
          `select count(distinct y) as n, max(x) as m from (${greedy})`,
          queryOptions(),
        ),
      ),
    ).toBe("resource");
    expect(await readdir(folder.at("work"))).toEqual(["a.csv"]);
    expect(await kindOfQuery(connector, "select 1 as x")).toBe("no failure");
  });

  it("keeps a session's time zone to its own call", async () => {
    const connector = connect({}, ["data/*.csv"]);
    const shown = async (timezone: string | undefined) => {
      const more = timezone === undefined ? {} : { timezone };
      const sql = "select current_setting('TimeZone') as z, '2026-07-01 05:00'::timestamptz as t";
      return (await connector.query(sql, queryOptions(more))).rows[0];
    };
    const asked = ["Europe/Berlin", undefined, "Asia/Tokyo", "UTC"].map(shown);
    expect(await Promise.all(asked)).toEqual([
      ["Europe/Berlin", { type: "instant", ms: Date.UTC(2026, 6, 1, 3) }],
      ["UTC", { type: "instant", ms: Date.UTC(2026, 6, 1, 5) }],
      ["Asia/Tokyo", { type: "instant", ms: Date.UTC(2026, 5, 30, 20) }],
      ["UTC", { type: "instant", ms: Date.UTC(2026, 6, 1, 5) }],
    ]);
    expect(await kindOf(shown("Mars/Olympus"))).toBe("invalid_query");
  });
});
