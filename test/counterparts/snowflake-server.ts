import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { HttpCounterpart, type ReceivedRequest } from "./http-counterpart.ts";
import {
  type Chunk,
  chunksOf,
  failureAnswer,
  refusalAnswer,
  resultAnswer,
  runningAnswer,
} from "./snowflake-answers.ts";
import type { ResultSet, SnowflakeEngine } from "./snowflake-engine.ts";
import { SqlFailure } from "./snowflake-errors.ts";
import { loginBody, parametersFor, refusalOf, type Users } from "./snowflake-logins.ts";
import { ServerSessions } from "./snowflake-sessions.ts";

/** What goes wrong with a request whose `METHOD /path` holds `on`, so many times. */
export interface Fault {
  readonly on: string;
  times: number;
  /** `drop`: cut before anything is done; `dropAnswer`: done, and then cut; `hang`: nothing is said; else a status. */
  readonly act: "drop" | "dropAnswer" | "hang" | number;
}

/** A statement that came, with what came with it. */
export interface ReceivedStatement {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** A statement that is only compiled, and a SHOW, wake no warehouse. */
  readonly needsWarehouse: boolean;
}

interface Query {
  readonly id: string;
  readonly requestId: string;
  readonly isAsync: boolean;
  readonly result: Promise<ResultSet>;
  stop(reason: SqlFailure): void;
  chunks: readonly Chunk[];
}

const queryBody = z.object({
  sqlText: z.string(),
  asyncExec: z.boolean().default(false),
  describeOnly: z.boolean().default(false),
  parameters: z.record(z.string(), z.unknown()).default({}),
});

const cancelled = new SqlFailure("000604", "57014", "SQL execution canceled");
/** Chunks lie in the cloud's storage, which lets in who shows the key. */
const chunkHeaders = { "x-chunk-key": randomUUID() };

/**
 * The protocol that Snowflake's drivers speak, as snowflake-sdk speaks it: sign-in, sessions whose tokens expire and are
 * renewed, statements that are held, polled for, timed out and cancelled for real, and results in chunks.
 */
export class SnowflakeServer extends HttpCounterpart {
  readonly faults: Fault[] = [];
  readonly statements: ReceivedStatement[] = [];
  readonly sessions = new ServerSessions();
  readonly engine: SnowflakeEngine;
  readonly #users: Users;
  readonly #queries = new Map<string, Query>();
  /** How long an answer is held back for a statement that runs; the real one waits 45 s. */
  holdMs = 45_000;
  /** The warehouse's own statement timeout; the lesser of the two holds. */
  warehouseTimeoutMs = Number.POSITIVE_INFINITY;
  /** What every statement that needs a warehouse ends with. */
  warehouseFailure: SqlFailure | null = null;
  /** What every statement ends with, also one that is only compiled. */
  compileFailure: SqlFailure | null = null;
  /** The renewal of a session's token is answered after it. */
  renewal: Promise<void> = Promise.resolve();
  /** Whether running statements are told of as detached ones, 333334, which the real one may also do. */
  tellsDetached = false;
  /** By how much this server's clock is ahead of the machine's. */
  skewMs = 0;
  /** Whether ROWS_PER_RESULTSET is kept to. */
  capsRows = true;

  constructor(engine: SnowflakeEngine, users: Users) {
    super();
    this.engine = engine;
    this.#users = users;
  }

  /** As an administrator does. */
  cancelAll(): void {
    for (const query of this.#queries.values()) {
      query.stop(cancelled);
    }
  }

  override async close(): Promise<void> {
    this.cancelAll();
    await Promise.allSettled([...this.#queries.values()].map(({ result }) => result));
    await super.close();
  }

  protected answer(request: ReceivedRequest, response: ServerResponse): void {
    const line = `${request.method} ${request.path}`;
    const fault = this.faults.find(({ on, times }) => times > 0 && line.includes(on));
    response.setHeader("date", new Date(Date.now() + this.skewMs).toUTCString());
    if (fault !== undefined) {
      fault.times -= 1;
      if (fault.act === "drop") {
        response.destroy();
        return;
      }
      if (fault.act === "hang") {
        return;
      }
      if (typeof fault.act === "number") {
        response.writeHead(fault.act, { "content-type": "text/plain" }).end("Try another time.");
        return;
      }
    }
    this.#reply(request, response, fault?.act === "dropAnswer").catch(() => response.destroy());
  }

  async #reply(
    request: ReceivedRequest,
    response: ServerResponse,
    isDropped: boolean,
  ): Promise<void> {
    const body = await this.#route(request, response);
    if (isDropped) {
      response.destroy();
    } else if (body !== null && !response.writableEnded) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    }
  }

  /** The JSON to answer with, or null where the answer has been written. */
  async #route(request: ReceivedRequest, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.path, "http://localhost");
    const [, first = "", second = "", third = ""] = url.pathname.split("/");
    if (url.pathname === "/session/v1/login-request") {
      return this.#login(request, url, response);
    }
    if (url.pathname === "/oauth/token-request") {
      return this.#issueToken(request, response);
    }
    if (url.pathname === "/session/token-request") {
      await this.renewal;
      const renewed = this.sessions.renew(request.headers.authorization);
      return typeof renewed === "string"
        ? refusalAnswer(renewed)
        : {
            success: true,
            data: {
              sessionToken: renewed.token,
              masterToken: renewed.masterToken,
              validityInSecondsST: 3_600,
              validityInSecondsMT: 14_400,
            },
          };
    }
    if (first === "chunks") {
      return this.#sendChunk(request, response, second, Number(third));
    }
    if (request.method === "HEAD") {
      response.end();
      return null;
    }
    const session = this.sessions.find(request.headers.authorization);
    if (typeof session === "string") {
      return refusalAnswer(session);
    }
    if (url.pathname === "/session") {
      this.sessions.end(session);
      return { success: true, data: null };
    }
    if (url.pathname === "/queries/v1/query-request") {
      return this.#answerOf(this.#start(request, url.searchParams.get("requestId") ?? ""));
    }
    if (url.pathname === "/queries/v1/abort-request") {
      const { requestId } = z.object({ requestId: z.string() }).parse(JSON.parse(request.body));
      return this.#abort(
        [...this.#queries.values()].find((query) => query.requestId === requestId),
      );
    }
    if (first === "queries" && third === "abort-request") {
      return this.#abort(this.#queries.get(second));
    }
    const query = first === "queries" && third === "result" ? this.#queries.get(second) : undefined;
    if (query !== undefined) {
      return this.#answerOf(query);
    }
    if (url.pathname === "/telemetry/send") {
      return { success: true, data: null };
    }
    response.writeHead(404).end();
    return null;
  }

  #login(request: ReceivedRequest, url: URL, response: ServerResponse): unknown {
    const { data } = loginBody.parse(JSON.parse(request.body));
    if (data.ACCOUNT_NAME?.toUpperCase() !== this.#users.account.toUpperCase()) {
      response.writeHead(403, { "content-type": "text/html" }).end("<html>Forbidden</html>");
      return null;
    }
    const refusal = refusalOf(data, this.#users, Date.now() + this.skewMs);
    if (refusal !== null) {
      return refusalAnswer(refusal);
    }
    const role = url.searchParams.get("roleName");
    if (role !== null && !this.#users.roles.includes(role.toUpperCase())) {
      return refusalAnswer("390189");
    }
    const session = this.sessions.open();
    return {
      success: true,
      code: null,
      message: null,
      data: {
        token: session.token,
        masterToken: session.masterToken,
        validityInSeconds: 3_600,
        masterValidityInSeconds: 14_400,
        parameters: parametersFor(data),
        sessionId: session.id,
        sessionInfo: {
          databaseName: url.searchParams.get("databaseName"),
          schemaName: url.searchParams.get("schemaName"),
          warehouseName: url.searchParams.get("warehouse"),
          roleName: role,
        },
      },
    };
  }

  /** RFC 6749, section 4.4. */
  #issueToken(request: ReceivedRequest, response: ServerResponse): unknown {
    const { clientId, clientSecret, token } = this.#users.oauth;
    const text = request.body.startsWith('"') ? String(JSON.parse(request.body)) : request.body;
    const form = new URLSearchParams(text);
    if (
      form.get("grant_type") === "client_credentials" &&
      form.get("client_id") === clientId &&
      form.get("client_secret") === clientSecret
    ) {
      return { access_token: token, token_type: "Bearer", expires_in: 600 };
    }
    response
      .writeHead(401, { "content-type": "application/json" })
      .end(JSON.stringify({ error: "invalid_client" }));
    return null;
  }

  /** A request that comes again, with its id, is no other statement. */
  #start(request: ReceivedRequest, requestId: string): Query {
    const known = [...this.#queries.values()].find((query) => query.requestId === requestId);
    if (known !== undefined) {
      return known;
    }
    const { sqlText, asyncExec, describeOnly, parameters } = queryBody.parse(
      JSON.parse(request.body),
    );
    const needsWarehouse = !describeOnly && !/^\s*show\s/i.test(sqlText);
    this.statements.push({ sql: sqlText, parameters, needsWarehouse });
    const id = randomUUID();
    const rows = Number(parameters["ROWS_PER_RESULTSET"] ?? 0);
    const failure = this.compileFailure ?? (needsWarehouse ? this.warehouseFailure : null);
    const running =
      failure !== null
        ? { result: Promise.reject(failure), stop: () => undefined }
        : this.engine.run(sqlText, {
            isDescribed: describeOnly,
            timeoutMs: Math.min(
              Number(parameters["STATEMENT_TIMEOUT_IN_SECONDS"] ?? 172_800) * 1_000,
              this.warehouseTimeoutMs,
            ),
            maxRows: this.capsRows && rows > 0 ? rows : Number.MAX_SAFE_INTEGER,
          });
    running.result.catch(() => undefined);
    const query = { id, requestId, isAsync: asyncExec, ...running, chunks: [] };
    this.#queries.set(id, query);
    return query;
  }

  async #answerOf(query: Query): Promise<unknown> {
    const held = Promise.withResolvers<null>();
    const timer = setTimeout(() => held.resolve(null), query.isAsync ? 0 : this.holdMs);
    try {
      const result = await Promise.race([query.result, held.promise]);
      if (result === null) {
        return runningAnswer(query.id, query.isAsync || this.tellsDetached);
      }
      query.chunks = chunksOf(result);
      const chunks = query.chunks.map(({ rowCount }, index) => ({
        url: `${this.origin}/chunks/${query.id}/${index}`,
        rowCount,
      }));
      return resultAnswer(query.id, result, chunks, chunkHeaders);
    } catch (error) {
      if (error instanceof SqlFailure) {
        return failureAnswer(query.id, error);
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #abort(query: Query | undefined): unknown {
    query?.stop(cancelled);
    return query === undefined ? refusalAnswer("000605") : { success: true, data: null };
  }

  #sendChunk(
    request: ReceivedRequest,
    response: ServerResponse,
    queryId: string,
    index: number,
  ): null {
    const chunk = this.#queries.get(queryId)?.chunks[index];
    if (chunk === undefined || request.headers["x-chunk-key"] !== chunkHeaders["x-chunk-key"]) {
      response.writeHead(403).end();
      return null;
    }
    response
      .writeHead(200, { "content-type": "binary/octet-stream", "content-encoding": "gzip" })
      .end(gzipSync(chunk.text));
    return null;
  }
}
