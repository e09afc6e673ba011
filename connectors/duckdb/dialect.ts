import { ConnectorError, type DatasetSource, type SqlDialect } from "../../src/core/connector.ts";
import type { AggregateRequest, MeasurementFailure } from "../../src/core/measurement.ts";
import { spellGaps } from "../_shared/gaps.ts";
import { withoutEnd } from "../_shared/query-end.ts";

export const dialect: SqlDialect = {
  quoteIdentifier,
  relation,
  aggregate,
  /**
   * The literal has no type of its own, so that DuckDB reads it as the column's type; it thus meets the column
   * uncast and prunes row groups. Measured on 1.5.6: with an offset, a naive column is compared with the time in
   * UTC; without one, an instant is read in the session's zone, and of the two equal hours of an autumn night as
   * the second. `typeof` is known when the query is planned, so that one of the branches is all that is left.
   */
  compareTime: (column, op, { local, offset }) =>
    `case when typeof(${column}) = 'TIMESTAMP WITH TIME ZONE' ` +
    `then ${column} ${op} ${quoteText(local + offset)} else ${column} ${op} ${quoteText(local)} end`,
  gaps: (request, from, where) =>
    spellGaps(request, from, where, { milliseconds, stretch: spellStretch }),
  /** The infinities, which no whole number holds, are NULL. */
  epochMs: milliseconds,
  stretch: spellStretch,
};

/** `//` cuts towards 1970, so that of times before it one is taken off. NULL of an infinity. */
function milliseconds(value: string): string {
  const micros = `epoch_us(${value})`;
  return `(${micros} // 1000 - cast(${micros} % 1000 < 0 as bigint))`;
}

/** `/` divides as numbers with a fraction, which hold such times to the millisecond. */
function spellStretch(value: string, widthMs: number): string {
  return `floor(${milliseconds(value)} / ${widthMs})`;
}

/** What a `query:` is called in the statements over it. */
export const relationName = "dataset";

/** Readers by the file's extension, compressed or not. DuckDB sees compression by the extension `.gz`. */
const readers: readonly { readonly pattern: RegExp; readonly reader: string }[] = [
  { pattern: /\.parquet$/i, reader: "read_parquet" },
  { pattern: /\.csv(\.gz)?$/i, reader: "read_csv" },
  { pattern: /\.(json|jsonl|ndjson)(\.gz)?$/i, reader: "read_json" },
];

const aggregateNames = {
  count: "count",
  count_distinct: "count",
  min: "min",
  max: "max",
  sum: "sum",
  avg: "avg",
} as const satisfies Record<AggregateRequest["fn"], string>;

/** Why these files cannot be one dataset, or null when they can. */
export function filesProblem(globs: readonly string[]): MeasurementFailure | null {
  if (readerOf(globs) === null) {
    return {
      kind: "invalid_query",
      message: "The files of this dataset are not all of one kind that can be read.",
      hint: "End every glob in one of .parquet, .csv or .json (.jsonl, .ndjson), the last two also with .gz, and make a dataset of each kind.",
    };
  }
  const isUnbounded = globs.some((glob) => {
    const { folder, hasWildcard } = folderOf(glob);
    return hasWildcard && (folder === "" || folder === "/");
  });
  return isUnbounded
    ? {
        kind: "invalid_query",
        message: "A glob that begins at the root would open every file of the host.",
        hint: "Name a folder before the first wildcard.",
      }
    : null;
}

/** The one reader of all `globs`, or null when there is none, or more than one. */
function readerOf(globs: readonly string[]): string | null {
  const found = globs.map((glob) => readers.find(({ pattern }) => pattern.test(glob))?.reader);
  const [first] = found;
  return first !== undefined && found.every((reader) => reader === first) ? first : null;
}

/** The folder that everything a glob matches is in, with its slash at the end. */
export function folderOf(glob: string): { readonly folder: string; readonly hasWildcard: boolean } {
  const wildcardAt = glob.search(/[*?[]/);
  const fixed = wildcardAt < 0 ? glob : glob.slice(0, wildcardAt);
  return { folder: fixed.slice(0, fixed.lastIndexOf("/") + 1), hasWildcard: wildcardAt >= 0 };
}

/** The globs as a reader takes them. */
export function globList(globs: readonly string[]): string {
  return `[${globs.map(quoteText).join(", ")}]`;
}

/** Parquet files say in their footers how many rows they hold. */
export function areParquet(globs: readonly string[]): boolean {
  return readerOf(globs) === "read_parquet";
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

// Line breaks before closing brackets keep a remark at the end of a query or filter from swallowing them.

/** Throws `ConnectorError` (`invalid_query`) for file sets that no single reader reads. */
function relation(source: DatasetSource): string {
  if (source.kind === "files") {
    return files(source.globs);
  }
  return source.kind === "table"
    ? source.parts.map(quoteIdentifier).join(".")
    : `(\n${withoutEnd(source.sql)}\n) as ${relationName}`;
}

/**
 * Columns are matched by name over all files (`union_by_name`): a file written before a column was added
 * answers NULL for it, where matching by position would fail or, worse, mix columns up. What it costs is
 * a look at every file's header, and that a column counts as present while any file still has it.
 *
 * A CSV file begins with its header: left to guess, DuckDB takes the header of a file without rows for a row
 * when one of its names looks like a value, such as `t` or `2026`.
 */
function files(globs: readonly string[]): string {
  const problem = filesProblem(globs);
  if (problem !== null) {
    throw new ConnectorError(problem);
  }
  const reader = readerOf(globs);
  const header = reader === "read_csv" ? ", header = true" : "";
  return `${reader}(${globList(globs)}, union_by_name = true${header})`;
}

function aggregate({ fn, of, filter }: AggregateRequest): string {
  if (of === undefined && fn !== "count") {
    throw new Error(`${fn} needs a column`);
  }
  const distinct = fn === "count_distinct" ? "distinct " : "";
  const call = `${aggregateNames[fn]}(${distinct}${of ?? "*"})`;
  return filter === undefined ? call : `${call} filter (where ${filter}\n)`;
}
