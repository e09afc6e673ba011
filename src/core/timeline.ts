import type { DeadlineSli } from "./sli.ts";
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
  /** Analytic freshness: the newest load time of that observation. Absent where it had none. */
  readonly newestMs?: EpochMs;
}

/**
 * What probes saw of a dataset that is to be delivered by a deadline: the newest load time, from the first
 * probe that saw it to the last. Deliveries are judged by these alone, so that a changed calendar is judged anew.
 */
export interface Sighting {
  readonly checkId: string;
  readonly generation: string;
  /** Counts up within the check; the order in which things were seen. */
  readonly number: number;
  readonly fromMs: EpochMs;
  readonly observedMs: EpochMs;
  /** Null: the dataset was empty. */
  readonly newestMs: EpochMs | null;
}

/** From when on a check's deliveries are promised in this way, until its next era begins. */
export interface DeadlineEra {
  readonly checkId: string;
  readonly generation: string;
  readonly fromMs: EpochMs;
  readonly sli: DeadlineSli;
}

/** A result as a timeline takes it. */
export interface TimelineObservation {
  readonly atMs: EpochMs;
  readonly outcome: Outcome;
  /** How long this observation holds when nothing conclusive follows. */
  readonly holdMs: DurationMs;
  /** The newest load time that the probe saw; absent where there was none, or none that can be true. */
  readonly newestMs?: EpochMs;
  /** Load times since the last probe, see `CheckResult.loads`. */
  readonly loads?: KnownLoads;
}

/** Load times that were read out of the data. */
export interface KnownLoads {
  /** Ascending, each after the newest one known before. With `gaps`: at least the first load after that one. */
  readonly instants: readonly EpochMs[];
  /**
   * All that matter are there: for freshness those that border a gap longer than `max_age`, for deadlines one of
   * every delivery that has any. False: these are some that are known.
   */
  readonly isComplete: boolean;
  /**
   * Freshness: the times longer than `max_age` between two successive loads, ascending, the newest load known
   * before included; all of them where `isComplete`. Without it `instants` are all the loads there were: those
   * that border long gaps, alone, would not tell one long gap from many short ones.
   */
  readonly gaps?: readonly LoadGap[];
}

/** Two successive loads with none between. */
export interface LoadGap {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}
