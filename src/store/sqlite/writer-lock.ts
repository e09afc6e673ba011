import { DatabaseSync } from "node:sqlite";
import { errorCodes, TidemarkError } from "../../core/errors.ts";
import { resultCodeOf } from "./failures.ts";

const busy = 5;

/**
 * Held by the one process that writes to a store: a second SQLite file `<store>.lock` with an exclusive
 * transaction that never ends. The kernel frees the lock with the process, however it dies, so none is
 * ever stale; and the store itself stays free for readers. The file is left behind on purpose: removing
 * it would let two processes lock two files of the same name.
 */
export class WriterLock implements Disposable {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Throws `TM_STORE_LOCKED` at once when another holds it, `TM_STORE_UNAVAILABLE` when it cannot be taken. */
  static take(storePath: string): WriterLock {
    const path = `${storePath}.lock`;
    let db: DatabaseSync | null = null;
    try {
      db = new DatabaseSync(path, { timeout: 0 });
      db.exec("PRAGMA journal_mode = MEMORY");
      db.exec("BEGIN EXCLUSIVE");
      return new WriterLock(db);
    } catch (error) {
      db?.close();
      throw refusal(error, storePath, path);
    }
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) {
      this.#db.close();
    }
  }
}

function refusal(error: unknown, storePath: string, path: string): TidemarkError {
  if (resultCodeOf(error) === busy) {
    return new TidemarkError(
      "TM_STORE_LOCKED",
      `Another process is writing to the store ${storePath}.`,
      {
        hint: errorCodes.TM_STORE_LOCKED.remedy,
        cause: error,
      },
    );
  }
  return new TidemarkError(
    "TM_STORE_UNAVAILABLE",
    `The store's lock file ${path} cannot be written.`,
    { hint: "Check that its folder exists and may be written to.", cause: error },
  );
}
