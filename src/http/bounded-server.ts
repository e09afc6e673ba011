import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { problemContentType, problemOf } from "./problem.ts";

/** Connections without a whole request; the one that has waited longest goes when there are more. */
const maxWaiting = 200;

/** All connections; what comes beyond is dropped at once. */
const maxConnections = 600;

const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // Longer than the usual scrape intervals, so that Prometheus keeps its connection.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
};

/** A client that stops reading its answer holds it in memory no longer than this. */
const stalledSocketMs = 30_000;

/**
 * Makes HTTP servers that half-open connections cannot choke. Timeouts alone would leave them the
 * server until they run out: so a new connection pushes out the oldest that has asked for nothing.
 */
export class BoundedServers {
  readonly #waiting = new Set<Socket>();
  readonly #all = new Set<Socket>();

  create(listener: RequestListener): Server {
    const server = createServer(limits, listener);
    server.maxConnections = maxConnections;
    server.setTimeout(stalledSocketMs);
    server.on("connection", (socket: Socket) => this.#admit(socket));
    server.on("request", ({ socket }, response) => {
      this.#waiting.delete(socket);
      response.once("close", () => this.#wait(socket));
    });
    return server;
  }

  /** Ends connections that have no request under way. */
  endWaiting(): void {
    destroy(this.#waiting);
  }

  endAll(): void {
    destroy(this.#all);
  }

  #admit(socket: Socket): void {
    this.#all.add(socket);
    socket.once("close", () => {
      this.#all.delete(socket);
      this.#waiting.delete(socket);
    });
    this.#wait(socket);
  }

  #wait(socket: Socket): void {
    if (socket.destroyed) {
      return;
    }
    this.#waiting.add(socket);
    const [oldest] = this.#waiting;
    if (this.#waiting.size > maxWaiting && oldest !== undefined) {
      this.#waiting.delete(oldest);
      oldest.destroy();
    }
  }
}

/** Answers what is not even HTTP, or did not come in time, and hangs up. */
export function answerBrokenRequest(error: { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const problem = brokenRequestProblem(error.code);
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      "Connection: close",
      `Content-Type: ${problemContentType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
    () => socket.destroy(),
  );
}

function brokenRequestProblem(code: string | undefined) {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return problemOf(408, "The request did not arrive in time.");
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return problemOf(431, "The request's headers are too large.");
  }
  return problemOf(400, "The request is not valid HTTP.");
}

function destroy(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) {
    socket.destroy();
  }
}
