import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Connector } from "../../src/core/connector.ts";
import { callOptions, failureOf } from "../helpers/connectors.ts";
import { passing, passUntil, startFastTime } from "../helpers/fast-time.ts";
import { endlessQuery, startSnowflake } from "../helpers/snowflake.ts";

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

const timeoutMs = 300_000;
const ask = (sql: string, signal = new AbortController().signal) =>
  connector.query(sql, { ...callOptions({ signal, timeoutMs }), maxRows: 10 });

/** At most as long as a statement may run. */
const pass = (isReached: () => boolean) => passUntil(isReached, timeoutMs);

const came = (path: string) =>
  running.server.requests.filter((request) => request.path.includes(path)).length;
const runningCount = () => running.server.engine.runningCount;

/** Sends a statement, and aborts its call while nothing gets through, within the time that a cancel is waited for. */
async function endInOutage(): Promise<void> {
  const controller = new AbortController();
  const failure = failureOf(ask(endlessQuery, controller.signal));
  await pass(() => came("query-request") > 1);
  controller.abort();
  expect(await passing(failure)).toMatchObject({ kind: "cancelled" });
}

describe("a statement of Snowflake's whose call ended while the network was down", () => {
  const lose = (on: string) => {
    running.server.faults.push({ on, times: Number.POSITIVE_INFINITY, act: "drop" });
  };
  beforeEach(async () => {
    await ask("select 1 as x");
    startFastTime();
  });

  test("is cancelled when the driver gets through with it after all", async () => {
    // Cancels get through, and find nothing yet.
    lose("query-request");
    await endInOutage();
    running.server.faults.length = 0;
    await pass(() => runningCount() > 0);
    expect(running.server.statements.map(({ sql }) => sql.split("\n")[0])).toContain(endlessQuery);
    expect(await pass(() => runningCount() === 0)).toBeLessThan(60_000);
  });

  test("leaves its session to nobody else, which is ended when the server can be reached", async () => {
    lose("/queries/");
    await endInOutage();
    running.server.faults.length = 0;
    const next = ask("select 2 as x");
    await pass(() => running.server.sessions.openedCount === 2);
    expect((await next).rows).toEqual([[2n]]);
    expect(running.server.sessions.openedCount).toBe(2);
    await pass(() => running.server.sessions.openCount === 1);
    expect(running.server.sessions.openCount).toBe(1);
  });

  test("is the only one: while nobody can sign in, nothing else queues up", async () => {
    lose("/queries/");
    await endInOutage();
    lose("login-request");
    const sent = came("query-request");
    for (const sql of ["select 2 as x", "select 3 as x", "select 4 as x"]) {
      expect(await failureOf(ask(sql))).toMatchObject({ kind: "unreachable" });
    }
    expect(came("query-request")).toBe(sent);
  });

  test("is not cancelled for ever where nobody answers", async () => {
    running.server.faults.push({ on: "/queries/", times: Number.POSITIVE_INFINITY, act: "hang" });
    const controller = new AbortController();
    const failure = failureOf(ask(endlessQuery, controller.signal));
    await pass(() => came("query-request") > 1);
    controller.abort();
    expect(await passing(failure)).toMatchObject({ kind: "cancelled" });
    await vi.advanceTimersByTimeAsync(16 * 60_000);
    await pass(() => came("abort-request") > 100);
    const before = came("abort-request");
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    // Some of before are still on their way; an hour of it would be hundreds.
    expect(came("abort-request")).toBeLessThan(before + 50);
  });
});
