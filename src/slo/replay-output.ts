import type { TimeState } from "../core/timeline.ts";

/** The output of `slo replay`, with the keys of interface.md §6. Ratios have 6 decimals, instants are ISO 8601. */
export interface ReplayOutput {
  readonly window: { readonly from: string; readonly to: string; readonly seconds: number };
  /** Null for SLOs over deliveries or rows. */
  readonly good_seconds: number | null;
  readonly bad_seconds: number | null;
  readonly unknown_seconds: number | null;
  readonly excluded_seconds: number | null;
  /** Null for SLOs over time. */
  readonly good_events: number | null;
  readonly bad_events: number | null;
  readonly unknown_events: number | null;
  readonly excluded_events: number | null;
  readonly sli: number | null;
  readonly sli_bounds: readonly [number, number] | null;
  readonly coverage: number | null;
  readonly budget: {
    /** Seconds, or events. */
    readonly allowed: number;
    readonly consumed: number | null;
    readonly remaining: number | null;
    readonly remaining_lower: number | null;
  };
  /** Empty for deliveries and rows. */
  readonly burn_rates: readonly {
    readonly window: string;
    readonly burn_rate: number | null;
    readonly coverage: number;
    readonly frozen: boolean;
  }[];
  /** Null for deliveries and rows. */
  readonly forecast: { readonly exhausted_at: string | null } | null;
  /** Of deliveries each from its opening to its deadline; empty for rows. */
  readonly timeline: readonly {
    readonly from: string;
    readonly to: string;
    readonly state: TimeState;
  }[];
  /** Only in the form with `checks`. */
  readonly blame?: readonly { readonly check: string; readonly bad_seconds: number }[];
}
