import { setTimeout as sleep } from "node:timers/promises";
import { ConnectorError } from "../../src/core/connector.ts";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import type { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";
import type { BigquerySettings } from "./config.ts";
import { ApiError, isPassing } from "./failures.ts";
import { type HttpAnswer, openTransport, sendPlainly, type Transport } from "./transport.ts";
import { errorBody } from "./wire.ts";

/** A method of https://cloud.google.com/bigquery/docs/reference/rest, without `/bigquery/v2`. */
export interface RestCall {
  readonly method: "GET" | "POST";
  /** Parts of the path, which are escaped here. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number | boolean | null>>;
  readonly json?: unknown;
}

/** Waits between tries of one request. */
const retryDelaysMs: readonly DurationMs[] = [100, 300, 900];

/**
 * Requests to the API, each within its call's deadline. What may pass (a cut connection, a fault of the server, too many
 * requests) is tried again: every request that is made here may be repeated, `jobs.insert` included, because our jobs
 * have ids of our own.
 */
export class Rest {
  readonly #settings: BigquerySettings;
  #transport: Promise<Transport> | null = null;
  /** How often a token was given up. */
  #renewals = 0;

  constructor(settings: BigquerySettings) {
    this.#settings = settings;
  }

  /** Throws `ApiError`, `SignInError`, errors of the network, and `ConnectorError` once the call is stopped. */
  async call(call: RestCall, deadline: CallDeadline): Promise<HttpAnswer> {
    let hasRenewed = false;
    for (let tries = 0; ; ) {
      const renewals = this.#renewals;
      try {
        return await this.#once(call, deadline);
      } catch (error) {
        // A token may be taken back before it expires: then another one is fetched, once, for all that had it.
        if (!hasRenewed && error instanceof ApiError && error.status === 401) {
          hasRenewed = true;
          if (this.#renewals === renewals) {
            this.#renewals += 1;
            this.#transport = null;
          }
          continue;
        }
        const delayMs = retryDelaysMs[tries];
        tries += 1;
        if (delayMs === undefined || !isPassing(error)) {
          throw error;
        }
        const end = await deadline.race(sleep(delayMs, undefined, { ref: false }));
        if (end.isStopped) {
          // What went wrong says more than that no time is left to try again.
          throw end.reason === "overdue" ? error : new ConnectorError(stoppedFailure(end.reason));
        }
      }
    }
  }

  /** A request without credentials, of whatever answer: that one comes is what is asked. */
  greet(deadline: CallDeadline): Promise<HttpAnswer> {
    const controller = new AbortController();
    const request = {
      method: "GET",
      url: `${this.#settings.origin}/bigquery/v2/projects/${encodeURIComponent(this.#settings.project)}/datasets`,
      headers: new Headers(),
      signal: controller.signal,
    } as const;
    return orStop(deadline, async () => {
      // Where nobody can sign in yet, this stage is not the one to say so.
      const transport = await this.#open().catch(() => null);
      return transport === null ? sendPlainly(request) : transport.send(request);
    }).finally(() => controller.abort());
  }

  /** Signs in, unless a token is at hand. */
  async headers(deadline: CallDeadline): Promise<Headers> {
    try {
      return await orStop(deadline, async () => (await this.#open()).headers());
    } catch (error) {
      // What hangs, or was refused, is not waited for by later calls as well.
      this.#transport = null;
      throw error;
    }
  }

  #open(): Promise<Transport> {
    this.#transport ??= openTransport(this.#settings);
    return this.#transport;
  }

  async #once(
    { method, path, query, json }: RestCall,
    deadline: CallDeadline,
  ): Promise<HttpAnswer> {
    const headers = await this.headers(deadline);
    const url = `${this.#settings.origin}/bigquery/v2/${path.map(encodeURIComponent).join("/")}${queryOf(query)}`;
    const controller = new AbortController();
    const { signal } = controller;
    const answer = await orStop(deadline, async () =>
      (await this.#open()).send({ method, url, headers, json, signal }),
    ).catch((error: unknown) => {
      // Only what is not over yet: an abort makes an error with its stack, which every request would pay for.
      controller.abort();
      throw error;
    });
    return accepted(answer);
  }
}

/** Throws `ConnectorError` (`cancelled`, `timeout`) when the call is stopped before `work` ends. */
export async function orStop<T>(deadline: CallDeadline, work: () => Promise<T>): Promise<T> {
  const end = deadline.reason === null ? await deadline.race(work()) : null;
  if (end?.isStopped === false) {
    return end.value;
  }
  throw new ConnectorError(stoppedFailure(end?.reason ?? deadline.reason ?? "aborted"));
}

function queryOf(query: RestCall["query"]): string {
  const given = Object.entries({ prettyPrint: false, ...query }).flatMap(([key, value]) =>
    value === null ? [] : [[key, String(value)] as [string, string]],
  );
  return `?${new URLSearchParams(given).toString()}`;
}

/** A proxy that wants a login may answer 200 with a page of its own. */
function accepted(answer: HttpAnswer): HttpAnswer {
  const isJson = typeof answer.body === "object" && answer.body !== null;
  if (isJson && answer.status >= 200 && answer.status < 300) {
    return answer;
  }
  throw new ApiError(answer.status, errorOf(answer.body));
}

/** Proxies answer with pages of their own, which have no reason. */
function errorOf(body: unknown): { reason?: string | undefined; message?: string | undefined } {
  const error = errorBody.safeParse(body).data?.error;
  const [first] = error?.errors ?? [];
  return { reason: first?.reason, message: first?.message ?? error?.message };
}
