import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { ConnectorError, type QueryResult } from "../../src/core/connector.ts";
import { relationName } from "./dialect.ts";
import { noFiles } from "./failures.ts";

/**
 * Functions that may stand in FROM. A list of what is allowed, since DuckDB has functions that a SELECT may
 * call and that change the process in spite of a locked configuration: `enable_logging` and
 * `enable_profiling` write files and break every later query, others run SQL that is handed in as text.
 */
const tableFunctions = new Set(
  `read_parquet parquet_scan read_csv read_csv_auto read_text read_blob glob
  read_json read_json_auto read_json_objects read_json_objects_auto json_each json_tree
  read_ndjson read_ndjson_auto read_ndjson_objects read_ndjson_objects_auto
  parquet_metadata parquet_file_metadata parquet_schema
  range generate_series unnest repeat repeat_row
  duckdb_columns duckdb_tables duckdb_views duckdb_constraints`.split(/\s+/),
);

/** What is read of a statement's syntax tree. */
const selectTree = z.object({
  get select_list() {
    return z.array(itemTree).default([]);
  },
  get from_table() {
    return fromTree.optional();
  },
});
const subqueryTree = z.object({ node: selectTree }).optional();
const itemTree = z.object({
  alias: z.string(),
  function_name: z.string().optional(),
  subquery: subqueryTree,
});
const fromTree = z.object({
  type: z.string(),
  alias: z.string().default(""),
  subquery: subqueryTree,
});
const parsed = z.object({
  error: z.boolean(),
  statements: z.array(z.object({ node: selectTree })).default([]),
});

export type Select = z.output<typeof selectTree>;
type Item = z.output<typeof itemTree>;

/**
 * Lets DuckDB's own parser read `sql`, which runs nothing, and returns what it found. Throws
 * `ConnectorError` for anything but one SELECT whose table functions are all on the list.
 */
export async function guard(connection: DuckDBConnection, sql: string): Promise<Select> {
  // DuckDB takes text up to the first NUL, so that the rest would go unread.
  const text = sql.includes("\0") ? "" : await serialize(connection, sql);
  const tree: unknown = text === "" ? { error: true } : JSON.parse(text);
  const { error, statements } = parsed.parse(tree);
  const [only] = statements;
  if (error || only === undefined || statements.length > 1) {
    throw new ConnectorError({
      kind: "invalid_query",
      message: "The query is not one SELECT statement that DuckDB can parse.",
      hint: "Only a single SELECT is run. `tidemark plan` prints the query.",
    });
  }
  if ([...functionsInFrom(tree)].some((name) => !tableFunctions.has(name.toLowerCase()))) {
    throw new ConnectorError({
      kind: "permission",
      message: "The query calls a table function that is not allowed.",
      hint: "Files are read with read_parquet, read_csv and read_json.",
    });
  }
  return only.node;
}

const figures = new Set(["count", "count_star", "min", "max", "sum", "avg"]);

/**
 * What a statement right over a set of files answers when there are no files: one row of figures, of which
 * only counts have a value, or no rows. Throws `ConnectorError` (`not_found`) for other statements, such as
 * a `query:` whose own figures cannot be known.
 */
export function answerOfNothing({ select_list: items, from_table: from }: Select): QueryResult {
  const isOfGaps = items.length > 0 && items.every(isGaps);
  if (from?.type !== "TABLE_FUNCTION" && !isOfGaps) {
    throw new ConnectorError(noFiles);
  }
  const isOfFigures = items.length > 0 && items.every((item) => isFigure(item) || isGaps(item));
  const row = items.map((item) => (item.function_name?.startsWith("count") === true ? 0n : null));
  return {
    columns: items.map(({ alias }) => alias),
    rows: isOfFigures ? [row] : [],
    isTruncated: false,
  };
}

function isFigure({ function_name: name }: Item): boolean {
  return name !== undefined && figures.has(name);
}

/** Whether this is `SqlDialect.gaps` right over a set of files, and not over a `query:`. */
function isGaps({ subquery }: Item): boolean {
  const isOfText = subquery?.node.select_list[0]?.function_name === "string_agg";
  let from = subquery?.node.from_table;
  while (from?.type === "SUBQUERY" && from.alias !== relationName) {
    from = from.subquery?.node.from_table;
  }
  return isOfText && from?.type === "TABLE_FUNCTION";
}

async function serialize(connection: DuckDBConnection, sql: string): Promise<string> {
  const reader = await connection.runAndReadAll("select json_serialize_sql($1::varchar)", [sql]);
  return String(reader.value(0, 0) ?? "");
}

function* functionsInFrom(tree: unknown): Generator<string> {
  const open: unknown[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== "object" || node === null) {
      continue;
    }
    if ("type" in node && node.type === "TABLE_FUNCTION" && "function" in node) {
      const call = z.object({ function_name: z.string() }).safeParse(node.function);
      yield call.data?.function_name ?? "";
    }
    const children: readonly unknown[] = Object.values(node);
    open.push(...children);
  }
}
