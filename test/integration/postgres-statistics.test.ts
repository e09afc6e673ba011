import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connector, Statistics } from "../../src/core/connector.ts";
import { callOptions } from "../helpers/connectors.ts";
import { connectorTo, type PostgresServer, startPostgres } from "../helpers/postgres.ts";

describe("the statistics of Postgres", () => {
  let server: PostgresServer;
  let connector: Connector;
  const reader = { user: "reader", password: "pw-of-reader" };

  beforeAll(async () => {
    server = await startPostgres({ log_statement: "all", autovacuum: "off" });
    await server.admin.query(`
      create schema shop;
      create table shop.orders as select n as id, repeat('x', 100) as note from generate_series(1, 20000) n;
      create materialized view shop.summary as select id from shop.orders where id <= 500;
      create view shop.seen as select * from shop.orders;
      create table shop.parted (id bigint, day date) partition by range (day);
      create table shop.parted_2026 partition of shop.parted for values from ('2026-01-01') to ('2027-01-01');
      insert into shop.parted select n, '2026-06-01' from generate_series(1, 300) n;
      create table shop.parent (id bigint);
      create table shop.child () inherits (shop.parent);
      insert into shop.child select generate_series(1, 50);
      create table shop.mine (id bigint, who text);
      insert into shop.mine select n, 'somebody' from generate_series(1, 100) n;
      alter table shop.mine enable row level security;
      create policy own on shop.mine using (who = current_user);
      create table shop.never (id bigint);
      insert into shop.never select generate_series(1, 1000);
      analyze shop.orders, shop.summary, shop.parted, shop.parted_2026, shop.parent, shop.child, shop.mine;
      create role ${reader.user} login password '${reader.password}';
      grant usage on schema shop to ${reader.user};
      grant select on all tables in schema shop to ${reader.user};
    `);
    connector = connectorTo({ url: server.url(reader) });
  });
  afterAll(async () => {
    await connector[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const read = async (...names: readonly string[]): Promise<readonly Statistics[]> => {
    const refs = names.map((name) => ({
      id: name,
      source: { kind: "table", parts: ["shop", name] } as const,
    }));
    const answers = (await connector.statistics?.(refs, callOptions())) ?? [];
    return answers.map(({ statistics }) => (statistics.ok ? statistics.value : {}));
  };

  it("estimate the rows of tables and materialised views, as ANALYZE counted them", async () => {
    const [orders, summary, partition] = await read("orders", "summary", "parted_2026");
    expect(orders?.rows).toEqual({ count: 20_000, isExact: false });
    expect(summary?.rows).toEqual({ count: 500, isExact: false });
    expect(partition?.rows).toEqual({ count: 300, isExact: false });
    expect(orders?.bytes).toBeGreaterThan(2_000_000);
  });

  it("say nothing of what holds no rows of its own, or not all that a query would see", async () => {
    expect(await read("seen", "parted", "parent")).toEqual([{}, {}, {}]);
  });

  it("say nothing of a table that was never analysed", async () => {
    expect(await read("never")).toEqual([{}]);
  });

  it("say nothing of rows that row security hides from the role", async () => {
    expect((await read("mine"))[0]?.rows).toBe(undefined);
  });

  it("do not say when a table last changed", async () => {
    expect((await read("orders"))[0]?.lastChangeMs).toBe(undefined);
  });

  it("are read in one statement, which waits for no lock on a table", async () => {
    await server.admin.query("begin; lock table shop.orders in access exclusive mode");
    const before = server.log.join("").match(/unnest\(/g)?.length ?? 0;
    try {
      const [orders, never] = await read("orders", "never");
      expect([orders?.rows?.count, never]).toEqual([20_000, {}]);
    } finally {
      await server.admin.query("rollback");
    }
    expect((server.log.join("").match(/unnest\(/g)?.length ?? 0) - before).toBe(1);
  });
});
