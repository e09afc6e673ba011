import type { Clock } from "../../src/core/clock.ts";
import {
  type CallOptions,
  ConnectorError,
  type DatasetColumns,
  type DatasetRef,
  type DatasetStatistics,
  type Statistics,
} from "../../src/core/connector.ts";
import type { CatalogueColumn, Measured } from "../../src/core/measurement.ts";
import type { CallDeadline } from "../_shared/deadline.ts";
import { withoutEnd } from "./dialect.ts";
import { type BigqueryDriver, refuseUnlessSelect } from "./driver.ts";
import { columnsOf } from "./fields.ts";
import type { Tables } from "./tables.ts";
import type { Table } from "./wire.ts";

/** What a catalogue read needs: the driver's calls within one bound. */
export interface Reading {
  readonly driver: BigqueryDriver;
  readonly tables: Tables;
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
  const atMs = clock.now();
  if (source.kind === "table") {
    const table = await tables.get(source.parts, deadline);
    return { ok: true, value: columnsOf(table.schema?.fields ?? [], isStored(table)), atMs };
  }
  if (source.kind === "files") {
    const message = "A BigQuery connection reads tables and queries, not files.";
    throw new ConnectorError({ kind: "invalid_query", message });
  }
  const sql = `select * from (\n${withoutEnd(source.sql)}\n) as dataset`;
  const { statementType, fields } = await driver.dryRun(sql, options, deadline);
  refuseUnlessSelect(statementType);
  return { ok: true, value: columnsOf(fields, false), atMs };
}

export async function statisticsOf(
  { tables, clock, deadline }: Reading,
  datasets: readonly DatasetRef[],
): Promise<readonly DatasetStatistics[]> {
  const read = await tables.each(datasets, async ({ source }): Promise<Measured<Statistics>> => {
    const atMs = clock.now();
    const value = source.kind === "table" ? factsOf(await tables.get(source.parts, deadline)) : {};
    return { ok: true, value, atMs };
  });
  return read.map(({ datasetId, value }) => ({ datasetId, statistics: value }));
}

/**
 * Of tables that BigQuery stores itself; a view has no rows of its own, and of an external table it knows none.
 * Rows in the streaming buffer are not counted yet, and do not move `lastModifiedTime` either. Nor is it promised to
 * move when partitions expire, so that of tables where they do the last change is left out.
 */
function factsOf(table: Table): Statistics {
  const { numRows, numBytes, lastModifiedTime, streamingBuffer, timePartitioning } = table;
  if (!isStored(table)) {
    return {};
  }
  const isStreaming = streamingBuffer !== undefined;
  const column = timePartitioning?.field;
  const doesExpire = timePartitioning?.expirationMs !== undefined;
  return {
    ...(numRows === undefined ? {} : { rows: { count: numRows, isExact: !isStreaming } }),
    ...(numBytes === undefined ? {} : { bytes: numBytes }),
    ...(lastModifiedTime === undefined || isStreaming || doesExpire
      ? {}
      : { lastChangeMs: lastModifiedTime }),
    ...(column === undefined ? {} : { partitions: { column } }),
  };
}

/** Clones are tables too; snapshots have a type of their own. */
function isStored({ type }: Table): boolean {
  return type === "TABLE" || type === "SNAPSHOT";
}
