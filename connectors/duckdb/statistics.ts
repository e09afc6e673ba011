import {
  ConnectorError,
  type DatasetRef,
  type QueryResult,
  type Statistics,
  type StatisticsField,
} from "../../src/core/connector.ts";
import type { Measured } from "../../src/core/measurement.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { absent, keyOf, keysOf, textOf } from "./catalogue.ts";
import { areParquet, filesProblem, globList } from "./dialect.ts";
import type { Lease } from "./engine.ts";
import { fetchRows } from "./rows.ts";

/*
 * When a set of files last changed is not told. The newest time of modification of its files does not say it: a file
 * that is deleted takes its own time along, and one that is renamed or copied into place may bring an old one, as
 * `mv`, `cp -p` and `rsync -t` do. The folders' times would show that on some file systems, and on others not.
 */

export function fieldsOfFiles(globs: readonly string[]): readonly StatisticsField[] {
  return areParquet(globs) ? ["rows", "bytes"] : ["bytes"];
}

/**
 * Rows out of the footers of Parquet files, which is all that is read of them; of other files their sizes, for which
 * they are not opened. A file that two globs match counts twice, as it does when its rows are read. Throws
 * `ConnectorError` (`invalid_query`) for file sets that no single reader reads.
 */
export function filesQuery(globs: readonly string[]): string {
  const problem = filesProblem(globs);
  if (problem !== null) {
    throw new ConnectorError(problem);
  }
  return areParquet(globs)
    ? `select cast(sum(file_size_bytes) as bigint), cast(sum(num_rows) as bigint)
      from parquet_file_metadata(${globList(globs)})`
    : `select cast(sum(size) as bigint), null from read_blob(${globList(globs)})`;
}

/** The answer to `filesQuery`, or null when no file of Parquet matches. Of other files that match nothing it has no size. */
export function filesStatistics(answer: QueryResult | null): Statistics {
  if (answer === null) {
    return { rows: { count: 0, isExact: true }, bytes: 0 };
  }
  const [bytes, rows] = answer.rows[0] ?? [];
  return {
    ...(typeof rows === "bigint" ? { rows: { count: Number(rows), isExact: true } } : {}),
    ...(typeof bytes === "bigint" ? { bytes: Number(bytes) } : {}),
  };
}

/** Rows that were deleted are part of the size until their storage is written anew (measured on 1.5.6). */
const sizes = `
  select estimated_size, database_name, schema_name, table_name from duckdb_tables()
  where database_name = current_database() and not internal
  union all
  select null, database_name, schema_name, view_name from duckdb_views()
  where database_name = current_database() and not internal`;

/** The statistics of all tables and views among `datasets`, by the dataset's id, read in one query. */
export async function tableStatistics(
  lease: Lease,
  datasets: readonly DatasetRef[],
  atMs: EpochMs,
): Promise<ReadonlyMap<string, Measured<Statistics>>> {
  const tables = datasets.flatMap(({ id, source }) =>
    source.kind === "table" ? [{ id, key: keyOf(source.parts) }] : [],
  );
  if (tables.length === 0) {
    return new Map();
  }
  const { rows } = await fetchRows(lease, sizes, Number.POSITIVE_INFINITY);
  const known = new Map<string, Statistics>();
  for (const [size, ...path] of rows) {
    const value: Statistics =
      typeof size === "bigint" ? { rows: { count: Number(size), isExact: false } } : {};
    for (const key of keysOf(path.map(textOf))) {
      known.set(key, value);
    }
  }
  return new Map(
    tables.map(({ id, key }) => {
      const value = known.get(key);
      return [id, value === undefined ? absent : { ok: true, value, atMs }];
    }),
  );
}
