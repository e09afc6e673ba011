import { randomUUID } from "node:crypto";

export interface ServerSession {
  readonly id: number;
  readonly masterToken: string;
  token: string;
  isTokenExpired: boolean;
  isMasterExpired: boolean;
}

/** Codes of https://github.com/snowflakedb/snowflake-connector-nodejs, lib/constants/gs_errors. */
const codes = { invalid: "390104", gone: "390111", expired: "390112", masterExpired: "390114" };

/** The sessions of an account, each with a token that can be renewed by another, as the real ones have. */
export class ServerSessions {
  readonly #open = new Set<ServerSession>();
  readonly #ended = new Set<string>();
  #opened = 0;
  /** Requests that were turned away because of an expired token. */
  refusedCount = 0;

  /** How many have been opened so far. */
  get openedCount(): number {
    return this.#opened;
  }

  get openCount(): number {
    return this.#open.size;
  }

  open(): ServerSession {
    this.#opened += 1;
    const session = {
      id: this.#opened,
      token: randomUUID(),
      masterToken: randomUUID(),
      isTokenExpired: false,
      isMasterExpired: false,
    };
    this.#open.add(session);
    return session;
  }

  /** The session of an `Authorization` header, or the code of the refusal. */
  find(header: string | undefined): ServerSession | string {
    const token = tokenIn(header);
    const session = [...this.#open].find((one) => one.token === token);
    if (session === undefined) {
      return this.#ended.has(token) ? codes.gone : codes.invalid;
    }
    if (session.isTokenExpired) {
      this.refusedCount += 1;
      return codes.expired;
    }
    return session;
  }

  /** Another session token for a master token, or the code of the refusal. */
  renew(header: string | undefined): ServerSession | string {
    const session = [...this.#open].find((one) => one.masterToken === tokenIn(header));
    if (session === undefined) {
      return codes.gone;
    }
    if (session.isMasterExpired) {
      return codes.masterExpired;
    }
    session.token = randomUUID();
    session.isTokenExpired = false;
    return session;
  }

  end(session: ServerSession): void {
    this.#open.delete(session);
    this.#ended.add(session.token);
  }

  /** As an administrator or a policy ends them. */
  endAll(): void {
    for (const session of this.#open) {
      this.end(session);
    }
  }

  expireTokens(): void {
    for (const session of this.#open) {
      session.isTokenExpired = true;
    }
  }

  expireMasterTokens(): void {
    for (const session of this.#open) {
      session.isTokenExpired = true;
      session.isMasterExpired = true;
    }
  }
}

function tokenIn(header = ""): string {
  return /^Snowflake Token="(.*)"$/.exec(header)?.[1] ?? "";
}
