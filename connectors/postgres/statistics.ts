import type { Clock } from "../../src/core/clock.ts";
import type { DatasetRef, DatasetStatistics, Statistics } from "../../src/core/connector.ts";
import type { Measured } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";
import { askedReadable, askedTables, missing, readTables } from "./catalogue.ts";
import type { Ask } from "./wire.ts";

/**
 * What VACUUM and ANALYZE, by hand or by autovacuum, last wrote into pg_class: an estimate of the rows, and the pages
 * of the table and of its TOAST table. Neither the table nor its files are touched, so that no lock is waited for:
 * pg_table_size() would wait behind an ALTER TABLE, and all datasets with it.
 *
 * There is no count for views, foreign tables and partitioned parents, which hold no rows of their own; for parents
 * by inheritance, whose children are read with them; under row security, where the role sees fewer; and for what was
 * never analysed, which is -1 since version 14 and before that 0 rows on 0 pages.
 *
 * When a table last changed Postgres does not say. The counters of pg_stat_all_tables are lost in a crash and by
 * pg_stat_reset(), and a commit's timestamp is kept only with track_commit_timestamp, by row and not by table.
 */
const tableStatistics = `select ${askedReadable},
  case when found.relkind in ('r', 'm') and not kept.relhassubclass and not row_security_active(found.oid)
    and kept.reltuples >= 0
    and (kept.reltuples > 0 or kept.relpages > 0 or current_setting('server_version_num')::int >= 140000)
    then kept.reltuples::bigint end,
  case when found.relkind in ('r', 'm') and not kept.relhassubclass and kept.reltuples >= 0
    then (kept.relpages + coalesce(toast.relpages, 0))::bigint * current_setting('block_size')::bigint end
from ${askedTables}
left join pg_catalog.pg_class kept on kept.oid = found.oid
left join pg_catalog.pg_class toast on toast.oid = kept.reltoastrelid
order by asked.place`;

/** One statement for all tables. Queries have no statistics. Throws what `ask` throws. */
export async function readStatistics(
  ask: Ask,
  datasets: readonly DatasetRef[],
  clock: Clock,
): Promise<readonly DatasetStatistics[]> {
  const ofTables = await readTables(ask, tableStatistics, datasets, clock, statisticsOf);
  const none: Measured<Statistics> = { ok: true, value: {}, atMs: clock.now() };
  return datasets.map(({ id, source }) => ({
    datasetId: id,
    statistics: source.kind === "table" ? (ofTables.get(id) ?? missing) : none,
  }));
}

function statisticsOf([rows, bytes]: readonly SqlValue[]): Statistics {
  return {
    ...(typeof rows === "bigint" ? { rows: { count: Number(rows), isExact: false } } : {}),
    ...(typeof bytes === "bigint" ? { bytes: Number(bytes) } : {}),
  };
}
