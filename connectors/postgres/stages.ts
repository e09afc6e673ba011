import { type EventEmitter, once } from "node:events";
import type { Client } from "pg";
import type { Clock } from "../../src/core/clock.ts";
import type { CallOptions, ConnectionStage, DatasetRef } from "../../src/core/connector.ts";
import { queryComment } from "../_shared/comment.ts";
import { CallDeadline } from "../_shared/deadline.ts";
import { type Finding, failed, Stages, unreadableText } from "../_shared/stages.ts";
import { describeDatasets } from "./catalogue.ts";
import type { PostgresSettings } from "./config.ts";
import { asConnectorError } from "./failures.ts";
import { grantsFor } from "./grants.ts";
import { type Ask, askOn, cancelStatement, clientConfig, loadPg } from "./wire.ts";

const longestSkewMs = 5_000;

/**
 * Opens one connection apart from the pool and watches how far it gets. Never throws for what a server does;
 * stages after a failed one are `notRun`. Throws `ConnectorError` when pg is not installed.
 */
export async function testStages(
  settings: PostgresSettings,
  options: CallOptions,
  context: { readonly clock: Clock; readonly datasets: readonly DatasetRef[] },
): Promise<readonly ConnectionStage[]> {
  const { clock } = context;
  const pg = await loadPg();
  const client = new pg.Client(clientConfig(settings, options.timeoutMs));
  const deadline = new CallDeadline(options.signal, options.timeoutMs);
  const opening = openingOf(client);
  const cancel = () => cancelStatement(pg, settings, client);
  const ask: Ask = (statement) => {
    const text = `${queryComment(options)} ${statement.text}`;
    return askOn(pg, client, { ...statement, text }, deadline, cancel);
  };
  const failureOf = (error: unknown) => asConnectorError(error).failure;
  const stages = new Stages({ clock, failureOf, deadline });
  try {
    await stages.go("reach", async () => {
      await opening.reached;
      return { status: "ok", message: "The server accepts connections." };
    });
    await stages.go("tls", async () => {
      await (settings.ssl === false ? undefined : opening.secured);
      return protectionOf(settings);
    });
    await stages.go("sign_in", async () => {
      await opening.signedIn;
      return { status: "ok", message: "The server accepted the role." };
    });
    await stages.go("access", () => accessOf(ask, settings.user, context));
    await stages.go("clock", () => clockOf(ask, clock));
  } finally {
    deadline.end();
    client.connection.stream.destroy();
  }
  return stages.found;
}

/** The steps of opening a connection; each rejects when the opening fails, and none is left unhandled. */
function openingOf(client: Client) {
  const connection: EventEmitter = client.connection;
  client.on("error", () => undefined);
  const connected = once(connection, "connect");
  const encrypted = once(connection, "sslconnect").then(() =>
    once(client.connection.stream, "secureConnect"),
  );
  const signedIn = client.connect();
  const opening = {
    reached: Promise.race([connected, signedIn]),
    secured: Promise.race([encrypted, signedIn]),
    signedIn,
  };
  for (const step of [connected, encrypted, ...Object.values(opening)]) {
    step.catch(() => undefined);
  }
  return opening;
}

function protectionOf({ ssl, host }: PostgresSettings): Finding {
  if (ssl === false) {
    return host.startsWith("/") || ["localhost", "127.0.0.1", "::1"].includes(host)
      ? { status: "ok", message: "Not encrypted; the server is on this machine." }
      : {
          status: "warning",
          message: "The connection is not encrypted.",
          hint: "Add `?sslmode=verify-full` to the URL, or `ssl: true`.",
        };
  }
  return ssl.rejectUnauthorized === false
    ? {
        status: "warning",
        message: "Encrypted, but anybody may pose as the server: its certificate is not checked.",
        hint: "Use `sslmode=verify-full`, and `ssl.ca` for a private authority.",
      }
    : { status: "ok", message: "Encrypted, and the server's certificate is trusted." };
}

const roleFacts = `select current_setting('server_version'),
  (select rolsuper from pg_catalog.pg_roles where rolname = current_user),
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      and has_table_privilege(c.oid, 'insert, update, delete, truncate'))`;

async function accessOf(
  ask: Ask,
  role: string,
  { clock, datasets }: { clock: Clock; datasets: readonly DatasetRef[] },
): Promise<Finding> {
  const { rows } = await ask({ text: roleFacts });
  const [version, isSuperuser, mayWrite] = rows[0] ?? [];
  const described = await describeDatasets(ask, datasets, clock);
  const unreadable = described.flatMap(({ datasetId, columns }) =>
    columns.ok ? [] : [{ datasetId, kind: columns.failure.kind, failure: columns.failure }],
  );
  const [first] = unreadable;
  if (first !== undefined) {
    const message = unreadableText(unreadable, datasets.length);
    const forbidden = unreadable.filter(({ kind }) => kind === "permission");
    const ids = new Set(forbidden.map(({ datasetId }) => datasetId));
    const grants = grantsFor(
      datasets.filter(({ id, source }) => source.kind === "table" && ids.has(id)),
      role,
    );
    return failed({
      ...first.failure,
      message,
      ...(grants === "" ? {} : { hint: `Run: ${grants}` }),
    });
  }
  const message = `Postgres ${typeof version === "string" ? version : ""}; datasets that can be read: ${datasets.length}.`;
  if (isSuperuser === true || mayWrite === true) {
    return {
      status: "warning",
      message: `${message} The role ${isSuperuser === true ? "is a superuser" : "may write to tables"}.`,
      hint: "Use a role that may only read: see connectors/postgres/README.md.",
    };
  }
  return { status: "ok", message };
}

/** The server's clock against ours at the middle of the round trip. */
async function clockOf(ask: Ask, clock: Clock): Promise<Finding> {
  const beforeMs = clock.now();
  const { rows } = await ask({ text: "select clock_timestamp()" });
  const oursMs = (beforeMs + clock.now()) / 2;
  const [theirs] = rows[0] ?? [];
  const skewMs =
    typeof theirs === "object" && theirs?.type === "instant" ? theirs.ms - oursMs : Number.NaN;
  const message = `The server's clock is ${Math.abs(skewMs / 1_000).toFixed(1)} s ${skewMs < 0 ? "behind" : "ahead of"} this machine's.`;
  return Math.abs(skewMs) <= longestSkewMs
    ? { status: "ok", message }
    : {
        status: "warning",
        message,
        hint: "Freshness compares the two: keep both machines' clocks set by NTP.",
      };
}
