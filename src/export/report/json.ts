import type { Incident } from "../../core/incident.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { SloStatus } from "../../slo/evaluate.ts";
import { formatPercent } from "../../time/percent.ts";
import type {
  ProductReport,
  ReportDocument,
  ReportedCost,
  ReportedExclusion,
  ReportedIncident,
  SloReport,
} from "./document.ts";
import { spanOf } from "./exclusion-span.ts";
import { countVerdicts, verdictOf } from "./verdict.ts";

/**
 * The report for programs, as docs/report.md says: snake_case, instants as ISO 8601 in UTC, ratios as they are, and
 * null for what is not known. Amounts are named by their unit, `…_seconds` or `…_events`, as in the API.
 */
export function reportJson({ period, madeMs, products }: ReportDocument): object {
  return {
    version: 1,
    made_at: iso(madeMs),
    period: {
      text: period.text,
      timezone: period.timezone,
      from: iso(period.fromMs),
      to: iso(period.toMs),
      running: period.isRunning,
    },
    verdicts: countVerdicts(products.flatMap(({ slos }) => slos)),
    products: products.map(productJson),
  };
}

function productJson({ name, description, owner, tier, slos, cost }: ProductReport): object {
  return { name, description, tier, owner, cost: costJson(cost), slos: slos.map(sloJson) };
}

/** With the names that the API gives them; null: the period has no UTC day, by which costs are kept. */
function costJson(cost: ReportedCost | null): object | null {
  return cost === null
    ? null
    : {
        from: iso(cost.fromMs),
        to: iso(cost.toMs),
        bytes: cost.bytes,
        statements: cost.statements,
        statements_without_bytes: cost.statements - cost.toldStatements,
        warehouse_seconds: Math.round(cost.busyMs) / 1000,
      };
}

function sloJson(slo: SloReport): object {
  const { status, unexcused } = slo;
  const { unit, budget } = status;
  return {
    id: slo.id,
    name: slo.name,
    description: slo.description,
    verdict: verdictOf(slo),
    objective: formatPercent(slo.objectivePpm),
    window: slo.window,
    since: iso(slo.sinceMs),
    budgeting: unit,
    unknown: slo.unknown,
    sli: status.sli,
    sli_bounds: status.sliBounds,
    sli_without_exclusions: unexcused === null ? status.sli : unexcused.sli,
    coverage: status.coverage,
    ...amount("good", status.good, unit),
    ...amount("bad", status.bad, unit),
    ...amount("unknown", status.unknown, unit),
    ...amount("excluded", status.excluded, unit),
    budget: {
      ...amount("allowed", budget.allowed, unit),
      consumed: budget.consumed,
      remaining: budget.remaining,
      remaining_lower: budget.remainingLower,
    },
    checks: slo.checks.map(({ id, bad, disabledReason }) => ({
      id,
      ...amount("bad", bad, unit),
      disabled_reason: disabledReason,
    })),
    incidents: slo.spent.incidents.map((one) => incidentJson(one, "spent", unit)),
    ...amount("spent_outside_incidents", slo.spent.outside, unit),
    blind_incidents: slo.unseen.incidents.map((one) => incidentJson(one, "unknown", unit)),
    exclusions: slo.exclusions.map(exclusionJson),
  };
}

function incidentJson(
  { incident, amount: value, excused }: ReportedIncident,
  name: "spent" | "unknown",
  unit: SloStatus["unit"],
): object {
  return {
    ...identityOf(incident),
    ...amount(name, value, unit),
    ...amount("excused", excused, unit),
  };
}

/** With the names that the API gives them. */
function identityOf(incident: Incident): object {
  return {
    id: incident.id,
    dataset: incident.datasetId,
    dimension: incident.dimension,
    alert: incident.alert,
    owner: incident.owner,
    since: iso(incident.sinceMs),
    opened_at: iso(incident.openedMs),
    ended_at: isoOrNull(incident.endedMs),
    ending: incident.ending,
  };
}

/** With the names that the API gives them, and each of the times. */
function exclusionJson(exclusion: ReportedExclusion): object {
  const { mode, reason, record, times } = exclusion;
  const { fromMs, toMs } = spanOf(exclusion);
  return {
    source: record === null ? "product_file" : "command",
    id: record?.id ?? null,
    mode,
    from: iso(fromMs),
    to: isoOrNull(toMs),
    reason,
    author: record?.author ?? null,
    created_at: isoOrNull(record?.createdMs),
    ended_at: isoOrNull(record?.endedMs),
    ended_by: record?.endedBy ?? null,
    withdrawn_at: isoOrNull(record?.withdrawal?.atMs),
    withdrawn_by: record?.withdrawal?.by ?? null,
    withdrawn_reason: record?.withdrawal?.reason ?? null,
    times: times.map((time) => ({ from: iso(time.fromMs), to: iso(time.toMs) })),
  };
}

/** Time in seconds; deliveries and rows as events. */
function amount(
  name: string,
  value: number,
  unit: SloStatus["unit"],
): Readonly<Record<string, number>> {
  return unit === "time" ? { [`${name}_seconds`]: value / 1000 } : { [`${name}_events`]: value };
}

function iso(ms: EpochMs): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: EpochMs | null | undefined): string | null {
  return ms === null || ms === undefined ? null : iso(ms);
}
