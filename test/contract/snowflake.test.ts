import { snowflake } from "../../connectors/snowflake/index.ts";
import { SnowflakeServer } from "../counterparts/snowflake-server.ts";
import { freePort } from "../helpers/postgres.ts";
import { settingsFor, snowflakeConnector, startSnowflake, users } from "../helpers/snowflake.ts";
import { listenSilently, type TcpListener } from "../helpers/tcp.ts";
import type { ConnectorAdapter } from "./connector-adapter.ts";
import { connectorSuite } from "./connector-suite.ts";

const generator = (rows: number) =>
  `select seq8() + 1 as n from table(generator(rowcount => ${rows}))`;

const adapter: ConnectorAdapter = {
  title: "snowflake, over a counterpart of its protocol",
  capabilities: snowflake.capabilities,
  dialect: snowflake.dialect,
  namespace: ["suite"],
  types: {
    integer: { declared: "number(38,0)", listed: "NUMBER(38,0)" },
    decimal: { declared: "number(38,10)", listed: "NUMBER(38,10)" },
    double: { declared: "float", listed: "FLOAT" },
    text: { declared: "varchar", listed: "VARCHAR(16777216)" },
    boolean: { declared: "boolean", listed: "BOOLEAN" },
    instant: { declared: "timestamp_ltz", listed: "TIMESTAMP_LTZ(9)" },
    local: { declared: "timestamp_ntz", listed: "TIMESTAMP_NTZ(9)" },
    date: { declared: "date", listed: "DATE" },
  },
  hasInfiniteTimes: false,
  endlessQuery:
    "select sum(hash(a.n + b.n)) as n " +
    `from (${generator(10_000_000)}) as a cross join (${generator(10_000_000)}) as b`,
  series: generator,
  sneakyWrites: [
    "select counter.nextval",
    "select 1) as x; delete from suite.kept; select * from (select 1",
    "with gone as (delete from suite.kept returning 1) select * from gone",
    "with p as procedure () returns int language sql as $$begin delete from suite.kept; end$$ call p()",
    "call suite.empty_kept()",
    "select system$cancel_all_queries(1)",
    'select "SYSTEM$ABORT_SESSION"(1)',
    "select identifier('system$abort_session')(1)",
    "show tables ->> select * from $1",
    "select 1 as x for update",
    "execute immediate $$delete from suite.kept$$",
    "alter session set timezone = 'Europe/Berlin'",
    "use role accountadmin",
    "put file:///etc/passwd @~",
    "get @~ file:///tmp",
    "copy into suite.kept from @~",
    "truncate table suite.kept",
    "begin; delete from suite.kept; end",
    "select $$ unfinished; delete from suite.kept",
  ],

  start: async () => {
    const { server, connect, ...running } = await startSnowflake();
    const { engine } = server;
    await engine.execute('create schema "SUITE"');
    const deadPort = await freePort();
    const listeners: TcpListener[] = [await listenSilently()];
    const others: SnowflakeServer[] = [];
    const password = users.password;
    return {
      connect: () => connect(),
      execute: (sql) => engine.execute(sql),
      runningStatements: async () => engine.runningCount,
      cutConnections: async () => server.cutConnections(),
      lateArrival: async () => {
        const port = await freePort();
        return {
          connector: snowflakeConnector({ ...settingsFor(`http://127.0.0.1:${port}`), password }),
          arrive: async () => {
            others.push(await new SnowflakeServer(engine, users).start(port));
          },
        };
      },
      badConnections: () => [
        {
          title: "a wrong password",
          connector: connect({ password: "wrong-canary" }),
          stage: "sign_in",
          kind: "auth",
        },
        {
          title: "an access token that nobody issued",
          connector: connect({ token: "wrong-canary" }),
          stage: "sign_in",
          kind: "auth",
        },
        {
          title: "a role that was not granted",
          connector: connect({ password, role: "accountadmin" }),
          stage: "sign_in",
          kind: "permission",
        },
        {
          title: "an account that the host does not know",
          connector: connect({ password, account: "somebodyelse" }),
          stage: "sign_in",
          kind: "unreachable",
        },
        {
          title: "nobody listens",
          connector: connect({ password, access_url: `http://127.0.0.1:${deadPort}` }),
          stage: "reach",
          kind: "unreachable",
        },
        {
          title: "a server that says nothing",
          connector: connect({ password, access_url: `http://127.0.0.1:${listeners[0]?.port}` }),
          stage: "sign_in",
          kind: "timeout",
        },
        {
          title: "a host that does not exist",
          connector: connect({ password, access_url: "https://no-such-host.invalid" }),
          stage: "reach",
          kind: "unreachable",
        },
      ],
      secrets: [password, encodeURIComponent(password), "wrong-canary"],
      [Symbol.asyncDispose]: async () => {
        await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
        await Promise.all(others.map((other) => other.close()));
        await running[Symbol.asyncDispose]();
      },
    };
  },
};

connectorSuite(adapter);
