import type { Calendar } from "./calendar.ts";
import type { DatasetSource } from "./connector.ts";
import type { PlannedExclusion } from "./exclusion.ts";
import type { Budgeting, Sli } from "./sli.ts";
import type {
  AlertLevel,
  DurationMs,
  EpochMs,
  Ppm,
  QualityDimension,
  Severity,
  ToldLevel,
} from "./vocabulary.ts";

/** When a probe falls due. `every` counts from the epoch plus the probe's offset; `cron` is local wall time. */
export type Schedule =
  | { readonly kind: "every"; readonly everyMs: DurationMs }
  | { readonly kind: "cron"; readonly expression: string; readonly timezone: string };

/** A promised column. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  /** `null`: nothing is promised about NULLs. */
  readonly nullable: boolean | null;
  readonly description?: string;
  readonly example?: unknown;
}

export interface Product {
  readonly name: string;
  readonly domain?: string;
  readonly description?: string;
  readonly tier: string;
  readonly owner: string;
  readonly alert: AlertLevel;
  readonly contacts: Readonly<Record<string, string>>;
  readonly upstream: readonly string[];
  readonly consumers: readonly string[];
  readonly links: Readonly<Record<string, string>>;
  /** What its checks may scan on one UTC day; `null`: without bound. */
  readonly maxBytesPerDay: number | null;
  readonly datasetIds: readonly string[];
  readonly sloIds: readonly string[];
}

export interface Dataset {
  /** `product/dataset` */
  readonly id: string;
  readonly product: string;
  readonly name: string;
  readonly connection: string;
  readonly source: DatasetSource;
  readonly description?: string;
  readonly timezone: string;
  readonly filter?: string;
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
  readonly checkIds: readonly string[];
}

export interface Check {
  /** `product/dataset/check` */
  readonly id: string;
  readonly product: string;
  readonly datasetId: string;
  readonly name: string;
  readonly type: string;
  readonly dimension: QualityDimension;
  /** Output of the check type's zod type; only that type looks inside. */
  readonly params: unknown;
  readonly severity: Severity;
  readonly description?: string;
  /** The check's own owner, else the product's. */
  readonly owner: string;
  readonly schedule: Schedule;
  /** `null`: the default, from the schedule. */
  readonly holdMs: DurationMs | null;
  /** How its results become good and bad time or deliveries. */
  readonly sli: Sli;
  readonly calendar: Calendar | null;
  /** Set when `enabled: false`: such a check is never run, and its reason is shown. */
  readonly disabledReason: string | null;
  readonly generation: string;
}

export interface Probe {
  /** `product/dataset@schedule` */
  readonly id: string;
  readonly datasetId: string;
  readonly connection: string;
  readonly schedule: Schedule;
  readonly offsetMs: DurationMs;
  readonly checkIds: readonly string[];
}

export type UnknownPolicy = "ignore" | "good" | "bad";

/** `calendar`: the whole local period that now lies in. Weeks begin on Monday. */
export type CalendarPeriod = "day" | "week" | "month" | "quarter" | "year";

/** `rolling`: `[now − lengthMs, now)`. */
export type SloWindow =
  | { readonly kind: "rolling"; readonly lengthMs: DurationMs }
  | { readonly kind: "calendar"; readonly period: CalendarPeriod; readonly timezone: string };

export interface Slo {
  /** `product/slo` */
  readonly id: string;
  readonly product: string;
  readonly name: string;
  readonly description?: string;
  readonly objectivePpm: Ppm;
  readonly window: SloWindow;
  readonly budgeting: Budgeting;
  readonly checkIds: readonly string[];
  readonly exclusions: readonly PlannedExclusion[];
  readonly labels: Readonly<Record<string, string>>;
  readonly unknown: UnknownPolicy;
  readonly coverageFloorPpm: Ppm;
  /** `null`: the moment it was first loaded. */
  readonly sinceMs: EpochMs | null;
  /** The loudest level that incidents of its checks are told at, else the product's. */
  readonly alert: AlertLevel | null;
}

/** `<notifier>[:<address>]` */
export interface Target {
  readonly notifier: string;
  readonly address: string | null;
}

export interface Team {
  readonly name: string;
  readonly displayName: string;
  readonly notify: Readonly<Record<ToldLevel, readonly Target[]>>;
}

/** A connection with its keys checked and expanded; `config` goes to the connector's `create`. */
export interface ConnectionDefinition {
  readonly name: string;
  readonly type: string;
  readonly config: unknown;
  readonly maxConcurrency: number;
  readonly statementTimeoutMs: DurationMs;
  /** What may be scanned through it on one UTC day; `null`: without bound. */
  readonly maxBytesPerDay: number | null;
  /** Whether it tells what its statements scan. */
  readonly reportsBytes: boolean;
  /** Hash of what the connector is made from, so that a reload reconnects only what changed. */
  readonly fingerprint: string;
}

export interface NotifierDefinition {
  readonly name: string;
  readonly type: string;
  readonly config: unknown;
  readonly fingerprint: string;
}

export interface StoreDefinition {
  readonly type: "sqlite";
  /** Absolute. */
  readonly path: string;
}

export interface HttpDefinition {
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
}

/** Ids that something had before, as old → new, so that its history goes on under the new one. */
export interface Renames {
  readonly products: ReadonlyMap<string, string>;
  readonly datasets: ReadonlyMap<string, string>;
  readonly checks: ReadonlyMap<string, string>;
  readonly slos: ReadonlyMap<string, string>;
}

/** The compiled configuration: immutable, every reference resolved, every id unique. */
export interface Mesh {
  /** Absolute folder of tidemark.yaml. */
  readonly baseDir: string;
  readonly products: ReadonlyMap<string, Product>;
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly checks: ReadonlyMap<string, Check>;
  readonly slos: ReadonlyMap<string, Slo>;
  /** Enabled checks only. */
  readonly probes: ReadonlyMap<string, Probe>;
  readonly connections: ReadonlyMap<string, ConnectionDefinition>;
  readonly notifiers: ReadonlyMap<string, NotifierDefinition>;
  readonly teams: ReadonlyMap<string, Team>;
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly renames: Renames;
  readonly store: StoreDefinition;
  readonly http: HttpDefinition;
}
