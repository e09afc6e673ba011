import { ConnectorError } from "../../src/core/connector.ts";
import type { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";
import { pause } from "../_shared/pause.ts";
import type { SnowflakeSettings } from "./config.ts";
import { isBusy } from "./failures.ts";
import { type Connection, loadSdk } from "./sdk.ts";
import { connectionOptions } from "./signin.ts";

const busyRetryMs = 500;
/** How long the server may take to end a session before it is left to itself. */
const closeBoundMs = 2_000;

/**
 * One session for all calls, opened on first use: none → signing in → open → none. Snowflake runs a session's statements
 * side by side. It is dropped when Snowflake has ended it, and a sign-in that nobody waits for any longer is given up.
 */
export class Session implements AsyncDisposable {
  readonly #settings: SnowflakeSettings;
  readonly #opened = new WeakMap<Connection, Promise<Connection>>();
  #opening: Promise<Connection> | null = null;
  #waiting = 0;

  constructor(settings: SnowflakeSettings) {
    this.#settings = settings;
  }

  /** Throws what the driver throws at sign-in, or `ConnectorError`. */
  async open(deadline: CallDeadline): Promise<Connection> {
    if (deadline.reason !== null) {
      throw new ConnectorError(stoppedFailure(deadline.reason));
    }
    const opening = this.#opening ?? this.#begin();
    this.#waiting += 1;
    try {
      const end = await deadline.race(opening);
      if (!end.isStopped) {
        this.#opened.set(end.value, opening);
        return end.value;
      }
      if (this.#waiting === 1) {
        this.#forget(opening);
        opening.then(close, ignore);
      }
      throw new ConnectorError(stoppedFailure(end.reason));
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * The next call opens another. There is nothing to end on the server, and its sockets are left to the calls that have
   * yet to learn of it; idle ones close by themselves and keep no process alive.
   */
  drop(connection: Connection): void {
    const opening = this.#opened.get(connection);
    if (opening !== undefined) {
      this.#forget(opening);
    }
  }

  /**
   * The next call opens another: over this one the server cannot be reached, or does not end what it is told to, and
   * whatever else were sent over it would only queue up. It is ended after what runs on it.
   */
  abandon(connection: Connection, rest: Promise<void>): void {
    this.drop(connection);
    void rest.then(() => close(connection));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    await opening?.then(close, ignore);
  }

  /** One that fails is forgotten, so that the next call tries again. */
  #begin(): Promise<Connection> {
    const opening = signIn(this.#settings);
    this.#opening = opening;
    opening.catch(() => this.#forget(opening));
    return opening;
  }

  #forget(opening: Promise<Connection>): void {
    if (this.#opening === opening) {
      this.#opening = null;
    }
  }
}

/** Signs in, once more when the server was busy. */
async function signIn(settings: SnowflakeSettings): Promise<Connection> {
  const sdk = await loadSdk();
  const attempt = async (): Promise<Connection> => {
    const options = await connectionOptions(settings);
    return new Promise((resolve, reject) => {
      const connection = sdk.createConnection(options);
      connection.connect((error) => {
        if (error) {
          reject(error);
        } else {
          resolve(connection);
        }
      });
    });
  };
  try {
    return await attempt();
  } catch (error) {
    if (!isBusy(error)) {
      throw error;
    }
    await pause(busyRetryMs);
    return attempt();
  }
}

/** Ends the session on the server, and the sockets to it. */
async function close(connection: Connection): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    connection.destroy(() => resolve());
  });
  await Promise.race([closed, pause(closeBoundMs)]);
}

const ignore = (): void => undefined;
