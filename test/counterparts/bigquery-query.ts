import type { DuckDBConnection } from "@duckdb/node-api";
import { RestError } from "./bigquery-errors.ts";
import { fieldOf, type RestField, type RestValue, restValue } from "./bigquery-values.ts";

export interface Page {
  readonly fields: readonly RestField[];
  readonly rows: readonly { f: readonly { v: RestValue }[] }[];
  readonly totalRows: number;
}

/** DuckDB forgets an interrupt that arrives between two steps of a query. */
const interruptEveryMs = 10;

/** What a query is run with, once it may. */
interface Prepared {
  readonly connection: DuckDBConnection;
  readonly sql: string;
  readonly bytes: number;
}

/** A query on its way, or over: with its rows kept, or its failure. */
export class RunningQuery {
  error: RestError | null = null;
  isDone = false;
  bytes = 0;
  done: Promise<void> = Promise.resolve();
  #connection: DuckDBConnection | null = null;
  #stopped: RestError | null = null;

  begin(prepare: () => Promise<Prepared>, toError: (error: unknown) => RestError): void {
    this.done = this.#work(prepare)
      .catch((error: unknown) => {
        this.error = this.#stopped ?? toError(error);
      })
      .finally(() => {
        this.isDone = true;
      });
  }

  async interrupt(reason: RestError): Promise<void> {
    this.#stopped ??= reason;
    while (!this.isDone) {
      this.#connection?.interrupt();
      await Promise.race([
        this.done,
        new Promise((resolve) => setTimeout(resolve, interruptEveryMs)),
      ]);
    }
  }

  async page(offset: number, limit: number): Promise<Page> {
    const connection = this.#connection;
    if (connection === null) {
      throw new RestError(400, "invalid", "The job has no rows.");
    }
    const counted = await valuesOf(connection, "select count(*) from job_result");
    const reader = await connection.runAndReadAll(
      `select * from job_result limit ${limit} offset ${offset}`,
    );
    return {
      fields: fieldsOf(reader.columnNames(), reader.columnTypes()),
      rows: reader.getRows().map((row) => ({ f: row.map((value) => ({ v: restValue(value) })) })),
      totalRows: Number(counted[0]?.[0]),
    };
  }

  close(): void {
    this.#connection?.closeSync();
    this.#connection = null;
  }

  async #work(prepare: () => Promise<Prepared>): Promise<void> {
    const { connection, sql, bytes } = await prepare();
    this.#connection = connection;
    this.bytes = bytes;
    if (this.#stopped !== null) {
      throw this.#stopped;
    }
    await connection.run(`create temp table job_result as ${sql}`);
  }
}

export function fieldsOf(
  names: readonly string[],
  types: readonly Parameters<typeof fieldOf>[1][],
): readonly RestField[] {
  return types.map((type, place) => fieldOf(names[place] ?? "", type));
}

export async function valuesOf(
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(sql)).getRows();
}
