import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { RestError, restError } from "./bigquery-errors.ts";
import { type PartitionUnit, partitionsView } from "./bigquery-partitions.ts";
import { fieldsOf, RunningQuery, valuesOf } from "./bigquery-query.ts";
import { macros, translate } from "./bigquery-sql.ts";
import type { RestField } from "./bigquery-values.ts";

/** What a table has besides its columns; a test sets what DuckDB does not know. */
export interface TableFacts {
  readonly isForbidden?: boolean;
  /** The account may see the columns and not the rows. */
  readonly rowsAreForbidden?: boolean;
  readonly numBytes?: number;
  readonly numRows?: number;
  readonly lastModifiedMs?: number;
  readonly isStreaming?: boolean;
  /** The column that the table is partitioned by; `_PARTITIONTIME`: by when its rows came. */
  readonly partitionColumn?: string;
  /** One for each day unless said. */
  readonly partitionUnit?: PartitionUnit;
  /** Ids of partitions whose rows are gone. */
  readonly emptiedPartitions?: readonly string[];
  readonly partitionsExpire?: boolean;
  readonly requiresPartitionFilter?: boolean;
}

export interface DescribedTable {
  readonly type: "TABLE" | "VIEW";
  readonly fields: readonly RestField[];
  readonly rows: number;
  readonly facts: TableFacts;
}

export interface DryRunAnswer {
  readonly statementType: string;
  readonly bytes: number;
  readonly fields: readonly RestField[];
}

/** Nothing is billed for less: https://cloud.google.com/bigquery/pricing */
const leastBytes = 10 * 1024 * 1024;

/** One project whose datasets are schemas of a DuckDB database in memory. */
export class BigqueryEngine {
  readonly project: string;
  readonly location: string;
  readonly facts = new Map<string, TableFacts>();
  /** Further projects, without data of their own, that jobs may run in. */
  readonly alsoBilled = new Set<string>();
  readonly #changedMs = new Map<string, number>();
  readonly #instance: DuckDBInstance;
  readonly #admin: DuckDBConnection;

  private constructor(
    names: { project: string; location: string },
    open: [DuckDBInstance, DuckDBConnection],
  ) {
    this.project = names.project;
    this.location = names.location;
    [this.#instance, this.#admin] = open;
  }

  static async start(names: { project: string; location: string }): Promise<BigqueryEngine> {
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const admin = await instance.connect();
    await admin.run(`attach ':memory:' as "${names.project}"`);
    const engine = new BigqueryEngine(names, [instance, admin]);
    await engine.#prepare(admin, null);
    return engine;
  }

  /** Runs one statement as an administrator. Its texts are DuckDB's, names and types GoogleSQL's. */
  async execute(sql: string): Promise<void> {
    const texts: string[] = [];
    const withoutTexts = sql.replaceAll(/`(?:\\.|[^`\\])*`|'(?:[^']|'')*'/g, (text) =>
      text.startsWith("'") ? `'${texts.push(text) - 1}'` : text,
    );
    const spelled = translate(withoutTexts).statements.map((statement) =>
      statement.replaceAll(/'(\d+)'/g, (_, place: string) => texts[Number(place)] ?? ""),
    );
    for (const statement of spelled) {
      await this.#admin.run(statement);
    }
    for (const parts of translate(withoutTexts).tables) {
      const key = parts.slice(-2).join(".");
      this.#changedMs.set(key, Math.max(Date.now(), (this.#changedMs.get(key) ?? 0) + 1));
    }
  }

  /** Throws `RestError` as a dry run does. */
  async dryRun(sql: string, dataset: string | null): Promise<DryRunAnswer> {
    const connection = await this.#connect(dataset);
    try {
      const { statementType, statements: translated, tables } = translate(sql);
      await this.#refuse(sql, tables, dataset);
      const statements = await this.#withViews(connection, translated);
      for (const statement of statements) {
        const prepared = await connection.prepare(statement);
        const names = Array.from({ length: prepared.columnCount }, (_, place) =>
          prepared.columnName(place),
        );
        prepared.destroySync();
        if (statementType === "SELECT" && new Set(names).size < names.length) {
          throw new RestError(
            400,
            "invalidQuery",
            "Duplicate column names in the result are not supported.",
          );
        }
      }
      const bytes = await this.#bytesOf(tables, dataset);
      const [statement = ""] = statements;
      return {
        statementType,
        bytes,
        fields: statementType === "SELECT" ? await this.#fieldsOf(connection, statement) : [],
      };
    } catch (error) {
      throw restError(error, this.location, this.project);
    } finally {
      connection.closeSync();
    }
  }

  /** Begins a query; `interrupt` stops it with what the job is then said to have failed with. */
  run(sql: string, dataset: string | null, maximumBytesBilled: number): RunningQuery {
    const query = new RunningQuery();
    query.begin(
      async () => {
        const connection = await this.#connect(dataset);
        const { statements, tables } = translate(sql);
        await this.#refuse(sql, tables, dataset);
        const bytes = await this.#bytesOf(tables, dataset);
        if (Math.max(bytes, tables.length * leastBytes) > maximumBytesBilled) {
          const needed = `Query exceeded limit for bytes billed: ${maximumBytesBilled}. ${bytes} or higher required.`;
          throw new RestError(500, "bytesBilledLimitExceeded", needed);
        }
        const spelled = await this.#withViews(connection, statements);
        return { connection, sql: spelled.join(";"), bytes };
      },
      (error) => restError(error, this.location, this.project),
    );
    return query;
  }

  /** Throws `RestError` 403 and 404. */
  async describe(dataset: string, table: string): Promise<DescribedTable> {
    const facts = this.factsOf([this.project, dataset, table], null);
    if (facts.isForbidden === true) {
      const path = `${this.project}:${dataset}.${table}`;
      const message = `Access Denied: Table ${path}: Permission bigquery.tables.get denied on table ${path} (or it may not exist).`;
      throw new RestError(403, "accessDenied", message);
    }
    const name = `${quoted(this.project)}.${quoted(dataset)}.${quoted(table)}`;
    const connection = await this.#connect(null);
    try {
      const required = await this.#requiredColumns(connection, dataset, table);
      const fields = await this.#fieldsOf(connection, `select * from ${name}`);
      const [[isView, rows] = []] = await valuesOf(
        connection,
        `select exists (from duckdb_views() where database_name = ${literal(this.project)} and schema_name = ${literal(dataset)} and view_name = ${literal(table)}),
          (select count(*) from ${name})`,
      );
      return {
        type: isView === true ? "VIEW" : "TABLE",
        fields: fields.map((field) =>
          required.has(field.name) ? { ...field, mode: "REQUIRED" } : field,
        ),
        rows: facts.numRows ?? Number(rows),
        facts,
      };
    } catch (error) {
      throw restError(error, this.location, this.project);
    } finally {
      connection.closeSync();
    }
  }

  factsOf(parts: readonly string[], dataset: string | null): TableFacts {
    const [table = "", schema = dataset ?? ""] = parts.toReversed();
    const key = `${schema}.${table}`;
    return { lastModifiedMs: this.#changedMs.get(key) ?? 0, ...this.facts.get(key) };
  }

  close(): void {
    this.#admin.closeSync();
    this.#instance.closeSync();
  }

  async #connect(dataset: string | null): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    await this.#prepare(connection, dataset);
    return connection;
  }

  async #prepare(connection: DuckDBConnection, dataset: string | null): Promise<void> {
    await connection.run(`use ${quoted(this.project)}; set TimeZone = 'UTC'; ${macros}`);
    if (dataset !== null) {
      await connection.run(`use ${quoted(this.project)}.${quoted(dataset)}`);
    }
  }

  async #refuse(
    sql: string,
    tables: readonly (readonly string[])[],
    dataset: string | null,
  ): Promise<void> {
    for (const parts of tables) {
      const {
        isForbidden,
        rowsAreForbidden,
        requiresPartitionFilter,
        partitionColumn = "",
      } = this.factsOf(parts, dataset);
      const path = `${this.project}:${parts.slice(-2).join(".")}`;
      if (isForbidden === true || rowsAreForbidden === true) {
        const message = `Access Denied: Table ${path}: User does not have permission to query table ${path}, or perhaps it does not exist in location ${this.location}.`;
        throw new RestError(403, "accessDenied", message);
      }
      const pruned = new RegExp(`where[\\s\\S]*\`?${partitionColumn}\`? *[<>=]+ *'`, "i");
      if (requiresPartitionFilter === true && !pruned.test(sql)) {
        const message = `Cannot query over table '${path}' without a filter over column(s) '${partitionColumn}', '_PARTITION_LOAD_TIME' that can be used for partition elimination`;
        throw new RestError(400, "invalidQuery", message);
      }
    }
  }

  /** Puts what INFORMATION_SCHEMA.PARTITIONS says now in its place. */
  async #withViews(
    connection: DuckDBConnection,
    statements: readonly string[],
  ): Promise<readonly string[]> {
    const spelled: string[] = [];
    for (const statement of statements) {
      const [view, schema] =
        /"[^"]+"\."([^"]+)"\.INFORMATION_SCHEMA\.PARTITIONS/.exec(statement) ?? [];
      if (view === undefined || schema === undefined) {
        spelled.push(statement);
        continue;
      }
      const factsOf = (table: string) => this.factsOf([schema, table], null);
      const rows = await partitionsView(connection, { project: this.project, schema, factsOf });
      spelled.push(statement.replace(view, `(${rows})`));
    }
    return spelled;
  }

  /** As if every value had eight bytes, where a test says nothing else. */
  async #bytesOf(tables: readonly (readonly string[])[], dataset: string | null): Promise<number> {
    let bytes = 0;
    for (const parts of tables) {
      if (parts.includes("INFORMATION_SCHEMA")) {
        bytes += leastBytes;
        continue;
      }
      const { numBytes } = this.factsOf(parts, dataset);
      const [table = "", schema = dataset ?? ""] = parts.toReversed();
      const described =
        numBytes === undefined ? await this.describe(schema, table).catch(() => null) : null;
      bytes += numBytes ?? (described?.rows ?? 0) * (described?.fields.length ?? 0) * 8;
    }
    return bytes;
  }

  async #fieldsOf(connection: DuckDBConnection, select: string): Promise<readonly RestField[]> {
    const result = await connection.run(`select * from (${select}\n) limit 0`);
    return fieldsOf(result.columnNames(), result.columnTypes());
  }

  async #requiredColumns(
    connection: DuckDBConnection,
    dataset: string,
    table: string,
  ): Promise<ReadonlySet<unknown>> {
    const rows = await valuesOf(
      connection,
      `select column_name from duckdb_columns() where not is_nullable and database_name = ${literal(this.project)}
        and schema_name = ${literal(dataset)} and table_name = ${literal(table)}`,
    );
    return new Set(rows.map(([name]) => name));
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
