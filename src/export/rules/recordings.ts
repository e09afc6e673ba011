import type { SloWindow } from "../../core/mesh.ts";
import type { Ppm } from "../../core/vocabulary.ts";
import { errorRatioWindows, metrics } from "../../metrics/names.ts";
import { wholePpm } from "../../slo/ratio.ts";
import { formatPercent } from "../../time/percent.ts";
import { formatWindow } from "../../time/period.ts";
import { errorBudget, perSlo } from "./promql.ts";
import type { RecordingRule } from "./rule.ts";
import { nominalPeriod, sloth, withSlothLabels } from "./sloth.ts";

/**
 * The series that Sloth's dashboards read, mapped from the daemon's gauges for all SLOs at once: what is absent there
 * is absent here. `windows` are those that SLOs have.
 */
export function sloRecordings(windows: readonly SloWindow[]): readonly RecordingRule[] {
  const objective = perSlo(metrics.sloObjective);
  const remaining = perSlo(metrics.sloBudgetRemaining, { bound: "upper" });
  return [
    ...errorRatios(windows),
    recording(sloth.objective, objective),
    recording(sloth.errorBudget, errorBudget),
    ...periodDays(windows),
    recording(sloth.currentBurnRate, `${errorRatioOver("5m")}\n/\n${errorBudget}`),
    recording(sloth.periodBurnRate, `1 - ${remaining}`),
    recording(sloth.budgetRemaining, remaining),
  ];
}

/** One rule for each objective of the mesh, because it is a label: percent as text. */
export function infoRecordings(objectives: readonly Ppm[]): readonly RecordingRule[] {
  const distinct = [...new Set(objectives)].sort((a, b) => a - b);
  return distinct.map((ppm) =>
    recording(
      sloth.info,
      `${perSlo(metrics.sloInfo)} and ${perSlo(metrics.sloObjective)} == ${ppm / wholePpm}`,
      {
        sloth_mode: "tidemark",
        sloth_objective: formatPercent(ppm).replace("%", ""),
        sloth_spec: "tidemark/v1",
      },
    ),
  );
}

function errorRatios(windows: readonly SloWindow[]): readonly RecordingRule[] {
  const overWindows = errorRatioWindows.map(
    ({ label }) => [label, [errorRatioOver(label)]] as const,
  );
  const expressions = new Map<string, readonly string[]>(overWindows);
  for (const [label, info] of infosBy(windows, (period) => period.label)) {
    const overPeriod = `(1 - ${perSlo(metrics.sloSli)})\nand\n${info}`;
    // An SLO whose period is one of the windows: over its period there is no floor of coverage, as in its SLI.
    expressions.set(label, [overPeriod, ...(expressions.get(label) ?? [])]);
  }
  return [...expressions].map(([label, found]) =>
    recording(`${sloth.errorRatio}${label}`, found.join("\nor\n"), { sloth_window: label }),
  );
}

function errorRatioOver(window: string): string {
  return perSlo(metrics.sloErrorRatio, { window });
}

/** One rule for all lengths, because promtool takes two of one name for a slip. Empty without SLOs. */
function periodDays(windows: readonly SloWindow[]): readonly RecordingRule[] {
  const lengths = [...infosBy(windows, ({ days }) => days)].map(
    ([days, info]) => `${info} * ${days}`,
  );
  return lengths.length === 0 ? [] : [recording(sloth.periodDays, lengths.join("\nor\n"))];
}

/** What selects the SLOs of some periods: several periods may go by the same length. */
function infosBy<K>(
  windows: readonly SloWindow[],
  keyOf: (period: ReturnType<typeof nominalPeriod>) => K,
): ReadonlyMap<K, string> {
  const periods = new Map(windows.map((window) => [formatWindow(window), nominalPeriod(window)]));
  const sorted = [...periods].sort(([a], [b]) => (a < b ? -1 : 1));
  const byKey = Map.groupBy(sorted, ([, period]) => keyOf(period));
  return new Map(
    [...byKey].map(([key, same]) => {
      const infos = same.map(([period]) => perSlo(metrics.sloInfo, { period }));
      return [key, infos.length === 1 ? infos.join("") : `(${infos.join(" or ")})`];
    }),
  );
}

function recording(
  record: string,
  expr: string,
  labels?: Readonly<Record<string, string>>,
): RecordingRule {
  return { record, expr: withSlothLabels(expr), ...(labels !== undefined && { labels }) };
}
