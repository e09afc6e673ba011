import { readFile } from "node:fs/promises";
import { ConnectorError } from "../../src/core/connector.ts";
import { type Credentials, type FileOrText, isSafe, type SnowflakeSettings } from "./config.ts";
import { quoteIdentifier } from "./names.ts";
import type { ConnectionOptions } from "./sdk.ts";

/** Snowflake answers a statement that still runs after 45 s, and is then asked again. */
const requestTimeoutMs = 60_000;

/** What the driver opens a connection with; made anew for each, since the driver writes into it. */
export async function connectionOptions(settings: SnowflakeSettings): Promise<ConnectionOptions> {
  const { account, origin, user, role, warehouse, database, schema } = settings;
  return {
    account,
    accessUrl: origin,
    application: "Tidemark",
    ...(user === null ? {} : { username: user }),
    ...(role === null ? {} : { role: sessionName(role) }),
    ...(warehouse === null ? {} : { warehouse: sessionName(warehouse) }),
    ...(database === null ? {} : { database: sessionName(database) }),
    ...(schema === null ? {} : { schema: sessionName(schema) }),
    ...(await credentialOptions(settings.credentials, origin)),
    // A heartbeat would keep sessions for ever; a new one costs one round trip.
    clientSessionKeepAlive: false,
    clientStoreTemporaryCredential: false,
    // Else a sf_client_config.json in the home folder would turn on a log of statements, or keep the driver from connecting.
    ...(process.env["SF_CLIENT_CONFIG_FILE"] ? {} : { clientConfigFile: "" }),
    disableQueryContextCache: true,
    includeRetryReason: false,
    // Our own deadline ends the waiting; at sign-in the driver's retries would outlast it.
    sfRetryMaxLoginRetries: 0,
    timeout: requestTimeoutMs,
    resultPrefetch: 1,
  };
}

async function credentialOptions(
  credentials: Credentials,
  origin: string,
): Promise<ConnectionOptions> {
  if (credentials.kind === "key") {
    const { pem, passphrase } = credentials;
    return {
      authenticator: "SNOWFLAKE_JWT",
      privateKey: await textOf(pem, "private key"),
      ...(passphrase === null ? {} : { privateKeyPass: passphrase }),
    };
  }
  if (credentials.kind === "token") {
    return { authenticator: "PROGRAMMATIC_ACCESS_TOKEN", token: credentials.token };
  }
  if (credentials.kind === "oauth") {
    return oauthOptions(credentials, origin);
  }
  if (credentials.kind === "workload") {
    const { provider, token, azureResource, azureClientId } = credentials;
    return {
      authenticator: "WORKLOAD_IDENTITY",
      workloadIdentityProvider: provider,
      ...(token === null ? {} : { token: await textOf(token, "token") }),
      ...(azureResource === null ? {} : { workloadIdentityAzureEntraIdResource: azureResource }),
      ...(azureClientId === null ? {} : { workloadIdentityAzureClientId: azureClientId }),
    };
  }
  return { authenticator: "SNOWFLAKE", password: credentials.password };
}

function oauthOptions(
  { clientId, clientSecret, tokenUrl, scope }: Credentials & { readonly kind: "oauth" },
  origin: string,
): ConnectionOptions {
  const options = {
    authenticator: "OAUTH_CLIENT_CREDENTIALS",
    oauthClientId: clientId,
    oauthClientSecret: clientSecret,
    ...(tokenUrl === null ? {} : { oauthTokenRequestUrl: tokenUrl }),
    ...(scope === null ? {} : { oauthScope: scope }),
    // Only ever to this machine (see config.ts); the published types leave it out.
    oauthHttpAllowed: isSafe(tokenUrl ?? origin),
  };
  return options;
}

/** Snowflake reads these as identifiers of SQL: in upper case unless they are quoted. */
function sessionName(name: string): string {
  return /^\w+$/.test(name) && (name === name.toLowerCase() || name === name.toUpperCase())
    ? name
    : quoteIdentifier(name);
}

async function textOf(given: FileOrText, what: string): Promise<string> {
  if ("text" in given) {
    return given.text.trim();
  }
  const content = await readFile(given.path, "utf8").catch((cause: unknown) => {
    const message = `The file of the ${what} cannot be read.`;
    const hint = "Check its path, which is relative to tidemark.yaml, and who may read it.";
    throw new ConnectorError({ kind: "auth", message, hint }, { cause });
  });
  return content.trim();
}
