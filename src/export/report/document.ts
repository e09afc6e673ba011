import type { CostSum } from "../../core/cost.ts";
import type { ExcludedTime, ExclusionMode, ExclusionRecord } from "../../core/exclusion.ts";
import type { Incident } from "../../core/incident.ts";
import type { UnknownPolicy } from "../../core/mesh.ts";
import type { EpochMs, Ppm } from "../../core/vocabulary.ts";
import type { SloStatus } from "../../slo/evaluate.ts";

/** A report over a period, as data; what prints it only chooses words. */
export interface ReportDocument {
  readonly period: ReportPeriod;
  readonly madeMs: EpochMs;
  readonly products: readonly ProductReport[];
}

export interface ReportPeriod {
  /** As asked for, e.g. `2026-10` or `1h`. */
  readonly text: string;
  /** Of the period, and of every moment that is printed. */
  readonly timezone: string;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** It ends in the future: what is said of it may still change. */
  readonly isRunning: boolean;
}

export interface ProductReport {
  readonly name: string;
  readonly description: string | null;
  readonly owner: string;
  readonly tier: string;
  readonly slos: readonly SloReport[];
  /** Null: costs are kept by UTC day, and the period has none. */
  readonly cost: ReportedCost | null;
}

/** What looking cost on the UTC days whose noon lies in the period, so that periods side by side share none. */
export interface ReportedCost extends CostSum {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

export interface SloReport {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly objectivePpm: Ppm;
  /** The SLO's own window as text; the report judges the period instead. */
  readonly window: string;
  readonly unknown: UnknownPolicy;
  /** When the promise began to count. */
  readonly sinceMs: EpochMs;
  /** Over the period, with the budget that the period allows. */
  readonly status: SloStatus;
  /** The same if nothing had been excluded. Null where nothing was. */
  readonly unexcused: SloStatus | null;
  readonly checks: readonly ReportedCheck[];
  /** What the bad time, or the bad deliveries, belong to. */
  readonly spent: Attribution;
  /** What the time, or the deliveries, belong to that nothing is known of. */
  readonly unseen: Attribution;
  /** Those that touch the period, withdrawn ones included. */
  readonly exclusions: readonly ReportedExclusion[];
}

export interface ReportedCheck {
  readonly id: string;
  /** Its own share, in the unit of the SLO: milliseconds, or deliveries. */
  readonly bad: number;
  /** Set when nobody runs it. */
  readonly disabledReason: string | null;
}

/** Which incidents an amount belongs to. What two of them share counts for both. */
export interface Attribution {
  /** The costliest first. */
  readonly incidents: readonly ReportedIncident[];
  /** What fell due while no such incident was open. */
  readonly outside: number;
}

export interface ReportedIncident {
  readonly incident: Incident;
  /** In the unit of the SLO, within the period. */
  readonly amount: number;
  /** What it would have been more if nothing had been excluded. */
  readonly excused: number;
}

export interface ReportedExclusion {
  readonly mode: ExclusionMode;
  readonly reason: string;
  /** Null for one that is declared in the product's file. */
  readonly record: ExclusionRecord | null;
  /** What it excuses of the period, ascending; none of one that was withdrawn. */
  readonly times: readonly ExcludedTime[];
}
