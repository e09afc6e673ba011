import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { schema } from "../../checks/schema/index.ts";
import { bigquery } from "../../connectors/bigquery/index.ts";
import type { Connector, DatasetRef } from "../../src/core/connector.ts";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { callOptions, failureOf } from "../helpers/connectors.ts";
import { until } from "../helpers/until.ts";
import { catalogue, evaluateContext, promised } from "../unit/checks/support.ts";

let server: BigqueryServer;
let connector: Connector;

beforeAll(async () => {
  server = await BigqueryServer.open();
  const { engine } = server;
  await engine.execute("create schema shop");
  await engine.execute(
    `create table shop.orders (
      id int64 not null, price numeric, address struct(city string, geo struct(lat float64)),
      items struct(sku string, n int64)[], tags string[])`,
  );
  await engine.execute("create table shop.events (`at` timestamp)");
  await engine.execute("insert into shop.events values ('2026-01-01 00:00:00+00')");
  await engine.execute("create view shop.seen as select * from shop.orders");
  connector = bigqueryConnector(server.origin);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function table(...parts: readonly string[]): DatasetRef {
  return { id: `shop/${parts.join(".")}`, source: { kind: "table", parts } };
}

async function columnsOf(ref: DatasetRef) {
  const [answer] = await connector.describe([ref], callOptions());
  if (answer?.columns.ok !== true) {
    throw new Error("no columns");
  }
  return answer.columns.value;
}

describe("columns", () => {
  it("are listed with their fields, arrays as never NULL, and types as BigQuery spells them", async () => {
    expect(await columnsOf(table("shop", "orders"))).toEqual([
      { name: "id", type: "INT64", nullable: false },
      { name: "price", type: "NUMERIC", nullable: true },
      { name: "address", type: "STRUCT<city STRING, geo STRUCT<lat FLOAT64>>", nullable: true },
      { name: "address.city", type: "STRING", nullable: true },
      { name: "address.geo", type: "STRUCT<lat FLOAT64>", nullable: true },
      { name: "address.geo.lat", type: "FLOAT64", nullable: true },
      { name: "items", type: "ARRAY<STRUCT<sku STRING, n INT64>>", nullable: false },
      { name: "items.sku", type: "STRING", nullable: true },
      { name: "items.n", type: "INT64", nullable: true },
      { name: "tags", type: "ARRAY<STRING>", nullable: false },
    ]);
  });

  it("of a view and of a query have no nullability", async () => {
    const query = {
      id: "shop/q",
      source: { kind: "query", sql: "select id from shop.orders" },
    } as const;
    const seen = [...(await columnsOf(table("shop", "seen"))), ...(await columnsOf(query))];
    expect(new Set(seen.map(({ nullable }) => nullable))).toEqual(new Set([null]));
  });

  it("that are nested can be promised", async () => {
    const columns = promised({
      id: ["int64", false],
      "address.city": "string",
      "address.geo.lat": "int64",
      "items.sku": "string",
    });
    const context = { ...evaluateContext("UTC", columns), ...bigquery.dialect };
    const delivered = await columnsOf(table("shop", "orders"));
    const { summary } = schema.evaluate({ new_columns: "warn" }, catalogue(delivered), context);
    expect(summary).toContain('"address.geo.lat" is FLOAT64 instead of int64');
    expect(summary).toContain("(1 breaking, 3 additive)");
  });

  it("of a hundred tables are read a few at a time, in the order asked", async () => {
    const refs = Array.from({ length: 100 }, (_, n) =>
      table("shop", n % 2 === 0 ? "orders" : `absent_${n}`),
    );
    const answers = await connector.describe(refs, callOptions());
    expect(answers.map(({ datasetId }) => datasetId)).toEqual(refs.map(({ id }) => id));
    expect(answers.filter(({ columns }) => columns.ok)).toHaveLength(50);
  });

  it("are looked for in the named project, and in the connection's dataset", async () => {
    const usual = bigqueryConnector(server.origin, {
      project: "other",
      dataset: "test-project.shop",
    });
    const refs = [
      table("events"),
      table("test-project", "shop", "events"),
      table("shop", "events"),
    ];
    const answers = await usual.describe(refs, callOptions());
    expect(answers.map(({ columns }) => columns.ok)).toEqual([true, true, false]);
    const [nowhere] = await connector.describe([table("events")], callOptions());
    expect(nowhere?.columns).toMatchObject({ ok: false, failure: { kind: "not_found" } });
  });
});

describe("statistics", () => {
  const statisticsOf = async (...names: readonly string[]) => {
    const refs = names.map((name) => table("shop", name));
    const answers = (await connector.statistics?.(refs, callOptions())) ?? [];
    return answers.map(({ statistics }) => statistics.ok && statistics.value);
  };

  it("say rows, bytes, the last change and by what a table is partitioned", async () => {
    server.engine.facts.set("shop.events", {
      numBytes: 800,
      lastModifiedMs: 1_767_225_600_000,
      partitionColumn: "at",
    });
    expect(await statisticsOf("events", "seen")).toEqual([
      {
        rows: { count: 1, isExact: true },
        bytes: 800,
        lastChangeMs: 1_767_225_600_000,
        partitions: { column: "at" },
      },
      {},
    ]);
  });

  it("say that statements need a condition on the partitions", async () => {
    server.engine.facts.set("shop.events", {
      numBytes: 800,
      lastModifiedMs: 1_767_225_600_000,
      partitionColumn: "at",
      requiresPartitionFilter: true,
    });
    expect(await statisticsOf("events")).toMatchObject([
      { partitions: { column: "at", newestFromMs: 1_767_225_600_000, needsCondition: true } },
    ]);
  });

  it("do not know when rows went with their partition", async () => {
    server.engine.facts.set("shop.events", {
      numBytes: 800,
      partitionColumn: "at",
      partitionsExpire: true,
    });
    expect(await statisticsOf("events")).toEqual([
      { rows: { count: 1, isExact: true }, bytes: 800, partitions: { column: "at" } },
    ]);
  });

  it("do not count on what is still in the streaming buffer", async () => {
    server.engine.facts.set("shop.events", { numBytes: 800, isStreaming: true });
    expect(await statisticsOf("events")).toEqual([
      { rows: { count: 1, isExact: false }, bytes: 800 },
    ]);
  });
});

describe("columns and statistics of a table", () => {
  const events = [table("shop", "events")];
  const requests = (): number =>
    server.requests.filter(({ path }) => path.includes("/tables/events")).length;

  beforeEach(() => {
    server.requests.length = 0;
  });

  it("are one request where they are asked for at the same time, and another one later", async () => {
    const ask = () =>
      Promise.all([
        connector.describe(events, callOptions()),
        connector.statistics?.(events, callOptions()),
      ]);
    const [[described], [known] = []] = await ask();
    expect(described?.columns).toMatchObject({ ok: true, value: [{ name: "at" }] });
    expect(known?.statistics).toMatchObject({ ok: true, value: { rows: { count: 1 } } });
    expect(requests()).toBe(1);
    await ask();
    expect(requests()).toBe(2);
  });

  it("do not share an answer that has been waited for already", async () => {
    let monotonicMs = 0;
    const clock = { now: () => Date.now(), monotonicMs: () => monotonicMs };
    const patient = bigqueryConnector(server.origin, {}, { clock });
    server.faults.push({ on: "/tables/events", times: 1, act: "hang" });
    const abort = new AbortController();
    const first = patient.describe(events, callOptions({ signal: abort.signal }));
    await until("the request to hang", () => requests() === 1);
    monotonicMs = 1_000;
    const [known] = (await patient.statistics?.(events, callOptions())) ?? [];
    expect(known?.statistics.ok).toBe(true);
    abort.abort();
    expect(await failureOf(first)).toMatchObject({ kind: "cancelled" });
  });

  it("do not end with the call that has sent their request", async () => {
    server.faults.push({ on: "/tables/events", times: 1, act: "hang" });
    const abort = new AbortController();
    const first = connector.describe(events, callOptions({ signal: abort.signal }));
    await until("the request to hang", () => requests() === 1);
    const second = connector.statistics?.(events, callOptions());
    abort.abort();
    expect(await failureOf(first)).toMatchObject({ kind: "cancelled" });
    const [known] = (await second) ?? [];
    expect(known?.statistics.ok).toBe(true);
    expect(requests()).toBe(2);
  });
});
