/** The cloud warehouses that benchmarks run against: counterparts of their protocols, and their own clients. */
import { loadSdk } from "../../connectors/snowflake/sdk.ts";
import { BigqueryServer } from "../../test/counterparts/bigquery-server.ts";
import { SignInServer, tokenHosts } from "../../test/counterparts/bigquery-sign-in.ts";
import { reroute } from "../../test/helpers/reroute.ts";
import { settingsFor, startSnowflake, users } from "../../test/helpers/snowflake.ts";

/** What a counterpart was asked since it was last looked at. */
export interface Asked {
  /** The statements that read rows, as they arrived. */
  readonly statements: readonly string[];
  /** Every request, those for metadata and for results included. */
  readonly requests: number;
}

/** Runs in a process of its own, so that its processor time is nobody else's. */
export interface CloudCounterpart extends AsyncDisposable {
  readonly origin: string;
  /** Makes `orders_0`, … with the columns id, loaded_at, ordered_at and amount; one row for each minute before now. */
  fill(tables: number, rows: number): Promise<void>;
  /** Looks, and forgets. */
  look(): Asked;
}

/** A way to a counterpart. Disposing of it closes the client. */
export interface CloudClient extends AsyncDisposable {
  /** Further keys of a connection of this process, which signs in as in production. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** Runs a statement by the warehouse's own client, and waits for its rows. */
  ask(sql: string): Promise<unknown>;
}

export interface Cloud {
  /** Of the connector. */
  readonly type: string;
  /** The package that it is beside. */
  readonly client: string;
  readonly columns: Readonly<Record<string, unknown>>;
  /** Of a connection that any process can open. */
  keys(origin: string): Readonly<Record<string, unknown>>;
  start(): Promise<CloudCounterpart>;
  reach(origin: string): Promise<CloudClient>;
}

const bigquery: Cloud = {
  type: "bigquery",
  client: "@google-cloud/bigquery",
  columns: {
    id: { type: "INT64", nullable: false },
    loaded_at: { type: "TIMESTAMP", nullable: false },
    ordered_at: { type: "TIMESTAMP" },
    amount: { type: "NUMERIC" },
  },

  keys: (origin) => ({ project: "test-project", api_endpoint: origin }),

  async start() {
    const server = await BigqueryServer.open();
    return {
      origin: server.origin,
      async fill(tables, rows) {
        await server.engine.execute("create schema shop");
        for (let at = 0; at < tables; at += 1) {
          await server.engine.execute(
            `create table shop.orders_${at} (id INT64 not null, loaded_at TIMESTAMP not null, ordered_at TIMESTAMP, amount NUMERIC)`,
          );
          await server.engine.execute(
            `insert into shop.orders_${at} select n, now() - to_minutes(n), now() - to_minutes(n), n from range(1, ${rows + 1}) as t (n)`,
          );
        }
      },
      look() {
        const jobs = [...server.jobs.values()];
        for (const { query } of jobs) {
          query.close();
        }
        server.jobs.clear();
        const requests = server.requests.splice(0).length;
        return { requests, statements: jobs.map(({ sql }) => sql) };
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },

  /**
   * The connector signs in as a service account, by a token server in this process that is asked once an hour; at an
   * endpoint that is not Google's the client itself leaves that out.
   */
  async reach(origin) {
    const { BigQuery } = await import("@google-cloud/bigquery");
    const signIn = await new SignInServer().start();
    const rerouted = reroute(tokenHosts, signIn.port);
    const credentials = signIn.newKey("reader@test-project.iam.gserviceaccount.com");
    const client = new BigQuery({ projectId: "test-project", apiEndpoint: origin, credentials });
    return {
      keys: { credentials: JSON.stringify(credentials) },
      async ask(query) {
        const [job] = await client.createQueryJob({ query, location: "europe-west3" });
        return job.getQueryResults();
      },
      async [Symbol.asyncDispose]() {
        rerouted[Symbol.dispose]();
        await signIn[Symbol.asyncDispose]();
      },
    };
  },
};

const snowflake: Cloud = {
  type: "snowflake",
  client: "snowflake-sdk",
  columns: {
    id: { type: "number(38,0)", nullable: false },
    loaded_at: { type: "timestamp_ltz", nullable: false },
    ordered_at: { type: "timestamp_ltz" },
    amount: { type: "number(38,10)" },
  },

  keys: (origin) => ({ ...settingsFor(origin), password: users.password }),

  async start() {
    const { server, ...running } = await startSnowflake();
    const { engine } = server;
    return {
      origin: server.origin,
      async fill(tables, rows) {
        await engine.execute("create schema SHOP");
        for (let at = 0; at < tables; at += 1) {
          await engine.execute(
            `create table SHOP.ORDERS_${at} (ID number(38,0) not null, LOADED_AT timestamp_ltz not null, ORDERED_AT timestamp_ltz, AMOUNT number(38,10))`,
          );
          await engine.execute(
            `insert into SHOP.ORDERS_${at} select n, now() - to_minutes(n), now() - to_minutes(n), n from range(1, ${rows + 1}) as t (n)`,
          );
        }
      },
      look() {
        const statements = server.statements.splice(0);
        const requests = server.requests.splice(0).length;
        const reading = statements.filter(
          ({ sql, needsWarehouse }) => needsWarehouse && !sql.includes("information_schema"),
        );
        return { requests, statements: reading.map(({ sql }) => sql) };
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    };
  },

  async reach(origin) {
    const sdk = await loadSdk();
    const connection = sdk.createConnection({
      account: users.account,
      accessUrl: origin,
      username: users.user,
      password: users.password,
      warehouse: "tidemark_wh",
      database: "tidemark_test",
    });
    await connection.connectAsync();
    return {
      keys: {},
      ask: (sqlText) =>
        new Promise((resolve, reject) => {
          connection.execute({
            sqlText,
            complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows)),
          });
        }),
      [Symbol.asyncDispose]: () =>
        new Promise((resolve) => {
          connection.destroy(() => resolve());
        }),
    };
  },
};

/** A new one is an entry here. */
export const clouds: readonly Cloud[] = [bigquery, snowflake];
