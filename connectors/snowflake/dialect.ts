import {
  ConnectorError,
  type DatasetSource,
  type SqlDialect,
  type ZonedMoment,
} from "../../src/core/connector.ts";
import type { AggregateRequest, GapsRequest } from "../../src/core/measurement.ts";
import { quoteIdentifier, quoteText } from "./names.ts";
import { withoutEnd } from "./tokens.ts";

/** Snowflake's SQL. */
export const dialect: SqlDialect = {
  quoteIdentifier,
  relation,
  aggregate,
  compareTime,
  comparesOnlyTimes: true,
  gaps,
  epochMs: milliseconds,
  stretch,
  typeNames: new Map([
    ["number", "numeric"],
    ["timestamp_ntz", "timestamp"],
    ["timestamp_ltz", "timestamptz"],
    ["timestamp_tz", "timestamptz"],
    // Whatever it is called, floating point has 64 bits.
    ...["float", "float4", "real"].map((name) => [name, "float8"] as const),
  ]),
};

/** Database, schema and name. */
const mostParts = 3;

function relation(source: DatasetSource): string {
  if (source.kind === "files") {
    const message = "A Snowflake connection reads tables and queries, not files.";
    throw new ConnectorError({ kind: "invalid_query", message });
  }
  if (source.kind === "query") {
    return `(\n${withoutEnd(source.sql)}\n) as dataset`;
  }
  if (source.parts.length > mostParts) {
    const message = "A table's name has more parts than database, schema and table.";
    throw new ConnectorError({ kind: "invalid_query", message });
  }
  return source.parts.map(quoteIdentifier).join(".");
}

/** There is no FILTER clause; aggregates leave out the NULL that CASE makes of other rows. */
function aggregate({ fn, of, filter }: AggregateRequest): string {
  if (of === undefined && fn !== "count") {
    throw new Error(`${fn} needs a column`);
  }
  const distinct = fn === "count_distinct" ? "distinct " : "";
  const name = fn === "count_distinct" ? "count" : fn;
  // The line break ends a remark at the filter's end, which would swallow the rest.
  const kept = filter === undefined ? (of ?? "*") : `case when ${filter}\n then ${of ?? "1"} end`;
  return `${name}(${distinct}${kept})`;
}

const dayLength = 10;

/**
 * Three conditions. The first compares the bare column with a day, whose text Snowflake reads as any type of time
 * alike, before (or after) which no row fits: micro-partitions are pruned by it. The second holds for every time, and is
 * an error of text, which the others would read as one: "Function EXTRACT does not support VARCHAR". The third is exact,
 * and compares with the moment that is right for the column's type, which is known when the statement is compiled. A text
 * with an hour and an offset would do for TIMESTAMP_LTZ, _TZ and _NTZ, but not for DATE.
 */
function compareTime(
  column: string,
  op: ">" | ">=" | "<" | "<=",
  { ms, local }: ZonedMoment,
): string {
  const day = local.slice(0, dayLength);
  const days = [new Date(ms).toISOString().slice(0, dayLength), day].toSorted();
  const coarse = op.startsWith(">")
    ? `>= ${quoteText(days[0] ?? "")}`
    : `< ${quoteText(dayAfter(days[1] ?? ""))}`;
  const naive = `${epoch("nanosecond", column, "timestamp_ntz")} ${op}`;
  const exact =
    `case when ${isOfType(column, "DATE")} then ${naive} ${nanos(utcMs(day))} ` +
    `when ${isOfType(column, "TIMESTAMP_NTZ")} then ${naive} ${nanos(utcMs(local))} ` +
    `else ${epoch("nanosecond", column, "timestamp_tz")} ${op} ${nanos(ms)} end`;
  return `(${column} ${coarse} and date_part('year', ${column}) > 0 and ${exact})`;
}

function dayAfter(day: string): string {
  return new Date(utcMs(day) + 86_400_000).toISOString().slice(0, dayLength);
}

function utcMs(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}${text.length === dayLength ? "" : "Z"}`);
}

function nanos(ms: number): string {
  return String(BigInt(ms) * 1_000_000n);
}

function isOfType(value: string, type: "DATE" | "TIMESTAMP_NTZ"): string {
  return `system$typeof(${value}) like '${type}%'`;
}

/** Snowflake counts since 1970 in these units for timestamps alone, and not for DATE. */
function epoch(
  unit: "millisecond" | "nanosecond",
  value: string,
  type: "timestamp_ntz" | "timestamp_tz",
): string {
  return `date_part('epoch_${unit}', cast(${value} as ${type}))`;
}

/** An instant is counted from 1970 in UTC, and so is a naive time as if it were in UTC; a day is its midnight. */
function milliseconds(value: string): string {
  return (
    `case when ${isOfType(value, "DATE")} or ${isOfType(value, "TIMESTAMP_NTZ")} ` +
    `then ${epoch("millisecond", value, "timestamp_ntz")} ` +
    `else ${epoch("millisecond", value, "timestamp_tz")} end`
  );
}

/**
 * What is left over is taken off first, so that the division is exact: Snowflake rounds a quotient to six digits, which
 * may carry the end of a long stretch over to the next. The outer `mod` makes what is left of times before 1970 positive.
 */
function stretch(value: string, widthMs: number): string {
  const ms = `(${milliseconds(value)})`;
  return `floor((${ms} - mod(mod(${ms}, ${widthMs}) + ${widthMs}, ${widthMs})) / ${widthMs})`;
}

/**
 * The rows are grouped into stretches of half the limit, and the window function runs over the first and the last value
 * of each (see connectors/_shared/gaps.ts). There are no infinities, and `concat` of NULL would be NULL.
 */
function gaps({ of, longerThanMs, maxGaps }: GapsRequest, from: string, where: string): string {
  const widthMs = Math.max(1, Math.floor(longerThanMs / 2));
  const stretches =
    `select ${milliseconds(`min(${of})`)} as first_ms, ${milliseconds(`max(${of})`)} as last_ms ` +
    `from ${from} where ${where} and ${isTime(of)} group by ${stretch(of, widthMs)}`;
  const steps =
    "select lag(last_ms) over (order by first_ms) as from_ms, first_ms as to_ms " +
    `from (${stretches}) as stretches`;
  const long =
    `select from_ms, to_ms from (${steps}) as steps ` +
    `where from_ms is null or to_ms - from_ms > ${longerThanMs} order by to_ms limit ${maxGaps + 1}`;
  const pair = "concat(coalesce(cast(from_ms as varchar), ''), ':', cast(to_ms as varchar))";
  return `(select nullif(listagg(${pair}, ',') within group (order by to_ms), '') from (${long}) as gaps)`;
}

/** Not NULL, and an error of a column that holds no time: a cast would read text as one. */
function isTime(value: string): string {
  return `date_part('epoch_second', ${value}) is not null`;
}
