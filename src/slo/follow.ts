import type { Sli } from "../core/sli.ts";
import type { TimelineObservation, TimelineRun } from "../core/timeline.ts";
import { extendFreshness } from "./freshness.ts";
import { extend, type RunOwner } from "./timeline.ts";

/**
 * The runs that change when `o` follows `last`, the newest run of the check, by what its results mean: to be put
 * by (check, start), ascending; the last of them is the newest run from then on. Empty where nothing changes.
 *
 * A delivery check's runs say how its own verdicts held, for alerts and metrics; its SLO is judged by sightings.
 */
export function follow(
  last: TimelineRun | null,
  o: TimelineObservation,
  of: RunOwner,
  sli: Sli,
): readonly TimelineRun[] {
  return sli.kind === "freshness" ? extendFreshness(last, o, of, sli) : extend(last, o, of);
}

/**
 * The order in which observations are followed: by their instants, and at one instant what decides first: a
 * failure without a newest load time, then the newer load time. What else there is at that instant changes nothing,
 * whichever comes first, so that the order of arrival does not matter.
 */
export function inOrder(a: TimelineObservation, b: TimelineObservation): number {
  return a.atMs - b.atMs || rank(b) - rank(a) || (b.newestMs ?? 0) - (a.newestMs ?? 0);
}

function rank({ outcome, newestMs }: TimelineObservation): number {
  if (newestMs !== undefined) {
    return 1;
  }
  return outcome === "fail" ? 2 : 0;
}
