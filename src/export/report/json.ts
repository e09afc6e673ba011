import { formatPercent } from "../../time/percent.ts";
import type { ReportDocument, SloReport } from "./document.ts";
import { verdictOf } from "./document.ts";

/** The report for programs: snake_case, instants as ISO 8601, what is unknown null. */
export function reportJson({ period, madeMs, products }: ReportDocument): object {
  return {
    version: 1,
    period: {
      text: period.text,
      timezone: period.timezone,
      from: iso(period.fromMs),
      to: iso(period.toMs),
      is_running: period.isRunning,
    },
    made_at: iso(madeMs),
    products: products.map(({ name, description, owner, tier, slos }) => ({
      product: name,
      description,
      owner,
      tier,
      slos: slos.map(sloJson),
    })),
  };
}

function sloJson(slo: SloReport): object {
  const { status, spending } = slo;
  const { budget, unit } = status;
  return {
    slo: slo.id,
    description: slo.description,
    verdict: verdictOf(slo),
    objective: formatPercent(slo.objectivePpm),
    window: slo.window,
    since: iso(slo.sinceMs),
    budgeting: unit,
    sli: status.sli,
    sli_bounds: status.sliBounds,
    coverage: status.coverage,
    // Seconds, or deliveries.
    good: inUnit(status.good, unit),
    bad: inUnit(status.bad, unit),
    unknown: inUnit(status.unknown, unit),
    excluded: inUnit(status.excluded, unit),
    budget: {
      allowed: inUnit(budget.allowed, unit),
      consumed: budget.consumed,
      remaining: budget.remaining,
      remaining_lower: budget.remainingLower,
    },
    blame: status.blame.map(({ check, bad }) => ({ check, bad: inUnit(bad, unit) })),
    incidents: spending.incidents.map(({ incident, spent }) => ({
      id: incident.id,
      dataset: incident.datasetId,
      dimension: incident.dimension,
      since: iso(incident.sinceMs),
      ended: incident.endedMs === null ? null : iso(incident.endedMs),
      spent: inUnit(spent, unit),
    })),
    spent_outside_of_incidents: inUnit(spending.outside, unit),
    exclusions: slo.exclusions.map(({ fromMs, toMs, mode, reason, author }) => ({
      from: iso(fromMs),
      to: iso(toMs),
      mode,
      reason,
      author,
    })),
  };
}

function inUnit(amount: number, unit: SloReport["status"]["unit"]): number {
  return unit === "time" ? amount / 1000 : amount;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
