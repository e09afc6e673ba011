import type { Clock } from "../../src/core/clock.ts";
import { type CallOptions, ConnectorError, type DatasetRef } from "../../src/core/connector.ts";
import type { Logger } from "../../src/core/logger.ts";
import type { DurationMs, EpochMs } from "../../src/core/vocabulary.ts";
import type { TablePath } from "./config.ts";
import { quoteIdentifier, quoteText } from "./dialect.ts";
import type { BigqueryDriver } from "./driver.ts";
import type { TableName, Tables } from "./tables.ts";
import { partitionColumnOf, type Table } from "./wire.ts";

/**
 * Below it there is nothing to save: the query of the partitions and the narrower read that follows from it are billed
 * for 10 MB each at least (https://cloud.google.com/bigquery/pricing#on_demand_pricing).
 */
const worthBytes = 2 * 10 * 1024 * 1024;
/** Of a value of DATE, DATETIME or TIMESTAMP, by which the read of a column is billed. */
const valueBytes = 8;
/** Partitions grow old slowly, and an older one than the newest makes no answer wrong. */
const keptMs: DurationMs = 86_400_000;
/** A table that had no partition may have one soon, and where a condition on it is required nothing can be read before. */
const keptWithoutMs: DurationMs = 3_600_000;
/** After a failure: the next probe would hardly fare better, and need not wait for it as well. */
const keptAfterFailureMs: DurationMs = 600_000;
/** The view refuses to look at more: https://cloud.google.com/bigquery/docs/information-schema-partitions */
const mostTables = 1_000;
/** A time without a zone may be meant up to so much earlier than the same digits in UTC. */
const farthestZoneMs: DurationMs = 14 * 3_600_000;

/** A table as it was when its newest partition is asked for. */
export interface Asked {
  readonly name: TableName;
  readonly table: Table;
}

/** What is known of a table's newest partition with rows. */
export interface Hint {
  /** Left out where there is none. */
  readonly newestFromMs?: EpochMs;
  /** The table's share of what was scanned to find it out; left out where it was known. */
  readonly bytesScanned?: number;
}

/** What was answered for a dataset of BigQuery's. */
interface Known {
  /** When it was last asked for. */
  readonly askedMs: EpochMs;
  /** Whether that failed: what is known is then older. */
  readonly hasFailed: boolean;
  /** Ids of partitions by the table's name; null of a table that has none. */
  readonly newest: ReadonlyMap<string, string | null>;
  /** `lastModifiedTime` when a table was asked for, by its name. */
  readonly changedMs: ReadonlyMap<string, number | undefined>;
}

const nothing: Known = {
  askedMs: Number.NEGATIVE_INFINITY,
  hasFailed: false,
  newest: new Map(),
  changedMs: new Map(),
};

/**
 * Where the newest partitions begin, from INFORMATION_SCHEMA.PARTITIONS: one query for all tables of a dataset that are
 * watched, of which the answer is kept for a day, and longer while nothing changes.
 */
export class Partitions {
  readonly #driver: BigqueryDriver;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #watched: readonly TableName[];
  readonly #known = new Map<string, Known>();

  constructor(
    driver: BigqueryDriver,
    tables: Tables,
    context: {
      readonly clock: Clock;
      readonly logger: Logger;
      readonly datasets: readonly DatasetRef[];
    },
  ) {
    this.#driver = driver;
    this.#clock = context.clock;
    this.#logger = context.logger;
    this.#watched = context.datasets.flatMap(({ source }) =>
      source.kind === "table" ? (tables.nameOf(source.parts) ?? []) : [],
    );
  }

  /** Throws `ConnectorError` only when the call is aborted: whatever else fails leaves a hint out. */
  async hintsOf(asked: readonly Asked[], options: CallOptions): Promise<ReadonlyMap<Asked, Hint>> {
    const startedMs = this.#clock.monotonicMs();
    const hints = new Map<Asked, Hint>();
    const bySchema = Map.groupBy(asked.filter(isWorthAsking), ({ name }) => keyOf(name));
    for (const [key, own] of bySchema) {
      const timeoutMs = options.timeoutMs - (this.#clock.monotonicMs() - startedMs);
      const isAsked = timeoutMs > 0 && own.some((one) => this.#isDue(key, one));
      const scanned = isAsked ? await this.#ask(key, own, { ...options, timeoutMs }) : 0;
      const { newest } = this.#known.get(key) ?? nothing;
      for (const [place, one] of own.entries()) {
        const id = newest.get(one.name.table) ?? null;
        const newestFromMs = id === null ? null : beginOf(id, typeOf(one.table));
        hints.set(one, {
          ...(newestFromMs === null ? {} : { newestFromMs }),
          ...(scanned === 0 ? {} : { bytesScanned: shareOf(scanned, own.length, place) }),
        });
      }
    }
    return hints;
  }

  #isDue(key: string, { name, table }: Asked): boolean {
    const { askedMs, hasFailed, newest, changedMs } = this.#known.get(key) ?? nothing;
    const ageMs = this.#clock.now() - askedMs;
    const id = newest.get(name.table);
    if (id === undefined) {
      return !hasFailed || ageMs >= keptAfterFailureMs;
    }
    const usualMs = id === null ? keptWithoutMs : keptMs;
    const hasChanged = changedMs.get(name.table) !== table.lastModifiedTime;
    return hasChanged && ageMs >= (hasFailed ? keptAfterFailureMs : usualMs);
  }

  /** What it scanned. */
  async #ask(key: string, asked: readonly Asked[], options: CallOptions): Promise<number> {
    const known = this.#known.get(key) ?? nothing;
    const askedMs = this.#clock.now();
    const [first] = asked;
    if (first === undefined) {
      return 0;
    }
    const watched = this.#watched.filter((name) => keyOf(name) === key);
    const named = [...asked.map(({ name }) => name), ...watched].map(({ table }) => table);
    // Those that were asked for before and are not named here are watched since a reload.
    const tables = [...new Set([...named, ...known.newest.keys()])];
    const newest = new Map<string, string | null>(tables.map((table) => [table, null]));
    let scanned = 0;
    try {
      for (let start = 0; start < tables.length; start += mostTables) {
        const some = tables.slice(start, start + mostTables);
        const sql = partitionsQuery(first.name, some);
        const answer = await this.#driver.query(sql, { ...options, maxRows: some.length });
        scanned += answer.bytesScanned ?? 0;
        for (const [table, id] of answer.rows) {
          if (typeof table === "string" && typeof id === "string") {
            newest.set(table, id);
          }
        }
      }
      const seen = asked.map((one) => [one.name.table, one.table.lastModifiedTime] as const);
      const changedMs = new Map([...known.changedMs, ...seen]);
      this.#known.set(key, { askedMs, hasFailed: false, newest, changedMs });
    } catch (error) {
      if (!(error instanceof ConnectorError) || options.signal.aborted) {
        throw error;
      }
      this.#known.set(key, { ...known, askedMs, hasFailed: true });
      const { kind, code } = error.failure;
      const { project, dataset } = first.name;
      this.#logger.info({ project, dataset, kind, code }, "newest partitions cannot be asked for");
    }
    return scanned;
  }
}

/** The id of each table's newest partition. Rows without a time, and those that stream in, are in none of a time. */
export function partitionsQuery(
  { project, dataset }: TablePath,
  tables: readonly string[],
): string {
  const view = `${quoteIdentifier(project)}.${quoteIdentifier(dataset)}.INFORMATION_SCHEMA.PARTITIONS`;
  return (
    `select table_name, max(partition_id) as newest from ${view} ` +
    `where table_name in (${tables.map(quoteText).join(", ")}) and total_rows > 0 ` +
    "and partition_id not in ('__NULL__', '__UNPARTITIONED__') group by table_name"
  );
}

/** Where the whole column would be dear, or may not be read at all. */
function isWorthAsking({ table }: Asked): boolean {
  const { numRows = 0, requirePartitionFilter } = table;
  return (
    partitionColumnOf(table) !== undefined &&
    (requirePartitionFilter === true || numRows * valueBytes > worthBytes)
  );
}

/** Empty for the time at which rows came, which is no column of the table's and a TIMESTAMP. */
function typeOf(table: Table): string {
  const column = partitionColumnOf(table);
  return table.schema?.fields.find(({ name }) => name === column)?.type ?? "";
}

/**
 * When a partition begins, by its id: `2026`, `202601`, `20260131` or `2026013105`, which are in UTC
 * (https://cloud.google.com/bigquery/docs/partitioned-tables). Null for what is none of them.
 */
export function beginOf(partitionId: string, columnType: string): EpochMs | null {
  const [, year = "", month = "01", day = "01", hour = "00"] =
    /^(\d{4})(\d\d)?(\d\d)?(\d\d)?$/.exec(partitionId) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
  if (Number.isNaN(ms)) {
    return null;
  }
  return columnType === "DATETIME" ? ms - farthestZoneMs : ms;
}

function keyOf({ project, dataset }: TablePath): string {
  return JSON.stringify([project, dataset]);
}

/** Whole bytes, as even as can be, that add up to `total`. */
function shareOf(total: number, count: number, place: number): number {
  return Math.floor((total * (place + 1)) / count) - Math.floor((total * place) / count);
}
