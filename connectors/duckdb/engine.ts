import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type * as duckdb from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { ConnectorError } from "../../src/core/connector.ts";
import { folderOf, quoteText } from "./dialect.ts";
import { driverMissing, isLocked } from "./failures.ts";

export type Driver = typeof duckdb;

export interface EngineOptions {
  /** Absolute path of the database file; null for an engine that only reads files. */
  readonly path: string | null;
  readonly memoryLimit: string;
  readonly threads: number | undefined;
  /** Absolute globs that may be read. */
  readonly globs: readonly string[];
}

export interface Lease {
  readonly driver: Driver;
  readonly connection: DuckDBConnection;
  /** `isSound: false` when DuckDB broke, so that nobody else is given this instance. */
  release(isSound: boolean): void;
}

interface Opened {
  readonly driver: Driver;
  readonly instance: DuckDBInstance;
}

interface Shared {
  readonly opening: Promise<Opened>;
  opened: Opened | null;
  users: number;
  idle?: NodeJS.Timeout;
}

/** How often and how long a database file is tried again that its writer holds at the moment. */
const lockedRetries = 10;
const lockedRetryMs = 100;

/**
 * How long an instance without a database file is kept for the next query. Opening one takes 11 ms, a third
 * of an aggregation over three million rows; an idle one holds some 50 MB.
 */
const lingerMs = 5_000;

/**
 * One DuckDB instance and its life: closed → opening → in use → idle → closed. Concurrent leases share it.
 * A reader locks the writer of a database file out, so such an instance is never idle: it is closed with its
 * last lease. A broken one is retired: it gets no more leases and is closed with its last.
 */
export class Engine {
  readonly #options: EngineOptions;
  #shared: Shared | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** A connection of the caller's own. Throws what the driver throws, or `ConnectorError` without a driver. */
  async lease(): Promise<Lease> {
    const shared = (this.#shared ??= { opening: open(this.#options), opened: null, users: 0 });
    clearTimeout(shared.idle);
    shared.users += 1;
    try {
      shared.opened = await shared.opening;
      const { driver, instance } = shared.opened;
      const connection = await instance.connect();
      return {
        driver,
        connection,
        release: (isSound) => {
          connection.closeSync();
          this.#leave(shared, isSound);
        },
      };
    } catch (error) {
      this.#leave(shared, false);
      throw error;
    }
  }

  /** Closes the instance, or leaves that to its last lease. A later lease opens another. */
  close(): void {
    const shared = this.#shared;
    this.#shared = null;
    if (shared?.users === 0) {
      clearTimeout(shared.idle);
      shared.opened?.instance.closeSync();
    }
  }

  #leave(shared: Shared, isSound: boolean): void {
    shared.users -= 1;
    if (!isSound && this.#shared === shared) {
      this.#shared = null;
    }
    if (shared.users > 0) {
      return;
    }
    if (this.#shared === shared && this.#options.path === null) {
      shared.idle = setTimeout(() => this.close(), lingerMs).unref();
      return;
    }
    if (this.#shared === shared) {
      this.#shared = null;
    }
    shared.opened?.instance.closeSync();
  }
}

async function open({ path, memoryLimit, threads, globs }: EngineOptions): Promise<Opened> {
  const driver = await import("@duckdb/node-api").catch((cause: unknown) => {
    throw new ConnectorError(driverMissing, { cause });
  });
  const settings = {
    threads: String(threads ?? Math.min(4, availableParallelism())),
    memory_limit: memoryLimit,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // Left on, it keeps pages of files in memory for which the operating system has a cache already.
    enable_external_file_cache: "false",
    ...(path === null ? {} : { access_mode: "READ_ONLY" }),
  };
  const instance = await whenUnlocked(() =>
    driver.DuckDBInstance.create(path ?? ":memory:", settings),
  );
  try {
    const connection = await instance.connect();
    await connection.run(fence(globs));
    connection.closeSync();
    return { driver, instance };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/**
 * Settings are the instance's, and final once locked; only the time zone stays a session's own choice.
 * The order matters: nothing more can be allowed once external access is off.
 */
function fence(globs: readonly string[]): string {
  const places = globs.map((glob) => ({ glob, ...folderOf(glob) }));
  const folders = places.filter(({ hasWildcard }) => hasWildcard).map(({ folder }) => folder);
  const paths = places.filter(({ hasWildcard }) => !hasWildcard).map(({ glob }) => glob);
  const list = (texts: readonly string[]) => `[${[...new Set(texts)].map(quoteText).join(", ")}]`;
  return `
    set allowed_directories = ${list(folders)};
    set allowed_paths = ${list(paths)};
    set temp_directory = '';
    set enable_external_access = false;
    set global TimeZone = 'UTC';
    set allowed_configs = ['TimeZone'];
    set lock_configuration = true;`;
}

async function whenUnlocked<T>(attempt: () => Promise<T>): Promise<T> {
  for (let retriesLeft = lockedRetries; ; retriesLeft -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (retriesLeft === 0 || !isLocked(error)) {
        throw error;
      }
      await sleep(lockedRetryMs);
    }
  }
}
