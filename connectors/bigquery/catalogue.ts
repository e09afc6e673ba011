import type { Clock } from "../../src/core/clock.ts";
import {
  type CallOptions,
  type DatasetColumns,
  type DatasetRef,
  type DatasetStatistics,
  type Statistics,
} from "../../src/core/connector.ts";
import type { CatalogueColumn, Measured } from "../../src/core/measurement.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import type { CallDeadline } from "../_shared/deadline.ts";
import { dialect } from "./dialect.ts";
import type { BigqueryDriver } from "./driver.ts";
import { columnsOf } from "./fields.ts";
import { refuseUnlessSelect } from "./kinds.ts";
import type { Asked, Partitions } from "./partitions.ts";
import type { Tables } from "./tables.ts";
import { partitionColumnOf, type Table } from "./wire.ts";

/** What a catalogue read needs: the driver's calls within one bound. */
export interface Reading {
  readonly driver: BigqueryDriver;
  readonly tables: Tables;
  readonly partitions: Partitions;
  readonly clock: Clock;
  readonly options: CallOptions;
  readonly deadline: CallDeadline;
}

/**
 * One `tables.get` for each table, side by side, because it is free: a query of INFORMATION_SCHEMA is billed for 10 MB
 * at least, takes a job and a second, and sees one region. A `query:` is described by a dry run, which is free too.
 */
export async function describeDatasets(
  reading: Reading,
  datasets: readonly DatasetRef[],
): Promise<readonly DatasetColumns[]> {
  const described = await reading.tables.each(datasets, (dataset) => describe(reading, dataset));
  return described.map(({ datasetId, value }) => ({ datasetId, columns: value }));
}

async function describe(
  { driver, tables, clock, options, deadline }: Reading,
  { source }: DatasetRef,
): Promise<Measured<readonly CatalogueColumn[]>> {
  if (source.kind === "table") {
    const { table, atMs } = await tables.get(source.parts, deadline);
    return { ok: true, value: columnsOf(table.schema?.fields ?? [], isStored(table)), atMs };
  }
  const atMs = clock.now();
  const sql = `select * from ${dialect.relation(source)}`;
  const { statementType, fields } = await driver.dryRun(sql, options, deadline);
  refuseUnlessSelect(statementType);
  return { ok: true, value: columnsOf(fields, false), atMs };
}

/** By `tables.get`; and of tables that would be dear to read whole, where their newest partition begins. */
export async function statisticsOf(
  { tables, partitions, clock, options, deadline }: Reading,
  datasets: readonly DatasetRef[],
): Promise<readonly DatasetStatistics[]> {
  const startedMs = clock.monotonicMs();
  const asked = new Map<string, Asked>();
  const read = await tables.each(
    datasets,
    async ({ id, source }): Promise<Measured<Statistics>> => {
      if (source.kind !== "table") {
        return { ok: true, value: {}, atMs: clock.now() };
      }
      const { table, atMs } = await tables.get(source.parts, deadline);
      const name = tables.nameOf(source.parts);
      if (name !== null && isStored(table)) {
        asked.set(id, { name, table });
      }
      return { ok: true, value: factsOf(table), atMs };
    },
  );
  const timeoutMs = options.timeoutMs - (clock.monotonicMs() - startedMs);
  const inOrder = datasets.flatMap(({ id }) => asked.get(id) ?? []);
  const hints = await partitions.hintsOf(inOrder, { ...options, timeoutMs });
  return read.map(({ datasetId, value }) => {
    const table = asked.get(datasetId);
    const hint = table && hints.get(table);
    if (hint === undefined) {
      return { datasetId, statistics: value };
    }
    const { newestFromMs, ...cost } = hint;
    return { datasetId, statistics: withNewest(value, newestFromMs), ...cost };
  });
}

function withNewest(
  statistics: Measured<Statistics>,
  newestFromMs: EpochMs | undefined,
): Measured<Statistics> {
  if (!statistics.ok || statistics.value.partitions === undefined || newestFromMs === undefined) {
    return statistics;
  }
  const partitions = { ...statistics.value.partitions, newestFromMs };
  return { ...statistics, value: { ...statistics.value, partitions } };
}

/**
 * Of tables that BigQuery stores itself; a view has no rows of its own, and of an external table it knows none.
 * Rows in the streaming buffer are not counted yet, and do not move `lastModifiedTime` either. Nor is it promised to
 * move when partitions expire, so that of tables where they do the last change is left out.
 */
function factsOf(table: Table): Statistics {
  const { numRows, numBytes, lastModifiedTime, streamingBuffer } = table;
  const { timePartitioning, requirePartitionFilter } = table;
  if (!isStored(table)) {
    return {};
  }
  const isStreaming = streamingBuffer !== undefined;
  const column = partitionColumnOf(table);
  const doesExpire = timePartitioning?.expirationMs !== undefined;
  return {
    ...(numRows === undefined ? {} : { rows: { count: numRows, isExact: !isStreaming } }),
    ...(numBytes === undefined ? {} : { bytes: numBytes }),
    ...(lastModifiedTime === undefined || isStreaming || doesExpire
      ? {}
      : { lastChangeMs: lastModifiedTime }),
    ...(column === undefined
      ? {}
      : {
          partitions: {
            column,
            ...(requirePartitionFilter === true ? ({ needsCondition: true } as const) : {}),
          },
        }),
  };
}

/** Clones are tables too; snapshots have a type of their own. */
function isStored({ type }: Table): boolean {
  return type === "TABLE" || type === "SNAPSHOT";
}
