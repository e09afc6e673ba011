import type { Clock } from "../../src/core/clock.ts";
import { ConnectorError, type DatasetColumns, type DatasetRef } from "../../src/core/connector.ts";
import type { CatalogueColumn, Measured, MeasurementFailure } from "../../src/core/measurement.ts";
import { dialect } from "./dialect.ts";
import type { Ask } from "./driver.ts";
import { asConnectorError, isOfOneDataset } from "./failures.ts";
import { refuseUnlessQuery } from "./guard.ts";
import { nameOf, quoteIdentifier, spelledOf } from "./names.ts";
import { type ListedRow, type Listing, listingOf } from "./shown.ts";
import { withoutEnd } from "./tokens.ts";
import { fieldType, listedType } from "./types.ts";

export type Columns = Measured<readonly CatalogueColumn[]>;

/** SHOW answers no more rows, without a word: https://docs.snowflake.com/en/sql-reference/sql/show */
const mostShown = 10_000;

/**
 * The columns of datasets, in the order asked. SHOW is used rather than INFORMATION_SCHEMA because it needs no
 * warehouse: two statements for each schema, of which the second only tells the views, and one for each query, which is
 * compiled and does not run. Throws what `ask` throws when it concerns more than one dataset.
 */
export async function describeDatasets(
  ask: Ask,
  datasets: readonly DatasetRef[],
  clock: Clock,
): Promise<readonly DatasetColumns[]> {
  const schemas = new Map<string, Promise<SchemaColumns>>();
  const described: DatasetColumns[] = [];
  for (const { id, source } of datasets) {
    if (source.kind === "query") {
      described.push({ datasetId: id, columns: await describeQuery(ask, source.sql, clock) });
      continue;
    }
    const columns = await ofOneDataset(async () => {
      const relation = dialect.relation(source);
      const parts = source.kind === "table" ? source.parts : [];
      const schema = parts.slice(0, -1).map(quoteIdentifier).join(".");
      const reading = schemas.get(schema) ?? readSchema(ask, schema, clock);
      schemas.set(schema, reading);
      return columnsOf(ask, await reading, nameOf(parts.at(-1) ?? ""), relation);
    });
    described.push({ datasetId: id, columns });
  }
  return described;
}

interface SchemaColumns {
  readonly columns: Listing;
  /** What the role sees of the schema's tables and views by name: `TABLE`, `VIEW` and others. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly atMs: number;
}

async function readSchema(ask: Ask, schema: string, clock: Clock): Promise<SchemaColumns> {
  const atMs = clock.now();
  const columns = listingOf(await ask({ text: `show columns in schema ${schema}` }));
  const objects = listingOf(await ask({ text: `show objects in schema ${schema}` }));
  const kinds = new Map(objects.rows.map((row) => [row("name"), row("kind")]));
  return { columns, kinds, atMs };
}

/** Where a schema has more columns than SHOW answers, the table's own are asked for. */
async function columnsOf(
  ask: Ask,
  { columns, kinds, atMs }: SchemaColumns,
  table: string,
  relation: string,
): Promise<Columns> {
  const isCut = columns.rows.length >= mostShown;
  const listing = isCut
    ? listingOf(await ask({ text: `show columns in table ${relation}` }))
    : columns;
  const rows = listing.rows.filter((row) => row("table_name") === table);
  if (rows.length === 0) {
    return { ok: false, failure: absent };
  }
  const isTable = isOrdinary(kinds.get(table));
  return { ok: true, value: rows.map((row) => columnOf(row, isTable)), atMs };
}

/**
 * Of a view every column is said to be nullable, which nobody promised, and an external table's files may hold anything.
 * What SHOW OBJECTS leaves out may be one.
 */
function isOrdinary(kind: string | undefined): boolean {
  return kind !== undefined && kind !== "" && !/VIEW|EXTERNAL/.test(kind);
}

function columnOf(row: ListedRow, isTable: boolean): CatalogueColumn {
  const { type, nullable } = listedType(row("data_type"));
  return { name: spelledOf(row("column_name")), type, nullable: isTable ? nullable : null };
}

async function describeQuery(ask: Ask, sql: string, clock: Clock): Promise<Columns> {
  return ofOneDataset(async () => {
    const atMs = clock.now();
    refuseUnlessQuery(sql);
    const { fields } = await ask({ text: withoutEnd(sql), isDescribed: true });
    const value = fields.map((field) => ({
      name: spelledOf(field.name),
      type: fieldType(field),
      nullable: null,
    }));
    return { ok: true, value, atMs };
  });
}

async function ofOneDataset(work: () => Promise<Columns>): Promise<Columns> {
  try {
    return await work();
  } catch (error) {
    const { failure } = asConnectorError(error);
    if (!isOfOneDataset(failure)) {
      throw new ConnectorError(failure, { cause: error });
    }
    return { ok: false, failure };
  }
}

/** Snowflake does not tell one from the other. */
export const absent: MeasurementFailure = {
  kind: "not_found",
  message: "There is no such table or view, or the role may not see it.",
  hint: "Check the dataset's `table` (names in lower case mean those that Snowflake shows in upper case), and GRANT SELECT ON it TO the connection's ROLE.",
};
