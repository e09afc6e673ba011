import type { Schedule } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import {
  countCron,
  cronProblem,
  nextCron,
  normalCron,
  previousCron,
  shortestCronGap,
} from "./cron.ts";
import { formatDuration } from "./duration.ts";

/**
 * When a schedule falls due. All functions are arithmetic or walk at most a thousand occurrences.
 *
 * `every` counts from the epoch plus an offset, in real time: a local day of 23 or 25 hours has as many due
 * times as fit into it. `cron` is wall time in its zone and ignores the offset; what it does when the
 * clocks change stands in `cron.ts`.
 */

/** The scheduler ticks once a second. */
const shortestEveryMs = 1_000;

/** What is wrong with a schedule in one sentence, or null. One with a problem must not be used further. */
export function scheduleProblem(schedule: Schedule): string | null {
  if (schedule.kind === "cron") {
    return cronProblem(schedule);
  }
  return schedule.everyMs >= shortestEveryMs ? null : "`every` is at least `1s`";
}

/** The first due time strictly after `afterMs`. Throws `RangeError` for a schedule with a problem. */
export function nextDue(schedule: Schedule, offsetMs: DurationMs, afterMs: EpochMs): EpochMs {
  return schedule.kind === "cron"
    ? nextCron(schedule, afterMs)
    : previousDue(schedule, offsetMs, afterMs) + schedule.everyMs;
}

/** The last due time at or before `atMs`. Throws `RangeError` for a schedule with a problem. */
export function previousDue(schedule: Schedule, offsetMs: DurationMs, atMs: EpochMs): EpochMs {
  return schedule.kind === "cron"
    ? previousCron(schedule, atMs)
    : Math.floor((atMs - offsetMs) / schedule.everyMs) * schedule.everyMs + offsetMs;
}

/**
 * How many due times lie in `(fromMs, toMs]`: exact for `every`, and for cron up to a thousand; beyond, an hour
 * that the clocks skip or repeat counts as any other.
 */
export function countDue(
  schedule: Schedule,
  offsetMs: DurationMs,
  fromMs: EpochMs,
  toMs: EpochMs,
): number {
  if (toMs <= fromMs) {
    return 0;
  }
  if (schedule.kind === "cron") {
    return countCron(schedule, fromMs, toMs);
  }
  const elapsedMs = previousDue(schedule, offsetMs, toMs) - previousDue(schedule, offsetMs, fromMs);
  return elapsedMs / schedule.everyMs;
}

/** The shortest time between two consecutive due times; for cron as the wall clock shows it. */
export function shortestGap(schedule: Schedule): DurationMs {
  return schedule.kind === "cron" ? shortestCronGap(schedule.expression) : schedule.everyMs;
}

/**
 * How long an observation made at `atMs` holds unless the check says otherwise: until the next scheduled
 * due time and half the shortest gap beyond (slo.md §1 A), 1.5 × the cadence for `every`.
 */
export function defaultHold(schedule: Schedule, offsetMs: DurationMs, atMs: EpochMs): DurationMs {
  return nextDue(schedule, offsetMs, atMs) - atMs + Math.floor(shortestGap(schedule) / 2);
}

/** A schedule's identity as text: `15m`, or `0 6 * * * Europe/Berlin`. */
export function scheduleKey(schedule: Schedule): string {
  return schedule.kind === "cron"
    ? `${normalCron(schedule.expression)} ${schedule.timezone}`
    : formatDuration(schedule.everyMs);
}

/**
 * An offset in `[0, everyMs)`, always the same for the same key and spread evenly over keys; in whole
 * seconds, which is how often the scheduler ticks.
 */
export function stableOffset(key: string, everyMs: DurationMs): DurationMs {
  const slots = Math.max(1, Math.floor(everyMs / shortestEveryMs));
  return (hash32(key) % slots) * shortestEveryMs;
}

/** FNV-1a over UTF-8, then MurmurHash3's finaliser: without it keys that differ in a digit stay neighbours. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
