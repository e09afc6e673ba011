import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { snowflake } from "../../connectors/snowflake/index.ts";
import type { Connector } from "../../src/core/connector.ts";
import { connectorContext } from "../helpers/connectors.ts";
import { type Answers, answerOf, answersOfDuckdb, makeLoads } from "../helpers/planned-answers.ts";
import { plannedQueries } from "../helpers/planned-queries.ts";
import { Emulator } from "./emulator.ts";

describe("fakesnow answers as DuckDB does", () => {
  let emulator: Emulator;
  let connector: Connector;
  let expected: Answers;

  beforeAll(async () => {
    emulator = await Emulator.start("snowflake");
    const types = {
      integer: "bigint",
      instant: "timestamp_tz",
      local: "timestamp_ntz",
      date: "date",
    };
    await executeAll(emulator.origin, ["create schema suite", ...makeLoads(types)]);
    connector = snowflake.create(
      snowflake.config.parse({
        access_url: emulator.origin,
        account: "fakesnow",
        user: "reader",
        password: "any",
        database: "TESTS",
      }),
      connectorContext(),
    );
    expected = await answersOfDuckdb(snowflake);
  });

  afterAll(async () => {
    await connector?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  test.each(plannedQueries(snowflake))("$name", async ({ name, sql }) => {
    expect(await answerOf(connector, sql)).toEqual(expected.get(name));
  });
});

/** Runs statements as the owner of the data would: the connector itself refuses to write. */
async function executeAll(origin: string, statements: readonly string[]): Promise<void> {
  const login = await post(`${origin}/session/v1/login-request?databaseName=TESTS`, "", {
    data: { SESSION_PARAMETERS: {} },
  });
  for (const sqlText of statements) {
    const answer = await post(`${origin}/queries/v1/query-request`, login.data.token, { sqlText });
    if (!answer.success) {
      throw new Error(`${sqlText}: ${answer.message ?? ""}`);
    }
  }
}

interface Posted {
  readonly success: boolean;
  readonly message?: string;
  readonly data: { readonly token: string };
}

async function post(url: string, token: string, body: object): Promise<Posted> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Snowflake Token="${token}"`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Posted;
}
