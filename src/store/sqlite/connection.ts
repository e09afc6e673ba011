import { DatabaseSync, type StatementSync } from "node:sqlite";
import { storeError } from "./failures.ts";

export type SqlParam = null | number | bigint | string;

/** By position, or by the name that follows the `$`. */
type Params = readonly SqlParam[] | Readonly<Record<string, SqlParam>>;

export interface ConnectionOptions {
  readonly isReadOnly: boolean;
  /** How long a statement waits, with the event loop stopped, for a lock of another process. */
  readonly busyTimeoutMs: number;
}

/**
 * One connection to one file. Synchronous, as `node:sqlite` is; every fault is a `TidemarkError`.
 * Statements are prepared once and kept: their texts are literals of this folder, so their number is
 * bounded.
 */
export class Connection implements Disposable {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Apart from the others, because a statement gives either objects or arrays. */
  readonly #arrayStatements = new Map<string, StatementSync>();

  /** `location` differs from `path` where the file is opened by URL. */
  constructor(path: string, options: ConnectionOptions, location: string | URL = path) {
    this.path = path;
    this.#db = this.#guard(
      () =>
        new DatabaseSync(location, {
          readOnly: options.isReadOnly,
          timeout: options.busyTimeoutMs,
          enableForeignKeyConstraints: true,
        }),
    );
  }

  /** False also after SQLite has rolled back by itself, as it does when the disk is full. */
  get isInTransaction(): boolean {
    return this.#db.isTransaction;
  }

  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  /** Returns the number of rows changed. */
  run(sql: string, params: Params = []): number {
    return this.#guard(() => {
      const statement = this.#prepared(sql);
      const done = isList(params) ? statement.run(...params) : statement.run(params);
      return Number(done.changes);
    });
  }

  /** The tables are STRICT, so a caller may take the rows for what their columns are declared to hold. */
  all(sql: string, params: readonly SqlParam[] = []): readonly unknown[] {
    return this.#guard(() => this.#prepared(sql).all(...params));
  }

  /** Rows as arrays, in the order of the columns; for many of them this is three times as fast. */
  arrays(sql: string, params: readonly SqlParam[] = []): readonly (readonly unknown[])[] {
    return this.#guard(() => {
      const rows: readonly unknown[] = this.#preparedForArrays(sql).all(...params);
      // The types of `node:sqlite` do not know what `setReturnArrays` changes.
      return rows as readonly (readonly unknown[])[];
    });
  }

  /** The first row, or undefined. */
  get(sql: string, params: readonly SqlParam[] = []): unknown {
    return this.#guard(() => this.#prepared(sql).get(...params));
  }

  begin(mode: "IMMEDIATE" | "DEFERRED"): void {
    this.exec(`BEGIN ${mode}`);
  }

  commit(): void {
    this.exec("COMMIT");
  }

  rollback(): void {
    if (this.isInTransaction) {
      this.exec("ROLLBACK");
    }
  }

  close(): void {
    this.#statements.clear();
    this.#arrayStatements.clear();
    if (this.#db.isOpen) {
      this.#guard(() => this.#db.close());
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) {
      return known;
    }
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #preparedForArrays(sql: string): StatementSync {
    const known = this.#arrayStatements.get(sql);
    if (known !== undefined) {
      return known;
    }
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    this.#arrayStatements.set(sql, statement);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeError(error, this.path);
    }
  }
}

function isList(params: Params): params is readonly SqlParam[] {
  return Array.isArray(params);
}
