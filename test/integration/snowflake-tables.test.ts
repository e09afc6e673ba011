import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialect } from "../../connectors/snowflake/dialect.ts";
import type { Connector, Statistics } from "../../src/core/connector.ts";
import { callOptions, failureOf } from "../helpers/connectors.ts";
import { startSnowflake } from "../helpers/snowflake.ts";

type Running = Awaited<ReturnType<typeof startSnowflake>>;

let running: Running;
let connector: Connector;
beforeAll(async () => {
  running = await startSnowflake();
  connector = running.connect();
  const { engine } = running.server;
  await engine.execute('create schema "SHOP"');
  for (const name of ["PLAIN", "HYBRID", "ICEBERG", "DYNAMIC"]) {
    await engine.execute(`create table "SHOP"."${name}" (id number(38,0), noted varchar)`);
    await engine.execute(
      `insert into "SHOP"."${name}" values (1, '2026-07-01'), (2, '2026-07-02')`,
    );
  }
  engine.tableKinds.set("SHOP.HYBRID", "hybrid");
  engine.tableKinds.set("SHOP.ICEBERG", "iceberg");
  engine.tableKinds.set("SHOP.DYNAMIC", "dynamic");
});
afterAll(async () => {
  await connector?.[Symbol.asyncDispose]();
  await running?.[Symbol.asyncDispose]();
});

async function statisticsOf(name: string): Promise<Statistics> {
  const source = { kind: "table", parts: ["shop", name] } as const;
  const [answer] = (await connector.statistics?.([{ id: "a/b", source }], callOptions())) ?? [];
  if (answer?.statistics.ok !== true) {
    throw new Error(`no statistics of ${name}`);
  }
  return answer.statistics.value;
}

describe("the metadata of Snowflake's tables", () => {
  test("tell when an ordinary table last changed", async () => {
    expect(Object.keys(await statisticsOf("plain"))).toEqual(["rows", "bytes", "lastChangeMs"]);
  });

  test("do not tell when a hybrid table last changed, and count its rows approximately", async () => {
    expect(await statisticsOf("hybrid")).toEqual({ rows: { count: 2, isExact: false }, bytes: 32 });
  });

  test.each(["iceberg", "dynamic"])(
    "are not believed of when rows of a table of kind %s last changed",
    async (name) => {
      expect(await statisticsOf(name)).toEqual({ rows: { count: 2, isExact: true }, bytes: 32 });
    },
  );
});

describe("a comparison with a moment", () => {
  const moment = { ms: 1_782_864_000_000, local: "2026-07-01 00:00:00.000", offset: "+00:00" };

  test("is an error of text, also of text that reads as a time", async () => {
    const condition = dialect.compareTime('"NOTED"', ">=", moment);
    const sql = `select count(*) as n from "SHOP"."PLAIN" where ${condition}`;
    const failure = await failureOf(connector.query(sql, { ...callOptions(), maxRows: 1 }));
    expect(failure).toMatchObject({ kind: "invalid_query" });
  });
});
