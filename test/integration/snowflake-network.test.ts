import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { SnowflakeConfig } from "../../connectors/snowflake/config.ts";
import type { ConnectionStage } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { callOptions, failureOf } from "../helpers/connectors.ts";
import { serveUntrusted } from "../helpers/https.ts";
import { containing } from "../helpers/matchers.ts";
import { freePort } from "../helpers/postgres.ts";
import { startSnowflake, users } from "../helpers/snowflake.ts";
import { listenAnswering } from "../helpers/tcp.ts";

type Running = Awaited<ReturnType<typeof startSnowflake>>;

let running: Running;
beforeAll(async () => {
  running = await startSnowflake();
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => running?.[Symbol.asyncDispose]());

/** What a query fails with, and what the doctor finds, over a connection of its own that leaves no session behind. */
async function foundBy(
  given: Partial<SnowflakeConfig>,
): Promise<{ failure: MeasurementFailure; stages: Record<string, ConnectionStage> }> {
  const before = running.server.sessions.openCount;
  const connector = running.connect(given);
  try {
    const call = connector.query("select 1 as x", { ...callOptions(), maxRows: 1 });
    const failure = await failureOf(call);
    const stages = await connector.testConnection(callOptions());
    return { failure, stages: Object.fromEntries(stages.map((stage) => [stage.name, stage])) };
  } finally {
    await connector[Symbol.asyncDispose]();
    expect(running.server.sessions.openCount).toBe(before);
  }
}

const { password } = users;

describe("Snowflake behind TLS", () => {
  test("that nobody vouches for is not spoken to", async () => {
    await using server = await serveUntrusted();
    const { failure, stages } = await foundBy({ password, access_url: server.origin });
    expect(failure).toMatchObject({ kind: "tls", hint: containing("NODE_EXTRA_CA_CERTS") });
    expect(stages).toMatchObject({ reach: { status: "ok" }, tls: { status: "failed" } });
  });

  test("is not taken for there when the port speaks none", async () => {
    const access_url = running.server.origin.replace("http:", "https:");
    const { failure, stages } = await foundBy({ password, access_url });
    expect(failure).toMatchObject({ kind: "tls" });
    expect(stages).toMatchObject({ reach: { status: "ok" }, tls: { status: "failed" } });
  });
});

describe("Snowflake behind a proxy", () => {
  const access_url = "https://tidemarktest.snowflakecomputing.com";

  test.each(["http", "https"])("that refuses %s connections is not reached", async (scheme) => {
    vi.stubEnv(`${scheme}_proxy`, `http://127.0.0.1:${await freePort()}`);
    const url = scheme === "https" ? access_url : running.server.origin;
    const { failure, stages } = await foundBy({ password, access_url: url });
    expect(failure).toMatchObject({
      kind: "unreachable",
      code: "ECONNREFUSED",
      hint: containing("HTTPS_PROXY"),
    });
    expect(stages).toMatchObject({
      reach: { status: "ok", message: containing("goes through the proxy") },
      tls: { status: "ok", message: containing("goes through the proxy") },
      sign_in: { status: "failed" },
    });
  });

  test.each([
    ["407 Proxy Authentication Required", "HTTP_407", "HTTPS_PROXY"],
    ["403 Forbidden", "HTTP_403", "proxy"],
  ])("that answers %s is told of, and its password is not", async (answer, code, hint) => {
    await using proxy = await listenAnswering(`HTTP/1.1 ${answer}\r\nContent-Length: 0\r\n\r\n`);
    vi.stubEnv("https_proxy", `http://tidemark:proxy-canary@127.0.0.1:${proxy.port}`);
    const found = await foundBy({ password, access_url });
    expect(found.failure).toMatchObject({ kind: "unreachable", code, hint: containing(hint) });
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  test("is reached without it where NO_PROXY says so", async () => {
    vi.stubEnv("http_proxy", `http://127.0.0.1:${await freePort()}`);
    vi.stubEnv("no_proxy", "example.com,127.0.0.*");
    await using connector = running.connect();
    const stages = await connector.testConnection(callOptions());
    expect(stages.slice(0, 3)).toMatchObject([
      { name: "reach", status: "ok", message: "The host accepts connections." },
      { name: "tls", status: "ok" },
      { name: "sign_in", status: "ok" },
    ]);
  });
});

describe("an answer that is none of Snowflake's", () => {
  test.each(["login-request", "query-request"])("to a %s is told of as such", async (on) => {
    running.server.faults.push({ on, times: 2, act: 200 });
    try {
      const { failure } = await foundBy({ password });
      expect(failure).toMatchObject({ kind: "unreachable", hint: containing("proxy") });
    } finally {
      running.server.faults.length = 0;
    }
  });

  test("to the renewal of a token is followed by another session", async () => {
    await using connector = running.connect();
    const ask = () => connector.query("select 1 as x", { ...callOptions(), maxRows: 1 });
    await ask();
    running.server.sessions.expireTokens();
    running.server.faults.push({ on: "token-request", times: 1, act: 200 });
    expect((await ask()).rows).toEqual([[1n]]);
  });

  test("to the download of a chunk ends the call in time, and cancels nothing that is over", async () => {
    await using connector = running.connect();
    running.server.faults.push({ on: "/chunks/", times: 100, act: 200 });
    const sql = "select seq8() as n from table(generator(rowcount => 3000))";
    const call = connector.query(sql, { ...callOptions({ timeoutMs: 500 }), maxRows: 5_000 });
    expect(await failureOf(call)).toMatchObject({ kind: "timeout" });
    running.server.faults.length = 0;
    expect(running.server.requests.filter(({ path }) => path.includes("abort"))).toEqual([]);
  });
});

describe("Snowflake, whose OAuth tokens somebody else issues,", () => {
  const client = { client_id: "tidemark", client_secret: "secret-canary" };

  test("is not reached when nobody listens there", async () => {
    const token_url = `http://127.0.0.1:${await freePort()}/token`;
    const { failure } = await foundBy({ oauth: { ...client, token_url } });
    expect(failure).toMatchObject({ kind: "unreachable", code: "ECONNREFUSED" });
  });

  test("is not reached when nobody vouches for the issuer", async () => {
    await using issuer = await serveUntrusted();
    const { failure } = await foundBy({
      oauth: { ...client, token_url: `${issuer.origin}/token` },
    });
    expect(failure).toMatchObject({ kind: "tls" });
  });

  test.each([
    [{ error: "invalid_client" }, "401 Unauthorized"],
    [{ error: "invalid_scope" }, "400 Bad Request"],
    [{ token_type: "Bearer" }, "200 OK"],
  ])("lets nobody in whom the issuer answers with %j", async (body, status) => {
    const text = JSON.stringify(body);
    const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}`;
    await using issuer = await listenAnswering(`${head}\r\n\r\n${text}`);
    const token_url = `http://127.0.0.1:${issuer.port}/token`;
    const found = await foundBy({ oauth: { ...client, token_url } });
    expect(found.failure).toMatchObject({ kind: "auth", hint: containing("may have expired") });
    expect(JSON.stringify(found)).not.toContain("canary");
  });
});
