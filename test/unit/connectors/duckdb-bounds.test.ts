import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connector } from "../../../src/core/connector.ts";
import { asOwner, duckdbConnector, kindOf, queryOptions, Writer } from "../../helpers/duckdb.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";
import { until } from "../../helpers/until.ts";

const endless =
  "select sum(hash(a.range + b.range)) as n from range(10000000) a, range(10000000) b";

/** Milliseconds of processor time that this process uses in a tenth of a second. */
async function busyMs(): Promise<number> {
  const before = process.cpuUsage();
  await sleep(100);
  return process.cpuUsage(before).user / 1_000;
}

describe("the bounds of a DuckDB call", () => {
  let folder: TemporaryFolder;
  const open: Connector[] = [];
  const connect = (given: object) => {
    const connector = duckdbConnector({ threads: 2, ...given });
    open.push(connector);
    return connector;
  };
  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    await asOwner(
      "create table t as select range as id, uuid() as note from range(1000000)",
      folder.at("lake.db"),
    );
  });
  afterAll(async () => {
    await Promise.all(open.map((connector) => connector[Symbol.asyncDispose]()));
    await folder[Symbol.asyncDispose]();
  });

  it("tells a timeout from a cancellation, and stops working after both", async () => {
    const connector = connect({});
    const controller = new AbortController();
    const timedOut = kindOf(connector.query(endless, queryOptions({ timeoutMs: 80 })));
    const aborted = kindOf(connector.query(endless, queryOptions({ signal: controller.signal })));
    setTimeout(() => controller.abort(), 120);
    expect(await Promise.all([timedOut, aborted])).toEqual(["timeout", "cancelled"]);
    await until("DuckDB to be idle", async () => (await busyMs()) < 40, { withinMs: 3_000 });
    expect((await connector.query("select 1 as x", queryOptions())).rows).toEqual([[1n]]);
  });

  it("stops one of several calls and leaves the others alone", async () => {
    const connector = connect({ path: folder.at("lake.db") });
    const stopped = kindOf(connector.query(endless, queryOptions({ timeoutMs: 60 })));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        connector.query(`select count(*) + ${index} as n from t`, queryOptions()),
      ),
    );
    expect(await stopped).toBe("timeout");
    expect(answers.map(({ rows }) => rows[0]?.[0])).toEqual([
      1_000_000n,
      1_000_001n,
      1_000_002n,
      1_000_003n,
      1_000_004n,
      1_000_005n,
    ]);
  });

  it("stops a query that is giving rows already", async () => {
    const connector = connect({});
    const rows = "select a.range as n from range(1000000) a, range(1000000) b";
    const asked = connector.query(rows, queryOptions({ timeoutMs: 100, maxRows: 100_000_000 }));
    expect(await kindOf(asked)).toBe("timeout");
  });

  it.each([
    ["an answer", "select count(*) as n from t", {}, "no failure"],
    ["an answer that was cut", "select * from t", { maxRows: 5 }, "no failure"],
    ["a failure", "select nothing from t", {}, "invalid_query"],
    ["a timeout", endless, { timeoutMs: 50 }, "timeout"],
  ])("leaves the writer of a database file alone after %s", async (_, sql, more, kind) => {
    const path = folder.at("lake.db");
    expect(await kindOf(connect({ path }).query(sql, queryOptions(more)))).toBe(kind);
    await using writer = await Writer.open(path);
    expect(writer.state).toBe("writes");
  });

  it("waits for a writer that is about to close, and says so when it does not", async () => {
    const path = folder.at("lake.db");
    const connector = connect({ path });
    const count = () => connector.query("select count(*) as n from t", queryOptions());
    const writer = await Writer.open(path);
    expect(writer.state).toBe("writes");
    expect(await kindOf(count())).toBe("unreachable");
    const waiting = count();
    await writer[Symbol.asyncDispose]();
    expect((await waiting).rows).toEqual([[1_000_000n]]);
  });

  it("gives the threads of an engine back once it has been idle for some seconds", async () => {
    const threads = async () => (await readdir("/proc/self/task")).length;
    const connector = connect({ threads: 16 });
    await connector.query("select 1 as x", queryOptions());
    const whileOpen = await threads();
    await until("the threads to end", async () => (await threads()) <= whileOpen - 15);
    expect((await connector.query("select 2 as x", queryOptions())).rows).toEqual([[2n]]);
  });
});
