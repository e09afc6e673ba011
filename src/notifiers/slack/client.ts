import type { FetchFunction, WebClientOptions } from "@slack/web-api";
import type { Clock } from "../../core/clock.ts";
import { retryable } from "../_shared/failures.ts";
import { failureOf, SlackFailure } from "./failures.ts";

const callTimeoutMs = 15_000;

type SlackLogger = NonNullable<WebClientOptions["logger"]>;

/** The library logs what Slack answers, which may quote a message or a token. */
function silence(level: ReturnType<SlackLogger["getLevel"]>): SlackLogger {
  const ignore = (): void => undefined;
  return {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
    setLevel: ignore,
    getLevel: () => level,
    setName: ignore,
  };
}

/** Calls a method of Slack's Web API. Throws `SlackFailure`, nothing else. */
export type SlackCall = (
  method: string,
  args: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;

/**
 * A client for one delivery: the library has no way to hand a signal to a single call, so it goes in
 * through `fetch`. It neither retries nor waits out a rate limit, since the outbox does both, and one
 * limited channel would hold up all others.
 */
export async function openSlack(
  config: { readonly token: string; readonly api_url: string },
  signal: AbortSignal,
  clock: Clock,
): Promise<SlackCall> {
  const { LogLevel, WebClient } = await import("@slack/web-api");
  const client = new WebClient(config.token, {
    slackApiUrl: config.api_url,
    timeout: callTimeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: silence(LogLevel.ERROR),
    fetch: boundFetch(signal),
    // Notices are rare: an idle connection would only keep the process and the peer waiting.
    headers: { Connection: "close" },
  });
  return async (method, args) => {
    try {
      return { ...(await client.apiCall(method, { ...args })) };
    } catch (error) {
      throw failureOf(error, signal, clock.now());
    }
  };
}

function boundFetch(signal: AbortSignal): FetchFunction {
  return async (url, init) => {
    const signals = init?.signal === undefined ? [signal] : [signal, init.signal];
    const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
    if (response.status === 429 && response.headers.get("retry-after") === null) {
      // The library answers this with an error that cannot be told from a broken connection.
      throw new SlackFailure("ratelimited", retryable("rate_limited"));
    }
    return response;
  };
}
