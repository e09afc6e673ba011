import tls from "node:tls";
import { z } from "zod";

const text = z.string().min(1).optional();

/** The keys of a `postgres` connection in tidemark.yaml. */
export const config = z
  .strictObject({
    url: text.meta({
      description: "postgres://user:password@host:5432/database?sslmode=verify-full",
      secret: true,
    }),
    host: text.meta({ description: "Name, address, or folder of a Unix socket; else localhost." }),
    port: z.int().min(1).max(65_535).optional().meta({ description: "Else 5432." }),
    database: text.meta({ description: "Else the user's name." }),
    user: text.meta({ description: "The role to sign in as; it should only be able to read." }),
    password: z.string().optional().meta({ description: "Else none.", secret: true }),
    ssl: z
      .union([
        z.boolean(),
        z.strictObject({
          ca: text.meta({ description: "Authorities to trust, as PEM text." }),
          cert: text.meta({ description: "Client certificate, as PEM text." }),
          key: text.meta({ description: "Client key, as PEM text.", secret: true }),
          servername: text.meta({ description: "Name in the certificate, if not the host's." }),
        }),
      ])
      .optional()
      .meta({ description: "true, or what TLS needs. Certificate and name are checked." }),
  })
  .superRefine((given, context) => {
    const found = readSettings(given);
    if ("problem" in found) {
      context.addIssue({ code: "custom", path: [...found.path], message: found.problem });
    }
  });

export type PostgresConfig = z.output<typeof config>;

/** What is needed to open a connection: every value explicit, so that no PG… variable of the environment is read. */
export interface PostgresSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | null;
  /** `false`: the connection is not encrypted. */
  readonly ssl: false | tls.ConnectionOptions;
  /** Start-up options of the URL, e.g. `-c search_path=analytics`. */
  readonly startOptions: string | null;
}

interface SettingsProblem {
  readonly path: readonly string[];
  readonly problem: string;
}

/** What a URL says; null is what it leaves out. */
interface UrlParts {
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly sslMode: string | null;
  readonly startOptions: string | null;
}

/** Reads the settings of a connection, or says what is wrong with them without quoting the URL. */
export function readSettings(given: PostgresConfig): PostgresSettings | SettingsProblem {
  const parts = given.url === undefined ? noUrl : partsOf(given.url);
  if ("problem" in parts) {
    return parts;
  }
  const doubled = (["host", "port", "database", "user", "password"] as const).find(
    (key) => given[key] !== undefined && parts[key] !== null,
  );
  if (doubled !== undefined) {
    return { path: [doubled], problem: "stands in `url` as well: give it once" };
  }
  const user = given.user ?? parts.user;
  if (user === null) {
    return { path: ["user"], problem: "is missing, here or in `url`: the role to sign in as" };
  }
  const ssl = tlsOf(given.ssl, parts.sslMode);
  if (ssl !== false && "problem" in ssl) {
    return ssl;
  }
  return {
    host: given.host ?? parts.host ?? "localhost",
    port: given.port ?? parts.port ?? 5432,
    database: given.database ?? parts.database ?? user,
    user,
    password: given.password ?? parts.password,
    ssl,
    startOptions: parts.startOptions,
  };
}

const noUrl: UrlParts = {
  host: null,
  port: null,
  database: null,
  user: null,
  password: null,
  sslMode: null,
  startOptions: null,
};

function partsOf(address: string): UrlParts | SettingsProblem {
  const wrong = (problem: string): SettingsProblem => ({ path: ["url"], problem });
  try {
    const { protocol, hostname, port, pathname, username, password, searchParams } = new URL(
      address,
    );
    const { sslmode, options, ...others } = Object.fromEntries(searchParams);
    const part = (encoded: string) => (encoded === "" ? null : decodeURIComponent(encoded));
    if (protocol !== "postgres:" && protocol !== "postgresql:") {
      return wrong("must start with postgres:// or postgresql://");
    }
    if (Object.keys(others).length > 0) {
      return wrong("has a parameter that is not supported; known: sslmode, options");
    }
    return {
      host: part(hostname.replace(/^\[(.+)\]$/, "$1")),
      port: port === "" ? null : Number(port),
      database: part(pathname.slice(1)),
      user: part(username),
      password: part(password),
      sslMode: sslmode ?? null,
      startOptions: options ?? null,
    };
  } catch {
    return wrong(
      "is not a URL of the form postgres://user:password@host:5432/database; in a password @ / # % are written %40 %2F %23 %25",
    );
  }
}

/** What is checked of the server, by sslmode: https://www.postgresql.org/docs/current/libpq-ssl.html */
const checks: ReadonlyMap<string, tls.ConnectionOptions> = new Map([
  ["no-verify", { rejectUnauthorized: false }],
  ["require", { rejectUnauthorized: false }],
  ["verify-ca", { checkServerIdentity: () => undefined }],
  ["verify-full", {}],
]);

function tlsOf(
  ssl: PostgresConfig["ssl"],
  sslMode: string | null,
): PostgresSettings["ssl"] | SettingsProblem {
  if (sslMode !== null && (typeof ssl === "boolean" || (sslMode === "disable" && ssl))) {
    return { path: ["ssl"], problem: "contradicts or repeats `sslmode` in `url`: give it once" };
  }
  if (sslMode === "disable" || (sslMode === null && (ssl === undefined || ssl === false))) {
    return false;
  }
  const { servername, ca, cert, key } = typeof ssl === "object" ? ssl : {};
  // An authority that is given is used: libpq reads `require` as `verify-ca` then.
  const mode = sslMode === "require" && ca !== undefined ? "verify-ca" : (sslMode ?? "verify-full");
  const check = checks.get(mode);
  if (check === undefined) {
    const problem =
      "`sslmode` must be disable, require, verify-ca, verify-full or no-verify (prefer and allow may fall back to plain text)";
    return { path: ["url"], problem };
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    // The driver overwrites `servername` with the host's name, so the name is checked here as well.
    ...(servername === undefined
      ? {}
      : {
          servername,
          checkServerIdentity: (_host, certificate) =>
            tls.checkServerIdentity(servername, certificate),
        }),
    ...check,
  };
}
