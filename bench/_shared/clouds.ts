/** The cloud warehouses that benchmarks run against: counterparts of their protocols, and their own clients. */
import { BigqueryServer } from "../../test/counterparts/bigquery-server.ts";
import { SignInServer, tokenHosts } from "../../test/counterparts/bigquery-sign-in.ts";
import { reroute } from "../../test/helpers/reroute.ts";

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
  /** Of the connection in tidemark.yaml. */
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
    const projectId = "test-project";
    const client = new BigQuery({ projectId, apiEndpoint: origin, credentials });
    return {
      keys: {
        project: projectId,
        api_endpoint: origin,
        credentials: JSON.stringify(credentials),
      },
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

/** A new one is an entry here. */
export const clouds: readonly Cloud[] = [bigquery];
