import type { Notice } from "../core/incident.ts";
import type { DeliverOptions, DeliveryResult, Notifier } from "../core/notifier.ts";
import type { DurationMs } from "../core/vocabulary.ts";

/** How long a notifier may take to answer its signal before it is left behind. */
const graceMaximumMs = 1_000;

/**
 * One attempt that ends in time whatever the notifier does. At `timeoutMs`, or when `stop` aborts, its
 * signal is raised; one that does not answer that is counted as a retryable `timeout`, one that throws
 * as a retryable `internal`. Never throws.
 */
export async function deliverBounded(
  notifier: Notifier,
  notice: Notice,
  options: Omit<DeliverOptions, "signal">,
  limits: { readonly timeoutMs: DurationMs; readonly stop: AbortSignal },
): Promise<DeliveryResult> {
  const deadline = new AbortController();
  const abort = () => deadline.abort();
  const timer = setTimeout(abort, limits.timeoutMs);
  limits.stop.addEventListener("abort", abort);
  if (limits.stop.aborted) {
    abort();
  }
  const overdue = overdueAfter(deadline.signal, Math.min(graceMaximumMs, limits.timeoutMs));
  try {
    return await Promise.race([
      attempt(notifier, notice, { ...options, signal: deadline.signal }),
      overdue.result,
    ]);
  } finally {
    clearTimeout(timer);
    overdue.cancel();
    limits.stop.removeEventListener("abort", abort);
  }
}

async function attempt(
  notifier: Notifier,
  notice: Notice,
  options: DeliverOptions,
): Promise<DeliveryResult> {
  try {
    return await notifier.deliver(notice, options);
  } catch {
    // A fault of the notifier's own; its text may quote the message, so it goes nowhere.
    return { delivered: false, isRetryable: true, reason: "internal" };
  }
}

/** Answers for a notifier that stays silent for `graceMs` after its signal was raised. */
function overdueAfter(
  signal: AbortSignal,
  graceMs: DurationMs,
): { readonly result: Promise<DeliveryResult>; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = () => {};
  const result = new Promise<DeliveryResult>((resolve) => {
    start = () => {
      timer = setTimeout(
        () => resolve({ delivered: false, isRetryable: true, reason: "timeout" }),
        graceMs,
      );
    };
  });
  signal.addEventListener("abort", start, { once: true });
  if (signal.aborted) {
    start();
  }
  return {
    result,
    cancel() {
      signal.removeEventListener("abort", start);
      clearTimeout(timer);
    },
  };
}
