import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bigquery } from "../../connectors/bigquery/index.ts";
import { partitionsQuery } from "../../connectors/bigquery/partitions.ts";
import type { Connector } from "../../src/core/connector.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { callOptions } from "../helpers/connectors.ts";
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

  test("and names the newest partition of a table", async () => {
    await post(emulator.origin, "datasets/suite/tables", {
      tableReference: { projectId: "test-project", datasetId: "suite", tableId: "parted" },
      schema: { fields: [{ name: "loaded_at", type: "TIMESTAMP" }] },
      timePartitioning: { type: "HOUR", field: "loaded_at" },
    });
    const loads = [
      "timestamp '2026-05-30 10:00:00+00'",
      "timestamp '2026-05-31 23:30:00+00'",
      "null",
    ];
    for (const load of loads) {
      await execute(emulator.origin, `insert into suite.parted values (${load})`);
    }
    const place = { project: "test-project", dataset: "suite" };
    const sql = partitionsQuery(place, ["parted", "loads"]);
    const { rows } = await connector.query(sql, { ...callOptions(), maxRows: 9 });
    expect(rows).toEqual([["parted", "2026053123"]]);
  });
});

/** Runs a statement as the owner of the data would: the connector itself refuses to write. */
function execute(origin: string, query: string): Promise<void> {
  return post(origin, "queries", { query, useLegacySql: false });
}

async function post(origin: string, path: string, json: object): Promise<void> {
  const url = `${origin}/bigquery/v2/projects/test-project/${path}`;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(json),
  });
  if (!response.ok) {
    throw new Error(`${path}: ${await response.text()}`);
  }
}
