import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { TidemarkError } from "../../core/errors.ts";
import { Connection } from "./connection.ts";

/** Readers do not stand in a writer's way in WAL mode; only recovery and a foreign writer do. */
const busyTimeoutMs = 2_000;

/** Throws `TM_STORE_UNAVAILABLE` where the file system cannot share memory, as WAL asks. */
export function openWritable(path: string, waitMs = busyTimeoutMs): Connection {
  const db = new Connection(path, { isReadOnly: false, busyTimeoutMs: waitMs });
  try {
    const mode = db.get("PRAGMA journal_mode = WAL") as { journal_mode: string } | undefined;
    if (mode?.journal_mode !== "wal") {
      throw new TidemarkError(
        "TM_STORE_UNAVAILABLE",
        `The store ${path} lies on a file system that cannot hold it.`,
        { hint: "Put it on a local disk; network file systems lack the locks that it needs." },
      );
    }
    // FULL: a commit has reached the disk when it returns, so that a power cut loses nothing told.
    db.exec("PRAGMA synchronous = FULL");
    db.exec("PRAGMA trusted_schema = OFF");
    db.exec("PRAGMA cell_size_check = ON");
    db.exec("PRAGMA cache_size = -16384"); // KiB
    db.exec("PRAGMA journal_size_limit = 67108864"); // A long transaction's log is cut back to 64 MiB.
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens for reading, whether a writer runs or not. SQLite wants `-wal` and `-shm` files even then; where
 * they are missing and the folder may not be written to, no writer can be running, and the file is read
 * as one that nobody changes.
 */
export function openReadOnly(path: string): Connection {
  const db = new Connection(path, { isReadOnly: true, busyTimeoutMs });
  try {
    db.get("PRAGMA schema_version");
    return db;
  } catch (error) {
    db.close();
    if (hasLog(path) || !isUnavailable(error)) {
      throw error;
    }
  }
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  return new Connection(path, { isReadOnly: true, busyTimeoutMs }, url);
}

/** Whether there are changes that are not in the file itself yet. */
export function hasLog(path: string): boolean {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return log !== undefined && log.size > 0;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TidemarkError && error.code === "TM_STORE_UNAVAILABLE";
}
