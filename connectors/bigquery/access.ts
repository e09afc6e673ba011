import type { DatasetRef, DatasetSource } from "../../src/core/connector.ts";
import type { Measured, MeasurementFailure } from "../../src/core/measurement.ts";
import { describeDatasets, type Reading } from "./catalogue.ts";
import { dialect } from "./dialect.ts";
import { wantsCondition } from "./failures.ts";

/** A dataset that cannot be read, and why. */
interface Unreadable {
  readonly datasetId: string;
  readonly source: DatasetSource;
  readonly failure: MeasurementFailure;
}

/**
 * The datasets that cannot be read. A table may be described by whoever may not read its rows, and from any location: so
 * a read of rows is tried as well, by a dry run, of one table of each of BigQuery's datasets, by which both are granted
 * as a rule; and where that fails of all the others there.
 */
export async function unreadable(
  reading: Reading,
  datasets: readonly DatasetRef[],
): Promise<readonly Unreadable[]> {
  const failures = new Map<string, MeasurementFailure>();
  const note = (datasetId: string, answer: Measured<unknown>): void => {
    if (!answer.ok) {
      failures.set(datasetId, answer.failure);
    }
  };
  for (const { datasetId, columns } of await describeDatasets(reading, datasets)) {
    note(datasetId, columns);
  }
  const tryAll = async (refs: readonly DatasetRef[]): Promise<void> => {
    for (const { datasetId, value } of await tryReads(reading, refs)) {
      note(datasetId, value);
    }
  };
  const described = datasets.filter(
    ({ id, source }) => source.kind === "table" && !failures.has(id),
  );
  const groups = [...Map.groupBy(described, ({ source }) => homeOf(reading, source)).values()];
  await tryAll(groups.flatMap((group) => group.slice(0, 1)));
  await tryAll(
    groups.flatMap(([tried, ...others]) => (failures.has(tried?.id ?? "") ? others : [])),
  );
  return datasets.flatMap(({ id, source }) => {
    const failure = failures.get(id);
    return failure === undefined ? [] : [{ datasetId: id, source, failure }];
  });
}

function tryReads(
  { driver, tables, clock, options, deadline }: Reading,
  datasets: readonly DatasetRef[],
): ReturnType<typeof tables.each<null>> {
  return tables.each(datasets, async ({ source }) => {
    const sql = `select 1 as x from ${dialect.relation(source)}`;
    await driver.dryRun(sql, options, deadline).catch((error: unknown) => {
      if (!wantsCondition(error)) {
        throw error;
      }
    });
    return { ok: true, value: null, atMs: clock.now() };
  });
}

/** The dataset of BigQuery's that a table is in. */
function homeOf({ tables }: Reading, source: DatasetSource): string {
  const name = source.kind === "table" ? tables.nameOf(source.parts) : null;
  return JSON.stringify([name?.project, name?.dataset]);
}
