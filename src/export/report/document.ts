import type { ExclusionMode } from "../../core/exclusion.ts";
import type { Incident } from "../../core/incident.ts";
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
}

export interface SloReport {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly objectivePpm: Ppm;
  /** The SLO's own window as text; the report judges the period instead. */
  readonly window: string;
  /** When the promise began to count. */
  readonly sinceMs: EpochMs;
  /** Over the period, with the budget that the period allows. */
  readonly status: SloStatus;
  readonly spending: Spending;
  readonly exclusions: readonly ReportedExclusion[];
}

/** Whose incidents the bad time, or the bad deliveries, belong to. */
export interface Spending {
  /** The costliest first; time that two incidents share counts for both. */
  readonly incidents: readonly ReportedIncident[];
  /** What was bad while no incident was open: unconfirmed, below the level that is told, or before the record. */
  readonly outside: number;
}

export interface ReportedIncident {
  readonly incident: Incident;
  /** In the unit of the SLO: milliseconds, or deliveries. */
  readonly spent: number;
}

export interface ReportedExclusion {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly mode: ExclusionMode;
  readonly reason: string;
  /** Who made it; null for one that is declared in the product's file. */
  readonly author: string | null;
}

/**
 * How a promise fared.
 *
 * - unseen: nothing was known in the whole period.
 * - broken: more of the budget was spent than there was.
 * - behind: less was reached than promised, and the budget is not spent, because little of the period has come.
 * - uncertain: kept as far as is known; it would be broken if all that is unknown had been bad.
 * - kept: whatever the unknown time was like.
 */
export type Verdict = "unseen" | "broken" | "behind" | "uncertain" | "kept";

export function verdictOf({
  objectivePpm,
  status,
}: Pick<SloReport, "objectivePpm" | "status">): Verdict {
  const { good, bad, sli, budget } = status;
  if (good + bad === 0) {
    return "unseen";
  }
  if (budget.remaining === null ? bad > 0 : budget.remaining < 0) {
    return "broken";
  }
  if (sli !== null && sli * 1_000_000 < objectivePpm) {
    return "behind";
  }
  return (budget.remainingLower ?? 0) < 0 ? "uncertain" : "kept";
}
