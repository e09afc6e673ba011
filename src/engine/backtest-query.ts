/**
 * What a backtest asks a warehouse: the newest value of a time column, and one statement over the rows of a stretch of
 * it. Either answers with figures of the column alone, in a number of rows that the length of the stretch bounds
 * and not the size of the data. SQL is put together from the dialect's pieces; the rest is spelled alike everywhere.
 */
import type { QueryResult, SqlDialect } from "../core/connector.ts";
import type { Dataset } from "../core/mesh.ts";
import type { SqlValue } from "../core/value.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { zonedMoment } from "../time/zone.ts";

/** A time column of a dataset, and the stretch of it that is asked for. */
export interface HistoryAsk {
  readonly dataset: Dataset;
  /** Its exact name. */
  readonly column: string;
  readonly dialect: SqlDialect;
}

export interface Stretch {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

export function spellNewest({ dataset, column, dialect }: HistoryAsk): string {
  const of = dialect.quoteIdentifier(column);
  const newest = dialect.aggregate({ kind: "aggregate", id: "newest", fn: "max", of });
  return `select ${newest} as newest from ${dialect.relation(dataset.source)}${where(dataset.filter)}`;
}

/**
 * The gaps between successive values, the largest first and at most `mostGaps` + 1 of them, behind one row for the
 * first value (its `from_ms` is NULL). Each row says how many rows there are, which value is the last, and which the
 * last before the stretch.
 *
 * Rows are not sorted: they are grouped by slices of `sliceMs`, and the window function runs over the first and the last
 * value of each. So the statement's memory is bounded by the number of slices, whatever the number of rows, and gaps
 * within a slice are lost: all of `sliceMs` and more are there.
 */
export function spellLoadGaps(
  ask: HistoryAsk,
  stretch: Stretch,
  { sliceMs, mostGaps }: { readonly sliceMs: DurationMs; readonly mostGaps: number },
): string {
  const slices = spellSlices(ask, stretch, sliceMs);
  const steps =
    "select lag(last_ms) over (order by first_ms) as from_ms, first_ms as to_ms, " +
    "max(last_ms) over () as last_ms, cast(sum(row_count) over () as bigint) as row_count " +
    `from (${slices}) as slices`;
  return (
    `select from_ms, to_ms, last_ms, row_count, ${spellBefore(ask, stretch)} from (${steps}) as steps ` +
    `order by from_ms is not null, to_ms - from_ms desc, to_ms limit ${mostGaps + 2}`
  );
}

/**
 * Rows, first and last value of each bucket of `widthMs` that has any, ascending, and with each the last value before
 * the stretch. Buckets begin at multiples of their width.
 */
export function spellBuckets(ask: HistoryAsk, stretch: Stretch, widthMs: DurationMs): string {
  const slices = spellSlices(ask, stretch, widthMs);
  return `select first_ms, last_ms, row_count, ${spellBefore(ask, stretch)} from (${slices}) as slices order by first_ms`;
}

/** Whether the history begins in the stretch: a look-up where the column has an index. */
function spellBefore({ dataset, column, dialect }: HistoryAsk, { fromMs }: Stretch): string {
  const of = dialect.quoteIdentifier(column);
  const earlier = dialect.compareTime(of, "<", zonedMoment(fromMs, dataset.timezone));
  return (
    `(select ${dialect.epochMs(`max(${of})`)} from ${dialect.relation(dataset.source)}` +
    `${where(dataset.filter, earlier)}) as before_ms`
  );
}

/** First and last are taken of the bare column, so that only one value in each slice is reckoned with. */
function spellSlices(
  { dataset, column, dialect }: HistoryAsk,
  { fromMs, toMs }: Stretch,
  widthMs: DurationMs,
): string {
  const of = dialect.quoteIdentifier(column);
  const rows = where(
    dataset.filter,
    dialect.compareTime(of, ">=", zonedMoment(fromMs, dataset.timezone)),
    dialect.compareTime(of, "<", zonedMoment(toMs, dataset.timezone)),
  );
  return (
    `select ${dialect.epochMs(`min(${of})`)} as first_ms, ${dialect.epochMs(`max(${of})`)} as last_ms, ` +
    `count(*) as row_count from ${dialect.relation(dataset.source)}${rows} group by ${dialect.stretch(of, widthMs)}`
  );
}

/** The line break ends a comment that a declared filter may end with. */
function where(...conditions: readonly (string | undefined)[]): string {
  const present = conditions.filter((condition) => condition !== undefined);
  return present.length === 0 ? "" : ` where ${present.map((one) => `(${one}\n)`).join(" and ")}`;
}

/** What `spellLoadGaps` answers: values as if in UTC. */
export interface LoadGapsAnswer {
  readonly rows: number;
  readonly firstRaw: number;
  readonly lastRaw: number;
  readonly beforeRaw: number | null;
  /** The largest first. */
  readonly gaps: readonly { readonly fromRaw: number; readonly toRaw: number }[];
  /** There are more gaps than were asked for. */
  readonly isTruncated: boolean;
}

/** Null where the stretch has no value. Throws for an answer of another form: a fault of the program. */
export function readLoadGaps({ rows }: QueryResult, mostGaps: number): LoadGapsAnswer | null {
  const [first, ...rest] = rows;
  if (first === undefined) {
    return null;
  }
  const gaps = rest.map(([fromRaw, toRaw]) => ({ fromRaw: whole(fromRaw), toRaw: whole(toRaw) }));
  const [, firstRaw, lastRaw, count, beforeRaw] = first;
  return {
    rows: whole(count),
    firstRaw: whole(firstRaw),
    lastRaw: whole(lastRaw),
    beforeRaw: beforeRaw === null ? null : whole(beforeRaw),
    gaps: gaps.slice(0, mostGaps),
    isTruncated: gaps.length > mostGaps,
  };
}

/** What `spellBuckets` answers: values as if in UTC. */
export interface BucketsAnswer {
  readonly beforeRaw: number | null;
  readonly widthMs: DurationMs;
  /** Ascending, none empty. */
  readonly buckets: readonly {
    /** Where it begins. */
    readonly rawMs: number;
    readonly rows: number;
    readonly firstRaw: number;
    readonly lastRaw: number;
  }[];
}

/** Throws for an answer of another form: a fault of the program. */
export function readBuckets({ rows }: QueryResult, widthMs: DurationMs): BucketsAnswer {
  const beforeRaw = rows[0]?.[3] ?? null;
  return {
    beforeRaw: beforeRaw === null ? null : whole(beforeRaw),
    widthMs,
    buckets: rows.map(([firstRaw, lastRaw, count]) => ({
      rawMs: Math.floor(whole(firstRaw) / widthMs) * widthMs,
      rows: whole(count),
      firstRaw: whole(firstRaw),
      lastRaw: whole(lastRaw),
    })),
  };
}

function whole(value: SqlValue | undefined): number {
  if (typeof value !== "bigint") {
    throw new Error("a warehouse answered a backtest with something else than whole numbers");
  }
  return Number(value);
}
