import { isAbsolute, join } from "node:path";
import { z } from "zod";

const text = z.string().min(1).optional();
const secret = (description: string) => text.meta({ description, secret: true });

const oauth = z.strictObject({
  client_id: z.string().min(1).meta({ description: "The client's id." }),
  client_secret: z.string().min(1).meta({ description: "The client's secret.", secret: true }),
  token_url: text.meta({
    description: "Where tokens are issued; else Snowflake's own, /oauth/token-request.",
  }),
  scope: text.meta({ description: "Else `session:role:` and the role." }),
});

const workloadIdentity = z.strictObject({
  provider: z.enum(["aws", "azure", "gcp", "oidc"]).meta({
    description: "Who vouches for this workload: its cloud, or the issuer of an OIDC token.",
  }),
  token: secret("With `oidc`: the token."),
  token_path: text.meta({
    description: "With `oidc`: its file, relative to tidemark.yaml, read at every sign-in.",
  }),
  azure_resource: text.meta({ description: "With `azure`: the Entra ID resource." }),
  azure_client_id: text.meta({ description: "With `azure`: the managed identity's client id." }),
});

/** The keys of a `snowflake` connection in tidemark.yaml. */
export const config = z
  .strictObject({
    account: text.meta({
      description: "The account's identifier, such as myorg-myaccount or xy12345.eu-central-1.",
    }),
    access_url: text.meta({
      description:
        "Instead of https://ACCOUNT.snowflakecomputing.com, e.g. the address of a private link.",
    }),
    user: text.meta({ description: "The user to sign in as." }),
    role: text.meta({
      description: "Else the user's default role; it should only be able to read.",
    }),
    warehouse: text.meta({ description: "The warehouse that queries run on." }),
    database: text.meta({ description: "Where tables without a database are looked for." }),
    schema: text.meta({ description: "Where tables without a schema are looked for." }),
    private_key: secret("Key pair: the private key as PEM text."),
    private_key_path: text.meta({
      description: "Key pair: the private key's file, relative to tidemark.yaml.",
    }),
    private_key_passphrase: secret("Key pair: what the private key is encrypted with, if it is."),
    token: secret("A programmatic access token."),
    oauth: oauth.optional().meta({ description: "OAuth client credentials." }),
    workload_identity: workloadIdentity
      .optional()
      .meta({ description: "Workload identity federation, without a secret." }),
    password: secret("A password; Snowflake wants people, not services, to sign in with one."),
  })
  .superRefine((given, context) => {
    const found = readSettings(given, "/");
    if ("problem" in found) {
      context.addIssue({ code: "custom", path: [...found.path], message: found.problem });
    }
  });

export type SnowflakeConfig = z.output<typeof config>;

/** How the daemon says who it is. */
export type Credentials =
  | { readonly kind: "key"; readonly pem: FileOrText; readonly passphrase: string | null }
  | { readonly kind: "token"; readonly token: string }
  | {
      readonly kind: "oauth";
      readonly clientId: string;
      readonly clientSecret: string;
      readonly tokenUrl: string | null;
      readonly scope: string | null;
    }
  | {
      readonly kind: "workload";
      readonly provider: "AWS" | "AZURE" | "GCP" | "OIDC";
      readonly token: FileOrText | null;
      readonly azureResource: string | null;
      readonly azureClientId: string | null;
    }
  | { readonly kind: "password"; readonly password: string };

/** A secret as text, or the absolute path of the file that holds it. */
export type FileOrText = { readonly text: string } | { readonly path: string };

export interface SnowflakeSettings {
  readonly account: string;
  /** Scheme and host, without a slash at the end. */
  readonly origin: string;
  readonly user: string | null;
  readonly role: string | null;
  readonly warehouse: string | null;
  readonly database: string | null;
  readonly schema: string | null;
  readonly credentials: Credentials;
}

interface SettingsProblem {
  readonly path: readonly string[];
  readonly problem: string;
}

const accountForm = /^\w+([.-]\w+)*$/;

/** Reads the settings of a connection, or says what is wrong with them without quoting a secret. */
export function readSettings(
  given: SnowflakeConfig,
  baseDir: string,
): SnowflakeSettings | SettingsProblem {
  const { account, access_url: url } = given;
  if (account !== undefined && !accountForm.test(account)) {
    const problem = "is the account's identifier alone, such as myorg-myaccount, without https://";
    return { path: ["account"], problem };
  }
  if (account === undefined && url === undefined) {
    return noAccount;
  }
  const origin = originOf(url ?? `https://${account?.replaceAll("_", "-")}.snowflakecomputing.com`);
  if (origin === null) {
    const problem =
      "must be an address such as https://x.privatelink.snowflakecomputing.com, without a path; http:// only to this machine";
    return { path: ["access_url"], problem };
  }
  const named = account ?? accountOf(origin);
  if (named === null) {
    return noAccount;
  }
  const credentials = credentialsOf(given, baseDir);
  if ("problem" in credentials) {
    return credentials;
  }
  if (given.user === undefined && (credentials.kind === "key" || credentials.kind === "password")) {
    return { path: ["user"], problem: "is missing: the user to sign in as" };
  }
  return {
    account: named,
    origin,
    user: given.user ?? null,
    role: given.role ?? null,
    warehouse: given.warehouse ?? null,
    database: given.database ?? null,
    schema: given.schema ?? null,
    credentials,
  };
}

const noAccount: SettingsProblem = {
  path: ["account"],
  problem: "is missing: the account's identifier, such as myorg-myaccount",
};

const ways = [
  "private_key",
  "private_key_path",
  "token",
  "oauth",
  "workload_identity",
  "password",
] as const;

function credentialsOf(given: SnowflakeConfig, baseDir: string): Credentials | SettingsProblem {
  const chosen = ways.filter((key) => given[key] !== undefined);
  const [way] = chosen;
  if (way === undefined) {
    const problem = `needs one way to sign in: ${ways.join(", ")}`;
    return { path: [], problem };
  }
  if (chosen.length > 1) {
    const problem = `is one way to sign in too many: give either ${chosen.join(" or ")}`;
    return { path: [chosen[1] ?? way], problem };
  }
  const passphrase = given.private_key_passphrase ?? null;
  if (passphrase !== null && !way.startsWith("private_key")) {
    const problem = "belongs to `private_key` or `private_key_path`, of which there is none";
    return { path: ["private_key_passphrase"], problem };
  }
  const fileAt = (path: string) => ({ path: isAbsolute(path) ? path : join(baseDir, path) });
  const { private_key: pem, private_key_path: keyPath, token, password } = given;
  if (pem !== undefined) {
    // In a variable of the environment line breaks are often written as `\n`.
    const broken = pem.includes("\n") ? pem : pem.replaceAll("\\n", "\n");
    return { kind: "key", pem: { text: broken }, passphrase };
  }
  if (keyPath !== undefined) {
    return { kind: "key", pem: fileAt(keyPath), passphrase };
  }
  if (token !== undefined) {
    return { kind: "token", token };
  }
  if (given.oauth !== undefined) {
    return oauthOf(given.oauth);
  }
  return given.workload_identity === undefined
    ? { kind: "password", password: password ?? "" }
    : workloadOf(given.workload_identity, fileAt);
}

function oauthOf(given: z.output<typeof oauth>): Credentials | SettingsProblem {
  const tokenUrl = given.token_url ?? null;
  if (tokenUrl !== null && !isSafe(tokenUrl)) {
    const problem = "must be an address that begins with https://; http:// only to this machine";
    return { path: ["oauth", "token_url"], problem };
  }
  const { client_id: clientId, client_secret: clientSecret, scope = null } = given;
  return { kind: "oauth", clientId, clientSecret, tokenUrl, scope };
}

function workloadOf(
  given: z.output<typeof workloadIdentity>,
  fileAt: (path: string) => FileOrText,
): Credentials | SettingsProblem {
  const { provider, token, token_path: path } = given;
  const isOidc = provider === "oidc";
  if (isOidc === (token === undefined && path === undefined) || (token && path) !== undefined) {
    const problem = isOidc
      ? "needs either `token` or `token_path` with the provider oidc"
      : "takes a token only with the provider oidc";
    return { path: ["workload_identity"], problem };
  }
  return {
    kind: "workload",
    provider: provider.toUpperCase() as "AWS" | "AZURE" | "GCP" | "OIDC",
    token: token === undefined ? (path === undefined ? null : fileAt(path)) : { text: token },
    azureResource: given.azure_resource ?? null,
    azureClientId: given.azure_client_id ?? null,
  };
}

function originOf(address: string): string | null {
  const url = URL.parse(address);
  const isBare =
    url?.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  return url !== null && isBare && isSafe(address) ? url.origin : null;
}

/** Credentials are sent there: over plain text only within this machine. */
export function isSafe(address: string): boolean {
  const url = URL.parse(address);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url?.hostname ?? "");
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLocal);
}

/** The first part of Snowflake's own hosts names the account. */
function accountOf(origin: string): string | null {
  const { hostname } = new URL(origin);
  const isOwn = /\.snowflakecomputing\.(com|cn)$/.test(hostname);
  return isOwn ? (hostname.split(".")[0] ?? null) : null;
}
