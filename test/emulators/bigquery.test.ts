import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bigquery } from "../../connectors/bigquery/index.ts";
import type { Connector } from "../../src/core/connector.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { type Answers, answerOf, answersOfDuckdb, makeLoads } from "../helpers/planned-answers.ts";
import { plannedQueries } from "../helpers/planned-queries.ts";
import { Emulator } from "./emulator.ts";

describe("bqemulator answers as DuckDB does", () => {
  let emulator: Emulator;
  let connector: Connector;
  let expected: Answers;

  beforeAll(async () => {
    emulator = await Emulator.start("bigquery");
    connector = bigqueryConnector(emulator.origin);
    const types = { integer: "INT64", instant: "TIMESTAMP", local: "DATETIME", date: "DATE" };
    for (const statement of ["create schema suite", ...makeLoads(types)]) {
      await execute(emulator.origin, statement);
    }
    expected = await answersOfDuckdb(bigquery);
  });

  afterAll(async () => {
    await connector?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  test.each(plannedQueries(bigquery))("$name", async ({ name, sql }) => {
    expect(await answerOf(connector, sql)).toEqual(expected.get(name));
  });
});

/** Runs a statement as the owner of the data would: the connector itself refuses to write. */
async function execute(origin: string, query: string): Promise<void> {
  const url = `${origin}/bigquery/v2/projects/test-project/queries`;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, useLegacySql: false }),
  });
  if (!response.ok) {
    throw new Error(`${query}: ${await response.text()}`);
  }
}
