import { postgres } from "../../connectors/postgres/index.ts";
import { connectorTo, freePort, startPostgres } from "../helpers/postgres.ts";
import { forward, listenSilently, type TcpListener } from "../helpers/tcp.ts";
import type { ConnectorAdapter } from "./connector-adapter.ts";
import { connectorSuite } from "./connector-suite.ts";

const adapter: ConnectorAdapter = {
  title: "postgres",
  capabilities: postgres.capabilities,
  dialect: postgres.dialect,
  namespace: ["suite"],
  types: {
    integer: { declared: "bigint", listed: "bigint" },
    decimal: { declared: "numeric(38,10)", listed: "numeric(38,10)" },
    double: { declared: "double precision", listed: "double precision" },
    text: { declared: "text", listed: "text" },
    boolean: { declared: "boolean", listed: "boolean" },
    instant: { declared: "timestamptz", listed: "timestamp with time zone" },
    local: { declared: "timestamp", listed: "timestamp without time zone" },
    date: { declared: "date", listed: "date" },
  },
  values: {
    decimal: [["NaN", { type: "decimal", text: "NaN" }]],
    instant: [
      ["0044-03-15 12:00:00+00 BC", { type: "instant", ms: -63_517_780_800_000 }],
      ["20000-01-01 00:00:00+00", { type: "instant", ms: 568_971_820_800_000 }],
    ],
    date: [["0044-03-15 BC", { type: "date", text: "0044-03-15 BC" }]],
  },
  endlessQuery: "select pg_sleep(600) as slept",
  series: (rows) => `select generate_series(1, ${rows}) as n`,
  partitionedTable: (relation) => [
    `create table ${relation} (id bigint, day date) partition by range (day)`,
    `create table suite.parted_2025 partition of ${relation} for values from ('2025-01-01') to ('2026-01-01')`,
    `create table suite.parted_2026 partition of ${relation} for values from ('2026-01-01') to ('2027-01-01')`,
    `insert into ${relation} values (1, '2025-06-01'), (2, '2026-06-01')`,
  ],
  analyse: (relation) => [`analyze ${relation}`],
  sneakyWrites: [
    "select nextval('suite.counter')",
    "select 1) as x; delete from suite.kept; select * from (select 1",
    "with gone as (delete from suite.kept returning 1) select * from gone",
    "select set_config('transaction_read_only', 'off', false)",
    "select lo_create(0)",
  ],

  start: async () => {
    const server = await startPostgres();
    const reader = { user: "suite reader", password: "pw-9d2e/@:%-canary" };
    const execute = async (sql: string) => void (await server.admin.query(sql));
    await execute("create schema suite");
    await execute("create sequence suite.counter");
    await execute(`create role "${reader.user}" login password '${reader.password}'`);
    await execute(`grant usage, create on schema suite to "${reader.user}"`);
    await execute(`alter default privileges grant all on tables to "${reader.user}"`);
    await execute(`grant all on sequence suite.counter to "${reader.user}"`);
    const deadPort = await freePort();
    const listeners: TcpListener[] = [await listenSilently()];
    const silentPort = listeners[0]?.port;
    const keys = { ...reader, host: server.host, port: server.port, database: "postgres" };
    return {
      connect: (options) => connectorTo({ url: server.url(reader) }, options),
      execute,
      runningStatements: async () => {
        const { rows } = await server.admin.query<{ n: string }>(
          "select count(*) as n from pg_stat_activity where application_name = 'tidemark' and state = 'active'",
        );
        return Number(rows[0]?.n);
      },
      cutConnections: () =>
        execute(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tidemark'",
        ),
      lateArrival: async () => {
        const port = await freePort();
        return {
          connector: connectorTo({ ...keys, port }),
          arrive: async () => void listeners.push(await forward(port, server.port)),
        };
      },
      forbiddenTable: async () => {
        await execute("create table if not exists suite.forbidden (id bigint)");
        await execute(`revoke all on suite.forbidden from "${reader.user}"`);
        return ["suite", "forbidden"];
      },
      badConnections: () => [
        {
          title: "wrong password",
          connector: connectorTo({ ...keys, password: "wrong-canary" }),
          stage: "sign_in",
          kind: "auth",
        },
        {
          title: "no password",
          connector: connectorTo({ ...keys, password: "" }),
          stage: "sign_in",
          kind: "auth",
        },
        {
          title: "no such database",
          connector: connectorTo({ ...keys, database: "nowhere" }),
          stage: "sign_in",
          kind: "not_found",
        },
        {
          title: "a server without TLS",
          connector: connectorTo({ ...keys, ssl: true }),
          stage: "tls",
          kind: "tls",
        },
        {
          title: "nobody listens",
          connector: connectorTo({ ...keys, port: deadPort }),
          stage: "reach",
          kind: "unreachable",
        },
        {
          title: "a server that says nothing",
          connector: connectorTo({ ...keys, port: silentPort }),
          stage: "sign_in",
          kind: "timeout",
        },
        {
          title: "a host that does not exist",
          connector: connectorTo({ ...keys, host: "no-such-host.invalid" }),
          stage: "reach",
          kind: "unreachable",
        },
      ],
      secrets: [reader.password, encodeURIComponent(reader.password), "wrong-canary"],
      [Symbol.asyncDispose]: async () => {
        await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

connectorSuite(adapter);
