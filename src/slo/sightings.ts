import type { Deadline, DeadlineSli } from "../core/sli.ts";
import type { Sighting, TimelineObservation } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { RunOwner } from "./timeline.ts";

/** What became of an expected delivery. Unknown: nobody looked in time, and a later load hides it. */
export interface JudgedDeadline extends Deadline {
  readonly state: "good" | "bad" | "unknown";
}

/**
 * The sightings that change when `o` follows `last`, the newest sighting of the check: to be put by (check,
 * number), ascending; the last of them is the newest from then on. Empty where nothing changes.
 */
export function sight(
  _last: Sighting | null,
  _o: TimelineObservation,
  _of: RunOwner,
  _sli: DeadlineSli,
): readonly Sighting[] {
  return [];
}

/** The deliveries that are due in `[fromMs, toMs)`, judged by what was seen, in the order it was seen. */
export function judgeDeadlines(
  _sli: DeadlineSli,
  _sightings: readonly Sighting[],
  _fromMs: EpochMs,
  _toMs: EpochMs,
): readonly JudgedDeadline[] {
  return [];
}
