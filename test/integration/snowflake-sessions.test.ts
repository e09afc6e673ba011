import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Connector } from "../../src/core/connector.ts";
import { SnowflakeServer } from "../counterparts/snowflake-server.ts";
import { callOptions, failureOf } from "../helpers/connectors.ts";
import { passing, startFastTime } from "../helpers/fast-time.ts";
import { containing, someCount } from "../helpers/matchers.ts";
import { endlessQuery, startSnowflake, users } from "../helpers/snowflake.ts";

type Running = Awaited<ReturnType<typeof startSnowflake>>;

let running: Running;
let connector: Connector;
beforeEach(async () => {
  running = await startSnowflake();
  connector = running.connect();
});
afterEach(async () => {
  vi.useRealTimers();
  await connector[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
});

const ask = (sql: string, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  connector.query(sql, { ...callOptions(more), maxRows: 10 });
/** For calls in time that runs ahead of the clock. */
const patiently = (sql: string) => ask(sql, { timeoutMs: 600_000 });
const countOf = (path: string) =>
  running.server.requests.filter((request) => request.path.includes(path)).length;
const noneRunning = () =>
  vi.waitFor(() => expect(running.server.engine.runningCount).toBe(0), {
    timeout: 5_000,
    interval: 20,
  });

/** Some tenths of a second of work. */
const slow =
  "select count(*) as n from table(generator(rowcount => 6000)) as a, table(generator(rowcount => 6000)) as b where hash(a.range + b.range) % 7 = 0";

describe("a session with Snowflake", () => {
  test("is opened on first use and shared by all calls", async () => {
    expect(running.server.requests).toEqual([]);
    await Promise.all([ask("select 1 as x"), ask("select 2 as x"), ask("select 3 as x")]);
    expect(running.server.sessions.openedCount).toBe(1);
  });

  test("is ended on the server when the connector is disposed of", async () => {
    await ask("select 1 as x");
    await connector[Symbol.asyncDispose]();
    expect(running.server.sessions.openCount).toBe(0);
  });

  test("goes on with another token when its own has expired", async () => {
    await ask("select 1 as x");
    running.server.sessions.expireTokens();
    expect((await ask("select 2 as x")).rows).toEqual([[2n]]);
    expect(running.server.sessions.openedCount).toBe(1);
  });

  test("has its token renewed once for many calls that find it expired", async () => {
    await ask("select 1 as x");
    running.server.sessions.expireTokens();
    const renewal = Promise.withResolvers<void>();
    running.server.renewal = renewal.promise;
    const answers = Promise.all([ask("select 2 as x"), ask("select 3 as x"), ask("select 4 as x")]);
    await vi.waitFor(() => expect(running.server.sessions.refusedCount).toBe(3));
    renewal.resolve();
    expect((await answers).map(({ rows }) => rows)).toEqual([[[2n]], [[3n]], [[4n]]]);
    expect(countOf("token-request")).toBe(1);
    expect(running.server.statements).toHaveLength(4);
  });

  test("is renewed although the connection drops meanwhile", async () => {
    await ask("select 1 as x");
    running.server.sessions.expireTokens();
    running.server.faults.push({ on: "token-request", times: 1, act: "drop" });
    expect((await ask("select 2 as x")).rows).toEqual([[2n]]);
    expect(running.server.sessions.openedCount).toBe(1);
  });

  test.each([429, 503])(
    "is followed by another one when its renewal is answered with %i",
    async (act) => {
      await ask("select 1 as x");
      running.server.sessions.expireTokens();
      running.server.faults.push({ on: "token-request", times: 1, act });
      expect((await ask("select 2 as x")).rows).toEqual([[2n]]);
      expect(running.server.sessions.openedCount).toBe(2);
    },
  );

  test("whose renewal is never answered holds up no call after the one that waited", async () => {
    await ask("select 1 as x");
    running.server.sessions.expireTokens();
    running.server.faults.push({ on: "token-request", times: 1, act: "hang" });
    startFastTime();
    expect(await passing(failureOf(ask("select 2 as x", { timeoutMs: 100 })))).toMatchObject({
      kind: "timeout",
    });
    expect((await ask("select 3 as x")).rows).toEqual([[3n]]);
    expect(running.server.sessions.openedCount).toBe(2);
  });

  test("is followed by another one when the server has been restarted", async () => {
    await ask("select 1 as x");
    const { origin, engine } = running.server;
    await running.server.close();
    await using restarted = await new SnowflakeServer(engine, users).start(
      Number(new URL(origin).port),
    );
    startFastTime();
    expect((await passing(patiently("select 2 as x"))).rows).toEqual([[2n]]);
    expect(restarted.sessions.openedCount).toBe(1);
  });

  test("is not kept alive while nothing is asked, whatever an administrator has set for all users", async () => {
    startFastTime();
    await passing(patiently("select 1 as x"));
    const before = running.server.requests.length;
    await vi.advanceTimersByTimeAsync(5 * 24 * 3_600_000);
    await turn();
    expect(running.server.requests.slice(before)).toEqual([]);
  });

  test.each([
    ["its master token has expired", () => running.server.sessions.expireMasterTokens()],
    ["an administrator has ended it", () => running.server.sessions.endAll()],
  ])("is followed by another one when %s", async (_, end) => {
    await ask("select 1 as x");
    end();
    expect((await ask("select 2 as x")).rows).toEqual([[2n]]);
    expect(running.server.sessions.openedCount).toBe(2);
  });

  test("is followed by one other for many calls that find it gone", async () => {
    await ask("select 1 as x");
    running.server.sessions.endAll();
    await Promise.all([ask("select 2 as x"), ask("select 3 as x"), ask("select 4 as x")]);
    expect(running.server.sessions.openedCount).toBe(2);
  });

  test.each([429, 503])("comes about although sign-in is answered with %i once", async (status) => {
    running.server.faults.push({ on: "login-request", times: 1, act: status });
    startFastTime();
    expect((await passing(patiently("select 1 as x"))).rows).toEqual([[1n]]);
  });

  test.each([
    [429, "resource"],
    [503, "unreachable"],
  ])(
    "does not come about while sign-in is answered with %i, and does afterwards",
    async (status, kind) => {
      running.server.faults.push({ on: "login-request", times: 2, act: status });
      startFastTime();
      expect(await passing(failureOf(patiently("select 1 as x")))).toMatchObject({
        kind,
        code: `HTTP_${status}`,
      });
      expect((await ask("select 1 as x")).rows).toEqual([[1n]]);
    },
  );

  test("that nobody waits for any longer is not waited for by the next call either", async () => {
    running.server.faults.push({ on: "login-request", times: 1, act: "hang" });
    expect(await failureOf(ask("select 1 as x", { timeoutMs: 100 }))).toMatchObject({
      kind: "timeout",
    });
    expect((await ask("select 1 as x")).rows).toEqual([[1n]]);
  });
});

describe("a statement on Snowflake", () => {
  test("is not lost, nor run twice, when the connection drops while it is polled for", async () => {
    running.server.holdMs = 5;
    running.server.faults.push({ on: "/result", times: 1, act: "drop" });
    expect((await ask(slow)).rows).toEqual([[someCount]]);
    expect(running.server.statements).toHaveLength(1);
    await noneRunning();
  });

  test.each([333_333, 333_334])(
    "is polled for on and on while it is answered with %i",
    async (code) => {
      running.server.holdMs = 5;
      running.server.tellsDetached = code === 333_334;
      expect((await ask(slow)).rows).toEqual([[someCount]]);
      expect(countOf("/result")).toBeGreaterThan(2);
      expect(running.server.statements).toHaveLength(1);
    },
  );

  test("is not run twice when the session's token expires while it is polled for", async () => {
    running.server.holdMs = 5;
    const answer = ask(slow);
    await vi.waitFor(() => expect(countOf("/result")).toBeGreaterThan(0));
    running.server.sessions.expireTokens();
    expect((await answer).rows).toEqual([[someCount]]);
    expect([countOf("token-request"), running.server.statements.length]).toEqual([1, 1]);
    await noneRunning();
  });

  test("is sent once more when its session ends while it is polled for", async () => {
    running.server.holdMs = 5;
    const answer = ask(slow);
    await vi.waitFor(() => expect(countOf("/result")).toBeGreaterThan(0));
    running.server.sessions.endAll();
    expect((await answer).rows).toEqual([[someCount]]);
    expect([running.server.sessions.openedCount, running.server.statements.length]).toEqual([2, 2]);
    await noneRunning();
  });

  test("is not run twice when its answer is lost", async () => {
    running.server.faults.push({ on: "query-request", times: 1, act: "dropAnswer" });
    startFastTime();
    expect((await passing(patiently("select 5 as x"))).rows).toEqual([[5n]]);
    expect(running.server.statements).toHaveLength(1);
  });

  test.each([429, 503])("gets through although it is answered with %i once", async (act) => {
    running.server.faults.push({ on: "query-request", times: 1, act });
    startFastTime();
    expect((await passing(patiently("select 5 as x"))).rows).toEqual([[5n]]);
  });

  test("is cancelled on the server when its time is over, while the connection drops", async () => {
    running.server.holdMs = 20;
    running.server.faults.push({ on: "/result", times: 1, act: "drop" });
    expect(await failureOf(ask(endlessQuery, { timeoutMs: 150 }))).toMatchObject({
      kind: "timeout",
    });
    await noneRunning();
  });

  test("is ended by its server's own timeout when a cancel is never answered", async () => {
    running.server.faults.push({ on: "abort-request", times: 1_000, act: "hang" });
    const startedMs = performance.now();
    expect(await failureOf(ask(endlessQuery, { timeoutMs: 150 }))).toMatchObject({
      kind: "timeout",
    });
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    await noneRunning();
  });

  test("that the warehouse's timeout stops says which settings to look at", async () => {
    running.server.warehouseTimeoutMs = 30;
    expect(await failureOf(ask(endlessQuery))).toMatchObject({
      kind: "timeout",
      code: "000630",
      hint: containing("STATEMENT_TIMEOUT_IN_SECONDS"),
    });
  });

  test("that somebody else cancels is not taken for a timeout", async () => {
    const failure = failureOf(ask(endlessQuery));
    await vi.waitFor(() => expect(running.server.engine.runningCount).toBe(1));
    running.server.cancelAll();
    expect(await failure).toMatchObject({ kind: "cancelled", code: "000604" });
  });

  test("tells who asks, and carries its bounds", async () => {
    await ask("select 1 as x", { timeoutMs: 29_500 });
    expect(running.server.statements).toMatchObject([
      {
        sql: "select 1 as x\n/* tidemark suite/values */",
        parameters: {
          QUERY_TAG: "tidemark suite/values",
          STATEMENT_TIMEOUT_IN_SECONDS: 30,
          STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: 30,
          MULTI_STATEMENT_COUNT: 1,
          ROWS_PER_RESULTSET: 11,
          TIMEZONE: "UTC",
        },
      },
    ]);
  });

  test("names the checks that it is sent for", async () => {
    const label = "orders/orders 5f2c";
    const checks = ["fresh", "enough"];
    await connector.query("select 1 as x", { ...callOptions({ label, checks }), maxRows: 1 });
    const asked = "tidemark orders/orders checks=fresh,enough 5f2c";
    expect(running.server.statements).toMatchObject([
      { sql: `select 1 as x\n/* ${asked} */`, parameters: { QUERY_TAG: asked } },
    ]);
  });

  test("that is stacked is refused by the server as well", async () => {
    const { engine } = running.server;
    const options = { isDescribed: false, timeoutMs: 1_000, maxRows: 1 };
    await expect(engine.run("select 1; select 2", options).result).rejects.toMatchObject({
      code: "000008",
    });
  });
});

describe("a large result of Snowflake's", () => {
  const series = (rows: number) =>
    `select seq8() + 1 as n from table(generator(rowcount => ${rows}))`;
  const rowsOf = (sql: string, maxRows: number) =>
    connector.query(sql, { ...callOptions({ timeoutMs: 600_000 }), maxRows });
  const downloads = () =>
    running.server.requests.filter(({ path }) => path.startsWith("/chunks")).length;

  test("comes in chunks, whole and in order", async () => {
    const { rows, isTruncated } = await rowsOf(series(23_456), 50_000);
    expect(isTruncated).toBe(false);
    expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 23_456 }, (_, n) => BigInt(n + 1)));
    expect(downloads()).toBe(5);
  });

  test("is cut by the server after one row more than is wanted", async () => {
    const { rows, isTruncated } = await rowsOf(series(23_456), 10);
    expect([rows.length, isTruncated, downloads()]).toEqual([10, true, 0]);
  });

  test("is not downloaded beyond the cap when the server does not cut it", async () => {
    running.server.capsRows = false;
    const { rows, isTruncated } = await rowsOf(series(23_456), 3_000);
    expect([rows.length, isTruncated, downloads()]).toEqual([3_000, true, 1]);
    expect(rows.at(-1)).toEqual([3_000n]);
  });

  test("is fetched on when the addresses of its chunks have expired", async () => {
    running.server.faults.push({ on: "/chunks/", times: 1, act: 403 });
    startFastTime();
    const { rows } = await passing(rowsOf(series(23_456), 50_000));
    expect([rows.length, rows.at(-1)]).toEqual([23_456, [23_456n]]);
    expect(running.server.statements).toHaveLength(1);
  });

  test("is never taken for a shorter one when a chunk cannot be downloaded", async () => {
    running.server.faults.push({ on: "/chunks/", times: 100, act: 404 });
    const failure = await failureOf(rowsOf(series(23_456), 50_000));
    expect(failure).toMatchObject({
      kind: "unreachable",
      hint: containing("SYSTEM$ALLOWLIST"),
    });
  });
});
