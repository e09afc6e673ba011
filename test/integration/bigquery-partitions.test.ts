import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { beginOf } from "../../connectors/bigquery/partitions.ts";
import {
  type Connector,
  ConnectorError,
  type DatasetRef,
  type DatasetStatistics,
} from "../../src/core/connector.ts";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { callOptions } from "../helpers/connectors.ts";

const startMs = Date.UTC(2026, 5, 1, 12);
const hourMs = 3_600_000;
const tenMegabytes = 10_485_760;
/** Rows whose times alone are 8 GB. */
const numRows = 1_000_000_000;

let server: BigqueryServer;
let nowMs: number;
let connector: Connector;

beforeAll(async () => {
  server = await BigqueryServer.open();
  for (const sql of [
    "create schema shop",
    "create table shop.instants (`at` timestamp)",
    "insert into shop.instants values ('2026-05-30 10:00:00+00'), ('2026-05-31 23:30:00+00'), (null)",
    "create table shop.naive (`at` datetime)",
    "insert into shop.naive values ('2026-04-02 10:00:00'), ('2026-05-31 23:30:00')",
    "create table shop.days (day date)",
    "insert into shop.days values ('2025-12-31'), ('2026-05-31')",
    "create table shop.came (id int64, `_PARTITIONTIME` timestamp)",
    "insert into shop.came values (1, '2026-05-30 00:00:00+00'), (2, '2026-05-31 00:00:00+00')",
    "create table shop.hollow (`at` timestamp)",
    "create schema other",
    "create table other.`größen-2026` (`at` timestamp)",
    "insert into other.`größen-2026` values ('2026-05-31 23:30:00+00')",
  ]) {
    await server.engine.execute(sql);
  }
});

beforeEach(() => {
  nowMs = startMs;
  server.requests.length = 0;
  server.faults.length = 0;
  server.jobs.clear();
  server.engine.facts.clear();
  connector = connect();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function table(...parts: readonly string[]): DatasetRef {
  return { id: `shop/${parts.at(-1)}`, source: { kind: "table", parts } };
}

function connect(datasets: readonly DatasetRef[] = []): Connector {
  const clock = { now: () => nowMs, monotonicMs: () => performance.now() };
  return bigqueryConnector(server.origin, {}, { clock, datasets });
}

const facts = (name: string, more: object) =>
  server.engine.facts.set(name, { numRows, lastModifiedMs: startMs, ...more });

async function ask(...refs: readonly DatasetRef[]): Promise<readonly DatasetStatistics[]> {
  return (await connector.statistics?.(refs, callOptions())) ?? [];
}

/** When the newest partition begins, as text. */
async function newestOf(...refs: readonly DatasetRef[]): Promise<readonly (string | null)[]> {
  return (await ask(...refs)).map(({ statistics }) => {
    const ms = statistics.ok ? statistics.value.partitions?.newestFromMs : undefined;
    return ms === undefined ? null : new Date(ms).toISOString();
  });
}

function asked(): readonly string[] {
  return [...server.jobs.values()].map(({ sql }) => sql);
}

describe("the newest partition", () => {
  it.each([
    ["instants", "HOUR", "2026-05-31T23:00:00.000Z"],
    ["instants", "DAY", "2026-05-31T00:00:00.000Z"],
    ["instants", "MONTH", "2026-05-01T00:00:00.000Z"],
    ["instants", "YEAR", "2026-01-01T00:00:00.000Z"],
    ["days", "MONTH", "2026-05-01T00:00:00.000Z"],
  ] as const)("of %s by %s begins where its id says", async (name, partitionUnit, expected) => {
    const partitionColumn = name === "days" ? "day" : "at";
    facts(`shop.${name}`, { partitionColumn, partitionUnit });
    expect(await newestOf(table("shop", name))).toEqual([expected]);
  });

  it("of times without a zone begins no later than in any zone", async () => {
    facts("shop.naive", { partitionColumn: "at" });
    expect(await newestOf(table("shop", "naive"))).toEqual(["2026-05-30T10:00:00.000Z"]);
  });

  it("of a table that is partitioned by when its rows came is one of `_PARTITIONTIME`", async () => {
    facts("shop.came", { partitionColumn: "_PARTITIONTIME", requiresPartitionFilter: true });
    const [answer] = await ask(table("shop", "came"));
    const newestFromMs = Date.UTC(2026, 4, 31);
    expect(answer?.statistics).toMatchObject({
      value: { partitions: { column: "_PARTITIONTIME", newestFromMs, needsCondition: true } },
    });
  });

  it("has rows and a time: what streams in, has no time or is emptied is none", async () => {
    facts("shop.instants", {
      partitionColumn: "at",
      isStreaming: true,
      emptiedPartitions: ["20260601", "20260602"],
    });
    facts("shop.hollow", { partitionColumn: "at", isStreaming: true });
    const refs = [table("shop", "instants"), table("shop", "hollow")];
    expect(await newestOf(...refs)).toEqual(["2026-05-31T00:00:00.000Z", null]);
  });

  it("is found in other projects' datasets and under names of any letters", async () => {
    facts("other.größen-2026", { partitionColumn: "at" });
    connector = bigqueryConnector(server.origin, {
      project: "billed",
      dataset: "test-project.other",
    });
    server.engine.alsoBilled.add("billed");
    expect(await newestOf(table("größen-2026"))).toEqual(["2026-05-31T00:00:00.000Z"]);
    server.engine.alsoBilled.clear();
  });

  it("is not taken from an id that is none of a time", () => {
    const ids = ["__NULL__", "", "40", "20261301", "20260230250", "x2026"];
    expect(ids.map((id) => beginOf(id, "DATE"))).toEqual(ids.map(() => null));
    expect(beginOf("0001", "DATE")).toBe(Date.parse("0001-01-01T00:00:00Z"));
  });
});

describe("the partitions are asked for", () => {
  it("of tables whose column is dear to read whole, or may not be", async () => {
    facts("shop.days", { partitionColumn: "day", numRows: 2_621_440 });
    facts("shop.naive", {});
    expect(await newestOf(table("shop", "days"), table("shop", "naive"))).toEqual([null, null]);
    expect(asked()).toEqual([]);
    facts("shop.days", { partitionColumn: "day", numRows: 2_621_441 });
    facts("shop.hollow", { partitionColumn: "at", numRows: 0, requiresPartitionFilter: true });
    await ask(table("shop", "days"), table("shop", "hollow"));
    expect(asked()).toHaveLength(1);
  });

  it("by one query for all that are watched of a dataset, and not again for another of them", async () => {
    const refs = [table("shop", "instants"), table("test-project", "shop", "days")];
    connector = connect([...refs, table("other", "größen-2026")]);
    facts("shop.instants", { partitionColumn: "at" });
    facts("shop.days", { partitionColumn: "day" });
    expect(await newestOf(...refs.slice(0, 1))).toEqual(["2026-05-31T00:00:00.000Z"]);
    expect(await newestOf(...refs.slice(1))).toEqual(["2026-05-31T00:00:00.000Z"]);
    expect(asked()).toEqual([
      "/* tidemark suite/values */ select table_name, max(partition_id) as newest " +
        "from `test-project`.`shop`.INFORMATION_SCHEMA.PARTITIONS " +
        "where table_name in ('instants', 'days') and total_rows > 0 " +
        "and partition_id not in ('__NULL__', '__UNPARTITIONED__') group by table_name",
    ]);
  });

  it("again after a day, and only when the table changed meanwhile", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    await ask(table("shop", "instants"));
    nowMs += 48 * hourMs;
    await ask(table("shop", "instants"));
    expect(asked()).toHaveLength(1);
    facts("shop.instants", { partitionColumn: "at", lastModifiedMs: startMs + 1 });
    await ask(table("shop", "instants"));
    expect(asked()).toHaveLength(2);
    facts("shop.instants", { partitionColumn: "at", lastModifiedMs: startMs + 2 });
    nowMs += 23 * hourMs;
    expect(await newestOf(table("shop", "instants"))).toEqual(["2026-05-31T00:00:00.000Z"]);
    expect(asked()).toHaveLength(2);
    nowMs += hourMs;
    await ask(table("shop", "instants"));
    expect(asked()).toHaveLength(3);
  });

  it("not again for tables that came with a reload, one after the other", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    facts("shop.days", { partitionColumn: "day" });
    facts("shop.naive", { partitionColumn: "at" });
    for (const name of ["instants", "days", "naive", "instants", "days", "naive"]) {
      await ask(table("shop", name));
    }
    expect(asked()).toHaveLength(3);
  });

  it("again after an hour of a table that had none", async () => {
    facts("shop.hollow", { partitionColumn: "at", requiresPartitionFilter: true });
    expect(await newestOf(table("shop", "hollow"))).toEqual([null]);
    await server.engine.execute("insert into shop.hollow values ('2026-06-01 11:00:00+00')");
    facts("shop.hollow", {
      partitionColumn: "at",
      requiresPartitionFilter: true,
      lastModifiedMs: startMs + 1,
    });
    nowMs += hourMs - 1;
    expect(await newestOf(table("shop", "hollow"))).toEqual([null]);
    nowMs += 1;
    expect(await newestOf(table("shop", "hollow"))).toEqual(["2026-06-01T00:00:00.000Z"]);
    await server.engine.execute("delete from shop.hollow where true");
    expect(asked()).toHaveLength(2);
  });

  it("of more tables than the view takes by a query for each thousand", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    const watched = Array.from({ length: 1_500 }, (_, n) => table("shop", `absent_${n}`));
    connector = connect([table("shop", "instants"), ...watched]);
    expect(await newestOf(table("shop", "instants"))).toEqual(["2026-05-31T00:00:00.000Z"]);
    expect(asked().map((sql) => sql.split("', '").length - 1)).toEqual([1_000, 501]);
  });
});

describe("what the query scans", () => {
  it("is told once, and split over the tables that it was sent for", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    facts("shop.naive", { partitionColumn: "at" });
    facts("shop.days", { partitionColumn: "day" });
    const refs = ["instants", "hollow", "naive", "days"].map((name) => table("shop", name));
    const told = (await ask(...refs)).map(({ bytesScanned }) => bytesScanned);
    expect(told).toEqual([3_495_253, undefined, 3_495_253, 3_495_254]);
    expect(told.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)).toBe(tenMegabytes);
    const again = (await ask(...refs)).map(({ bytesScanned }) => bytesScanned);
    expect(again).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe("a query of partitions that fails", () => {
  it("leaves the hint out, and is tried again ten minutes later", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    server.engine.facts.set("INFORMATION_SCHEMA.PARTITIONS", { isForbidden: true });
    const [answer] = await ask(table("shop", "instants"));
    expect(answer).not.toHaveProperty("bytesScanned");
    expect(answer).toMatchObject({
      statistics: { ok: true, value: { rows: { count: numRows }, partitions: { column: "at" } } },
    });
    server.engine.facts.delete("INFORMATION_SCHEMA.PARTITIONS");
    nowMs += 599_999;
    expect(await newestOf(table("shop", "instants"))).toEqual([null]);
    nowMs += 1;
    expect(await newestOf(table("shop", "instants"))).toEqual(["2026-05-31T00:00:00.000Z"]);
    expect(server.running).toBe(0);
  });

  it("leaves an older hint, where there is one", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    await ask(table("shop", "instants"));
    facts("shop.instants", { partitionColumn: "at", lastModifiedMs: startMs + 1 });
    nowMs += 24 * hourMs;
    server.engine.facts.set("INFORMATION_SCHEMA.PARTITIONS", { isForbidden: true });
    expect(await newestOf(table("shop", "instants"))).toEqual(["2026-05-31T00:00:00.000Z"]);
    expect(asked()).toHaveLength(2);
    server.engine.facts.delete("INFORMATION_SCHEMA.PARTITIONS");
    nowMs += 600_000;
    await ask(table("shop", "instants"));
    expect(asked()).toHaveLength(3);
  });

  it("keeps the call within its time, however many datasets there are", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    facts("other.größen-2026", { partitionColumn: "at" });
    server.faults.push({ on: "/jobs?", times: 99, act: "hang" });
    const refs = [table("shop", "instants"), table("other", "größen-2026")];
    const startedMs = performance.now();
    const answers = await connector.statistics?.(refs, callOptions({ timeoutMs: 1_000 }));
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    expect(answers?.map(({ statistics }) => statistics.ok)).toEqual([true, true]);
    await expect.poll(() => server.hanging).toBe(0);
  });

  it("because the call is aborted ends the call, and is not remembered", async () => {
    facts("shop.instants", { partitionColumn: "at" });
    const controller = new AbortController();
    server.faults.push({ on: "/queries/", times: 1, act: "hang" });
    const refs = [table("shop", "instants")];
    const asking = connector.statistics?.(refs, callOptions({ signal: controller.signal }));
    const failure = asking?.catch((thrown: unknown) => thrown);
    await expect.poll(() => server.hanging).toBe(1);
    controller.abort();
    expect(await failure).toBeInstanceOf(ConnectorError);
    expect(server.running).toBe(0);
    expect(await newestOf(...refs)).toEqual(["2026-05-31T00:00:00.000Z"]);
  });
});
