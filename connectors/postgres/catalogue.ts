import type { Clock } from "../../src/core/clock.ts";
import { ConnectorError, type DatasetColumns, type DatasetRef } from "../../src/core/connector.ts";
import type { CatalogueColumn, Measured, MeasurementFailure } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";
import { withoutEnd } from "../_shared/query-end.ts";
import { asConnectorError } from "./failures.ts";
import type { Ask } from "./wire.ts";

type Columns = Measured<readonly CatalogueColumn[]>;

/**
 * One row per table asked for, whatever their schemas. pg_catalog shows what the role may not read, so absent
 * and forbidden can be told apart; information_schema and to_regclass cannot do that for a whole list.
 * The names are cast to `name`, which cuts them to 63 bytes just as SQL does and lets the index serve.
 */
export const askedTables = `unnest($1::text[], $2::text[], $3::text[])
  with ordinality as asked (catalogue, schema, name, place)
left join lateral (
  select c.oid, c.relkind,
    has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select') as may_read
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relname = asked.name::name and c.relkind in ('r', 'v', 'm', 'f', 'p')
    and case when asked.schema is null then pg_table_is_visible(c.oid) else n.nspname = asked.schema::name end
) as found on true`;

/** The first two columns say whether the dataset is in this database, and whether the role may read it. */
export const askedReadable = `asked.catalogue is null or asked.catalogue = current_database(),
  found.may_read`;

const tableColumns = `select ${askedReadable}, listed.columns
from ${askedTables}
left join lateral (
  select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'nullable', case when found.relkind not in ('v', 'm')
      then not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)) end) order by a.attnum) as columns
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type t on t.oid = a.atttypid
  where a.attrelid = found.oid and a.attnum > 0 and not a.attisdropped
) as listed on true
order by asked.place`;

/**
 * The columns of datasets, in the order asked: one statement for all tables, and one for each query, which is
 * planned and not executed. A table's name is 1 to 3 parts; a single one is looked for on the search path.
 * Throws what `ask` throws when it concerns more than one dataset.
 */
export async function describeDatasets(
  ask: Ask,
  datasets: readonly DatasetRef[],
  clock: Clock,
): Promise<readonly DatasetColumns[]> {
  const ofTables = await describeTables(ask, datasets, clock);
  const described: DatasetColumns[] = [];
  for (const { id, source } of datasets) {
    const columns =
      source.kind === "query"
        ? await describeQuery(ask, source.sql, clock)
        : (ofTables.get(id) ?? missing);
    described.push({ datasetId: id, columns });
  }
  return described;
}

async function describeTables(
  ask: Ask,
  datasets: readonly DatasetRef[],
  clock: Clock,
): Promise<ReadonlyMap<string, Columns>> {
  return readTables(ask, tableColumns, datasets, clock, ([columns]) => columnsOf(columns));
}

/**
 * One answer per table among `datasets`, by the dataset's id, in one statement that begins with `askedReadable` and
 * has one row per table, in the order asked; `read` gets what stands behind those columns.
 */
export async function readTables<T>(
  ask: Ask,
  text: string,
  datasets: readonly DatasetRef[],
  clock: Clock,
  read: (values: readonly SqlValue[]) => T,
): Promise<ReadonlyMap<string, Measured<T>>> {
  const tables = datasets.flatMap(({ id, source }) =>
    // Postgres takes no NUL in a value, and one such name would spoil the statement for all.
    source.kind === "table" && !source.parts.some((part) => part.includes("\0"))
      ? [{ id, parts: source.parts }]
      : [],
  );
  if (tables.length === 0) {
    return new Map();
  }
  const part = (place: number) => tables.map(({ parts }) => parts.at(place) ?? null);
  const atMs = clock.now();
  const { rows } = await ask({ text, values: [part(-3), part(-2), part(-1)] });
  return new Map(
    rows.map(([isHere, mayRead, ...values], place): [string, Measured<T>] => [
      tables[place]?.id ?? "",
      isHere !== true
        ? { ok: false, failure: elsewhere }
        : mayRead === null
          ? missing
          : mayRead !== true
            ? { ok: false, failure: forbidden }
            : { ok: true, value: read(values), atMs },
    ]),
  );
}

async function describeQuery(ask: Ask, sql: string, clock: Clock): Promise<Columns> {
  try {
    const atMs = clock.now();
    const { fields } = await ask({
      text: `select * from (\n${withoutEnd(sql)}\n) as dataset limit 0`,
    });
    const { rows } = await ask({
      text: typeNames,
      values: [fields.map((one) => one.dataTypeID), fields.map((one) => one.dataTypeModifier)],
    });
    const value = fields.map(({ name }, place) => ({
      name,
      type: textOf(rows[place]?.[0]),
      nullable: null,
    }));
    return { ok: true, value, atMs };
  } catch (error) {
    const { failure } = asConnectorError(error);
    if (!ofOneDataset.has(failure.kind)) {
      throw new ConnectorError(failure, { cause: error });
    }
    return { ok: false, failure };
  }
}

const typeNames = `select format_type(oid, modifier)
from unnest($1::oid[], $2::int[]) with ordinality as field (oid, modifier, place) order by place`;

const ofOneDataset: ReadonlySet<string> = new Set(["invalid_query", "not_found", "permission"]);

export const missing: Measured<never> = {
  ok: false,
  failure: {
    kind: "not_found",
    message: "There is no such table or view.",
    hint: "Check the dataset's `table`: names are exact in case, and one part alone is looked for on the role's search path.",
  },
};
const forbidden: MeasurementFailure = {
  kind: "permission",
  message: "The table exists, and the role may not read it.",
  hint: "Grant USAGE on the schema and SELECT on the table to the connection's role.",
};
const elsewhere: MeasurementFailure = {
  kind: "not_found",
  message: "The table's first part names another database than the connection's.",
  hint: "Postgres cannot read across databases: leave the part out, or add a connection to that database.",
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A table without columns, which Postgres allows, has none to aggregate. */
function columnsOf(json: unknown): readonly CatalogueColumn[] {
  return typeof json === "string" ? (JSON.parse(json) as readonly CatalogueColumn[]) : [];
}
