import { chmod, chown, copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { postgres } from "../../connectors/postgres/index.ts";
import type { Connector, ConnectorContext } from "../../src/core/connector.ts";
import { connectorContext } from "./connectors.ts";
import { loadEmbeddedPostgres } from "./embedded-postgres.ts";

/** A real Postgres of a test file's own. Disposing of it stops the server and removes its files. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The superuser `postgres`, in the database `postgres`. */
  readonly admin: Client;
  /** The superuser's password; it stands in no log of ours. */
  readonly password: string;
  /** Lines of the server's log so far; with `log_statement: "all"` every statement is there. */
  readonly log: readonly string[];
  url(role?: {
    readonly user: string;
    readonly password: string;
    readonly database?: string;
  }): string;
}

/**
 * Starts a server on a free port of 127.0.0.1 in a folder of its own, in about a second: nothing is synced
 * to disk. Postgres refuses to run as root, so then it runs as the user `postgres`, who is made if missing. `settings` are server settings, e.g.
 * `{ max_connections: "10" }`; `ssl: "on"` comes with the certificate of test/helpers/tls, which is for
 * warehouse.test.
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-postgres-"));
  await chmod(folder, 0o755);
  const data = join(folder, "data");
  const port = await freePort();
  const password = "pw-of-postgres-51f0c2";
  const log: string[] = [];
  const flags = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    shared_buffers: "64MB",
    max_connections: "60",
    ...settings,
  };
  const EmbeddedPostgres = await loadEmbeddedPostgres(folder);
  const embedded = new EmbeddedPostgres({
    databaseDir: data,
    user: "postgres",
    password,
    port,
    authMethod: "scram-sha-256",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
    postgresFlags: Object.entries(flags).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    onLog: (line) => log.push(line),
    onError: (line) => log.push(String(line)),
  });
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await embedded.initialise();
    await installCertificate(data);
    await embedded.start();
  } catch (cause) {
    await remove();
    throw new Error(`Postgres did not start:\n${log.slice(-20).join("")}`, { cause });
  }
  const host = "127.0.0.1";
  const admin = new Client({ host, port, user: "postgres", password, database: "postgres" });
  await admin.connect();
  return {
    host,
    port,
    admin,
    password,
    log,
    url: ({ user, password: secret, database = "postgres" } = { user: "postgres", password }) =>
      `postgres://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@${host}:${port}/${database}`,
    [Symbol.asyncDispose]: async () => {
      await admin.end();
      await embedded.stop();
      await remove();
    },
  };
}

/** Under the names that Postgres looks for, and readable for the server alone, as it insists. */
async function installCertificate(data: string): Promise<void> {
  const owner = await stat(data);
  for (const name of ["server.key", "server.crt"]) {
    const file = join(data, name);
    await copyFile(new URL(`tls/${name}`, import.meta.url), file);
    await chmod(file, 0o600);
    await chown(file, owner.uid, owner.gid);
  }
}

/** A Postgres connector with the keys that stand in tidemark.yaml. */
export function connectorTo(keys: unknown, context: Partial<ConnectorContext> = {}): Connector {
  return postgres.create(postgres.config.parse(keys), connectorContext(context));
}

/** A port of 127.0.0.1 that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === "string") {
    throw new Error("the operating system gave no port");
  }
  return address.port;
}
