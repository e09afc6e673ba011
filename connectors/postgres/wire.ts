import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type * as pgModule from "pg";
import type { Client, ClientConfig, CustomTypesConfig } from "pg";
import { ConnectorError } from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import type { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";
import type { PostgresSettings } from "./config.ts";
import { parserOf } from "./values.ts";

export type PgModule = typeof pgModule;

/** A statement's answer, its values parsed. A column's type is an oid and a modifier. */
export interface Answer {
  readonly fields: readonly { name: string; dataTypeID: number; dataTypeModifier: number }[];
  readonly rows: readonly (readonly SqlValue[])[];
  readonly isTruncated: boolean;
}

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Rows after this many are not fetched. */
  readonly maxRows?: number;
}

/** Runs one statement within the bounds of its call. Throws what pg throws, or `ConnectorError`. */
export type Ask = (statement: Statement) => Promise<Answer>;

/** Bounds of what a pool waits for a connection; a call's own deadline may be shorter. */
const shortestConnectMs = 2_000;
const longestConnectMs = 10_000;
/** A cancel and its effect are waited for this long; then the connection is cut. */
const cancelBoundMs = 2_000;

/** Loads the driver on first use. Throws `ConnectorError` of kind `driver_missing`. */
export async function loadPg(): Promise<PgModule> {
  try {
    return await import("pg");
  } catch (cause) {
    const message = "The package `pg`, which talks to Postgres, is not installed.";
    throw new ConnectorError(
      { kind: "driver_missing", message, hint: "npm install pg" },
      { cause },
    );
  }
}

/** How a connection is opened. Start-up options set the session up, since they cost no round trip. */
export function clientConfig(settings: PostgresSettings, timeoutMs: DurationMs): ClientConfig {
  const session = [
    "default_transaction_read_only=on",
    `statement_timeout=${timeoutMs}`,
    "lock_timeout=10s",
    "idle_in_transaction_session_timeout=60s",
    "TimeZone=UTC",
    "DateStyle=ISO",
    "extra_float_digits=3",
  ].map((setting) => `-c ${setting}`);
  return {
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    // A function keeps pg from looking for a password in the environment and in ~/.pgpass.
    password: () => settings.password ?? "",
    ssl: settings.ssl,
    options: [settings.startOptions ?? "", ...session].join(" ").trim(),
    application_name: "tidemark",
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: Math.max(shortestConnectMs, Math.min(longestConnectMs, timeoutMs)),
  };
}

/**
 * Runs one statement by the extended protocol, which refuses a second one behind it. When the call is
 * stopped, or more rows come than are wanted, the statement is cancelled on the server, and the connection
 * is closed, so that no later statement on it can meet that cancel.
 *
 * The row cap is kept here, by ceasing to read, because the protocol's own row limit rules out parallel
 * plans (measured: an aggregate of 2 million rows took half as long again), and a LIMIT around the statement
 * costs a tenth more planning and hides what runs from whoever looks at the server.
 */
export async function askOn(
  pg: PgModule,
  client: Client,
  statement: Statement,
  deadline: CallDeadline,
  cancel: () => Promise<void>,
): Promise<Answer> {
  // The protocol ends a statement at a NUL, so that only its beginning would be run.
  if (statement.text.includes("\0")) {
    const message = "The statement holds a NUL character, which Postgres cannot take.";
    throw new ConnectorError({ kind: "invalid_query", message });
  }
  const answering = send(pg, client, statement);
  const end = await deadline.race(answering);
  if (!end.isStopped && !end.value.isTruncated) {
    return end.value;
  }
  const isOver = answering.then(ignore, ignore);
  await within(cancelBoundMs, Promise.all([cancel(), isOver]));
  client.connection.stream.destroy();
  if (end.isStopped) {
    throw new ConnectorError(stoppedFailure(end.reason));
  }
  return end.value;
}

function send(pg: PgModule, client: Client, statement: Statement): Promise<Answer> {
  const { text, values = [], maxRows = Number.POSITIVE_INFINITY } = statement;
  const config = { text, rowMode: "array", types: valueTypes, queryMode: "extended" };
  const query = new pg.Query<SqlValue[]>(config, [...values]);
  const rows: SqlValue[][] = [];
  return new Promise((resolve, reject) => {
    query.on("row", (row, result) => {
      if (rows.length < maxRows) {
        rows.push(row);
      } else {
        client.connection.stream.pause();
        resolve({ fields: result?.fields ?? [], rows, isTruncated: true });
      }
    });
    query.on("end", ({ fields }) => resolve({ fields, rows, isTruncated: false }));
    query.on("error", reject);
    client.query(query);
  });
}

/**
 * Asks the server over another connection to cancel what `client` runs, and resolves when the server has
 * closed that connection, having passed the cancel on. Needs no sign-in and no free connection slot.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function cancelStatement(
  pg: PgModule,
  settings: PostgresSettings,
  client: Client,
): Promise<void> {
  const { processID, secretKey } = client as unknown as CancelKey;
  const wire = new pg.Connection({ ssl: settings.ssl }) as unknown as CancelWire;
  const closed = new Promise<void>((resolve) => {
    wire.on("end", resolve);
    wire.on("error", () => wire.stream.destroy());
    wire.on("sslconnect", () => wire.cancel(processID, secretKey));
    wire.on("connect", () =>
      settings.ssl === false ? wire.cancel(processID, secretKey) : wire.requestSsl(),
    );
  });
  if (settings.host.startsWith("/")) {
    wire.connect(`${settings.host}/.s.PGSQL.${settings.port}`);
  } else {
    wire.connect(settings.port, settings.host);
  }
  await within(cancelBoundMs, closed);
  wire.stream.destroy();
}

/** What pg's objects have beyond their published types; pg's own `Client.cancel` uses the same, but without TLS. */
interface CancelKey {
  readonly processID: number;
  readonly secretKey: number;
}
interface CancelWire extends EventEmitter {
  readonly stream: Duplex;
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
}

const ignore = (): void => undefined;
const valueTypes: CustomTypesConfig = { getTypeParser: parserOf };

/** Waits for `work`, but no longer than `boundMs`; what comes of it is not told. */
export async function within(boundMs: DurationMs, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, boundMs);
  });
  await Promise.race([work, bound]);
  clearTimeout(timer);
}
