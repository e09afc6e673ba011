import { AsyncLocalStorage } from "node:async_hooks";
import { TidemarkError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";

/** How a part of the store reaches the database: behind the queue, or within the running transaction. */
export interface Access {
  read<T>(work: (db: Connection) => T): Promise<T>;
  /** All that `work` writes, or nothing when it throws. */
  write<T>(work: (db: Connection) => T): Promise<T>;
}

/**
 * The one connection, taken in turn. A call made at the top level waits for those before it, so that
 * it never reads what a running transaction may still roll back.
 */
export class SerialAccess implements Access {
  readonly #db: Connection;
  readonly #isReadOnly: boolean;
  readonly #scopes = new AsyncLocalStorage<TransactionAccess>();
  #tail: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(db: Connection, isReadOnly: boolean) {
    this.#db = db;
    this.#isReadOnly = isReadOnly;
  }

  read<T>(work: (db: Connection) => T): Promise<T> {
    return this.#inTurn(() => work(this.#db));
  }

  write<T>(work: (db: Connection) => T): Promise<T> {
    return this.#inTurn(() => {
      if (this.#isReadOnly) {
        throw readOnlyError(this.#db.path);
      }
      this.#db.begin("IMMEDIATE");
      try {
        const value = work(this.#db);
        this.#db.commit();
        return value;
      } catch (error) {
        this.#db.rollback();
        throw error;
      }
    });
  }

  /** Runs `work` with an access that lives as long as the transaction. */
  transaction<T>(work: (access: Access) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const scope = new TransactionAccess(this.#db, this.#isReadOnly);
      this.#db.begin(this.#isReadOnly ? "DEFERRED" : "IMMEDIATE");
      try {
        const value = await this.#scopes.run(scope, () => work(scope));
        scope.finish();
        this.#db.commit();
        return value;
      } catch (error) {
        this.#db.rollback();
        throw error;
      } finally {
        scope.isOver = true;
      }
    });
  }

  /** Waits for the calls before it; later ones are refused. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      await this.#inTurn(() => {
        this.#isClosed = true;
        this.#db.close();
      });
    }
  }

  async #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const scope = this.#scopes.getStore();
    if (scope !== undefined && !scope.isOver) {
      // It would wait for the transaction that waits for it.
      throw new TidemarkError(
        "TM_INTERNAL",
        "Inside a transaction only the parts handed to it may be used, not the store itself.",
      );
    }
    const turn = this.#tail.then(() => {
      if (this.#isClosed) {
        throw new TidemarkError("TM_STORE_UNAVAILABLE", `The store ${this.#db.path} is closed.`);
      }
      return work();
    });
    this.#tail = turn.catch(() => {
      // Its caller has the error; the next in turn must run all the same.
    });
    return turn;
  }
}

/**
 * The running transaction. After a first error it takes nothing more and cannot commit, even when
 * `work` swallows that error: half a call must never become durable. (Postgres behaves so by itself.)
 */
class TransactionAccess implements Access {
  isOver = false;
  readonly #db: Connection;
  readonly #isReadOnly: boolean;
  #failure: { readonly error: unknown } | null = null;

  constructor(db: Connection, isReadOnly: boolean) {
    this.#db = db;
    this.#isReadOnly = isReadOnly;
  }

  read<T>(work: (db: Connection) => T): Promise<T> {
    return this.#call(work);
  }

  write<T>(work: (db: Connection) => T): Promise<T> {
    return this.#call((db) => {
      if (this.#isReadOnly) {
        throw readOnlyError(db.path);
      }
      return work(db);
    });
  }

  /** Throws the first error of the transaction, if it had one. */
  finish(): void {
    if (this.#failure !== null) {
      throw this.#failure.error;
    }
  }

  async #call<T>(work: (db: Connection) => T): Promise<T> {
    if (this.isOver) {
      throw new TidemarkError("TM_INTERNAL", "The transaction of these parts is over.");
    }
    this.finish();
    try {
      return work(this.#db);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}

function readOnlyError(path: string): TidemarkError {
  return new TidemarkError(
    "TM_STORE_UNAVAILABLE",
    `The store ${path} was opened for reading only.`,
  );
}
