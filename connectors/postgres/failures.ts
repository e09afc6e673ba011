import { ConnectorError } from "../../src/core/connector.ts";
import { classify, type FailureRule } from "../_shared/failures.ts";

/**
 * SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html), errors of the network and
 * of TLS, and the fixed texts of pg 8.23 for what it reports without a code. The first that fits wins.
 */
const rules: readonly FailureRule[] = [
  {
    codes: ["28P01"],
    texts: ["SASL:"],
    kind: "auth",
    message: "Postgres refused the password of this role.",
    hint: "Check `user` and `password`; an empty password is never accepted.",
  },
  {
    codes: ["28*"],
    kind: "auth",
    message: "Postgres refused this role on this connection.",
    hint: "Check the role, and whether pg_hba.conf lets it in from here, with TLS or without.",
  },
  {
    codes: ["3D000"],
    kind: "not_found",
    message: "There is no such database on the server.",
    hint: "Check the database's name in the connection; it is exact in case.",
  },
  {
    codes: ["42P01", "3F000"],
    kind: "not_found",
    message: "A table, view or schema that the query names does not exist.",
    hint: "Check the dataset's `table`; names are exact in case, and one part alone is looked for on the search path.",
  },
  {
    codes: ["42501"],
    kind: "permission",
    message: "The role may not read this.",
    hint: "Grant USAGE on the schema and SELECT on the table to the connection's role.",
  },
  {
    codes: ["25*"],
    kind: "permission",
    message: "The statement would write, and Tidemark's sessions are read-only.",
    hint: "Use a query that only reads.",
  },
  {
    codes: ["57014"],
    kind: "cancelled",
    message: "Somebody cancelled the statement at the server.",
    hint: "Ask the database's administrator; the statement's comment says `tidemark`.",
  },
  {
    codes: ["55P03"],
    kind: "timeout",
    message: "Another session held a lock on the table for too long.",
    hint: "See who locks it (pg_locks); a migration or VACUUM FULL is the usual reason.",
  },
  {
    codes: ["53300"],
    kind: "resource",
    message: "The server has no connection left.",
    hint: "Lower `max_concurrency`, or raise the server's or the role's connection limit.",
  },
  {
    codes: ["40*", "53*", "54*", "58*"],
    kind: "resource",
    message:
      "The server lacked the means to finish the statement: memory, disk, or peace on a standby.",
    hint: "See the server's log at this time.",
  },
  {
    codes: ["42703"],
    kind: "invalid_query",
    message: "A column that the query names does not exist.",
    hint: "Check the check's `column` and the dataset's `filter`; names are exact in case.",
  },
  {
    codes: ["0A*", "21*", "22*", "42*", "2201*", "P0001"],
    kind: "invalid_query",
    message: "Postgres cannot run the query: a column, type, function or value in it does not fit.",
    hint: "Run the statement of `tidemark plan` by hand to see Postgres' own words.",
  },
  {
    codes: [
      "CERT_*",
      "DEPTH_ZERO_*",
      "SELF_SIGNED_*",
      "UNABLE_TO_*",
      "ERR_TLS_*",
      "ERR_SSL_*",
      "EPROTO",
    ],
    texts: ["The server does not support SSL", "There was an error establishing an SSL"],
    kind: "tls",
    message: "No trusted TLS connection came about.",
    hint: "Check the server's TLS, its certificate and name, and `ssl.ca`.",
  },
  {
    texts: ["timeout expired", "Connection terminated due to connection timeout"],
    kind: "timeout",
    message: "The server accepted the connection, or nobody refused it, and then nothing came.",
    hint: "Check host and port, firewalls, and that a Postgres server answers there.",
  },
  {
    texts: ["timeout exceeded when trying to connect"],
    kind: "timeout",
    message: "All connections to this warehouse stayed busy.",
    hint: "Raise `max_concurrency` if the server can bear it.",
  },
  {
    texts: ["Cannot use a pool after calling end"],
    kind: "cancelled",
    message: "The connection has been closed.",
  },
  {
    codes: ["ENOTFOUND", "EAI_AGAIN"],
    kind: "unreachable",
    message: "The host's name cannot be resolved.",
    hint: "Check `host`, and DNS on this machine.",
  },
  {
    codes: ["08*", "57P*", "ECONN*", "EHOST*", "ENET*", "EPIPE", "ETIMEDOUT", "ENOENT", "EACCES"],
    texts: [
      "Connection terminated",
      "Client has encountered a connection error",
      "Client was closed",
    ],
    kind: "unreachable",
    message: "The server cannot be reached, or it closed the connection.",
    hint: "Check host and port, and whether the server is running and lets this machine in.",
  },
];

/** The error as a `ConnectorError`; of what pg says only the code is passed on. */
export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) {
    return error;
  }
  const text = error instanceof Error ? error.message : "";
  return new ConnectorError(classify(rules, { code: codeOf(error), text }), { cause: error });
}

/** The SQLSTATE or errno of an error, or null. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}

/** Whether the connection is gone, and not merely the statement refused. */
export function isConnectionLost(error: unknown): boolean {
  return asConnectorError(error).kind === "unreachable";
}
