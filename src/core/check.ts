import type { z } from "zod";
import type { SqlDialect } from "./connector.ts";
import type {
  AggregateRequest,
  CatalogueColumn,
  Measured,
  MeasurementFailure,
} from "./measurement.ts";
import type { ColumnDefinition } from "./mesh.ts";
import type { SqlValue } from "./value.ts";
import type { EpochMs, Outcome, QualityDimension } from "./vocabulary.ts";

/** The dataset's columns as the catalogue lists them. */
export interface ColumnsRequest {
  readonly kind: "columns";
}

/** What a check needs measured. */
export type MetricRequest = AggregateRequest | ColumnsRequest;

/** What was measured for one check. `aggregate` throws for an id that was not planned. */
export interface Measurements {
  aggregate(id: string): Measured<SqlValue>;
  columns(): Measured<readonly CatalogueColumn[]>;
}

export interface PlanContext {
  readonly dialect: SqlDialect;
  /** IANA zone in which the dataset's naive timestamps are read. */
  readonly timezone: string;
  /** The instant that windows end at. */
  readonly nowMs: EpochMs;
}

export interface EvaluateContext {
  readonly timezone: string;
  /** The dataset's promised columns, by name. */
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
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
}

/** A finding about a check's parameters that its zod type cannot express; `path` is relative to the check. */
export interface ParameterProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly notSupported?: boolean;
}

/** What is known of the dataset when a check on it is compiled. */
export interface DatasetFacts {
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
  readonly hasFilter: boolean;
}

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
  /** What the zod type cannot say: contradictions between keys, and keys that are not built yet. */
  problems(params: P, dataset: DatasetFacts): readonly ParameterProblem[];
  plan(params: P, context: PlanContext): readonly MetricRequest[];
  evaluate(params: P, measured: Measurements, context: EvaluateContext): CheckResult;
}
