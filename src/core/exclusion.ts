import type { Calendar } from "./calendar.ts";
import type { DurationMs, EpochMs } from "./vocabulary.ts";

/** `remove`: the time is taken out of the window. `good`: it counts as good. */
export type ExclusionMode = "remove" | "good";

/** Half-open time that is excused. */
export interface ExcludedTime {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly mode: ExclusionMode;
}

/** When a planned exclusion applies. */
export type ExclusionSpan =
  | { readonly kind: "range"; readonly fromMs: EpochMs; readonly toMs: EpochMs }
  | {
      readonly kind: "recurring";
      /** The first start as local wall time, `2026-03-01T02:00:00`. */
      readonly start: string;
      readonly timezone: string;
      /** RFC 5545, without `RRULE:`, e.g. `FREQ=WEEKLY;BYDAY=SU`. */
      readonly rule: string;
      readonly durationMs: DurationMs;
    }
  /** The local days that are not in the calendar. */
  | { readonly kind: "calendar"; readonly calendar: Calendar; readonly timezone: string };

/** An exclusion that is declared with an SLO. */
export interface PlannedExclusion {
  readonly span: ExclusionSpan;
  readonly mode: ExclusionMode;
  readonly reason: string;
}

/** That an exclusion should never have been: on whose word, and why. */
export interface Withdrawal {
  readonly atMs: EpochMs;
  readonly by: string;
  readonly reason: string;
}

/**
 * An exclusion made by command. Never deleted: one that was ended keeps its time up to `endedMs`, one that was
 * ended before it began excuses nothing, and one that was withdrawn excuses nothing any more, its past included.
 */
export interface ExclusionRecord {
  readonly id: string;
  /** A product, or `product/slo`. */
  readonly target: string;
  readonly fromMs: EpochMs;
  /** Null: until ended. */
  readonly toMs: EpochMs | null;
  readonly mode: ExclusionMode;
  readonly reason: string;
  readonly author: string;
  readonly createdMs: EpochMs;
  readonly endedMs: EpochMs | null;
  readonly endedBy: string | null;
  readonly withdrawal: Withdrawal | null;
}
