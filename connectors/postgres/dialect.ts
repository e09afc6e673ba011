import { ConnectorError, type DatasetSource, type SqlDialect } from "../../src/core/connector.ts";
import type { AggregateRequest } from "../../src/core/measurement.ts";
import { spellGaps } from "../_shared/gaps.ts";
import { withoutEnd } from "../_shared/query-end.ts";

/** Postgres' spelling of SQL. */
export const dialect: SqlDialect = {
  quoteIdentifier,

  relation(source: DatasetSource): string {
    if (source.kind === "files") {
      const message = "A Postgres connection reads tables and queries, not files.";
      throw new ConnectorError({ kind: "invalid_query", message });
    }
    return source.kind === "table"
      ? source.parts.map(quoteIdentifier).join(".")
      : `(\n${withoutEnd(source.sql)}\n) as dataset`;
  },

  aggregate({ fn, of, filter }: AggregateRequest): string {
    const argument = of ?? "*";
    const call = fn === "count_distinct" ? `count(distinct ${argument})` : `${fn}(${argument})`;
    // The line break ends a remark at the filter's end, which would swallow the parenthesis.
    return filter === undefined ? call : `${call} filter (where ${filter}\n)`;
  },

  /**
   * The literal has no type of its own, so Postgres gives it the column's: a `timestamptz` honours the
   * offset, a `timestamp` leaves it out and keeps the wall time, a `date` takes the day. The column stays
   * bare, so that an index on it serves.
   */
  compareTime(column, op, { local, offset }): string {
    return `${column} ${op} '${local.replaceAll("'", "''")}${offset.replaceAll("'", "''")}'`;
  },

  gaps: (request, relation, where) =>
    spellGaps(request, relation, where, { milliseconds, stretch: spellStretch }),

  /** The infinities, which no whole number holds, are NULL. */
  epochMs: (column) => `case when isfinite(${column}) then ${milliseconds(column)} end`,
  stretch: spellStretch,
};

/**
 * An instant becomes the wall time in UTC, the zone of our sessions. Before version 14 `extract` is floating point;
 * cut to milliseconds beforehand, what is rounded is right there too.
 */
function milliseconds(value: string): string {
  const cut = `date_trunc('milliseconds', cast(${value} as timestamp))`;
  return `cast(round(extract(epoch from ${cut}) * 1000) as bigint)`;
}

/** `date_part` is floating point in every version, to the microsecond, and a third of the cost of `extract`. */
function spellStretch(value: string, widthMs: number): string {
  return `floor(date_part('epoch', ${value}) * 1000 / ${widthMs})`;
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
