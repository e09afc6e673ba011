import type { SloWindow, UnknownPolicy } from "../core/mesh.ts";
import type { Budgeting } from "../core/sli.ts";
import type { DeadlineEra, Interval, Sighting, TimelineRun } from "../core/timeline.ts";
import type { EpochMs, Ppm } from "../core/vocabulary.ts";

/** A stretch of its own, as a report on a past period has. */
export interface FixedWindow {
  readonly kind: "fixed";
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** What is promised: the terms that an SLO is judged by. */
export interface SloTerms {
  readonly objectivePpm: Ppm;
  readonly window: SloWindow | FixedWindow;
  readonly unknown: UnknownPolicy;
  /** Burn rates over a stretch with less coverage are frozen. */
  readonly coverageFloorPpm: Ppm;
}

/** A check of the SLO, its runs oldest first. */
export interface CheckRuns {
  readonly name: string;
  readonly runs: readonly TimelineRun[];
}

/** A check that is delivered by deadlines, and what was seen of it, in order. */
export interface CheckSightings {
  readonly name: string;
  /** How its deliveries were promised, oldest first; none: nothing was expected. */
  readonly eras: readonly Pick<DeadlineEra, "fromMs" | "generation" | "sli">[];
  readonly sightings: readonly Sighting[];
}

/** What was counted at one instant. */
export interface RowCount {
  readonly atMs: EpochMs;
  readonly good: number;
  readonly total: number;
}

/** What an SLO is judged by; its unit is the one that its budget is counted in. */
export type Evidence =
  | { readonly unit: "time"; readonly checks: readonly CheckRuns[] }
  | { readonly unit: "deliveries"; readonly checks: readonly CheckSightings[] }
  | { readonly unit: "rows"; readonly counts: readonly RowCount[] };

/** Where an SLO stands. Amounts are counted in its unit: milliseconds for `time`, otherwise deliveries or rows. */
export interface SloStatus {
  readonly unit: Budgeting;
  /** The window; of a calendar window the whole period. Before `since` nothing has a state or is in the sums. */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly good: number;
  readonly bad: number;
  readonly unknown: number;
  /** What is removed from the window, the future of a calendar window included. */
  readonly excluded: number;
  /** By the SLO's policy on unknown time; null when it has nothing to divide by. */
  readonly sli: number | null;
  /** The SLI if all that is unknown had been bad, and if it had been good. */
  readonly sliBounds: readonly [number, number] | null;
  /** The known share of what has come due since the promise was made. */
  readonly coverage: number | null;
  readonly budget: {
    /** What of the whole window may be bad; a fraction is possible. */
    readonly allowed: number;
    /** Shares of what is allowed; `remaining` is signed. Null when nothing is allowed. */
    readonly consumed: number | null;
    readonly remaining: number | null;
    /** `remaining` if all that is unknown had been bad. */
    readonly remainingLower: number | null;
  };
  /** What of each check's own was bad; a stretch where several are bad counts for each. Empty for rows. */
  readonly blame: readonly { readonly check: string; readonly bad: number }[];
  /**
   * Time: from the window's start or `since`, whichever is later, to now, without a gap. Deliveries: each from its
   * opening to its deadline, by deadline. Rows: empty.
   */
  readonly timeline: readonly Interval[];
}

/** What was counted over a window, before any ratio is made of it. */
export interface Tally
  extends Pick<SloStatus, "good" | "bad" | "unknown" | "excluded" | "blame" | "timeline"> {
  /** All of the window, what is excluded and what lies before `since` or after now included. */
  readonly whole: number;
}
