import { bigquery } from "../../connectors/bigquery/index.ts";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { SignInServer, tokenHosts } from "../counterparts/bigquery-sign-in.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { freePort } from "../helpers/postgres.ts";
import { reroute } from "../helpers/reroute.ts";
import { listenSilently } from "../helpers/tcp.ts";
import type { ConnectorAdapter } from "./connector-adapter.ts";
import { connectorSuite } from "./connector-suite.ts";

const adapter: ConnectorAdapter = {
  title: "bigquery",
  capabilities: bigquery.capabilities,
  dialect: bigquery.dialect,
  namespace: ["suite"],
  types: {
    integer: { declared: "INT64", listed: "INT64" },
    decimal: { declared: "BIGNUMERIC(38, 10)", listed: "BIGNUMERIC(38, 10)" },
    double: { declared: "FLOAT64", listed: "FLOAT64" },
    text: { declared: "STRING", listed: "STRING" },
    boolean: { declared: "BOOL", listed: "BOOL" },
    instant: { declared: "TIMESTAMP", listed: "TIMESTAMP" },
    local: { declared: "DATETIME", listed: "DATETIME" },
    date: { declared: "DATE", listed: "DATE" },
  },
  hasInfiniteTimes: false,
  padsDecimals: false,
  repeatsNames: false,
  hasDotsInNames: false,
  endlessQuery:
    "select sum(mod(a * b * c, 7)) as n from unnest(generate_array(1, 10000)) as a cross join unnest(generate_array(1, 10000)) as b cross join unnest(generate_array(1, 10000)) as c",
  series: (rows) => `select n from unnest(generate_array(1, ${rows})) as n order by n`,
  sneakyWrites: [
    "select 1) as x; delete from suite.kept where true; select * from (select 1",
    "declare x int64; select 1",
    "begin delete from suite.kept where true; end",
    "merge suite.kept using (select 1 as id) as s on false when not matched then insert values (1)",
    "create temp table made as select 1 as id",
    "call suite.procedure()",
    "truncate table suite.kept",
  ],

  start: async () => {
    const server = await BigqueryServer.open();
    const signIn = await new SignInServer().start();
    const rerouted = reroute(tokenHosts, signIn.port);
    const key = signIn.newKey("reader@test-project.iam.gserviceaccount.com");
    const oldKey = signIn.newKey("old@test-project.iam.gserviceaccount.com");
    signIn.newKey(oldKey.client_email);
    server.tokens = signIn.tokens;
    const credentials = JSON.stringify(key);
    const late = await freePort();
    const dead = await freePort();
    const silent = await listenSilently();
    const servers: BigqueryServer[] = [server];
    await server.engine.execute("create schema suite");
    const connect = (origin: string, keys: object = {}) =>
      bigqueryConnector(origin, { credentials, ...keys });
    return {
      connect: () => connect(server.origin),
      execute: (sql) => server.engine.execute(sql),
      runningStatements: () => Promise.resolve(server.running),
      cutConnections: () => Promise.resolve(server.cutConnections()),
      lateArrival: async () => ({
        connector: bigqueryConnector(`http://127.0.0.1:${late}`),
        arrive: async () => void servers.push(await BigqueryServer.open(late)),
      }),
      forbiddenTable: async () => {
        await server.engine.execute("create table if not exists suite.forbidden (id int64)");
        server.engine.facts.set("suite.forbidden", { isForbidden: true });
        return ["suite", "forbidden"];
      },
      badConnections: () => [
        {
          title: "a key that was replaced",
          connector: connect(server.origin, { credentials: JSON.stringify(oldKey) }),
          stage: "sign_in",
          kind: "auth",
        },
        {
          title: "no credentials",
          connector: bigqueryConnector(server.origin),
          stage: "sign_in",
          kind: "auth",
        },
        {
          title: "a key file that does not exist",
          connector: bigqueryConnector(server.origin, { key_file: "/no/such/key.json" }),
          stage: "sign_in",
          kind: "auth",
        },
        {
          title: "a project that does not exist",
          connector: connect(server.origin, { project: "no-such-project" }),
          stage: "access",
          kind: "not_found",
        },
        {
          title: "nobody listens",
          connector: connect(`http://127.0.0.1:${dead}`),
          stage: "reach",
          kind: "unreachable",
        },
        {
          title: "a server that says nothing",
          connector: connect(`http://127.0.0.1:${silent.port}`),
          stage: "reach",
          kind: "timeout",
        },
        {
          title: "a host that does not exist",
          connector: connect("https://no-such-host.invalid"),
          stage: "reach",
          kind: "unreachable",
        },
        {
          title: "a server without TLS",
          connector: connect(server.origin.replace("http:", "https:")),
          stage: "tls",
          kind: "tls",
        },
      ],
      secrets: [key.private_key, oldKey.private_key, "ya29.canary"],
      [Symbol.asyncDispose]: async () => {
        rerouted[Symbol.dispose]();
        await signIn[Symbol.asyncDispose]();
        await silent[Symbol.asyncDispose]();
        await Promise.all(servers.map((one) => one[Symbol.asyncDispose]()));
      },
    };
  },
};

connectorSuite(adapter);
