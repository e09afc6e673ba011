import type { DurationMs, EpochMs, FailureKind } from "./vocabulary.ts";

/** The aggregate functions that every dialect can spell. `count` without `of` counts rows. */
export type AggregateFunction = "count" | "count_distinct" | "min" | "max" | "sum" | "avg";

/**
 * One figure over the dataset's rows. Structured rather than SQL text, so that the planner can tell
 * what an index answers (`min`, `max`, a filter) from what must scan, and a dialect without `FILTER`
 * can spell it. `of` and `filter` are SQL of the connection's dialect, made with `PlanContext.dialect`.
 */
export interface AggregateRequest {
  readonly kind: "aggregate";
  /** Unique within the check's plan. */
  readonly id: string;
  readonly fn: AggregateFunction;
  readonly of?: string;
  readonly filter?: string;
  /** An answer that was read before may serve again where the metadata show that no row has changed since. */
  readonly mayStand?: true;
  /**
   * Only for `max`: a condition that every value beyond some value of `of` meets, and no other. Rows outside of it are
   * read only when no row within has a value, so the answer is the same, and partitions may be left unread.
   */
  readonly within?: string;
}

/**
 * The gaps between successive values of a time column that are longer than a limit, from a moment on: one
 * figure (text) over a window function, which the planner puts into the same statement as the aggregates.
 */
export interface GapsRequest {
  readonly kind: "gaps";
  readonly id: string;
  /** A quoted column of the dataset. */
  readonly of: string;
  /** Which rows are looked at, made with `compareTime`. */
  readonly filter: string;
  /** As the column's own values differ: wall time, for naive columns. */
  readonly longerThanMs: DurationMs;
  /** With more gaps than these the measurement fails as `truncated`. */
  readonly maxGaps: number;
  /** As of an aggregate. */
  readonly mayStand?: true;
}

/**
 * Why a figure is missing: kind and hint in our own words, `code` the driver's (SQLSTATE, errno), and of kind `budget`
 * which budget of bytes it is: `connection:dwh` or `product:orders`.
 */
export interface MeasurementFailure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint?: string;
  readonly code?: string;
}

/** A measured value, or why there is none. `atMs` is the daemon's clock just before the query was sent. */
export type Measured<T> =
  | { readonly ok: true; readonly value: T; readonly atMs: EpochMs }
  | { readonly ok: false; readonly failure: MeasurementFailure };

/** A column as the catalogue lists it. */
export interface CatalogueColumn {
  readonly name: string;
  /** The type as the warehouse spells it, e.g. `character varying(20)`. */
  readonly type: string;
  /** `null` where the catalogue carries no nullability (Parquet files, views). */
  readonly nullable: boolean | null;
}
