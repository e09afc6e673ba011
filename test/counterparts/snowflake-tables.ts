import type { DuckDBConnection } from "@duckdb/node-api";

const view = /(?:"[^"]+"\.)?information_schema\.tables\b/i;

/** What is no ordinary table, as columns of INFORMATION_SCHEMA.TABLES say. */
export type TableKind = "hybrid" | "iceberg" | "dynamic";
const kinds: readonly TableKind[] = ["hybrid", "iceberg", "dynamic"];

/**
 * Puts what INFORMATION_SCHEMA.TABLES would say in the place of its name: rows are counted, and `alteredMs` tells by the
 * name as it was written (`"SUITE"."ORDERS"`, in upper case) when a table was altered. Bytes are made up from the rows.
 * `kindOf` tells of tables, as `SCHEMA.TABLE`, that are no ordinary ones.
 */
export async function tablesView(
  connection: DuckDBConnection,
  sql: string,
  alteredMs: ReadonlyMap<string, number>,
  kindOf: ReadonlyMap<string, TableKind>,
): Promise<string> {
  if (!view.test(sql)) {
    return sql;
  }
  const reader = await connection.runAndReadAll(
    "select schema_name, table_name, 'BASE TABLE' from duckdb_tables() where not internal union all " +
      "select schema_name, view_name, 'VIEW' from duckdb_views() where not internal",
  );
  const rows: string[] = [];
  for (const row of reader.getRows()) {
    const [schema = "", table = "", type = ""] = row.map(String);
    const path = [schema, table].map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
    const [[count = null] = []] =
      type === "VIEW"
        ? []
        : (await connection.runAndReadAll(`select count(*) from ${path}`)).getRows();
    const altered = alteredMs.get(path.toUpperCase()) ?? 0;
    const own = kindOf.get(`${schema}.${table}`);
    const marks = kinds.map((kind) => literal(kind === own ? "YES" : "NO"));
    const facts = count === null ? "null, null" : `${String(count)}, ${String(count)} * 16`;
    rows.push(
      `(${[...[schema, table, type].map(literal), ...marks].join(", ")}, ${facts}, make_timestamp(${altered}000))`,
    );
  }
  const marked = kinds.map((kind) => `is_${kind}`).join(", ");
  const columns = `table_schema, table_name, table_type, ${marked}, row_count, bytes, last_altered`;
  return sql.replace(view, `(values ${rows.join(", ")}) as listed (${columns})`);
}

function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
