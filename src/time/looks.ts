import type { DurationMs, EpochMs } from "../core/vocabulary.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/**
 * How long a look waits for the one before it. Short at first, because most loads are late by little and a
 * detection should be; from the end on a day apart, since what is long overdue is known and told.
 */
const stepsMs = [
  5 * secondMs,
  15 * secondMs,
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  hourMs,
  4 * hourMs,
  12 * hourMs,
  24 * hourMs,
] as const;

/**
 * When to look next for data that was due at `brokenMs` (`L + F`, or a deadline): the first of the looks
 * `brokenMs + visibilityDelayMs`, 5 s later, 15 s after that, 1 min, 5 min and so on, that lies after `afterMs`
 * (slo.md §1 A′). No step is longer than `cadenceMs`; from the longest one on it is arithmetic, however long ago
 * the promise was broken.
 */
export function nextLook(
  brokenMs: EpochMs,
  visibilityDelayMs: DurationMs,
  cadenceMs: DurationMs,
  afterMs: EpochMs,
): EpochMs {
  let lookMs = brokenMs + visibilityDelayMs;
  let stepMs: DurationMs = secondMs;
  for (const nextStepMs of stepsMs) {
    if (lookMs > afterMs) {
      return lookMs;
    }
    stepMs = Math.max(secondMs, Math.min(nextStepMs, cadenceMs));
    lookMs += stepMs;
  }
  const missed = lookMs > afterMs ? 0 : Math.floor((afterMs - lookMs) / stepMs) + 1;
  return lookMs + missed * stepMs;
}

/**
 * The last of these looks that follows the one before it by less than `cadenceMs`: from there on a schedule of that
 * cadence looks as often by itself. Infinite where even the longest step is shorter.
 */
export function lastGrowingLook(
  brokenMs: EpochMs,
  visibilityDelayMs: DurationMs,
  cadenceMs: DurationMs,
): EpochMs {
  const growing = stepsMs.filter((stepMs) => stepMs < cadenceMs);
  return growing.length === stepsMs.length
    ? Number.POSITIVE_INFINITY
    : growing.reduce((sum, stepMs) => sum + stepMs, brokenMs + visibilityDelayMs);
}
