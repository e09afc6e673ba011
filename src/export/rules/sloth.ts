import type { SloWindow } from "../../core/mesh.ts";
import { formatDuration } from "../../time/duration.ts";

/** Names of series and labels that Sloth's dashboards and server read; spelled here alone. */
export const sloth = {
  errorRatio: "slo:sli_error:ratio_rate",
  objective: "slo:objective:ratio",
  errorBudget: "slo:error_budget:ratio",
  periodDays: "slo:time_period:days",
  currentBurnRate: "slo:current_burn_rate:ratio",
  periodBurnRate: "slo:period_burn_rate:ratio",
  budgetRemaining: "slo:period_error_budget_remaining:ratio",
  info: "sloth_slo_info",
} as const;

/** What tells SLOs apart. The id has a dot, which no name has: with a hyphen `a-b` of `c` were `a` of `b-c`. */
export function slothLabels(product: string, slo: string): Readonly<Record<string, string>> {
  return { sloth_id: `${product}.${slo}`, sloth_service: product, sloth_slo: slo };
}

/** The same labels, on what an expression yields with the labels `product` and `slo`. */
export function withSlothLabels(expr: string): string {
  const id = `label_join(\n${expr},\n"sloth_id", ".", "product", "slo")`;
  return `label_join(label_join(${id}, "sloth_service", "", "product"), "sloth_slo", "", "slo")`;
}

const calendarDays = { day: 1, week: 7, month: 30, quarter: 90, year: 365 } as const;

/** The length that stands for a window in names, since a name has room for a duration alone: a month is `30d`. */
export function nominalPeriod(window: SloWindow): {
  readonly label: string;
  readonly days: number;
} {
  if (window.kind === "rolling") {
    return { label: formatDuration(window.lengthMs), days: window.lengthMs / 86_400_000 };
  }
  const days = calendarDays[window.period];
  return { label: `${days}d`, days };
}
