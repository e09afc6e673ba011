import type { FailureRule } from "../_shared/failures.ts";

const notSeen =
  "A table, view, schema or database that the query names does not exist, or the role may not see it.";

/**
 * Codes of the server as its clients show them (`002003 (42S02)`), of HTTP, of the network, of TLS and of
 * snowflake-sdk 3.3 itself (`lib/error_code.js`). The first that fits wins.
 */
export const rules: readonly FailureRule[] = [
  // Signing in.
  {
    codes: ["390100", "390101", "390102"],
    kind: "auth",
    message: "Snowflake refused the user or the password.",
    hint: "Check `user`, `password` and `account`; after some failures in a row a user is locked for a quarter of an hour.",
  },
  {
    codes: ["390144", "3943*"],
    kind: "auth",
    message: "Snowflake refused the key pair.",
    hint: "Compare DESC USER's RSA_PUBLIC_KEY_FP with the key's fingerprint, check `account` and `user`, and this machine's clock: a sign-in is good for two minutes. SYSTEM$GET_LOGIN_FAILURE_DETAILS tells an administrator which of them it is.",
  },
  {
    codes: ["390303", "390318", "394400", "394401", "3944*"],
    kind: "auth",
    message: "Snowflake refused the token: it is unknown, has expired or was revoked.",
    hint: "Issue another: ALTER USER … ADD PROGRAMMATIC ACCESS TOKEN …; a user with one needs a network policy.",
  },
  {
    codes: ["390186", "390189", "390190", "390317"],
    kind: "permission",
    message: "The role does not exist, or was not granted to the user.",
    hint: "GRANT ROLE <role> TO USER <user>; or check `role`.",
  },
  {
    codes: ["390201"],
    kind: "permission",
    message:
      "The database, schema or warehouse of the connection does not exist, or the role may not use it.",
    hint: "GRANT USAGE ON WAREHOUSE <warehouse> TO ROLE <role>; GRANT USAGE ON DATABASE <database> TO ROLE <role>;",
  },
  {
    codes: ["390420", "390422", "390432"],
    kind: "auth",
    message: "A network policy of the account or the user keeps this machine's address out.",
    hint: "Add the address that this machine is seen with to the policy, or sign in over the private link.",
  },
  {
    codes: ["390913"],
    kind: "resource",
    message: "The account is locked or suspended.",
    hint: "Ask the account's administrator.",
  },
  {
    codes: ["390104", "390110", "390111", "390112", "390114", "401004", "407002", "405503"],
    kind: "unreachable",
    message: "Snowflake ended the session, and then another one at once.",
    hint: "See whether a session policy or an administrator ends the user's sessions.",
  },
  {
    codes: ["390*", "394*", "395*"],
    kind: "auth",
    message: "Snowflake refused to let the user in.",
    hint: "Look the code up in the account's LOGIN_HISTORY.",
  },
  {
    codes: ["404026", "404028", "ERR_OSSL*", "ERR_MISSING_PASSPHRASE", "ERR_CRYPTO*"],
    texts: ["Invalid private key", "secretOrPrivateKey"],
    kind: "auth",
    message:
      "The private key cannot be used: it is no PEM text of an RSA key, or the passphrase is wrong.",
    hint: "Give a key that begins with -----BEGIN PRIVATE KEY----- or -----BEGIN ENCRYPTED PRIVATE KEY-----, and `private_key_passphrase` with the latter.",
  },
  {
    codes: ["OAUTH_*", "ERR_BAD_REQUEST", "HTTP_400", "HTTP_401"],
    kind: "auth",
    message: "The sign-in was refused before Snowflake looked at it: no OAuth token was issued.",
    hint: "Check `oauth.client_id`, `client_secret`, which may have expired, `token_url` and `scope`.",
  },
  {
    codes: ["404062", "405506", "405507"],
    texts: ["WORKLOAD_IDENTITY", "No workload identity", "workloadIdentity"],
    kind: "auth",
    message:
      "This machine has no workload identity of that provider, or the host is none of Snowflake's.",
    hint: "Check `workload_identity`, and that the daemon runs where the provider vouches for it.",
  },
  // What a statement may meet.
  {
    codes: ["000604"],
    kind: "cancelled",
    message: "Somebody cancelled the statement at the server.",
    hint: "Ask the account's administrator; the statement's query tag says `tidemark`.",
  },
  {
    codes: ["000630", "000631", "000639"],
    texts: ["Statement reached its statement or warehouse timeout"],
    kind: "timeout",
    message:
      "Snowflake stopped the statement at its timeout, running or waiting in the warehouse's queue.",
    hint: "The least of `statement_timeout` and the warehouse's own STATEMENT_TIMEOUT_IN_SECONDS and STATEMENT_QUEUED_TIMEOUT_IN_SECONDS holds. Narrow the check with `filter` or `window`, or use a warehouse that is not so busy.",
  },
  {
    codes: ["000606"],
    kind: "permission",
    message: "The session has no warehouse: none is configured, or the role may not use it.",
    hint: "GRANT USAGE ON WAREHOUSE <warehouse> TO ROLE <role>; and check `warehouse`.",
  },
  {
    codes: ["090073", "090072", "000608"],
    kind: "resource",
    message:
      "The warehouse is suspended and cannot be resumed, most often because a resource monitor's quota is spent.",
    hint: "SHOW RESOURCE MONITORS tells an administrator which; the probe goes on by itself once the warehouse resumes.",
  },
  {
    codes: ["000666"],
    kind: "resource",
    message: "The account is suspended.",
    hint: "Ask the account's administrator: its credits or its trial may have ended.",
  },
  {
    codes: ["000607"],
    texts: ["Warehouse '"],
    kind: "resource",
    message: "The warehouse lies suspended and does not resume by itself.",
    hint: "ALTER WAREHOUSE <warehouse> SET AUTO_RESUME = TRUE;",
  },
  {
    codes: ["002003", "002043", "002151", "002001"],
    kind: "not_found",
    message: notSeen,
    hint: grantHint(),
  },
  {
    codes: ["090105", "090106"],
    kind: "not_found",
    message: "The table is named without its database or schema, and the session has none.",
    hint: "Write `table: database.schema.table`, or give the connection `database` and `schema`.",
  },
  {
    codes: ["003001", "003041", "003540"],
    kind: "permission",
    message: "The role may not do this.",
    hint: grantHint(),
  },
  {
    codes: ["000008", "000006", "000002"],
    kind: "invalid_query",
    message: "The query is more than one statement, or of a kind that is not supported.",
    hint: "Only a single SELECT is run. `tidemark plan` prints the query.",
  },
  {
    codes: ["000904", "002028"],
    kind: "invalid_query",
    message: "A column that the query names does not exist, or is not told apart from another.",
    hint: "Check the check's `column` and the dataset's `filter`. Names in lower case mean those that Snowflake shows in upper case; write '\"name\"' for one that is lower case there.",
  },
  {
    codes: ["000603", "000613", "000709", "3000*", "300005", "300010", "000625"],
    kind: "resource",
    message:
      "The warehouse could not finish the statement: memory, a lock, or a fault within Snowflake.",
    hint: "See the statement in QUERY_HISTORY; a larger warehouse helps against a lack of memory.",
  },
  {
    codes: ["000*", "001*", "002*", "1000*", "1001*", "1002*", "0901*"],
    kind: "invalid_query",
    message:
      "Snowflake cannot run the query: a column, type, function or value in it does not fit.",
    hint: "Run the statement of `tidemark plan` by hand to see Snowflake's own words.",
  },
  {
    codes: ["003*"],
    kind: "permission",
    message: "The role may not do this.",
    hint: grantHint(),
  },
  // The way there.
  {
    codes: ["ERR_TLS_CERT_ALTNAME_INVALID"],
    kind: "tls",
    message: "The host shows another host's certificate.",
    hint: "Check `account`: one dot too many makes a name that Snowflake has no certificate for. With a private link give `access_url`.",
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
      "412*",
      "413001",
    ],
    texts: ["unable to", "self-signed", "self signed"],
    kind: "tls",
    message: "No trusted TLS connection came about.",
    hint: "Check for a proxy that breaks TLS open; its authority is trusted through NODE_EXTRA_CA_CERTS.",
  },
  {
    codes: ["HTTP_407"],
    kind: "unreachable",
    message: "The proxy on the way to Snowflake wants other credentials.",
    hint: "Write them into HTTPS_PROXY, http://user:password@host:port, with signs such as @ as %40.",
  },
  {
    codes: ["HTTP_403", "HTTP_404"],
    kind: "unreachable",
    message: "The host answers, and knows no such account.",
    hint: "Check `account`: SELECT CURRENT_ORGANIZATION_NAME() || '-' || CURRENT_ACCOUNT_NAME() prints it. With a private link give `access_url`. A proxy that keeps this machine from Snowflake answers alike.",
  },
  {
    codes: ["HTTP_429"],
    kind: "resource",
    message: "Snowflake turned requests away because there were too many.",
    hint: "Lower `max_concurrency`, or probe less often.",
  },
  {
    codes: ["HTTP_4*", "HTTP_5*", "400001", "401002", "401003", "402*", "NO_CODE"],
    kind: "unreachable",
    message: "Snowflake, or a proxy before it, did not answer as it should.",
    hint: "See https://status.snowflake.com, and the proxy.",
  },
  {
    codes: ["ENOTFOUND", "EAI_AGAIN"],
    kind: "unreachable",
    message: "The host's name cannot be resolved.",
    hint: "Check `account` or `access_url`, and DNS on this machine.",
  },
  {
    codes: ["ECONNABORTED", "ETIMEDOUT", "ERR_CANCELED"],
    kind: "timeout",
    message: "The server accepted the connection, or nobody refused it, and then nothing came.",
    hint: "Check firewalls and proxies between this machine and Snowflake.",
  },
  {
    codes: ["ECONN*", "EHOST*", "ENET*", "EPIPE", "ERR_NETWORK", "401001", "ERR_BAD_RESPONSE"],
    kind: "unreachable",
    message: "Snowflake cannot be reached, or it closed the connection.",
    hint: "Check `account` or `access_url`, and whether this machine may reach it, through the proxy of HTTPS_PROXY if there is one.",
  },
  {
    codes: ["4040*"],
    kind: "auth",
    message: "The driver does not take the connection's settings.",
    hint: "Check the connection's keys against connectors/snowflake/README.md.",
  },
];

function grantHint(): string {
  return "GRANT USAGE ON DATABASE <database> TO ROLE <role>; GRANT USAGE ON SCHEMA <schema> TO ROLE <role>; GRANT SELECT ON TABLE <table> TO ROLE <role>; names in lower case mean those that Snowflake shows in upper case.";
}
