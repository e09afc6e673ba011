import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callOptions } from "../helpers/connectors.ts";
import { startSnowflake, users } from "../helpers/snowflake.ts";

type Running = Awaited<ReturnType<typeof startSnowflake>>;

const orders = {
  id: "orders/orders",
  source: { kind: "table", parts: ["sales", "orders"] },
} as const;
const hidden = {
  id: "orders/secrets",
  source: { kind: "table", parts: ["sales", "secrets"] },
} as const;

let running: Running;
beforeAll(async () => {
  running = await startSnowflake();
  const { engine } = running.server;
  await engine.execute('create schema "SALES"');
  await engine.execute(
    'create table "SALES"."ORDERS" (order_id number(38,0) not null, "note" varchar)',
  );
  await engine.execute('create table "SALES"."SECRETS" (id number(38,0))');
  engine.hidden.add("SALES.SECRETS");
});
afterAll(() => running?.[Symbol.asyncDispose]());

const accessOf = async (
  datasets: readonly (typeof orders | typeof hidden)[],
  given: Parameters<Running["connect"]>[0] = {},
) => {
  await using connector = running.connect({ password: users.password, ...given }, { datasets });
  const stages = await connector.testConnection(callOptions());
  return stages.find(({ name }) => name === "access");
};

describe("access to Snowflake", () => {
  test("is there for datasets that the role may read", async () => {
    expect(await accessOf([orders])).toMatchObject({
      status: "ok",
      message: "Datasets that can be read: 1.",
    });
  });

  test("says which grants would make a table readable", async () => {
    const stage = await accessOf([orders, hidden]);
    expect(stage).toMatchObject({
      status: "failed",
      message: "1 of 2 datasets cannot be read: orders/secrets (not_found) (002003)",
      hint:
        'If the table exists, run: GRANT USAGE ON DATABASE "TIDEMARK_TEST" TO ROLE "TIDEMARK_READER"; ' +
        'GRANT USAGE ON SCHEMA "TIDEMARK_TEST"."SALES" TO ROLE "TIDEMARK_READER"; ' +
        'GRANT SELECT ON TABLE "TIDEMARK_TEST"."SALES"."SECRETS" TO ROLE "TIDEMARK_READER"; ' +
        "for a view write VIEW instead of TABLE.",
    });
  });

  test("says which grant would make the warehouse usable", async () => {
    expect(await accessOf([orders], { warehouse: "other_wh" })).toMatchObject({
      status: "failed",
      hint: 'If it exists, run: GRANT USAGE ON WAREHOUSE "OTHER_WH" TO ROLE "TIDEMARK_READER";',
    });
  });

  test("warns of a warehouse that is suspended and would not resume", async () => {
    const { engine } = running.server;
    engine.warehouse = { ...engine.warehouse, auto_resume: "false" };
    try {
      expect(await accessOf([orders])).toMatchObject({
        status: "warning",
        hint: 'ALTER WAREHOUSE "TIDEMARK_WH" SET AUTO_RESUME = TRUE;',
      });
    } finally {
      engine.warehouse = { ...engine.warehouse, auto_resume: "true" };
    }
  });

  test("is looked for, and columns are listed, without waking a warehouse", async () => {
    const before = running.server.statements.length;
    await accessOf([orders]);
    await using connector = running.connect();
    await connector.describe([orders, hidden], callOptions());
    const asked = running.server.statements.slice(before);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(({ needsWarehouse }) => needsWarehouse)).toEqual([]);
  });

  test("lists columns as a configuration names them, and hides what the role may not see", async () => {
    await using connector = running.connect();
    const [seen, unseen] = await connector.describe([orders, hidden], callOptions());
    expect(seen?.columns).toMatchObject({
      ok: true,
      value: [
        { name: "order_id", type: "NUMBER(38,0)", nullable: false },
        { name: '"note"', type: "VARCHAR(16777216)", nullable: true },
      ],
    });
    expect(unseen?.columns).toMatchObject({ ok: false, failure: { kind: "not_found" } });
  });

  test("is asked for with two statements for all tables of a schema", async () => {
    const before = running.server.statements.length;
    await using connector = running.connect();
    await connector.describe([orders, hidden, { ...orders, id: "a/b" }], callOptions());
    expect(running.server.statements.slice(before).map(({ sql }) => sql.split("\n")[0])).toEqual([
      'show columns in schema "SALES"',
      'show objects in schema "SALES"',
    ]);
  });

  test("lists all columns of a schema that has more than SHOW answers", async () => {
    const columns = Array.from({ length: 1_000 }, (_, index) => `c${index} number(38,0)`);
    await running.server.engine.execute('create schema "WIDE"');
    for (let table = 0; table < 11; table += 1) {
      await running.server.engine.execute(
        `create table "WIDE"."T${table}" (${columns.join(", ")})`,
      );
    }
    await using connector = running.connect();
    const last = { id: "a/b", source: { kind: "table", parts: ["wide", "t10"] } } as const;
    const [answer] = await connector.describe([last], callOptions());
    expect(answer?.columns.ok === true && answer.columns.value.length).toBe(1_000);
  });

  test("finds tables in another database and in the session's own schema", async () => {
    await running.server.engine.execute('create table "PUBLIC"."HERE" (id number(38,0))');
    await using connector = running.connect();
    const named = (...parts: readonly string[]) =>
      ({ id: "a/b", source: { kind: "table", parts } }) as const;
    const answers = await connector.describe(
      [named("here"), named("tidemark_test", "sales", "orders"), named("ORDERS")],
      callOptions(),
    );
    expect(answers.map(({ columns }) => columns.ok)).toEqual([true, true, false]);
  });
});
