/** Documents of OpenSLO v1 as plain data, with the keys of the specification. Only what is written or read here. */

export const apiVersion = "openslo/v1";

export const kinds = [
  "SLO",
  "SLI",
  "DataSource",
  "Service",
  "AlertPolicy",
  "AlertCondition",
  "AlertNotificationTarget",
] as const;
export type Kind = (typeof kinds)[number];

export const budgetingMethods = ["Occurrences", "Timeslices", "RatioTimeslices"] as const;
export type BudgetingMethod = (typeof budgetingMethods)[number];

export const operators = ["lte", "gte", "lt", "gt"] as const;

export interface Metadata {
  readonly name: string;
  readonly displayName?: string;
  /** A label may have one value or a list. */
  readonly labels?: Readonly<Record<string, string | readonly string[]>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface MetricSource {
  readonly metricSourceRef?: string;
  readonly type?: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface Metric {
  readonly metricSource: MetricSource;
}

export interface IndicatorSpec {
  readonly description?: string;
  readonly thresholdMetric?: Metric;
  readonly ratioMetric?: {
    readonly counter?: boolean;
    readonly good?: Metric;
    readonly bad?: Metric;
    readonly total?: Metric;
    readonly rawType?: "success" | "failure";
    readonly raw?: Metric;
  };
}

export interface Indicator {
  readonly metadata: Metadata;
  readonly spec: IndicatorSpec;
}

export interface TimeWindow {
  /** Shorthand such as `30d`. */
  readonly duration: string;
  readonly isRolling: boolean;
  /** `startTime` is local, `2006-01-02 15:04:05`. */
  readonly calendar?: { readonly startTime: string; readonly timeZone: string };
}

export interface Objective {
  readonly displayName?: string;
  readonly op?: string;
  readonly value?: number;
  /** From 0 to below 1. Either this or `targetPercent`. */
  readonly target?: number;
  /** From 0 to below 100. */
  readonly targetPercent?: number;
  readonly timeSliceTarget?: number;
  readonly timeSliceWindow?: string;
  readonly indicator?: Indicator;
  readonly indicatorRef?: string;
  readonly compositeWeight?: number;
}

export interface ServiceDocument {
  readonly apiVersion: typeof apiVersion;
  readonly kind: "Service";
  readonly metadata: Metadata;
  readonly spec: { readonly description?: string };
}

export interface SloDocument {
  readonly apiVersion: typeof apiVersion;
  readonly kind: "SLO";
  readonly metadata: Metadata;
  readonly spec: {
    readonly description?: string;
    readonly service: string;
    readonly indicator?: Indicator;
    readonly indicatorRef?: string;
    /** Exactly one. */
    readonly timeWindow: readonly TimeWindow[];
    readonly budgetingMethod: BudgetingMethod;
    readonly objectives: readonly Objective[];
    readonly alertPolicies?: readonly Readonly<Record<string, unknown>>[];
  };
}

export interface IndicatorDocument extends Indicator {
  readonly apiVersion: typeof apiVersion;
  readonly kind: "SLI";
}

/** The kinds of which nothing is carried but their names. */
export interface OtherDocument {
  readonly apiVersion: typeof apiVersion;
  readonly kind: Exclude<Kind, "SLO" | "SLI" | "Service">;
  readonly metadata: Metadata;
}

export type Document = SloDocument | ServiceDocument | IndicatorDocument | OtherDocument;
