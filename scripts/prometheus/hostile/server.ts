import type { Logger } from "../../../src/core/logger.ts";
import { type HttpServer, startHttpServer } from "../../../src/http/server.ts";
import { Metrics } from "../../../src/metrics/registry.ts";
import { names, snapshot } from "./names.ts";

const ignore = () => {};
const logger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: console.error,
  child: () => logger,
};

const unasked = () => Promise.reject(new Error("only the metrics are asked for"));

/** The daemon's own registry and server, given what no configuration lets through. */
export async function serveHostile(): Promise<HttpServer> {
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() };
  const metrics = new Metrics({ version: "0.0.0", node: process.version, clock, logger });
  metrics.attach(async () => snapshot);
  for (const [name] of names) {
    metrics.probeFinished(name, 20, 1);
    metrics.queryRan(name, [{ product: name, bytes: 1, busyMs: 20 }]);
    metrics.deliveryAttempted(name, "sent");
  }
  return await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    token: null,
    metrics: () => metrics.render(),
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
}
