import type { GapsRequest } from "../../src/core/measurement.ts";

/** What of a gaps query differs between dialects; both take an expression whose value is finite. */
export interface TimeSpelling {
  /** Milliseconds since 1970 as if in UTC, rounded down. */
  milliseconds(value: string): string;
  /** The number of the stretch of `widthMs` that the value lies in. */
  stretch(value: string, widthMs: number): string;
}

/**
 * `SqlDialect.gaps` for dialects that know `isfinite` and `string_agg`.
 *
 * The rows are not sorted: they are grouped into stretches of time, and the window function runs over the first and
 * the last value of each, of which there are as many as half limits in the time looked at. No gap is lost to that,
 * since a stretch is never longer than the limit; half of it is left to rounding at its ends. Measured against the
 * window function over the rows themselves, with an hour for a limit: 0.45 s instead of 0.85 s over 2 million rows in
 * Postgres, and over 60 million in DuckDB 1 s instead of running out of its 1 GB.
 */
export function spellGaps(
  { of, longerThanMs, maxGaps }: GapsRequest,
  relation: string,
  where: string,
  spelling: TimeSpelling,
): string {
  const widthMs = Math.max(1, Math.floor(longerThanMs / 2));
  const first = spelling.milliseconds(`min(${of})`);
  const last = spelling.milliseconds(`max(${of})`);
  const stretches =
    `select ${first} as first_ms, ${last} as last_ms from ${relation} ` +
    `where ${where} and isfinite(${of}) group by ${spelling.stretch(of, widthMs)}`;
  const steps =
    "select lag(last_ms) over (order by first_ms) as from_ms, first_ms as to_ms " +
    `from (${stretches}) as stretches`;
  const gaps =
    `select from_ms, to_ms from (${steps}) as steps ` +
    `where from_ms is null or to_ms - from_ms > ${longerThanMs} order by to_ms limit ${maxGaps + 1}`;
  return `(select string_agg(concat(from_ms, ':', to_ms), ',' order by to_ms) from (${gaps}) as gaps)`;
}
