import type { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type {
  AggregateRequest,
  CatalogueColumn,
  GapsRequest,
  Measured,
  MeasurementFailure,
} from "./measurement.ts";
import type { SqlValue } from "./value.ts";
import type { DurationMs, EpochMs, FailureKind } from "./vocabulary.ts";

/** Where a dataset's rows are. `parts` of a table: catalogue, schema and name, outermost first, exact in case. */
export type DatasetSource =
  | { readonly kind: "table"; readonly parts: readonly string[] }
  | { readonly kind: "files"; readonly globs: readonly string[] }
  | { readonly kind: "query"; readonly sql: string };

/** A dataset as a connector needs to know it. `id` is `product/dataset`. */
export interface DatasetRef {
  readonly id: string;
  readonly source: DatasetSource;
}

/** An instant with its spelling in the dataset's zone: `local` is `2026-07-01 05:00:00.000`, `offset` `+02:00`. */
export interface ZonedMoment {
  readonly ms: EpochMs;
  readonly local: string;
  readonly offset: string;
}

/** How SQL is spelled. Pure; available without a connection, so that `plan` can print what would run. */
export interface SqlDialect {
  quoteIdentifier(name: string): string;
  /** What stands behind FROM; a `query` source is wrapped as a subquery. */
  relation(source: DatasetSource): string;
  /** The aggregate as one select item without alias; `filter` is spelled inside it. */
  aggregate(request: AggregateRequest): string;
  /**
   * `column op moment`, right for columns of instants, of naive times in the dataset's zone and of
   * days, and spelled so that an index or row-group statistics on the column can serve it.
   */
  compareTime(column: string, op: ">" | ">=" | "<" | "<=", moment: ZonedMoment): string;
  /** `compareTime` is an error for columns of anything but times; elsewhere text may be compared as text. */
  readonly comparesOnlyTimes?: true;
  /**
   * A scalar subquery: the gaps as text `from:to,from:to,…` in milliseconds since 1970 as if the column were
   * in UTC, ascending, `from` empty for the first value; empty or NULL without a gap. At most `maxGaps` + 1 of
   * them. `relation` and `where`, the condition of the dataset and the request as it
   * stands behind WHERE, are spelled already. NULLs and the infinities are left out.
   */
  gaps(request: GapsRequest, relation: string, where: string): string;
  /** The column as milliseconds since 1970 as if it were in UTC, rounded down to a whole number; NULL of an infinity. */
  epochMs(column: string): string;
  /**
   * The number of the stretch of `widthMs` that a value lies in, `epochMs / widthMs` rounded down. Only for values that
   * are finite, and cheap, since whole tables are grouped by it.
   */
  stretch(column: string, widthMs: DurationMs): string;
  /**
   * Names of types that mean something else here than in Postgres and DuckDB, in small letters, and what means the same
   * there: a `timestamp` may be an instant. For types that are promised as well as for those that the catalogue lists.
   */
  readonly typeNames?: ReadonlyMap<string, string>;
}

/** Yes-no facts; code and tests branch on these, never on a connector's name. */
export interface Capabilities {
  /** Sources that a dataset on this connector may name. */
  readonly sources: readonly DatasetSource["kind"][];
  /** Columns are stored apart: all aggregates go into one SELECT. Otherwise each index-served one is a subquery. */
  readonly isColumnar: boolean;
  /** The server itself stops a statement at its timeout. */
  readonly hasServerTimeout: boolean;
  /** A missing dataset can be told from one that the role may not see. */
  readonly tellsAbsentFromForbidden: boolean;
  /** The catalogue says of ordinary tables whether a column may be NULL. */
  readonly catalogueHasNullability: boolean;
  /** Being awake costs money, so that probes are not spread over time. */
  readonly billsWakeTime: boolean;
  /** What `statistics` may say of an ordinary table; of views, queries and files it may say less. */
  readonly statistics: readonly StatisticsField[];
  /** `estimate` tells what a statement would scan. */
  readonly estimatesBytes: boolean;
  /** `query` tells of every statement that it answers what it scanned, so that a budget of bytes can be kept. */
  readonly reportsBytes: boolean;
}

export type StatisticsField = "rows" | "bytes" | "lastChange";

/** What a warehouse's metadata say of a dataset, without reading its rows. What is not known there is left out. */
export interface Statistics {
  readonly rows?: { readonly count: number; readonly isExact: boolean };
  readonly bytes?: number;
  /**
   * By the warehouse's clock, no row had changed after this instant when it was asked for. It may be later than the last
   * change: some warehouses move it for maintenance and for DML that touched no row. Left out where it could be earlier:
   * for views and external tables, and where the metadata follow the rows with a delay.
   */
  readonly lastChangeMs?: EpochMs;
  /** Of a table that is partitioned by the values of a time column: a condition on it reads the partitions concerned. */
  readonly partitions?: {
    /** Exact in case. */
    readonly column: string;
    /** Where the newest partition with rows begins. Only a hint: a newer or an emptied one makes no answer wrong. */
    readonly newestFromMs?: EpochMs;
    /** A statement without a condition on the column is refused. */
    readonly needsCondition?: true;
  };
}

/** What the metadata may say of a source. */
export function statisticsFieldsOf(
  { capabilities, statisticsOf }: Pick<ConnectorSpec, "capabilities" | "statisticsOf">,
  source: DatasetSource,
): readonly StatisticsField[] {
  return statisticsOf?.(source) ?? (source.kind === "table" ? capabilities.statistics : []);
}

/** The metadata's answer for one dataset; a missing or forbidden one is a failure of its own. */
export interface DatasetStatistics {
  readonly datasetId: string;
  readonly statistics: Measured<Statistics>;
  /** The dataset's share of what had to be scanned for it; left out, its metadata are free. */
  readonly bytesScanned?: number;
}

/** Bounds of one call. Every call ends within `timeoutMs` plus a short grace, on the server too. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: DurationMs;
  /** Who asks, e.g. `orders/orders 5f2c`; goes into the statements' comments, tags and labels. */
  readonly label: string;
  /** The names of the checks that a statement is sent for, each once; they go where the label goes, as many as fit. */
  readonly checks?: readonly string[];
  /** The products of the datasets that a statement is sent for, one for each: what it costs is split evenly over them. */
  readonly products?: readonly string[];
  /** The dataset's zone, for dialects whose time literals are read in the session's zone. */
  readonly timezone?: string;
}

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** More rows than `maxRows` were there; the rest was not fetched. */
  readonly isTruncated: boolean;
  /** As the warehouse says; left out where it does not, because that is unknown and not 0. */
  readonly bytesScanned?: number;
  /**
   * How long the statement kept the warehouse busy, where the warehouse says so itself. Left out, it is the time that
   * the call took by the daemon's monotonic clock, which has the way there and back in it.
   */
  readonly warehouseMs?: DurationMs;
}

/** The catalogue's answer for one dataset; a missing or forbidden one is a failure of its own. */
export interface DatasetColumns {
  readonly datasetId: string;
  readonly columns: Measured<readonly CatalogueColumn[]>;
}

/** One step of reaching a warehouse or a channel. `notRun`: an earlier one failed. */
export interface ConnectionStage {
  readonly name: "reach" | "tls" | "sign_in" | "access" | "clock";
  readonly status: "ok" | "warning" | "failed" | "notRun";
  readonly message: string;
  readonly hint?: string;
  readonly durationMs: number;
}

/** Talks to one warehouse. Connects on first use; a failed first connect can be retried. */
export interface Connector extends AsyncDisposable {
  testConnection(options: CallOptions): Promise<readonly ConnectionStage[]>;
  /** Runs one statement. Throws `ConnectorError`, nothing else. */
  query(sql: string, options: CallOptions & { readonly maxRows: number }): Promise<QueryResult>;
  /** Reads the catalogue, one query per schema (or fewer) for all `datasets`. Throws `ConnectorError`. */
  describe(
    datasets: readonly DatasetRef[],
    options: CallOptions,
  ): Promise<readonly DatasetColumns[]>;
  /** Reads the metadata, one query per schema (or fewer) for all `datasets`. Throws `ConnectorError`. */
  statistics?(
    datasets: readonly DatasetRef[],
    options: CallOptions,
  ): Promise<readonly DatasetStatistics[]>;
  /** What the statement would scan, without running it. Throws `ConnectorError`. */
  estimate?(sql: string, options: CallOptions): Promise<{ readonly bytes: number }>;
}

export interface ConnectorContext {
  /** The connection's name in tidemark.yaml. */
  readonly name: string;
  /** Folder that relative paths of the connection start from. */
  readonly baseDir: string;
  readonly maxConcurrency: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The datasets on this connection: file-reading connectors may read nothing else. */
  readonly datasets: readonly DatasetRef[];
}

/** One thing that a connector's tests run against, as docs/connectors.md tells it. The texts are Markdown. */
export interface TestedAgainst {
  /** `real`: the warehouse's own software; `emulator`: a third party's; `counterpart`: this repository's own. */
  readonly kind: "real" | "emulator" | "counterpart";
  /** With its version. */
  readonly name: string;
  /** The tests, by paths or the command that runs them. */
  readonly by: string;
  /** What passes or is never asked there and may be different in production: whole sentences. */
  readonly cannotShow: readonly string[];
}

/** A kind of warehouse. `config` is a strict object of its own keys; secrets carry `.meta({ secret: true })`. */
export interface ConnectorSpec<C = unknown> {
  /** Exactly as in YAML and as the folder is named. */
  readonly type: string;
  readonly config: z.ZodObject & z.ZodType<C>;
  readonly capabilities: Capabilities;
  readonly dialect: SqlDialect;
  /** What `statistics` may say of such a source. Unless given: of a table what the capabilities say, of others nothing. */
  readonly statisticsOf?: (source: DatasetSource) => readonly StatisticsField[];
  /** Nothing is claimed that no test runs. Left out: tested against nothing. */
  readonly testedAgainst?: readonly TestedAgainst[];
  /** Does no I/O and loads no driver. */
  create(config: C, context: ConnectorContext): Connector;
}

/** A failure of a warehouse, mapped to the closed set of kinds. `cause` holds the driver's error and is never printed. */
export class ConnectorError extends Error {
  readonly failure: MeasurementFailure;

  constructor(failure: MeasurementFailure, options: { cause?: unknown } = {}) {
    super(failure.message, { cause: options.cause });
    this.name = "ConnectorError";
    this.failure = failure;
  }

  get kind(): FailureKind {
    return this.failure.kind;
  }
}
