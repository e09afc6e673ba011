import type { Clock } from "../../src/core/clock.ts";
import type { DatasetRef, DatasetStatistics, Statistics } from "../../src/core/connector.ts";
import type { Measured } from "../../src/core/measurement.ts";
import { absent } from "./catalogue.ts";
import { dialect } from "./dialect.ts";
import type { Ask } from "./driver.ts";
import { asConnectorError, isOfOneDataset } from "./failures.ts";
import { nameOf, quoteIdentifier, quoteText } from "./names.ts";
import { type ListedRow, listingOf } from "./shown.ts";

type Answered = Measured<Statistics>;

/**
 * What the metadata say of tables: one statement for each schema. SHOW TABLES would need no warehouse, but does not say
 * when a table last changed; INFORMATION_SCHEMA wakes one for a moment.
 */
export async function statisticsOf(
  ask: Ask,
  datasets: readonly DatasetRef[],
  clock: Clock,
): Promise<readonly DatasetStatistics[]> {
  const bySchema = Map.groupBy(datasets, ({ source }) =>
    source.kind === "table" ? source.parts.slice(0, -1).map(quoteIdentifier).join(".") : null,
  );
  const answers = new Map<string, Answered>();
  for (const [schema, members] of bySchema) {
    const read =
      schema === null
        ? members.map(({ id }): [string, Answered] => [id, nothing(clock.now())])
        : await readSchema(ask, members, clock);
    for (const [id, answer] of read) {
      answers.set(id, answer);
    }
  }
  return datasets.map(({ id }) => ({
    datasetId: id,
    statistics: answers.get(id) ?? { ok: false, failure: absent },
  }));
}

function nothing(atMs: number): Answered {
  return { ok: true, value: {}, atMs };
}

async function readSchema(
  ask: Ask,
  datasets: readonly DatasetRef[],
  clock: Clock,
): Promise<readonly (readonly [string, Answered])[]> {
  const atMs = clock.now();
  try {
    const paths = datasets.map(({ id, source }) => {
      dialect.relation(source);
      return { id, parts: source.kind === "table" ? source.parts : [] };
    });
    const { rows } = listingOf(await ask({ text: statement(paths.map(({ parts }) => parts)) }));
    const tables = new Map(rows.map((row) => [row("table_name"), row]));
    return paths.map(({ id, parts }) => {
      const row = tables.get(nameOf(parts.at(-1) ?? ""));
      return [
        id,
        row === undefined
          ? { ok: false, failure: absent }
          : { ok: true, value: factsOf(row), atMs },
      ];
    });
  } catch (error) {
    const { failure } = asConnectorError(error);
    if (!isOfOneDataset(failure)) {
      throw error;
    }
    return datasets.map(({ id }) => [id, { ok: false, failure }]);
  }
}

/** All `paths` are of one schema. */
function statement(paths: readonly (readonly string[])[]): string {
  const [database, schema] = [paths[0]?.at(-3), paths[0]?.at(-2)];
  const view = [
    ...(database === undefined ? [] : [quoteIdentifier(database)]),
    "information_schema",
    "tables",
  ];
  const names = paths.map((parts) => quoteText(nameOf(parts.at(-1) ?? "")));
  return (
    "select table_name, table_type, is_hybrid, is_iceberg, is_dynamic, row_count, bytes, " +
    `${dialect.epochMs("last_altered")} as last_altered_ms from ${view.join(".")} ` +
    `where table_schema = ${schema === undefined ? "current_schema()" : quoteText(nameOf(schema))} ` +
    `and table_name in (${names.join(", ")})`
  );
}

/**
 * Only of tables that Snowflake keeps itself: a view has no rows of its own, and those of an external table change
 * without Snowflake's doing. LAST_ALTERED also moves with DDL, with maintenance such as clustering, and with DML that
 * touched no row, so that it is never earlier than the last change: but of a hybrid table, where it does not move with DML
 * and rows are counted approximately (https://docs.snowflake.com/en/sql-reference/info-schema/hybrid_tables), and of
 * Iceberg and dynamic tables, which are written to in other ways, nobody says so.
 */
function factsOf(row: ListedRow): Statistics {
  if (row("table_type") !== "BASE TABLE" && row("table_type") !== "TEMPORARY TABLE") {
    return {};
  }
  const is = (column: string) => row(column) === "YES";
  const tellsChanges = !is("is_hybrid") && !is("is_iceberg") && !is("is_dynamic");
  const [count, bytes, lastChangeMs] = ["row_count", "bytes", "last_altered_ms"].map((column) =>
    row(column) === "" ? undefined : Number(row(column)),
  );
  return {
    ...(count === undefined ? {} : { rows: { count, isExact: !is("is_hybrid") } }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(lastChangeMs === undefined || !tellsChanges ? {} : { lastChangeMs }),
  };
}
