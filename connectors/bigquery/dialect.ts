import { ConnectorError, type DatasetSource, type SqlDialect } from "../../src/core/connector.ts";
import type { AggregateRequest, GapsRequest } from "../../src/core/measurement.ts";
import { cutBehindSolid } from "../_shared/query-end.ts";

/** GoogleSQL. Statements run with the time zone UTC (see `jobs.ts`), which casts rely on. */
export const dialect: SqlDialect = {
  quoteIdentifier: quoteColumn,
  relation,
  aggregate,
  compareTime,
  comparesOnlyTimes: true,
  gaps,
  epochMs: milliseconds,
  stretch,
  /** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types: every whole number has 64 bits. */
  typeNames: new Map([
    ["timestamp", "timestamptz"],
    ["datetime", "timestamp"],
    ...["int", "integer", "smallint", "tinyint", "byteint"].map((name) => [name, "int64"] as const),
    ["bigdecimal", "bignumeric"],
  ]),
};

/** No column's name has a dot (https://cloud.google.com/bigquery/docs/schemas): one makes it the path of a field. */
function quoteColumn(path: string): string {
  return path.split(".").map(quoteIdentifier).join(".");
}

/** Inside of backticks the escapes of strings hold. */
export function quoteIdentifier(name: string): string {
  return `\`${escape(name).replaceAll("`", "\\`")}\``;
}

export function quoteText(text: string): string {
  return `'${escape(text).replaceAll("'", "\\'")}'`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/** What stands before the last two parts is the project, which may hold dots: `example.com:shop`. */
export function tablePath(parts: readonly string[]): readonly string[] {
  return parts.length <= 3 ? parts : [parts.slice(0, -2).join("."), ...parts.slice(-2)];
}

function relation(source: DatasetSource): string {
  if (source.kind === "files") {
    const message = "A BigQuery connection reads tables and queries, not files.";
    throw new ConnectorError({ kind: "invalid_query", message });
  }
  return source.kind === "table"
    ? tablePath(source.parts).map(quoteIdentifier).join(".")
    : `(\n${withoutEnd(source.sql)}\n) as dataset`;
}

/**
 * The tokens of GoogleSQL, as far as it takes to know what is a remark: blanks, remarks and semicolons, and in the group
 * `solid` texts in all their quotes, names in backticks, and everything else. What has no end goes on to the end of all.
 */
const token =
  /[\s;]+|--[^\r\n]*|#[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?<solid>[^\s;#'"`/-]+|'''(?:\\[\s\S]?|[^\\])*?(?:'''|$)|"""(?:\\[\s\S]?|[^\\])*?(?:"""|$)|'(?:\\[\s\S]?|[^'\\])*(?:'|$)|"(?:\\[\s\S]?|[^"\\])*(?:"|$)|`(?:\\[\s\S]?|[^`\\])*(?:`|$)|[\s\S])/g;

/** A statement without the semicolons and remarks at its end: a subquery may not have the former. */
export function withoutEnd(sql: string): string {
  return cutBehindSolid(sql, token);
}

/** There is no FILTER clause; aggregates leave out the NULL that `if` makes of other rows. */
function aggregate({ fn, of, filter }: AggregateRequest): string {
  if (of === undefined && fn !== "count") {
    throw new Error(`${fn} needs a column`);
  }
  const isDistinct = fn === "count_distinct" ? "distinct " : "";
  const name = fn === "count_distinct" ? "count" : fn;
  // The line break ends a remark at the filter's end, which would swallow the comma.
  const kept = filter === undefined ? (of ?? "*") : `if(${filter}\n, ${of ?? "1"}, null)`;
  return `${name}(${isDistinct}${kept})`;
}

/** By how many characters a column's type shows in its text: `2026-07-01`, `… 05:00:00`, `… 05:00:00+00`. */
const dayLength = 10;

/**
 * Two conditions, both needed, because GoogleSQL has no literal that fits columns of TIMESTAMP, DATETIME and DATE
 * alike but that of a day, and coerces no type of column to another.
 *
 * The first compares the bare column with a day before (or after) which no row fits in any reading: partitions and
 * blocks are pruned by it, and `require_partition_filter` is content. The second is exact: it compares the column as
 * an instant, as if it were in UTC, with the moment that is right for the column's type, which shows in the form of
 * its text. At most one day more than needed is read at the moment's end.
 */
function compareTime(
  column: string,
  op: ">" | ">=" | "<" | "<=",
  { ms, local }: { readonly ms: number; readonly local: string },
): string {
  const instant = new Date(ms).toISOString();
  const days = [instant.slice(0, dayLength), local.slice(0, dayLength)].toSorted();
  const isLower = op.startsWith(">");
  const coarse = isLower ? `>= ${quoteText(days[0] ?? "")}` : `< ${quoteText(dayAfter(days[1]))}`;
  const text = `cast(${column} as string)`;
  const moment =
    `case when length(${text}) = ${dayLength} then ${timestamp(`${local.slice(0, dayLength)} 00:00:00`)} ` +
    `when ends_with(${text}, '+00') then ${timestamp(instant.replace("T", " ").replace("Z", ""))} ` +
    `else ${timestamp(local)} end`;
  // Of the three types alone a year can be extracted, so that a column of text is refused before anything is read.
  const isTime = `extract(year from ${column}) > 0`;
  return `(${column} ${coarse} and ${isTime} and cast(${column} as timestamp) ${op} ${moment})`;
}

function timestamp(text: string): string {
  return `timestamp ${quoteText(`${text}+00`)}`;
}

function dayAfter(day = ""): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, dayLength);
}

/**
 * The rows are grouped into stretches of half the limit, and the window function runs over the first and the last value
 * of each (see connectors/_shared/gaps.ts). There are no infinities; `concat` of NULL would be NULL.
 */
function gaps({ of, longerThanMs, maxGaps }: GapsRequest, from: string, where: string): string {
  const widthMs = Math.max(1, Math.floor(longerThanMs / 2));
  const stretches =
    `select ${milliseconds(`min(${of})`)} as first_ms, ${milliseconds(`max(${of})`)} as last_ms ` +
    `from ${from} where ${where} and ${of} is not null group by ${stretch(of, widthMs)}`;
  const steps =
    "select lag(last_ms) over (order by first_ms) as from_ms, first_ms as to_ms " +
    `from (${stretches}) as stretches`;
  const long =
    `select from_ms, to_ms from (${steps}) as steps ` +
    `where from_ms is null or to_ms - from_ms > ${longerThanMs} order by to_ms limit ${maxGaps + 1}`;
  const pair = "concat(ifnull(cast(from_ms as string), ''), ':', cast(to_ms as string))";
  return `(select string_agg(${pair}, ',' order by to_ms) from (${long}) as gaps)`;
}

/** Rounds down to the millisecond, before 1970 too. A day is its midnight. */
function milliseconds(value: string): string {
  return `unix_millis(cast(${value} as timestamp))`;
}

/** `div` and `mod` cut towards 1970, so that of times before it one is taken off. */
function stretch(value: string, widthMs: number): string {
  const ms = milliseconds(value);
  return `(div(${ms}, ${widthMs}) - if(mod(${ms}, ${widthMs}) < 0, 1, 0))`;
}
