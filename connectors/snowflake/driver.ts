import { type CallOptions, ConnectorError } from "../../src/core/connector.ts";
import { queryComment } from "../_shared/comment.ts";
import { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";
import type { SnowflakeSettings } from "./config.ts";
import { asConnectorError, isSessionGone } from "./failures.ts";
import { parametersOf } from "./parameters.ts";
import type { Connection } from "./sdk.ts";
import { Session } from "./session.ts";
import { type Answer, type Request, RunningStatement } from "./statement.ts";

/** Runs one statement within the bounds of its call. Throws `ConnectorError`. */
export type Ask = (statement: Pick<Request, "text" | "maxRows" | "isDescribed">) => Promise<Answer>;

/** Talks to one account. */
export class SnowflakeDriver implements AsyncDisposable {
  readonly #session: Session;

  constructor(settings: SnowflakeSettings) {
    this.#session = new Session(settings);
  }

  /** Does `work` within `timeoutMs` and a short grace. Throws `ConnectorError`, nothing else. */
  async call<T>(options: CallOptions, work: (ask: Ask) => Promise<T>): Promise<T> {
    const deadline = new CallDeadline(options.signal, options.timeoutMs);
    try {
      return await work((statement) => this.#ask(statement, options, deadline));
    } catch (error) {
      throw asConnectorError(error);
    } finally {
      deadline.end();
    }
  }

  /** Signs in, unless that is done. Throws `ConnectorError`. */
  async open(deadline: CallDeadline): Promise<void> {
    try {
      await this.#session.open(deadline);
    } catch (error) {
      throw asConnectorError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  /** A statement only reads, so that it is sent once more when Snowflake had ended the session. */
  async #ask(
    statement: Parameters<Ask>[0],
    options: CallOptions,
    deadline: CallDeadline,
  ): Promise<Answer> {
    const connection = await this.#session.open(deadline);
    try {
      return await this.#send(connection, statement, options, deadline);
    } catch (error) {
      if (!isSessionGone(error)) {
        throw asConnectorError(error);
      }
      this.#session.drop(connection);
    }
    try {
      const another = await this.#session.open(deadline);
      return await this.#send(another, statement, options, deadline);
    } catch (error) {
      throw asConnectorError(error);
    }
  }

  async #send(
    connection: Connection,
    { text, maxRows, isDescribed }: Parameters<Ask>[0],
    options: CallOptions,
    deadline: CallDeadline,
  ): Promise<Answer> {
    const running = new RunningStatement(connection, {
      // At the beginning of a statement Snowflake's history leaves remarks out.
      text: `${text}\n${queryComment(options)}`,
      parameters: parametersOf(options, maxRows),
      maxRows,
      isDescribed,
    });
    const end = await deadline.race(running.answer);
    if (!end.isStopped) {
      return end.value;
    }
    if (!(await running.stop())) {
      this.#session.abandon(connection, running.chase());
    }
    throw new ConnectorError(stoppedFailure(end.reason));
  }
}
