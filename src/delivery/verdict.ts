import type { Delivery } from "../core/incident.ts";
import type { DeliveryFailure, DeliveryResult } from "../core/notifier.ts";
import type { DeliveryOutcome } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { backoffMs } from "./backoff.ts";

/**
 * A notice that could not be told for a day is given up: it is recorded as failed and counted. Until then
 * it holds back the later ones of its channel, so that a resolve never overtakes its opening.
 */
const retryForMs = 24 * 60 * 60_000;

/** What one attempt comes to: for the ledger, and for the counter of `tidemark_deliveries_total`. */
export interface Verdict {
  readonly outcome: DeliveryOutcome;
  readonly label: "sent" | "retry" | DeliveryFailure;
}

/** `delivery` is as it was before the attempt. */
export function verdictOf(
  result: DeliveryResult,
  delivery: Delivery,
  nowMs: EpochMs,
  random: () => number,
): Verdict {
  if (result.delivered) {
    const { externalId } = result;
    return {
      outcome: { kind: "sent", ...(externalId === undefined ? {} : { externalId }) },
      label: "sent",
    };
  }
  if (!result.isRetryable || nowMs - delivery.createdMs >= retryForMs) {
    return failed(result.reason);
  }
  const waitMs = backoffMs(delivery.attempts + 1, random, result.retryAfterMs);
  return {
    outcome: { kind: "retry", nextAttemptMs: nowMs + waitMs, reason: result.reason },
    label: "retry",
  };
}

export function failed(reason: DeliveryFailure): Verdict {
  return { outcome: { kind: "failed", reason }, label: reason };
}
