import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import type { LogFields, Logger } from "../../src/core/logger.ts";
import type { ApiReads } from "../../src/http/api/reads.ts";
import type { HttpServer, HttpServerOptions } from "../../src/http/server.ts";
import { startHttpServer } from "../../src/http/server.ts";
import type { Exposition } from "../../src/metrics/registry.ts";

const cleanups: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
});

const logged: { fields: LogFields; message: string }[] = [];
const note = (fields: LogFields, message: string) => void logged.push({ fields, message });
const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };

const ready = { isStoreReachable: true, isConfigurationLoaded: true, isSchedulerAlive: true };

/** The read API has tests of its own; nothing here may ask it. */
const unasked = () => Promise.reject(new Error("the API was asked"));
const api: ApiReads = {
  products: unasked,
  product: unasked,
  slos: unasked,
  slo: unasked,
  results: unasked,
  incidents: unasked,
};

async function start(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    token: null,
    metrics: async () => ({
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      chunks: [Buffer.from("up 1\n")],
    }),
    health: () => ({ isStalled: false }),
    ready: async () => ready,
    api,
    logger,
    ...options,
  });
  cleanups.push(() => server.close());
  return server;
}

/** Status, content type and body of an answer. */
async function get(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  const body = await response.text();
  return { status: response.status, type: response.headers.get("content-type"), body, response };
}

async function open({ address }: HttpServer): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  cleanups.push(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** What the server answers to these bytes until it hangs up. */
async function exchange(server: HttpServer, bytes: string): Promise<string> {
  const socket = await open(server);
  socket.write(bytes);
  return text(socket);
}

describe("the routes", () => {
  it("serve the metrics as they are rendered", async () => {
    const { address } = await start();
    const { status, type, body } = await get(`${address}/metrics`);
    expect([status, type, body]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "up 1\n",
    ]);
  });

  it("say that the process is alive and ready", async () => {
    const { address } = await start();
    expect(await get(`${address}/healthz`)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await get(`${address}/readyz`)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it("say that the loop is stalled", async () => {
    const { address } = await start({ health: () => ({ isStalled: true }) });
    const { status, body } = await get(`${address}/healthz`);
    expect([status, JSON.parse(body)]).toEqual([
      503,
      {
        type: "about:blank",
        title: "Service Unavailable",
        status: 503,
        detail: "The event loop is stalled.",
      },
    ]);
  });

  it.each([
    ["isStoreReachable", "store", "The state store cannot be reached."],
    ["isConfigurationLoaded", "configuration", "No configuration is loaded."],
    ["isSchedulerAlive", "scheduler", "The scheduler does not tick."],
  ])("say which part is not ready: %s", async (fact, part, detail) => {
    const { address } = await start({ ready: async () => ({ ...ready, [fact]: false }) });
    const { status, type, body } = await get(`${address}/readyz`);
    expect([status, type]).toEqual([503, "application/problem+json"]);
    expect(JSON.parse(body)).toMatchObject({ status: 503, detail, not_ready: [part] });
  });

  it("say that readiness is unknown, and not why, when asking for it fails", async () => {
    const { address } = await start({ ready: () => Promise.reject(new Error("hunter2")) });
    const { status, body } = await get(`${address}/readyz`);
    expect(status).toBe(503);
    expect(body).not.toContain("hunter2");
    expect(JSON.parse(body)).toMatchObject({ not_ready: ["unknown"] });
  });

  it("say that readiness is unknown when the store does not answer", async () => {
    const { address } = await start({ ready: () => new Promise(() => {}) });
    expect((await get(`${address}/readyz`)).status).toBe(503);
  });

  it("answer HEAD without a body", async () => {
    const { address } = await start();
    const { status, body, response } = await get(`${address}/metrics`, { method: "HEAD" });
    expect([status, body, response.headers.get("content-length")]).toEqual([200, "", "5"]);
  });

  it("do not say what serves them", async () => {
    const { address } = await start();
    const { response } = await get(`${address}/metrics`);
    expect([...response.headers.keys()].sort()).toEqual([
      "cache-control",
      "connection",
      "content-length",
      "content-type",
      "date",
      "keep-alive",
      "vary",
      "x-content-type-options",
    ]);
  });
});

describe("errors are problem documents", () => {
  it("for a path that does not exist", async () => {
    const { address } = await start();
    const { status, type, body } = await get(`${address}/../etc/passwd?q=hunter2`);
    expect([status, type]).toEqual([404, "application/problem+json"]);
    expect(JSON.parse(body)).toEqual({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "There is nothing at this path.",
    });
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])(
    "for the method %s, with those that are allowed",
    async (method) => {
      const { address } = await start();
      const { status, body, response } = await get(`${address}/metrics?x=1`, { method });
      expect([status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect(JSON.parse(body)).toMatchObject({ status: 405, title: "Method Not Allowed" });
    },
  );

  it("for a fault of ours, which is logged and not told", async () => {
    const fault = new Error("select secret from hunter2");
    const { address } = await start({ metrics: () => Promise.reject(fault) });
    const { status, type, body } = await get(`${address}/metrics`);
    expect([status, type]).toEqual([500, "application/problem+json"]);
    expect(JSON.parse(body)).toEqual({
      type: "about:blank",
      title: "Internal Server Error",
      status: 500,
      detail: "A fault in Tidemark itself.",
      code: "TM_INTERNAL",
    });
    expect(logged.at(-1)).toMatchObject({ fields: { error: fault, route: "/metrics" } });
  });

  it.each([
    ["no HTTP", "hello\r\n\r\n", 400],
    [
      "a target that cannot be decoded",
      "GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      400,
    ],
    ["headers beyond the limit", `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431],
  ])("for %s", async (_, bytes, status) => {
    const answer = await exchange(await start(), bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*application/problem\\+json`, "is"));
    expect(answer).toContain(`"status":${status}`);
    expect(answer).not.toMatch(/FST_|HPE_/);
  });
});

describe("with a token", () => {
  const token = "s3cret-token";
  const bearing = (authorization: string) => ({ headers: { authorization } });

  it("lets in whoever bears it", async () => {
    const { address } = await start({ token });
    expect((await get(`${address}/metrics`, bearing(`Bearer ${token}`))).status).toBe(200);
    expect((await get(`${address}/metrics`, bearing(`bearer ${token}`))).status).toBe(200);
  });

  it.each([
    "",
    token,
    "Bearer",
    "Bearer x",
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    `Basic ${token}`,
    `Bearer x Bearer ${token}`,
  ])("keeps out whoever says %j", async (authorization) => {
    const { address } = await start({ token });
    const { status, body, response } = await get(`${address}/metrics`, bearing(authorization));
    expect([status, response.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="tidemark"',
    ]);
    expect(JSON.parse(body)).toMatchObject({ status: 401, title: "Unauthorized" });
  });

  it("does not tell strangers which paths exist", async () => {
    const { address } = await start({ token });
    expect((await get(`${address}/nothing`)).status).toBe(401);
    expect((await get(`${address}/metrics`, { method: "POST" })).status).toBe(401);
  });

  it.each(["healthz", "readyz"])("still answers /%s to everybody", async (path) => {
    const { address } = await start({ token });
    expect((await get(`${address}/${path}`)).status).toBe(200);
  });

  it("may listen elsewhere than on loopback", async () => {
    const { address } = await start({ token, host: "0.0.0.0" });
    expect(new URL(address).port).not.toBe("0");
  });
});

describe("listening", () => {
  it.each(["0.0.0.0", "::", "192.0.2.7", "example.com", "", "127.0.0.1.example.com"])(
    "is refused on %j without a token",
    async (host) => {
      await expect(start({ host })).rejects.toMatchObject({ code: "TM_HTTP_LISTEN" });
    },
  );

  it.each(["127.0.0.1", "127.1.2.3", "localhost"])(
    "is allowed on %s, and says where it is",
    async (host) => {
      const { address } = await start({ host });
      expect(address).toMatch(/^http:\/\/\S+:[1-9]\d+$/);
      expect((await get(`${address}/healthz`)).status).toBe(200);
    },
  );

  it("is refused on a port that is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    cleanups.push(() => void taken.close());
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({
      code: "TM_HTTP_LISTEN",
      message: `Another process listens on 127.0.0.1:${port} already.`,
    });
  });

  it("is refused on an address of another machine", async () => {
    await expect(start({ host: "192.0.2.7", token: "t" })).rejects.toMatchObject({
      code: "TM_HTTP_LISTEN",
      message: "This machine has no address 192.0.2.7:0.",
    });
  });
});

describe("hostile clients", () => {
  it("cannot stop /healthz with a thousand half-open requests", async () => {
    const server = await start();
    for (let opened = 0; opened < 1000; opened += 1) {
      (await open(server)).write("GET /metrics HTTP/1.1\r\nhost: x\r\nx-slow:");
    }
    for (let asked = 0; asked < 3; asked += 1) {
      const answer = await get(`${server.address}/healthz`, { signal: AbortSignal.timeout(2000) });
      expect(answer.status).toBe(200);
    }
  });

  it("are hung up on when their headers do not come", async () => {
    const server = await start();
    const socket = await open(server);
    socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
  }, 15_000);

  it("cannot send a body that is too large", async () => {
    const { address } = await start();
    const init = { method: "POST", body: "x".repeat(100_000) };
    expect((await get(`${address}/metrics`, init)).status).toBe(413);
  });

  it("cannot send a body without end", async () => {
    const server = await start();
    const socket = await open(server);
    socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    let answer = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      answer += part;
    });
    // One in each turn of the event loop: a second write after the server has hung up would lose its answer.
    const send = (): void => {
      if (answer === "" && !socket.destroyed) {
        socket.write(`400\r\n${"x".repeat(1024)}\r\n`);
        setImmediate(send);
      }
    };
    send();
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*connection: close/is);
  });
});

describe("closing", () => {
  it("does not wait for half-open and idle connections", async () => {
    const server = await start();
    (await open(server)).write("GET /metrics HTTP/1.1\r\n");
    await get(`${server.address}/healthz`);
    const startedMs = performance.now();
    await server.close();
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it("lets a request under way finish", async () => {
    const { promise, resolve } = Promise.withResolvers<Exposition>();
    const asked = Promise.withResolvers<void>();
    const server = await start({
      metrics: () => {
        asked.resolve();
        return promise;
      },
    });
    const answer = get(`${server.address}/metrics`);
    await asked.promise;
    const closed = server.close();
    resolve({ contentType: "text/plain", chunks: [Buffer.from("late 1\n")] });
    expect((await answer).body).toBe("late 1\n");
    await closed;
  });

  it("gives up on a request that does not finish", async () => {
    const asked = Promise.withResolvers<void>();
    const server = await start({
      metrics: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const answer = get(`${server.address}/metrics`).catch(() => "cut off");
    await asked.promise;
    await server.close();
    expect(await answer).toBe("cut off");
  });
});
