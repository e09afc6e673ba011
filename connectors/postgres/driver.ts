import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import type { Pool, PoolClient } from "pg";
import type { Clock } from "../../src/core/clock.ts";
import { type CallOptions, ConnectorError } from "../../src/core/connector.ts";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import { type Asking, queryComment } from "../_shared/comment.ts";
import { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";
import type { PostgresSettings } from "./config.ts";
import { asConnectorError, codeOf, isConnectionLost } from "./failures.ts";
import {
  type Ask,
  askOn,
  cancelStatement,
  clientConfig,
  loadPg,
  type PgModule,
  within,
} from "./wire.ts";

/** The client waits this much longer than the server, whose word says more. */
const clientGraceMs = 250;
/** The SQLSTATE both of the server's statement timeout and of somebody's cancel. */
const canceledCode = "57014";
/** The server's timer and this clock may differ by this much. */
const timerSlackMs = 5;
/** A connection that is lost sooner than this after it was taken had died before. */
const staleMs = 1_000;

/** How long open connections have to say goodbye; one that is still being opened would be waited for longer. */
const closeGraceMs = 250;

/** One call on its way. */
interface Call {
  readonly timeoutMs: DurationMs;
  readonly asking: Asking;
  readonly deadline: CallDeadline;
}

/** What is known of an open connection. */
interface Session {
  statementTimeoutMs: DurationMs;
  hasAnswered: boolean;
  isReadOnly: boolean;
}

interface Opened {
  readonly pg: PgModule;
  readonly pool: Pool;
  /** The statement timeout that the pool's connections start with. */
  readonly statementTimeoutMs: DurationMs;
}

/**
 * Talks to one server through a pool of pg.
 *
 * A call takes a connection out, asks on it, and puts it back. The connection is closed instead when a
 * cancel was sent for it, so that no later statement can meet that cancel; when it is lost; and when a
 * statement has undone its session's read-only default.
 */
export class PostgresDriver implements AsyncDisposable {
  readonly #settings: PostgresSettings;
  readonly #maxConnections: number;
  readonly #clock: Clock;
  readonly #sessions = new WeakMap<PoolClient, Session>();
  readonly #sockets = new Set<Socket>();
  #opened: Opened | null = null;

  constructor(settings: PostgresSettings, maxConnections: number, clock: Clock) {
    this.#settings = settings;
    this.#maxConnections = maxConnections;
    this.#clock = clock;
  }

  /**
   * Does `work` on one connection. Ends within `timeoutMs` and a short grace, as does each statement on the
   * server. On a connection that had died while idle it is done again, since it only reads. Throws
   * `ConnectorError`, nothing else.
   */
  async call<T>(options: CallOptions, work: (ask: Ask) => Promise<T>): Promise<T> {
    const timeoutMs = Math.max(1, Math.ceil(options.timeoutMs));
    const deadline = new CallDeadline(options.signal, timeoutMs + clientGraceMs);
    const call: Call = { timeoutMs, asking: options, deadline };
    try {
      const opened = await this.#open(timeoutMs);
      for (;;) {
        const client = await takeOut(opened.pool, deadline);
        const session = this.#sessionOf(client, opened.statementTimeoutMs);
        const wasIdle = session.hasAnswered;
        const takenMs = this.#clock.monotonicMs();
        try {
          return await this.#workOn(opened.pg, client, session, call, work);
        } catch (error) {
          const isStale = wasIdle && this.#clock.monotonicMs() - takenMs < staleMs;
          if (!isStale || !isConnectionLost(error)) {
            throw error;
          }
        }
      }
    } catch (error) {
      throw asConnectorError(error);
    } finally {
      deadline.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pool = this.#opened?.pool;
    if (pool?.ending === false) {
      const ended = pool.end();
      await within(closeGraceMs, ended);
      for (const socket of this.#sockets) {
        socket.destroy();
      }
      await within(closeGraceMs, ended);
    }
  }

  async #open(timeoutMs: DurationMs): Promise<Opened> {
    const pg = this.#opened?.pg ?? (await loadPg());
    if (this.#opened === null) {
      const pool = new pg.Pool({
        ...clientConfig(this.#settings, timeoutMs),
        stream: () => this.#socket(),
        max: this.#maxConnections,
        idleTimeoutMillis: 30_000,
        maxLifetimeSeconds: 1_800,
      });
      // A lost connection shows in the statement that needs it; unheard, this event would end the process.
      pool.on("error", () => undefined);
      this.#opened = { pg, pool, statementTimeoutMs: timeoutMs };
    }
    return this.#opened;
  }

  /** A socket that a dispose can find, even before its connection is open. */
  #socket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  }

  #sessionOf(client: PoolClient, statementTimeoutMs: DurationMs): Session {
    const known = this.#sessions.get(client);
    if (known !== undefined) {
      return known;
    }
    const session = { statementTimeoutMs, hasAnswered: false, isReadOnly: true };
    this.#sessions.set(client, session);
    client.on("error", () => undefined);
    const connection: EventEmitter = client.connection;
    // Servers since version 14 report a change of this setting.
    connection.on(
      "parameterStatus",
      (status: { parameterName: string; parameterValue: string }) => {
        if (status.parameterName === "default_transaction_read_only") {
          session.isReadOnly = status.parameterValue === "on";
        }
      },
    );
    return session;
  }

  async #workOn<T>(
    pg: PgModule,
    client: PoolClient,
    session: Session,
    { timeoutMs, asking, deadline }: Call,
    work: (ask: Ask) => Promise<T>,
  ): Promise<T> {
    let isSpent = false;
    const cancel = () => {
      isSpent = true;
      return cancelStatement(pg, this.#settings, client);
    };
    const ask: Ask = async (statement) => {
      const startedMs = this.#clock.monotonicMs();
      const text = `${queryComment(asking)} ${statement.text}`;
      try {
        const answer = await askOn(pg, client, { ...statement, text }, deadline, cancel);
        session.hasAnswered = true;
        return answer;
      } catch (error) {
        isSpent ||= isConnectionLost(error);
        const elapsedMs = this.#clock.monotonicMs() - startedMs;
        throw codeOf(error) === canceledCode && elapsedMs >= timeoutMs - timerSlackMs
          ? new ConnectorError(
              { ...stoppedFailure("overdue"), code: canceledCode },
              { cause: error },
            )
          : error;
      }
    };
    try {
      if (session.statementTimeoutMs !== timeoutMs) {
        await ask({ text: `set statement_timeout = ${timeoutMs}` });
        session.statementTimeoutMs = timeoutMs;
      }
      return await work(ask);
    } finally {
      client.release(isSpent || !session.isReadOnly);
    }
  }
}

async function takeOut(pool: Pool, deadline: CallDeadline): Promise<PoolClient> {
  const connecting = pool.connect();
  const end = await deadline.race(connecting);
  if (!end.isStopped) {
    return end.value;
  }
  connecting.then(
    (late) => late.release(),
    () => undefined,
  );
  throw new ConnectorError(stoppedFailure(end.reason));
}
