import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { TidemarkError } from "../../core/errors.ts";
import { storeError } from "./failures.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { hasLog, openWritable } from "./open.ts";

/**
 * Makes a store beside `path` and moves it there when it is complete. So a process that dies here leaves
 * no half-made store, and an empty file at `path` is never a beginning of ours: it was truncated.
 * Call it with the writer's lock held.
 */
export function createStoreFile(path: string): void {
  if (hasLog(path)) {
    // SQLite would play the old log into the new file.
    throw new TidemarkError(
      "TM_STORE_CORRUPT",
      `The store ${path} is missing, but its log ${path}-wal is there.`,
      {
        hint: "Restore the store beside its log, or move the log away to start with an empty history.",
      },
    );
  }
  const draft = `${path}.new`;
  try {
    removeDraft(draft);
    // The last good files are kept in it, and somebody may have written a password into one of them.
    closeSync(openSync(draft, "wx", 0o600));
    const db = openWritable(draft);
    try {
      migrate(db, migrations);
    } finally {
      db.close();
    }
    rmSync(`${path}-shm`, { force: true });
    renameSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw storeError(unavailable(error, path), path);
  }
}

function removeDraft(draft: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) {
    rmSync(`${draft}${suffix}`, { force: true });
  }
}

/** The new name itself must survive a power cut. Windows cannot open a folder, and needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") {
    return;
  }
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Faults of the file system become ours; those of SQLite pass. */
function unavailable(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("syscall" in error)) {
    return error;
  }
  return new TidemarkError("TM_STORE_UNAVAILABLE", `The store ${path} cannot be made.`, {
    hint: "Check the permissions of its folder and the free space of its disk.",
    cause: error,
  });
}
