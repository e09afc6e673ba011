import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Connector } from "../../src/core/connector.ts";
import { SqlFailure } from "../counterparts/snowflake-errors.ts";
import { callOptions, failureOf } from "../helpers/connectors.ts";
import { containing } from "../helpers/matchers.ts";
import { startSnowflake } from "../helpers/snowflake.ts";

type Running = Awaited<ReturnType<typeof startSnowflake>>;

let running: Running;
let connector: Connector;
beforeAll(async () => {
  running = await startSnowflake();
  connector = running.connect();
  const { engine } = running.server;
  await engine.execute('create schema "SHOP"');
  await engine.execute('create table "SHOP"."ORDERS" (id number(38,0), note varchar)');
  await engine.execute(`insert into "SHOP"."ORDERS" values (1, 'row-canary')`);
  await engine.execute('create table "SHOP"."SECRETS" (id number(38,0))');
  engine.hidden.add("SHOP.SECRETS");
});
afterEach(() => {
  running.server.warehouseFailure = null;
  running.server.compileFailure = null;
});
afterAll(async () => {
  await connector?.[Symbol.asyncDispose]();
  await running?.[Symbol.asyncDispose]();
});

const ask = (sql: string) => connector.query(sql, { ...callOptions(), maxRows: 10 });
const nothingRuns = () => expect(running.server.engine.runningCount).toBe(0);

describe("a statement that Snowflake refuses", () => {
  test.each([
    [
      "a table that is not there",
      'select * from "SHOP"."NOTHING"',
      "002003",
      "not_found",
      "SELECT",
    ],
    [
      "a table that was not granted",
      'select * from "SHOP"."SECRETS"',
      "002003",
      "not_found",
      "SELECT",
    ],
    [
      "a schema that is not there",
      'select * from "NOWHERE"."ORDERS"',
      "002003",
      "not_found",
      "SCHEMA",
    ],
    [
      "a column that is not there",
      'select nothing from "SHOP"."ORDERS"',
      "000904",
      "invalid_query",
      "column",
    ],
    ["no SQL", "select from where", "001003", "invalid_query", "tidemark plan"],
    [
      "a value that is no number",
      'select cast(note as number(38,0)) from "SHOP"."ORDERS"',
      "100038",
      "invalid_query",
      "tidemark plan",
    ],
  ])("because of %s says so, and leaves nothing running", async (_, sql, code, kind, hint) => {
    const failure = await failureOf(ask(sql));
    expect(failure).toMatchObject({ kind, code, hint: containing(hint) });
    expect(JSON.stringify(failure)).not.toContain("canary");
    nothingRuns();
  });

  test.each([
    ["whose database the session lacks", "090105", "22000", "not_found", "`database` and `schema`"],
    ["whose schema the session lacks", "090106", "22000", "not_found", "`database` and `schema`"],
    ["that the role may not run", "003001", "42501", "permission", "GRANT SELECT"],
    ["on an account that is suspended", "000666", "57014", "resource", "administrator"],
    ["with a function that there is not", "002140", "42601", "invalid_query", "tidemark plan"],
  ])("%s, fails with what to do, described or run", async (_, code, state, kind, hint) => {
    running.server.compileFailure = new SqlFailure(code, state, "canary");
    const failure = await failureOf(ask("select 1 as x"));
    expect(failure).toMatchObject({ kind, code, hint: containing(hint) });
    expect(JSON.stringify(failure)).not.toContain("canary");
    const source = { kind: "query", sql: "select 1 as x" } as const;
    const described = connector.describe([{ id: "shop/one", source }], callOptions());
    const kinds = await described.then(
      (datasets) => datasets.map(({ columns }) => (columns.ok ? "ok" : columns.failure.kind)),
      async () => [(await failureOf(described)).kind],
    );
    expect(kinds).toEqual([kind]);
  });

  test.each([
    [
      "000606",
      "No active warehouse selected in the current session.",
      "permission",
      "GRANT USAGE ON WAREHOUSE",
    ],
    ["000607", "Warehouse 'WH' is suspended.", "resource", "AUTO_RESUME"],
    [
      "000699",
      "Warehouse 'WH' is suspended, and this code is not known.",
      "resource",
      "AUTO_RESUME",
    ],
    [
      "090073",
      "Warehouse 'WH' cannot be resumed because resource monitor 'M' has exceeded its quota.",
      "resource",
      "RESOURCE MONITORS",
    ],
    [
      "000630",
      "Statement reached its statement or warehouse timeout of 30 second(s) and was canceled.",
      "timeout",
      "STATEMENT_TIMEOUT_IN_SECONDS",
    ],
    [
      "000639",
      "The statement waited for too long in the queue.",
      "timeout",
      "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
    ],
  ])("by its warehouse with %s, %s, is of kind %s", async (code, message, kind, hint) => {
    running.server.warehouseFailure = new SqlFailure(code, "57P03", message);
    expect(await failureOf(ask("select 1 as x"))).toMatchObject({
      kind,
      code,
      hint: containing(hint),
    });
    nothingRuns();
  });

  test("wakes nothing when only columns are asked for, and no warehouse can be had", async () => {
    running.server.warehouseFailure = new SqlFailure("000606", "57P03", "No active warehouse.");
    const source = { kind: "table", parts: ["shop", "orders"] } as const;
    const [answer] = await connector.describe([{ id: "shop/orders", source }], callOptions());
    expect(answer?.columns.ok).toBe(true);
  });

  test("is asked again by the next call, once the warehouse is back", async () => {
    running.server.warehouseFailure = new SqlFailure("090073", "22000", "Spent.");
    expect(await failureOf(ask("select 1 as x"))).toMatchObject({ kind: "resource" });
    running.server.warehouseFailure = null;
    expect((await ask("select 1 as x")).rows).toEqual([[1n]]);
    expect(running.server.sessions.openedCount).toBe(1);
  });
});
