import type { z } from "zod";
import type { Calendar } from "./calendar.ts";
import type { SqlDialect, Statistics, StatisticsField } from "./connector.ts";
import type {
  AggregateRequest,
  CatalogueColumn,
  GapsRequest,
  Measured,
  MeasurementFailure,
} from "./measurement.ts";
import type { ColumnDefinition, Schedule } from "./mesh.ts";
import type { Sli } from "./sli.ts";
import type { KnownLoads } from "./timeline.ts";
import type { SqlValue } from "./value.ts";
import type { DurationMs, EpochMs, Outcome, QualityDimension } from "./vocabulary.ts";

/** The dataset's columns as the catalogue lists them. */
export interface ColumnsRequest {
  readonly kind: "columns";
}

/** What the warehouse's metadata say of the dataset, without reading its rows. */
export interface StatisticsRequest {
  readonly kind: "statistics";
}

/** What a check needs measured. */
export type MetricRequest = AggregateRequest | GapsRequest | ColumnsRequest | StatisticsRequest;

/** What was measured for one check. `aggregate` and `gaps` throw for an id that was not planned. */
export interface Measurements {
  aggregate(id: string): Measured<SqlValue>;
  /** Ascending pairs, raw as the dialect gave them: milliseconds of the column read as if it were in UTC. */
  gaps(id: string): Measured<readonly Gap[]>;
  columns(): Measured<readonly CatalogueColumn[]>;
  statistics(): Measured<Statistics>;
}

/**
 * Two successive values of a time column with none between, in milliseconds since 1970 of the value read as if
 * it were UTC; `fromMs` is null where the first value has none before it.
 */
export interface Gap {
  readonly fromMs: number | null;
  readonly toMs: number;
}

/** What the last conclusive probe of the same generation saw. */
export interface LastSeen {
  readonly atMs: EpochMs;
  /** Null: no newest load time. */
  readonly newestMs: EpochMs | null;
}

export interface PlanContext {
  readonly dialect: SqlDialect;
  /** IANA zone in which the dataset's naive timestamps are read. */
  readonly timezone: string;
  /** The instant that windows end at. */
  readonly nowMs: EpochMs;
  /** The calendar that the check names. */
  readonly calendar: Calendar | null;
  /** Null before the first conclusive result, and where there is no history at hand. */
  readonly last: LastSeen | null;
  /** How the dataset is partitioned, where the metadata were asked and say it. */
  readonly partitions?: Statistics["partitions"];
}

export interface EvaluateContext {
  readonly timezone: string;
  /** As in the plan. */
  readonly nowMs: EpochMs;
  readonly calendar: Calendar | null;
  readonly last: LastSeen | null;
  /** The dataset's promised columns, by name. */
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
  /** Of the connection's dialect: what types mean there. */
  readonly typeNames?: ReadonlyMap<string, string>;
}

/** Figures in base units: seconds, rows, ratios; instants as ISO 8601 text. */
export type Figures = Readonly<Record<string, number | string | boolean | null>>;

/** A check's verdict. `summary` is one sentence for people, without row values. */
export interface CheckResult {
  readonly outcome: Outcome;
  readonly summary: string;
  readonly measured: Figures;
  readonly expected: Figures;
  /** Only with outcome `error`. */
  readonly failure?: MeasurementFailure;
  /** Freshness: the newest load time that the probe saw. */
  readonly newestMs?: EpochMs;
  /** Freshness: load times between the newest one seen last and `newestMs`. */
  readonly loads?: KnownLoads;
}

/**
 * How a verdict was come by. `rung`: what was read, from nothing at all to whole columns; `queryIds` stand in the
 * comments of the statements.
 *
 * - metadata: what the warehouse keeps about the table, without reading its rows.
 * - partition: the rows within a condition on the column, which spares the partitions outside of it.
 */
export interface Evidence {
  readonly rung: "none" | "catalogue" | "metadata" | "partition" | "column";
  readonly queryIds: readonly string[];
  readonly bytesScanned?: number;
}

/** A finding about a check's parameters that its zod type cannot express; `path` is relative to the check. */
export interface ParameterProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly notSupported?: boolean;
}

export interface SliContext {
  /** The dataset's zone. */
  readonly timezone: string;
  readonly calendar: Calendar | null;
}

export interface IdleContext extends SliContext {
  readonly atMs: EpochMs;
}

/** What is known of the dataset when a check on it is compiled. */
export interface DatasetFacts {
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
  readonly hasFilter: boolean;
}

/**
 * What of a promise can be tried on the data's own past: the load times of a column, or the rows at the times of
 * one. Thresholds are null where nothing is promised.
 */
export type BacktestSubject =
  | {
      readonly kind: "loads";
      readonly column: string;
      readonly time: "load" | "event";
      readonly maxAgeMs: DurationMs | null;
    }
  | {
      readonly kind: "rows";
      readonly column: string;
      readonly windowMs: DurationMs;
      /** Whole local days or hours of `windowMs`; else the window rolls. */
      readonly isComplete: boolean;
      readonly min: number | null;
      readonly max: number | null;
    };

/**
 * A check type: no I/O, so that it is tested with literal measurements and the engine can batch.
 * `P` is the output of `params`: thresholds normalised (durations in milliseconds), so that equal
 * promises have equal generations.
 */
export interface CheckTypeSpec<P = unknown> {
  /** Exactly as in YAML and as the folder is named. */
  readonly name: string;
  readonly dimension: QualityDimension;
  /** A strict object of the type's own keys; the keys that all checks share are added by the configuration. */
  readonly params: z.ZodObject & z.ZodType<P>;
  /** How results become good and bad time or deliveries. Held state unless said. */
  sli?(params: P, context: SliContext): Sli;
  /** The name of the calendar that the check goes by. */
  calendar?(params: P): string | undefined;
  /** What of the parameters decides what is measured and judged, for the generation. All of them unless said. */
  judged?(params: P): unknown;
  /** The schedule that the parameters themselves imply; a check of such a type may declare none of its own. */
  schedule?(params: P, context: { readonly timezone: string }): Schedule | null;
  /** Says until when there is nothing to judge at `atMs`, a holiday for example; null where there is. */
  idleUntil?(
    params: P,
    context: IdleContext,
  ): { readonly untilMs: EpochMs; readonly reason: string } | null;
  /** What of the metadata the check cannot do without, and the key that asks for it. */
  needs?(params: P): { readonly field: StatisticsField; readonly key: string } | null;
  /** What a backtest tries; null where the data keeps no history of it. Without it no check of the type can be tried. */
  backtest?(params: P): BacktestSubject | null;
  /** What the zod type cannot say: contradictions between keys, and keys that are not built yet. */
  problems(params: P, dataset: DatasetFacts): readonly ParameterProblem[];
  plan(params: P, context: PlanContext): readonly MetricRequest[];
  evaluate(params: P, measured: Measurements, context: EvaluateContext): CheckResult;
}
