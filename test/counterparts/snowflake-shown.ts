import type { DuckDBConnection } from "@duckdb/node-api";
import type { ResultSet } from "./snowflake-engine.ts";
import { SqlFailure } from "./snowflake-errors.ts";
import { type RowType, typeFacts } from "./snowflake-values.ts";

/** The warehouse that the role may use, as SHOW lists it. */
export interface ShownWarehouse {
  readonly name: string;
  readonly state: "STARTED" | "SUSPENDED";
  readonly auto_resume: "true" | "false";
}

/** What is more is left out without a word. */
const mostRows = 10_000;

/** The answer to a SHOW, which needs no warehouse; null for another statement. What is hidden is left out. */
export async function shown(
  connection: DuckDBConnection,
  sql: string,
  hidden: ReadonlySet<string>,
  warehouse: ShownWarehouse,
): Promise<ResultSet | null> {
  const match =
    /^\s*show\s+(columns|objects|warehouses)\s+(?:like\s+'([^']*)'|in\s+(schema|table)\s*((?:"(?:[^"]|"")*"\.?)*))/i.exec(
      sql,
    );
  if (match === null) {
    return null;
  }
  const [, what = "", like = "", scope = "", path = ""] = match;
  if (what.toLowerCase() === "warehouses") {
    const rows = like.toUpperCase() === warehouse.name ? [Object.values(warehouse)] : [];
    return { rowtype: Object.keys(warehouse).map(textColumn), rows };
  }
  const parts = [...path.matchAll(/"((?:[^"]|"")*)"/g)].map(([, part = ""]) =>
    part.replaceAll('""', '"'),
  );
  const table = scope.toLowerCase() === "table" ? parts.pop() : undefined;
  const schema = parts.pop() ?? "PUBLIC";
  const { rows: schemas } = await text(
    connection,
    "select schema_name from duckdb_schemas() where schema_name = $1",
    [schema],
  );
  if (schemas.length === 0) {
    throw new SqlFailure(
      "002043",
      "02000",
      "Object does not exist, or operation cannot be performed.",
    );
  }
  const isSeen = (name: string | null) =>
    !hidden.has(`${schema}.${name}`) && (table === undefined || table === name);
  return what.toLowerCase() === "columns"
    ? columns(connection, schema, isSeen)
    : objects(connection, schema, isSeen);
}

async function columns(
  connection: DuckDBConnection,
  schema: string,
  isSeen: (name: string | null) => boolean,
): Promise<ResultSet> {
  const sql =
    "select table_name, schema_name, column_name, cast(is_nullable as varchar) from duckdb_columns() " +
    "where schema_name = $1 and not internal order by table_oid, column_index";
  const { rows } = await text(connection, sql, [schema]);
  const types = new Map<string, readonly object[]>();
  const listed: (readonly (string | null)[])[] = [];
  const places = new Map<string | null, number>();
  for (const [table = null, inSchema = null, column = null, nullable] of rows) {
    if (!isSeen(table)) {
      continue;
    }
    const known = types.get(table ?? "") ?? (await columnTypes(connection, schema, table ?? ""));
    types.set(table ?? "", known);
    const place = places.get(table) ?? 0;
    places.set(table, place + 1);
    const json = { ...known[place], nullable: nullable === "true" };
    listed.push([
      table,
      inSchema,
      column,
      JSON.stringify(json),
      String(nullable),
      "",
      "COLUMN",
      "",
      "",
    ]);
  }
  const names = [
    "table_name",
    "schema_name",
    "column_name",
    "data_type",
    "null?",
    "default",
    "kind",
    "expression",
    "comment",
  ];
  return { rowtype: names.map(textColumn), rows: listed.slice(0, mostRows) };
}

/** As SHOW COLUMNS writes them, without whether they may be NULL. */
async function columnTypes(
  connection: DuckDBConnection,
  schema: string,
  table: string,
): Promise<readonly object[]> {
  const path = [schema, table].map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
  const prepared = await connection.prepare(`select * from ${path}`);
  return Array.from({ length: prepared.columnCount }, (_, column) => {
    const { type, ...limits } = typeFacts(prepared.columnType(column));
    return { type: type.toUpperCase(), ...limits };
  });
}

async function objects(
  connection: DuckDBConnection,
  schema: string,
  isSeen: (name: string | null) => boolean,
): Promise<ResultSet> {
  const sql =
    "select table_name, 'TABLE' from duckdb_tables() where schema_name = $1 union all " +
    "select view_name, 'VIEW' from duckdb_views() where schema_name = $1";
  const { rows } = await text(connection, sql, [schema]);
  return {
    rowtype: ["name", "kind"].map(textColumn),
    rows: rows.filter(([name = null]) => isSeen(name)),
  };
}

async function text(
  connection: DuckDBConnection,
  sql: string,
  values: string[],
): Promise<{ rows: (string | null)[][] }> {
  const reader = await connection.runAndReadAll(sql, values);
  return {
    rows: reader
      .getRows()
      .map((row) => row.map((value) => (value === null ? null : String(value)))),
  };
}

function textColumn(name: string): RowType {
  return {
    name,
    type: "text",
    nullable: true,
    precision: null,
    scale: null,
    length: 134_217_728,
    byteLength: 134_217_728,
  };
}
