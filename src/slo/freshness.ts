import type { Sli } from "../core/sli.ts";
import type { TimelineObservation, TimelineRun } from "../core/timeline.ts";
import { extend, type RunOwner } from "./timeline.ts";

export type FreshnessSli = Extract<Sli, { kind: "freshness" }>;

/** As `follow`, for a check whose load times settle the time between its probes (slo.md §1 A′). */
export function extendFreshness(
  last: TimelineRun | null,
  o: TimelineObservation,
  of: RunOwner,
  _sli: FreshnessSli,
): readonly TimelineRun[] {
  return extend(last, o, of);
}
