import { readdir, readlink, rename } from "node:fs/promises";
import { duckdb } from "../../connectors/duckdb/index.ts";
import { asOwner, duckdbConnector } from "../helpers/duckdb.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import type { ConnectorAdapter } from "./connector-adapter.ts";
import { connectorSuite } from "./connector-suite.ts";

const connectorTo = (path: string) => duckdbConnector({ path });

/** How many times this process has the file open. */
async function openCount(path: string): Promise<number> {
  const descriptors = await readdir("/proc/self/fd");
  const targets = descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ""));
  return (await Promise.all(targets)).filter((target) => target === path).length;
}

const adapter: ConnectorAdapter = {
  title: "duckdb, a database file",
  capabilities: duckdb.capabilities,
  dialect: duckdb.dialect,
  namespace: ["suite"],
  types: {
    integer: { declared: "bigint", listed: "BIGINT" },
    decimal: { declared: "decimal(38,10)", listed: "DECIMAL(38,10)" },
    double: { declared: "double", listed: "DOUBLE" },
    text: { declared: "varchar", listed: "VARCHAR" },
    boolean: { declared: "boolean", listed: "BOOLEAN" },
    instant: { declared: "timestamptz", listed: "TIMESTAMP WITH TIME ZONE" },
    local: { declared: "timestamp", listed: "TIMESTAMP" },
    date: { declared: "date", listed: "DATE" },
  },
  endlessQuery:
    "select sum(hash(a.range + b.range)) as n from range(10000000) as a, range(10000000) as b",
  series: (rows) => `select range as n from range(1, ${rows} + 1)`,
  sneakyWrites: [
    "select nextval('suite.counter')",
    "select 1) as x; delete from suite.kept; select * from (select 1",
    "with gone as (delete from suite.kept returning 1) select * from gone",
    "set threads = 1",
    "attach ':memory:' as other",
    "install httpfs",
    "load httpfs",
    "copy suite.kept to '/tmp/tidemark-suite-copy.csv'",
    "export database '/tmp/tidemark-suite-export'",
    "checkpoint",
    "call enable_logging(storage = 'stdout')",
    "pragma enable_verification",
    "select * from enable_logging(storage = 'stdout')",
    "select * from (describe select * from ENABLE_LOGGING(storage = 'stdout'))",
    'with x as (from system.main."enable_profiling"()) select 1',
    "select (select count(*) from force_checkpoint())",
    "select * from query('select * from enable_' || 'logging()')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
  ],
  hasGrants: false,

  start: async () => {
    const folder = await TemporaryFolder.make();
    const path = folder.at("lake.db");
    const text = folder.at("text.db");
    await asOwner("create schema suite; create sequence suite.counter", path);
    await folder.write({ "text.db": "This is no database.\n".repeat(1_000) });
    return {
      connect: () => connectorTo(path),
      execute: (sql) => asOwner(sql, path),
      // The connector has the file open only while statements run on it.
      runningStatements: async () => Math.min(1, await openCount(path)),
      cutConnections: async () => undefined,
      lateArrival: async () => {
        const late = folder.at("late.db");
        return {
          connector: connectorTo(late),
          arrive: async () => {
            await asOwner("create table t (id bigint)", `${late}.part`);
            await rename(`${late}.part`, late);
          },
        };
      },
      badConnections: () => [
        {
          title: "a file that does not exist",
          connector: connectorTo(folder.at("absent.db")),
          stage: "reach",
          kind: "not_found",
        },
        {
          title: "a file of another kind",
          connector: connectorTo(text),
          stage: "access",
          kind: "unreachable",
        },
        {
          title: "a folder",
          connector: connectorTo(folder.path),
          stage: "access",
          kind: "unreachable",
        },
      ],
      secrets: [],
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
};

connectorSuite(adapter);
