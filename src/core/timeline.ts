import type { DurationMs, EpochMs, Outcome } from "./vocabulary.ts";

export type TimeState = "good" | "bad" | "unknown" | "excluded";

/** Half-open: `fromMs` belongs to it, `toMs` does not. */
export interface Interval {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly state: TimeState;
}

/**
 * A stretch of one known state, from an observation to the end of the last one's hold (or to the
 * observation that ended it). What lies between runs is unknown. The tail of a run beyond "now" is not
 * yet true: readers clip it, so that nothing stored depends on the clock.
 */
export interface TimelineRun {
  readonly checkId: string;
  readonly generation: string;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly state: "good" | "bad";
  /** When the run was last confirmed by an observation. */
  readonly observedMs: EpochMs;
}

/** A result as a timeline takes it. */
export interface TimelineObservation {
  readonly atMs: EpochMs;
  readonly outcome: Outcome;
  /** How long this observation holds when nothing conclusive follows. */
  readonly holdMs: DurationMs;
}
