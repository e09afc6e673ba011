import type { DatasetRef } from "../../src/core/connector.ts";
import type { CatalogueColumn, Measured, MeasurementFailure } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { quoteText } from "./dialect.ts";
import type { Lease } from "./engine.ts";
import { fetchRows } from "./rows.ts";

export type Columns = Measured<readonly CatalogueColumn[]>;

const defaultSchema = "main";

/** The columns of all tables and views among `datasets`, by the dataset's id, read in one query. */
export async function describeTables(
  lease: Lease,
  datasets: readonly DatasetRef[],
  atMs: EpochMs,
): Promise<ReadonlyMap<string, Columns>> {
  const tables = datasets.flatMap(({ id, source }) =>
    source.kind === "table" ? [{ id, key: keyOf(source.parts), name: source.parts.at(-1) }] : [],
  );
  if (tables.length === 0) {
    return new Map();
  }
  const names = tables.map(({ name = "" }) => quoteText(keyOf([name])));
  const columns = await columnsByKey(lease, names.join(", "));
  return new Map(
    tables.map(({ id, key }) => {
      const value = columns.get(key);
      return [id, value === undefined ? absent : { ok: true, value, atMs }];
    }),
  );
}

async function columnsByKey(
  lease: Lease,
  names: string,
): Promise<ReadonlyMap<string, readonly CatalogueColumn[]>> {
  const { rows } = await fetchRows(lease, catalogueQuery(names), Number.POSITIVE_INFINITY);
  const columns = new Map<string, CatalogueColumn[]>();
  for (const [name, type, nullable, ...path] of rows) {
    const column = {
      name: textOf(name),
      type: textOf(type),
      nullable: typeof nullable === "boolean" ? nullable : null,
    };
    for (const key of keysOf(path.map(textOf))) {
      columns.set(key, [...(columns.get(key) ?? []), column]);
    }
  }
  return columns;
}

export function textOf(value: SqlValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A view's columns are always said to be nullable, which nobody promised. */
function catalogueQuery(names: string): string {
  return `
    select column_name, data_type, case when view_oid is null then is_nullable end,
      columns.database_name, columns.schema_name, table_name
    from duckdb_columns() as columns
    left join duckdb_views() as views
      on views.database_oid = columns.database_oid and view_oid = table_oid
    where columns.database_name = current_database() and not columns.internal
      and translate(table_name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') in (${names})
    order by columns.schema_name, table_name, column_index`;
}

/** The ways in which a query may name a table: with or without its database, and its schema if that is not `main`. */
export function keysOf([
  database = "",
  schema = "",
  table = "",
]: readonly string[]): readonly string[] {
  const paths = [
    [schema, table],
    [database, schema, table],
    ...(schema === defaultSchema ? [[table], [database, table]] : []),
  ];
  return [...new Set(paths.map(keyOf))];
}

/** DuckDB takes the Latin letters A to Z of a name as the same in either case, and no others. */
export function keyOf(path: readonly string[]): string {
  return path.map((name) => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())).join("\0");
}

const absentFailure: MeasurementFailure = {
  kind: "not_found",
  message: "The table does not exist in this database.",
  hint: "Check the dataset's `table` and the connection's `path`; a name without a schema is looked for in `main`.",
};
export const absent: Measured<never> = { ok: false, failure: absentFailure };
