import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableFacts } from "./bigquery-engine.ts";
import { RestError } from "./bigquery-errors.ts";
import { valuesOf } from "./bigquery-query.ts";

export type PartitionUnit = "HOUR" | "DAY" | "MONTH" | "YEAR";

/** How the id of a partition is made of its time. */
const idFormats: Readonly<Record<PartitionUnit, string>> = {
  HOUR: "%Y%m%d%H",
  DAY: "%Y%m%d",
  MONTH: "%Y%m",
  YEAR: "%Y",
};

/** https://cloud.google.com/bigquery/docs/information-schema-partitions */
const mostTables = 1_000;
const streamedRows = 7;

interface Place {
  readonly project: string;
  readonly schema: string;
  readonly factsOf: (table: string) => TableFacts;
}

/** INFORMATION_SCHEMA.PARTITIONS of one dataset, as a SELECT of its rows as they are now. */
export async function partitionsView(
  connection: DuckDBConnection,
  { project, schema, factsOf }: Place,
): Promise<string> {
  const named = await valuesOf(
    connection,
    `select table_name from duckdb_tables() where database_name = ${literal(project)} and schema_name = ${literal(schema)}`,
  );
  if (named.length > mostTables) {
    const message =
      "INFORMATION_SCHEMA.PARTITIONS query attempted to read too many tables. Please add more restrictive filters.";
    throw new RestError(400, "invalidQuery", message);
  }
  const rows = named.map(([name]) => {
    const table = String(name);
    const from = [project, schema, table].map(quoted).join(".");
    const facts = factsOf(table);
    const { partitionColumn, partitionUnit = "DAY", isStreaming, emptiedPartitions = [] } = facts;
    if (partitionColumn === undefined) {
      return `select ${literal(table)}, null, count(*) from ${from}`;
    }
    const at = `cast(${quoted(partitionColumn)} as timestamp)`;
    const id = `coalesce(strftime(${at}, ${literal(idFormats[partitionUnit])}), '__NULL__')`;
    const buffered = isStreaming === true ? [["__UNPARTITIONED__", streamedRows] as const] : [];
    return [
      `select ${literal(table)}, ${id}, count(*) from ${from} group by 2`,
      ...[...buffered, ...emptiedPartitions.map((one) => [one, 0] as const)].map(
        ([one, count]) => `select ${literal(table)}, ${literal(one)}, ${count}`,
      ),
    ].join(" union all ");
  });
  const none = "select '', null, 0 where false";
  return `select * from (${[...rows, none].join(" union all ")}) as v(table_name, partition_id, total_rows)`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
