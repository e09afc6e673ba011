import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgres } from "../../connectors/postgres/index.ts";
import type { Connector } from "../../src/core/connector.ts";
import { type Answers, answerOf, answersOfDuckdb, makeLoads } from "../helpers/planned-answers.ts";
import { plannedQueries } from "../helpers/planned-queries.ts";
import { connectorTo, type PostgresServer, startPostgres } from "../helpers/postgres.ts";

describe("Postgres answers as DuckDB does", () => {
  let server: PostgresServer;
  let connector: Connector;
  let expected: Answers;

  beforeAll(async () => {
    server = await startPostgres();
    const types = {
      integer: "bigint",
      instant: "timestamptz",
      local: "timestamp",
      date: "date",
    };
    await server.admin.query(["create schema suite", ...makeLoads(types)].join(";\n"));
    connector = connectorTo({ url: server.url() });
    expected = await answersOfDuckdb(postgres);
  });
  afterAll(async () => {
    await connector[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  test.each(plannedQueries(postgres))("$name", async ({ name, sql }) => {
    expect(await answerOf(connector, sql)).toEqual(expected.get(name));
  });
});
