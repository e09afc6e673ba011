import type { DurationMs } from "../core/vocabulary.ts";

const firstCeilingMs = 2_000;
const minimumMs = 1_000;
const maximumMs = 5 * 60_000;
/** No provider may silence its channel for longer by what it answers. */
const retryAfterMaximumMs = 60 * 60_000;

/**
 * How long to wait after a failed attempt: anything between a second and a ceiling that doubles with each
 * attempt, 2 s to 5 min. ("Full jitter", Brooker, "Exponential Backoff and Jitter", AWS Architecture
 * Blog 2015, with a floor: a retry within the second only repeats the failure.) A provider's own wish
 * is honoured up to an hour when it is longer.
 *
 * `attempts` counts those made, at least 1; `random` gives [0, 1). Whole milliseconds.
 */
export function backoffMs(
  attempts: number,
  random: () => number,
  retryAfterMs: DurationMs = 0,
): DurationMs {
  // Beyond 2^30 the ceiling has long been reached, and the power would lose its last digit.
  const doublings = Math.min(Math.max(attempts - 1, 0), 30);
  const ceilingMs = Math.min(maximumMs, firstCeilingMs * 2 ** doublings);
  const jitteredMs = Math.round(minimumMs + random() * (ceilingMs - minimumMs));
  const wishedMs = Number.isFinite(retryAfterMs) ? Math.ceil(retryAfterMs) : 0;
  return Math.max(jitteredMs, Math.min(wishedMs, retryAfterMaximumMs));
}
