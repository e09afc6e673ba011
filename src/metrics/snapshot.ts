import type { Figures } from "../core/check.ts";
import type { AlertLevel, DurationMs, EpochMs, Ppm, Severity } from "../core/vocabulary.ts";

/** What the gauges show, as plain data taken at one moment. `null` is unknown, and absent in the exposition. */
export interface MetricsSnapshot {
  readonly products: readonly ProductSnapshot[];
  readonly checks: readonly CheckSnapshot[];
  readonly slos: readonly SloSnapshot[];
  /** Products and levels that are not listed have none open. */
  readonly incidents: readonly {
    readonly product: string;
    readonly alert: AlertLevel;
    readonly open: number;
  }[];
  /** Every configured notifier: the counters of one that is not listed are removed. */
  readonly deliveriesPending: readonly { readonly notifier: string; readonly pending: number }[];
  /** Every configured connection: the histograms and counters of one that is not listed are removed. */
  readonly connections: readonly string[];
  /** Each product with each connection that it is looked at through, once: as for `connections`. */
  readonly spenders: readonly {
    readonly connection: string;
    readonly product: string;
    /** Whether the connection tells what is scanned through it: bytes are then known to be 0 at first. */
    readonly reportsBytes: boolean;
  }[];
}

interface ProductSnapshot {
  readonly product: string;
  readonly domain: string | null;
  readonly owner: string;
  readonly tier: string;
  /** Names of products; the datasets of one are that product. */
  readonly upstream: readonly string[];
}

export interface CheckSnapshot {
  readonly product: string;
  readonly dataset: string;
  readonly check: string;
  readonly type: string;
  readonly severity: Severity;
  readonly good: boolean | null;
  /** Only its finite numbers are shown. */
  readonly measured: Figures;
  /** What the promise allows; only its finite least and greatest figures are shown. */
  readonly expected: Figures;
  readonly lastConclusiveMs: EpochMs | null;
}

export interface SloSnapshot {
  readonly product: string;
  readonly slo: string;
  readonly objectivePpm: Ppm;
  /** The SLO's window as duration text, e.g. `30d`. */
  readonly period: string;
  readonly budgeting: string;
  readonly sli: number | null;
  /** Lower and upper: what it would be if all unknown time had been bad, or good. */
  readonly sliBounds: readonly [number, number] | null;
  readonly coverage: number | null;
  readonly remaining: { readonly upper: number | null; readonly lower: number | null };
  /** Windows other than `errorRatioWindows` are not shown. */
  readonly errorRatios: readonly {
    readonly windowMs: DurationMs;
    readonly errorRatio: number | null;
  }[];
}
