import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { LogFields, Logger } from "../../src/core/logger.ts";
import { startHttpServer } from "../../src/http/server.ts";
import { type Exposition, Metrics } from "../../src/metrics/registry.ts";
import { until } from "../helpers/until.ts";
import { snapshot } from "../unit/metrics/snapshots.ts";

const cleanups: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
});

/** The address of a server that answers scrapes with what `metrics` renders, and what it logs as wrong. */
async function serve(metrics: () => Promise<Exposition>) {
  const errors: LogFields[] = [];
  const ignore = () => {};
  const note = (fields: LogFields) => void errors.push(fields);
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: note,
    error: note,
    child: () => logger,
  };
  const unasked = () => Promise.reject(new Error("not asked"));
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    token: null,
    metrics,
    health: () => ({ isStalled: false }),
    ready: unasked,
    api: {
      products: unasked,
      product: unasked,
      slos: unasked,
      slo: unasked,
      results: unasked,
      incidents: unasked,
    },
    logger,
  });
  cleanups.push(() => server.close());
  return { url: `${server.address}/metrics`, errors };
}

/** What a daemon shows, with a clock that stands still. */
function rendering(): { readonly metrics: Metrics; readonly rendered: () => number } {
  const clock = { now: () => 0, monotonicMs: () => 0 };
  const metrics = new Metrics({ version: "0.1.0", node: "v24.21.0", clock });
  let rendered = 0;
  metrics.attach(async () => {
    rendered += 1;
    return snapshot;
  });
  return { metrics, rendered: () => rendered };
}

async function scrape(url: string, headers: Readonly<Record<string, string>> = {}) {
  const [response] = (await once(get(url, { headers, agent: false }), "response")) as [
    IncomingMessage,
  ];
  const body = await buffer(response);
  const { "content-encoding": encoding, "content-type": type, vary } = response.headers;
  return { status: response.statusCode, encoding, type, vary, body };
}

/** A scraper that has asked, and reads nothing of the answer until it is told to. */
async function askWithoutReading(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  cleanups.push(() => void socket.destroy());
  await once(socket, "connect");
  socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
  return socket;
}

/** More than the system takes off the server's hands. */
const large = 30_000_000;

function expositionOf(length: number): Exposition {
  return {
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    chunks: [Buffer.alloc(length, "x")],
  };
}

const classicType = "text/plain; version=0.0.4; charset=utf-8";

describe("the coding of a scrape", () => {
  it("is gzip for Prometheus, and the same without", async () => {
    const { url } = await serve(() => rendering().metrics.render());
    const zipped = await scrape(url, { "accept-encoding": "gzip" });
    const plain = await scrape(url);
    expect(zipped).toMatchObject({ status: 200, encoding: "gzip", vary: "accept-encoding" });
    expect(plain).toMatchObject({ status: 200, encoding: undefined, vary: "accept-encoding" });
    expect(zipped.body.length).toBeLessThan(plain.body.length / 3);
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
  });

  it.each(["identity", "gzip;q=0", "br", "*;q=0"])(
    "is none where gzip is refused: %s",
    async (refusing) => {
      const { url } = await serve(() => rendering().metrics.render());
      const { encoding, body } = await scrape(url, { "accept-encoding": refusing });
      expect([encoding, body.toString().slice(0, 7)]).toEqual([undefined, "# HELP "]);
    },
  );

  it("is told to HEAD without a body", async () => {
    const { url } = await serve(() => rendering().metrics.render());
    const response = await fetch(url, { method: "HEAD", headers: { "accept-encoding": "gzip" } });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(await response.text()).toBe("");
  });
});

describe("the format of a scrape", () => {
  it.each([
    "application/openmetrics-text",
    "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7",
    "text/plain;version=0.0.4",
    "*/*",
  ])("is the classic text, and says so, for %s", async (accept) => {
    const { url } = await serve(() => rendering().metrics.render());
    const { status, type, body } = await scrape(url, { accept });
    expect([status, type]).toEqual([200, classicType]);
    // OpenMetrics would end with `# EOF`, and would declare its counters without `_total`.
    expect(body.toString()).not.toContain("# EOF");
    expect(body.toString()).toContain("# TYPE tidemark_slots_total counter\n");
  });
});

describe("fifty scrapes at once", () => {
  it("cost one render, and all get the whole of it", async () => {
    const { metrics, rendered } = rendering();
    const { url } = await serve(() => metrics.render());
    const headers = { "accept-encoding": "gzip" };
    const answers = await Promise.all(Array.from({ length: 50 }, () => scrape(url, headers)));
    expect(rendered()).toBe(1);
    expect(new Set(answers.map(({ body }) => gunzipSync(body).toString()))).toEqual(
      new Set([Buffer.concat((await metrics.render()).chunks).toString()]),
    );
  });
});

describe("scrapers that read slowly or hang up", () => {
  it("are cut off when answers under way hold six expositions, and hold up nobody", async () => {
    const { url } = await serve(async () => expositionOf(large));
    const slow: Socket[] = [];
    for (let at = 0; at < 5; at += 1) {
      const socket = await askWithoutReading(url);
      slow.push(socket);
      await once(socket, "readable");
    }
    const [oldest, next] = slow;
    const answered = await scrape(url);
    expect(answered.body.length).toBe(large);
    const got = await Promise.all([oldest, next].map((socket) => lengthOf(socket)));
    expect(got.map((length) => length > large)).toEqual([false, true]);
  });

  it("leave nothing behind when they hang up in the middle", async () => {
    const rendered: WeakRef<Exposition>[] = [];
    const { url, errors } = await serve(async () => {
      const exposition = expositionOf(large);
      rendered.push(new WeakRef(exposition));
      return exposition;
    });
    for (let at = 0; at < 3; at += 1) {
      const socket = await askWithoutReading(url);
      await once(socket, "readable");
      socket.destroy();
    }
    await until("the expositions to be let go of", () => {
      collectGarbage();
      return rendered.every((one) => one.deref() === undefined);
    });
    expect([rendered.length, errors]).toEqual([3, []]);
  });

  it("harm nobody when they hang up before it is rendered", async () => {
    const asked = Promise.withResolvers<void>();
    const first = Promise.withResolvers<Exposition>();
    let renders = 0;
    const { url, errors } = await serve(() => {
      renders += 1;
      asked.resolve();
      return renders === 1 ? first.promise : Promise.resolve(expositionOf(5_000));
    });
    const socket = await askWithoutReading(url);
    await asked.promise;
    socket.destroy();
    await once(socket, "close");
    await scrape(url);
    first.resolve(expositionOf(large));
    expect((await scrape(url, { "accept-encoding": "gzip" })).encoding).toBe("gzip");
    expect(errors).toEqual([]);
  });
});

/** Of everything that comes until the other side has nothing more to say, or hangs up. */
async function lengthOf(socket: Socket | undefined): Promise<number> {
  socket?.end();
  return socket === undefined ? 0 : (await text(socket).catch(() => "")).length;
}

const collectGarbage = garbageCollector();

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
