/**
 * One value of a query's result, without loss, in the same form from every connector:
 *
 * - NULL is `null`; every integer type, `count(*)` included, is `bigint`;
 * - floating point is `number`, NaN and infinities included; exact decimals keep their text;
 * - a timestamp with zone is an `instant`; without zone it keeps its wall-clock text, because only the
 *   dataset knows the zone it is to be read in;
 * - everything else is `string`.
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | SqlDecimal
  | SqlInstant
  | SqlLocal
  | SqlDate;

/** An exact decimal as text, e.g. `-12.30`, or `NaN`. */
export interface SqlDecimal {
  readonly type: "decimal";
  readonly text: string;
}

/** A point in time; fractions of a millisecond are cut off. `ms` is ±Infinity for Postgres' infinities. */
export interface SqlInstant {
  readonly type: "instant";
  readonly ms: number;
}

/** A wall-clock time `2026-01-31T23:59:59.999999` without zone, or `infinity` / `-infinity`. */
export interface SqlLocal {
  readonly type: "local";
  readonly text: string;
}

/** A calendar day `2026-01-31`, or `infinity` / `-infinity`. */
export interface SqlDate {
  readonly type: "date";
  readonly text: string;
}
