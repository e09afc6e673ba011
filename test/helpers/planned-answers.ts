import { duckdb } from "../../connectors/duckdb/index.ts";
import type { Connector, ConnectorSpec } from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import { asOwner, duckdbConnector, queryOptions } from "./duckdb.ts";
import { TemporaryFolder } from "./folder.ts";
import { loads, plannedQueries } from "./planned-queries.ts";

/** One row of answers for each planned statement, by the statement's name. */
export type Answers = ReadonlyMap<string, readonly (readonly SqlValue[])[]>;

/** How a warehouse spells the types of `suite.loads`. */
export interface LoadsTypes {
  readonly integer: string;
  readonly instant: string;
  readonly local: string;
  readonly date: string;
}

/** Statements that make `suite.loads` with its rows; the schema is there. Its instants are in UTC. */
export function makeLoads({ integer, instant, local, date }: LoadsTypes): readonly string[] {
  const rows = loads.map(
    (row) =>
      `(${row.id}, cast('${row.loaded_at}+00:00' as ${instant}), ` +
      `cast('${row.noted_at}' as ${local}), cast('${row.day}' as ${date}))`,
  );
  return [
    `create table suite.loads (id ${integer}, loaded_at ${instant}, noted_at ${local}, day ${date})`,
    `insert into suite.loads values ${rows.join(", ")}`,
  ];
}

/** What DuckDB itself answers to the plan for another warehouse, in its own dialect. */
export async function answersOfDuckdb(asked: ConnectorSpec): Promise<Answers> {
  await using folder = await TemporaryFolder.make();
  const path = folder.at("loads.db");
  const made = makeLoads({
    integer: "bigint",
    instant: "timestamptz",
    local: "timestamp",
    date: "date",
  });
  await asOwner(["create schema suite", ...made].join(";\n"), path);
  await using connector = duckdbConnector({ path });
  const answers = new Map<string, readonly (readonly SqlValue[])[]>();
  for (const { name, sql } of plannedQueries(plannedAlike(asked))) {
    answers.set(name, await answerOf(connector, sql));
  }
  return answers;
}

function plannedAlike({ dialect: { comparesOnlyTimes } }: ConnectorSpec): ConnectorSpec {
  const dialect = comparesOnlyTimes ? { ...duckdb.dialect, comparesOnlyTimes } : duckdb.dialect;
  return { ...(duckdb as ConnectorSpec), dialect };
}

export async function answerOf(
  connector: Connector,
  sql: string,
): Promise<readonly (readonly SqlValue[])[]> {
  return (await connector.query(sql, queryOptions({ timezone: "Europe/Berlin" }))).rows;
}
