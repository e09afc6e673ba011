import type { Calendar } from "./calendar.ts";
import type { DurationMs } from "./vocabulary.ts";

/** What an error budget is counted in: an SLO is of one unit. */
export type Budgeting = "time" | "deliveries" | "rows";

/**
 * How a check's results become good and bad time, or deliveries (slo.md §1).
 *
 * - state: a conclusive result holds until the next one, or until its hold runs out.
 * - freshness: load times settle the time between probes, whatever the probes themselves said.
 * - deadline: one event for each expected delivery.
 */
export type Sli =
  | { readonly kind: "state" }
  | {
      readonly kind: "freshness";
      readonly maxAgeMs: DurationMs;
      /** `event`: a value proves nothing about when it became visible. */
      readonly time: "load" | "event";
      /** From a load until a probe can see it; a just-in-time probe waits as long. */
      readonly visibilityDelayMs: DurationMs;
    }
  | DeadlineSli;

export interface DeadlineSli {
  readonly kind: "deadline";
  /** Local wall-clock time, `07:00` or `07:00:30`. */
  readonly by: string;
  /** IANA zone of `by` and of the calendar's days. */
  readonly timezone: string;
  /** Null: every day. */
  readonly calendar: Calendar | null;
  /** How long before its deadline a delivery opens; null: at the start of the deadline's local day. */
  readonly opensMs: DurationMs | null;
}

/** An expected delivery. A load in `(opensMs, dueMs]` fulfils it; the window never reaches behind the one before. */
export interface Deadline {
  readonly opensMs: number;
  readonly dueMs: number;
}
