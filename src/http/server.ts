import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { fastify } from "fastify";
import { errorCodes, TidemarkError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Exposition } from "../metrics/registry.ts";
import { BadQuery, type RawQuery } from "./api/query.ts";
import type { ApiReads } from "./api/reads.ts";
import { type ApiRoute, apiRoutes } from "./api/routes.ts";
import { answerBrokenRequest, BoundedServers } from "./bounded-server.ts";
import { isLoopback } from "./loopback.ts";
import { problemContentType, problemOf } from "./problem.ts";
import type { Health, Readiness } from "./readiness.ts";
import { notReadyParts } from "./readiness.ts";
import { Scrapes } from "./scrapes.ts";
import { tokenGate } from "./token-gate.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** What a client must bear; null lets in everybody, and is allowed on loopback only. */
  readonly token: string | null;
  readonly metrics: () => Promise<Exposition>;
  readonly health: () => Health;
  readonly ready: () => Promise<Readiness>;
  /** What `/api/v1` reads. */
  readonly api: ApiReads;
  readonly logger: Logger;
}

export interface HttpServer {
  /** Where it listens in fact, e.g. `http://127.0.0.1:9464`. */
  readonly address: string;
  /** Lets requests under way finish, for a bounded time. */
  close(): Promise<void>;
}

/** Answered without a token, because whatever restarts a container has none. */
const publicPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** No route takes a body. */
const maxBodyBytes = 16_384;

/** As long as a request's head can be: the framework would refuse longer names before the token is asked for. */
const maxNameLength = 8_192;

const closeGraceMs = 2_000;

/**
 * Serves `/metrics`, `/healthz`, `/readyz` and the read API under `/api/v1`. Throws `TM_HTTP_LISTEN` when the address is taken, does
 * not exist, or could be reached from elsewhere while no token is set.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  if (options.token === null && !isLoopback(options.host)) {
    throw new TidemarkError(
      "TM_HTTP_LISTEN",
      `Without a token the HTTP server listens on loopback only, and ${options.host} is not.`,
      { hint: "Set `http.token`, or listen on 127.0.0.1." },
    );
  }
  const servers = new BoundedServers();
  const app = fastify({
    serverFactory: (listener) => servers.create(listener),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (_error, _request, reply) =>
      void refuse(reply, 400, "The request's target is not valid."),
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength: maxNameLength },
    requestIdHeader: false,
  });
  const api = apiRoutes(options.api);
  guard(app, options.token, pathsOf(api));
  answerErrors(app, options.logger);
  route(app, options);
  routeApi(app, api);
  const address = await listen(app, options);
  return {
    address,
    close: async () => {
      servers.endWaiting();
      const timer = setTimeout(() => servers.endAll(), closeGraceMs);
      await app.close().finally(() => clearTimeout(timer));
    },
  };
}

function route(app: FastifyInstance, options: HttpServerOptions): void {
  const scrapes = new Scrapes(options.metrics);
  app.get("/metrics", (request, reply) => scrapes.answer(request, reply));
  app.get("/healthz", async (_request, reply) =>
    options.health().isStalled
      ? refuse(reply, 503, "The event loop is stalled.")
      : reply.send({ status: "ok" }),
  );
  app.get("/readyz", async (_request, reply) => {
    const notReady = await notReadyParts(options.ready, options.logger);
    return notReady.length === 0
      ? reply.send({ status: "ok" })
      : refuse(reply, 503, notReady.map(({ detail }) => detail).join(" "), {
          not_ready: notReady.map(({ part }) => part),
        });
  });
}

function routeApi(app: FastifyInstance, routes: readonly ApiRoute[]): void {
  for (const { url, answer, missing } of routes) {
    app.get<{ Params: Record<string, string>; Querystring: RawQuery }>(
      url,
      async ({ params, query }, reply) => {
        const answered = await answer({ params, query });
        if (answered === null) {
          return refuse(reply, 404, missing);
        }
        if (answered.next !== undefined) {
          reply.header("link", `<${answered.next}>; rel="next"`);
        }
        return reply.send(answered.body);
      },
    );
  }
}

/** Says whether there is something to GET at a path, for those who ask by another method. */
function pathsOf(api: readonly ApiRoute[]): (path: string) => boolean {
  const urls = ["/metrics", ...publicPaths, ...api.map(({ url }) => url)];
  const patterns = urls.map((url) => new RegExp(`^${url.replaceAll(/:\w+/g, "[^/]+")}$`));
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/** Everything that is decided before a route is asked, and before any body is read. */
function guard(
  app: FastifyInstance,
  token: string | null,
  isServed: (path: string) => boolean,
): void {
  const mayPass = tokenGate(token);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    if (hasBody(request)) {
      // An unread body would otherwise be received to its end, however long it is.
      reply.header("connection", "close");
    }
    const isPublic = publicPaths.has(request.routeOptions.url ?? "");
    if (!isPublic && !mayPass(request.headers.authorization)) {
      reply.header("www-authenticate", 'Bearer realm="tidemark"');
      return refuse(reply, 401, "A bearer token is needed.");
    }
    if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) {
      return refuse(reply, 413, "The request's body is too large.");
    }
    return request.is404 ? refuseTarget(isServed, request, reply) : undefined;
  });
}

function refuseTarget(
  isServed: (path: string) => boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [path = "/"] = request.url.split("?");
  if (request.method !== "GET" && request.method !== "HEAD" && isServed(path)) {
    reply.header("allow", "GET, HEAD");
    return refuse(reply, 405, "Only GET and HEAD are allowed here.");
  }
  return refuse(reply, 404, "There is nothing at this path.");
}

/** What a library or a bug throws is logged, and not told. */
function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof BadQuery) {
      return refuse(reply, 400, error.message);
    }
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      return refuse(reply, status, "The request cannot be answered.");
    }
    logger.error({ error, route: request.routeOptions.url }, "a request could not be answered");
    if (error instanceof TidemarkError && error.code.startsWith("TM_STORE_")) {
      return refuse(reply, 503, errorCodes[error.code].what, { code: error.code });
    }
    return refuse(reply, 500, errorCodes.TM_INTERNAL.what, { code: "TM_INTERNAL" });
  });
}

async function listen(app: FastifyInstance, { host, port }: HttpServerOptions): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    throw new TidemarkError("TM_HTTP_LISTEN", listenFailure(code, `${host}:${port}`), { cause });
  }
}

function listenFailure(code: unknown, place: string): string {
  switch (code) {
    case "EADDRINUSE":
      return `Another process listens on ${place} already.`;
    case "EACCES":
      return `The system does not allow listening on ${place}.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `This machine has no address ${place}.`;
    default:
      return `The HTTP server cannot listen on ${place}.`;
  }
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function refuse(
  reply: FastifyReply,
  status: number,
  detail: string,
  extensions: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  // As bytes, because fastify would add a charset, which JSON types do not have.
  const body = Buffer.from(JSON.stringify(problemOf(status, detail, extensions)));
  return reply.code(status).header("content-type", problemContentType).send(body);
}
