import { mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { TidemarkError } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Store } from "../../core/store.ts";
import { assertCurrent, assertSound, assertTakesWrites, assertWritable } from "./checks.ts";
import { createStoreFile } from "./create.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { openReadOnly, openWritable } from "./open.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { WriterLock } from "./writer-lock.ts";

/** A command can wait for longer than a daemon, which stands still meanwhile. */
const commandBusyTimeoutMs = 10_000;

export interface SqliteStoreOptions {
  /**
   * - serve: the one that watches, until it is disposed of or dies.
   * - command: writes a little, beside the one that serves or alone, and is gone.
   * - readOnly: beside a writer or alone.
   */
  readonly access: "serve" | "command" | "readOnly";
  readonly logger: Logger;
}

/**
 * Opens the store at `path`; `serve` makes it when there is none.
 *
 * Throws `TM_STORE_LOCKED` (another writer), `TM_STORE_NEWER`, `TM_STORE_CORRUPT` (damaged, truncated, or
 * not a store) and `TM_STORE_UNAVAILABLE`. A file that it refuses is left as it was found.
 */
export async function openSqliteStore(path: string, options: SqliteStoreOptions): Promise<Store> {
  return openers[options.access](path, options.logger);
}

const openers: Readonly<
  Record<SqliteStoreOptions["access"], (path: string, logger: Logger) => Store>
> = { serve: openToServe, command: openForCommand, readOnly: openToRead };

function openToServe(path: string, logger: Logger): Store {
  const kind = kindOf(path);
  if (kind === "missing") {
    makeFolder(path);
  }
  // Two names of one file must meet at one lock.
  const file = kind === "file" ? realpathSync(path) : path;
  const lock = WriterLock.take(file);
  try {
    // Asked again, because another process may have made it just before it gave the lock up.
    if (kindOf(file) === "missing") {
      createStoreFile(file);
      logger.info({ path: file }, "Made a new store");
    }
    assertWritable(file);
    const db = openWritable(file);
    try {
      assertSound(db);
      const applied = migrate(db, migrations);
      if (applied.length > 0) {
        logger.info({ path: file, versions: applied }, "Migrated the store");
      }
      assertTakesWrites(db);
      return new SqliteStore(db, { lock, isReadOnly: false });
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** Without the lock: each of its writes is one short transaction, which waits for that of the one that serves. */
function openForCommand(path: string): Store {
  assertExists(path, "write to");
  {
    using db = openReadOnly(path);
    assertCurrent(db);
  }
  return new SqliteStore(openWritable(path, commandBusyTimeoutMs), {
    lock: null,
    isReadOnly: false,
  });
}

function openToRead(path: string): Store {
  assertExists(path, "read");
  const db = openReadOnly(path);
  try {
    assertCurrent(db);
    return new SqliteStore(db, { lock: null, isReadOnly: true });
  } catch (error) {
    db.close();
    throw error;
  }
}

function assertExists(path: string, use: string): void {
  if (kindOf(path) === "missing") {
    throw new TidemarkError("TM_STORE_UNAVAILABLE", `There is no store at ${path}.`, {
      hint: `\`tidemark serve\` makes it; until it has run once there is nothing to ${use}.`,
    });
  }
}

function kindOf(path: string): "file" | "missing" {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      return "missing";
    }
    if (found.isFile()) {
      return "file";
    }
  } catch (error) {
    throw new TidemarkError("TM_STORE_UNAVAILABLE", `The store ${path} cannot be reached.`, {
      hint: "Check that each part of the path is a folder that may be entered.",
      cause: error,
    });
  }
  throw new TidemarkError("TM_STORE_UNAVAILABLE", `The store ${path} is not an ordinary file.`, {
    hint: "Name the file itself, e.g. `.tidemark/state.db`.",
  });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new TidemarkError(
      "TM_STORE_UNAVAILABLE",
      `The folder of the store ${path} cannot be made.`,
      { hint: "Make it, or choose a path under a folder that may be written to.", cause: error },
    );
  }
}
