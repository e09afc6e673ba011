import type { ExcludedTime } from "../core/exclusion.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import type { Evidence } from "./evidence.ts";
import { excusesOf } from "./exclude.ts";
import { type Totals, together, totalsOf } from "./tally.ts";
import { intervalsOf } from "./timeline.ts";

/** Of the last `windowMs`, as far as the promise reaches back. */
export interface RecentTotals extends Totals {
  readonly windowMs: DurationMs;
}

/**
 * Counts what is good, bad, unknown and excluded of the last of each of `windowsMs`, in the order given. They may
 * begin before the SLO's window does, because a period that has just begun tells nothing of how things go. Empty for
 * deliveries and rows: a few events a day say nothing of the last hour.
 */
export function recentTotals(
  evidence: Evidence,
  excluded: readonly ExcludedTime[],
  sinceMs: EpochMs,
  nowMs: EpochMs,
  windowsMs: readonly DurationMs[],
): readonly RecentTotals[] {
  if (evidence.unit !== "time") {
    return [];
  }
  const longestMs = Math.max(0, ...windowsMs);
  const judgedFromMs = Math.min(Math.max(nowMs - longestMs, sinceMs), nowMs);
  const timelines = evidence.checks.map(({ runs }) => intervalsOf(runs, judgedFromMs, nowMs));
  const excuses = excusesOf(excluded, judgedFromMs, nowMs);
  const timeline = together(timelines, excuses, judgedFromMs, nowMs);
  return windowsMs.map((windowMs) => ({ windowMs, ...totalsOf(timeline, nowMs - windowMs) }));
}
