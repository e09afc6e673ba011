import { type DuckDBConnection, DuckDBInstance, type DuckDBResultReader } from "@duckdb/node-api";
import { SqlFailure, sqlFailureOf } from "./snowflake-errors.ts";
import { type ShownWarehouse, shown } from "./snowflake-shown.ts";
import { macros, toDuckdb } from "./snowflake-sql.ts";
import { type TableKind, tablesView } from "./snowflake-tables.ts";
import { type RowType, rawOf, rowTypeOf } from "./snowflake-values.ts";

export interface ResultSet {
  readonly rowtype: readonly RowType[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface RunOptions {
  readonly isDescribed: boolean;
  readonly timeoutMs: number;
  readonly maxRows: number;
}

const database = "TIDEMARK_TEST";

/** DuckDB forgets an interrupt that arrives between two steps of a query, so it is repeated. */
const interruptEveryMs = 10;

/** The data of an account: one database in memory, with a warehouse that runs any number of statements at once. */
export class SnowflakeEngine implements AsyncDisposable {
  /** Tables, as `SCHEMA.TABLE`, that the role of the connectors does not see. */
  readonly hidden = new Set<string>();
  /** Tables, as `SCHEMA.TABLE`, that are no ordinary ones. */
  readonly tableKinds = new Map<string, TableKind>();
  warehouse: ShownWarehouse = { name: "TIDEMARK_WH", state: "SUSPENDED", auto_resume: "true" };
  /** When each table was last altered, by its name in upper case. */
  readonly #alteredMs = new Map<string, number>();
  readonly #instance: DuckDBInstance;
  #runningCount = 0;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async start(): Promise<SnowflakeEngine> {
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const engine = new SnowflakeEngine(instance);
    const connection = await instance.connect();
    await connection.run(`attach ':memory:' as ${database}; use ${database}.main`);
    await connection.run("create schema PUBLIC");
    for (const macro of macros) {
      await connection.run(macro);
    }
    connection.closeSync();
    return engine;
  }

  get runningCount(): number {
    return this.#runningCount;
  }

  /** Runs a statement of an administrator, whose strings have no escapes. */
  async execute(sql: string): Promise<void> {
    const connection = await this.#connect();
    try {
      await connection.run(toDuckdb(sql, { hasEscapes: false }));
      this.#remember(sql);
    } finally {
      connection.closeSync();
    }
  }

  /** Throws `SqlFailure`. `stop` interrupts it for good. */
  run(
    sql: string,
    options: RunOptions,
  ): { result: Promise<ResultSet>; stop(reason: SqlFailure): void } {
    const state: { reason: SqlFailure | null; connection: DuckDBConnection | null } = {
      reason: null,
      connection: null,
    };
    const stop = (reason: SqlFailure) => {
      state.reason ??= reason;
      state.connection?.interrupt();
    };
    const timer = setTimeout(() => stop(timedOut), options.timeoutMs);
    const repeated = setInterval(() => {
      if (state.reason !== null) {
        state.connection?.interrupt();
      }
    }, interruptEveryMs);
    const work = async (): Promise<ResultSet> => {
      this.#runningCount += 1;
      try {
        state.connection = await this.#connect();
        const result = await this.#query(state.connection, sql, options);
        if (state.reason !== null) {
          throw state.reason;
        }
        return result;
      } catch (error) {
        throw state.reason ?? (error instanceof SqlFailure ? error : sqlFailureOf(error));
      } finally {
        this.#runningCount -= 1;
        clearTimeout(timer);
        clearInterval(repeated);
        state.connection?.closeSync();
      }
    };
    return { result: work(), stop };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#instance.closeSync();
  }

  async #connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    await connection.run(
      `use ${database}.PUBLIC; set TimeZone = 'UTC'; set search_path = '${database}.PUBLIC,${database}.main'`,
    );
    return connection;
  }

  async #query(
    connection: DuckDBConnection,
    sql: string,
    { isDescribed, maxRows }: RunOptions,
  ): Promise<ResultSet> {
    const listing = await shown(connection, sql, this.hidden, this.warehouse);
    if (listing !== null) {
      return listing;
    }
    const text = toDuckdb(await tablesView(connection, sql, this.#alteredMs, this.tableKinds));
    for (const name of this.hidden) {
      if (text.includes(quoted(name))) {
        throw new SqlFailure(
          "002003",
          "42S02",
          `Object '${name}' does not exist or not authorized.`,
        );
      }
    }
    const statements = await connection.extractStatements(text);
    if (statements.count !== 1) {
      const message = `Actual statement count ${statements.count} did not match the desired statement count 1.`;
      throw new SqlFailure("000008", "0A000", message);
    }
    if (isDescribed) {
      const prepared = await statements.prepare(0);
      const rowtype = Array.from({ length: prepared.columnCount }, (_, column) =>
        rowTypeOf(prepared.columnName(column), prepared.columnType(column)),
      );
      return { rowtype, rows: [] };
    }
    return read(await connection.streamAndReadUntil(text, maxRows), maxRows, () =>
      this.#remember(sql),
    );
  }

  /** Later than before, however quickly statements follow one another. */
  #remember(sql: string): void {
    for (const [, path = ""] of sql.matchAll(
      /\b(?:table|into|update|from)\s+((?:"(?:[^"]|"")*"\.?)+)/gi,
    )) {
      const name = path.toUpperCase();
      this.#alteredMs.set(name, Math.max(Date.now(), (this.#alteredMs.get(name) ?? 0) + 1));
    }
  }
}

function quoted(path: string): string {
  return path
    .split(".")
    .map((part) => `"${part}"`)
    .join(".");
}

const timedOut = new SqlFailure(
  "000630",
  "57014",
  "Statement reached its statement or warehouse timeout and was canceled.",
);

function read(reader: DuckDBResultReader, maxRows: number, onWrite: () => void): ResultSet {
  const types = reader.columnTypes();
  const rowtype = reader.columnNames().map((name, column) => {
    const type = types[column];
    if (type === undefined) {
      throw new Error(`column ${column} has no type`);
    }
    return rowTypeOf(name, type);
  });
  if (reader.rowsChanged > 0) {
    onWrite();
  }
  return {
    rowtype,
    rows: reader
      .getRows()
      .slice(0, maxRows)
      .map((row) => row.map(rawOf)),
  };
}
