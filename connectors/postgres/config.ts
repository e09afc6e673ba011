import tls from "node:tls";
import { z } from "zod";

const pem = z.string().min(1);

/** The keys of a `postgres` connection in tidemark.yaml. */
export const config = z
  .strictObject({
    url: z.string().min(1).optional().meta({
      description: "postgres://user:password@host:5432/database?sslmode=verify-full",
      secret: true,
    }),
    host: z.string().min(1).optional().meta({
      description: "Host name, address, or the folder of a Unix socket. Default localhost.",
    }),
    port: z.coerce.number().int().min(1).max(65_535).optional().meta({
      description: "Default 5432.",
    }),
    database: z.string().min(1).optional().meta({ description: "Default: the user's name." }),
    user: z.string().min(1).optional(),
    password: z.string().optional().meta({ secret: true }),
    ssl: z
      .union([
        z.boolean(),
        z.strictObject({
          ca: pem.optional().meta({ description: "Certificates to trust, as PEM text." }),
          cert: pem.optional().meta({ description: "Client certificate, as PEM text." }),
          key: pem.optional().meta({ description: "Client key, as PEM text.", secret: true }),
          servername: z.string().min(1).optional().meta({
            description: "The name that the server's certificate must carry, if not the host's.",
          }),
        }),
      ])
      .optional()
      .meta({
        description: "true, or what TLS needs: the certificate and its name are checked.",
      }),
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

interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly sslMode: string | null;
  readonly startOptions: string | null;
}

/** Reads the settings of a connection, or says what is wrong with them without quoting the URL. */
export function readSettings(given: PostgresConfig): PostgresSettings | SettingsProblem {
  const address = given.url === undefined ? addressOfKeys(given) : addressOfUrl(given.url);
  if ("problem" in address) {
    return address;
  }
  const doubled = (["host", "port", "database", "user"] as const).find(
    (key) => given.url !== undefined && given[key] !== undefined,
  );
  if (doubled !== undefined) {
    return { path: [doubled], problem: "is not allowed beside `url`: give one or the other" };
  }
  if (given.password !== undefined && address.password !== null) {
    return { path: ["password"], problem: "stands in `url` as well: give it once" };
  }
  if (address.user === null) {
    const path = [given.url === undefined ? "user" : "url"];
    return { path, problem: "the role to sign in as is missing" };
  }
  const ssl = readTls(given.ssl, address.sslMode);
  if (typeof ssl === "object" && "problem" in ssl) {
    return ssl;
  }
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database ?? address.user,
    password: given.password ?? address.password,
    ssl,
    startOptions: address.startOptions,
  };
}

function addressOfKeys(given: PostgresConfig): Address {
  return {
    host: given.host ?? "localhost",
    port: given.port ?? 5432,
    database: given.database ?? null,
    user: given.user ?? null,
    password: null,
    sslMode: null,
    startOptions: null,
  };
}

function addressOfUrl(text: string): Address | SettingsProblem {
  try {
    const url = new URL(text);
    if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
      return { path: ["url"], problem: "must start with postgres:// or postgresql://" };
    }
    const unknown = [...url.searchParams.keys()].find((key) => !urlParameters.has(key));
    if (unknown !== undefined) {
      const allowed = [...urlParameters].join(", ");
      return { path: ["url"], problem: `has a parameter that is not supported; known: ${allowed}` };
    }
    const part = (value: string) => (value === "" ? null : decodeURIComponent(value));
    const host = part(url.hostname.replace(/^\[(.+)\]$/, "$1"));
    return {
      host: url.searchParams.get("host") ?? host ?? "localhost",
      port: url.port === "" ? 5432 : Number(url.port),
      database: part(url.pathname.slice(1)),
      user: part(url.username),
      password: part(url.password),
      sslMode: url.searchParams.get("sslmode"),
      startOptions: url.searchParams.get("options"),
    };
  } catch {
    const problem =
      "is not a URL of the form postgres://user:password@host:5432/database; characters such as @ / # % in a password are written %40 %2F %23 %25";
    return { path: ["url"], problem };
  }
}

const urlParameters: ReadonlySet<string> = new Set(["sslmode", "options", "host"]);

/** Verification by sslmode, as libpq understands it: https://www.postgresql.org/docs/current/libpq-ssl.html */
function readTls(
  ssl: PostgresConfig["ssl"],
  sslMode: string | null,
): PostgresSettings["ssl"] | SettingsProblem {
  if (sslMode !== null && (typeof ssl === "boolean" || (sslMode === "disable" && ssl))) {
    return { path: ["ssl"], problem: "contradicts or repeats `sslmode` in `url`: give it once" };
  }
  const { servername, ...material } = typeof ssl === "object" ? ssl : {};
  const options: tls.ConnectionOptions = {
    ...(material.ca === undefined ? {} : { ca: material.ca }),
    ...(material.cert === undefined ? {} : { cert: material.cert }),
    ...(material.key === undefined ? {} : { key: material.key }),
  };
  const unnamed = { ...options, checkServerIdentity: () => undefined };
  switch (sslMode ?? (ssl === undefined || ssl === false ? "disable" : "verify-full")) {
    case "disable":
      return false;
    case "no-verify":
      return { ...options, rejectUnauthorized: false };
    case "require":
      return material.ca === undefined ? { ...options, rejectUnauthorized: false } : unnamed;
    case "verify-ca":
      return unnamed;
    case "verify-full":
      return servername === undefined
        ? options
        : {
            ...options,
            servername,
            // The driver sets `servername` to the host's name after these options, so it is checked here.
            checkServerIdentity: (_host, certificate) =>
              tls.checkServerIdentity(servername, certificate),
          };
    default:
      return {
        path: ["url"],
        problem:
          "`sslmode` must be disable, require, verify-ca, verify-full or no-verify (prefer and allow may fall back to plain text)",
      };
  }
}
