import { metrics } from "../../metrics/names.ts";
import type { AlertedSlo, WindowedTier } from "./alerted.ts";
import { errorBudget, firing, perSlo, whileDown } from "./promql.ts";
import type { RecordingRule } from "./rule.ts";

/**
 * What alerts on SLOs wait for, found out for all SLOs at once: a series is there while its condition holds, and not
 * otherwise. Thousands of alerts then look up one series each, which mostly is not there; each of them reckoning for
 * itself keeps a Prometheus busy.
 *
 * Figures are compared, and one that is absent is neither above nor below anything: absence breaks no promise.
 */
export const conditions = {
  burning: "tidemark:slo_burning:ratio",
  budgetLow: "tidemark:slo_budget_low:ratio",
  budgetSpent: "tidemark:slo_budget_spent:ratio",
  unseen: "tidemark:slo_unseen:info",
  coverageLow: "tidemark:slo_coverage_low:ratio",
} as const;

/** Names of the alerts that go on while nothing is known. */
export const alertNames = {
  burn: "TidemarkErrorBudgetBurn",
  budgetLow: "TidemarkErrorBudgetLow",
  budgetSpent: "TidemarkErrorBudgetSpent",
} as const;

export function conditionRecordings(alerted: readonly AlertedSlo[]): readonly RecordingRule[] {
  const tiers = alerted.flatMap((one) => one.tiers);
  const windows = distinct(alerted.flatMap(({ seenOver }) => seenOver ?? []));
  const floors = distinct(alerted.map(({ coverageFloor }) => coverageFloor));
  const remaining = perSlo(metrics.sloBudgetRemaining, { bound: "upper" });
  return [
    ...new Map(tiers.map((tier) => [`${tier.long} ${tier.short}`, burning(tier)])).values(),
    {
      record: conditions.budgetLow,
      expr: `${remaining} <= 0.25 > 0\nor\n${whileDown(firing(alertNames.budgetLow))}`,
    },
    {
      record: conditions.budgetSpent,
      expr: `${remaining} <= 0\nor\n${whileDown(firing(alertNames.budgetSpent))}`,
    },
    ...windows.map((window) => ({
      record: conditions.unseen,
      expr: `${perSlo(metrics.sloInfo, { budgeting: "time" })}\nunless\n${perSlo(metrics.sloErrorRatio, { window })}`,
      labels: { window },
    })),
    ...floors.map((floor) => ({
      record: conditions.coverageLow,
      expr: `${perSlo(metrics.sloCoverage)} < ${floor}`,
      labels: { floor },
    })),
  ];
}

/**
 * While both windows burn. While one of them is unknown it stays as it is, as the daemon's own alerts do: what fired
 * goes on, as long as the SLO is there or the daemon is not, and nothing new fires.
 */
function burning({ threshold, long, short }: WindowedTier): RecordingRule {
  const ratioOver = (window: string) => perSlo(metrics.sloErrorRatio, { window });
  const windows = { long_window: long, short_window: short };
  const fired = firing(alertNames.burn, windows);
  const limit = `${threshold} * ${errorBudget}`;
  return {
    record: conditions.burning,
    expr: [
      `(${ratioOver(long)} > ${limit} and ${ratioOver(short)} > ${limit})`,
      "or",
      `((${fired} and ${perSlo(metrics.sloInfo)}`,
      `  or ${whileDown(fired)})`,
      `  unless (${ratioOver(long)} and ${ratioOver(short)}))`,
    ].join("\n"),
    labels: windows,
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
