import type { DeliveryFailure, DeliveryResult } from "../../core/notifier.ts";
import type { DurationMs, EpochMs } from "../../core/vocabulary.ts";

export type Undelivered = Extract<DeliveryResult, { delivered: false }>;

/** However long a receiver asks us to wait, it is asked again within the hour. */
const maxRetryAfterMs = 3_600_000;

export function retryable(reason: DeliveryFailure, retryAfterMs?: DurationMs): Undelivered {
  const result = { delivered: false, isRetryable: true, reason } as const;
  return retryAfterMs === undefined ? result : { ...result, retryAfterMs };
}

export function permanent(reason: DeliveryFailure): Undelivered {
  return { delivered: false, isRetryable: false, reason };
}

/** What an HTTP status other than 2xx means for a delivery. */
export function failureOfStatus(status: number, retryAfterMs?: DurationMs): Undelivered {
  if (status === 429) {
    return retryable("rate_limited", retryAfterMs);
  }
  if (status === 408) {
    return retryable("timeout", retryAfterMs);
  }
  if (status >= 500) {
    return retryable("server_error", retryAfterMs);
  }
  const permanentReasons: Readonly<Record<number, DeliveryFailure>> = {
    401: "auth",
    403: "permission",
    404: "no_such_address",
    410: "no_such_address",
  };
  return permanent(permanentReasons[status] ?? "rejected");
}

/** `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3); undefined when absent or neither. */
export function waitOf(header: string | undefined, nowMs: EpochMs): DurationMs | undefined {
  if (header === undefined) {
    return undefined;
  }
  const waitMs = /^\d+$/u.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : bounded(waitMs);
}

function bounded(waitMs: number): DurationMs {
  return Math.min(Math.max(Math.ceil(waitMs), 0), maxRetryAfterMs);
}

/** A property of something that was thrown, which may be anything. */
export function property(thrown: unknown, name: string): unknown {
  return typeof thrown === "object" && thrown !== null
    ? (Reflect.get(thrown, name) as unknown)
    : undefined;
}
