import { ConnectorError, type DatasetSource, type SqlDialect } from "../../src/core/connector.ts";
import type { AggregateRequest } from "../../src/core/measurement.ts";

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
};

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A statement without the semicolons at its end, which a subquery may not have. */
export function withoutEnd(sql: string): string {
  return sql.replace(/[\s;]+$/, "");
}
