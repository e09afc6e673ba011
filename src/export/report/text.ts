import { formatPercent } from "../../time/percent.ts";
import type { ReportDocument, ReportedExclusion, SloReport } from "./document.ts";
import { verdictOf } from "./document.ts";
import { amountWords, momentWords, percentWords, shortMoment, verdictWords } from "./words.ts";

/** The report for a terminal or a mail. Ends with a line break. */
export function reportText(report: ReportDocument): string {
  const { period } = report;
  const span = `${momentWords(period.fromMs, period.timezone)} to ${momentWords(period.toMs, period.timezone)}`;
  const lines = [
    `Report for ${period.text}: ${span} (${period.timezone})`,
    ...(period.isRunning
      ? [`The period is not over; as of ${momentWords(report.madeMs, period.timezone)}.`]
      : []),
  ];
  for (const product of report.products) {
    lines.push("", `${product.name} (${product.tier}, owned by ${product.owner})`);
    for (const slo of product.slos) {
      lines.push(...sloLines(slo, period.timezone));
    }
    if (product.slos.length === 0) {
      lines.push("  promises no objective");
    }
  }
  return `${lines.join("\n")}\n`;
}

function sloLines(slo: SloReport, timezone: string): readonly string[] {
  const { status, spending } = slo;
  const { budget, unit } = status;
  const [lower, upper] = status.sliBounds ?? [null, null];
  return [
    `  ${slo.name}: ${verdictWords[verdictOf(slo)]}. ${formatPercent(slo.objectivePpm)} promised, ${percentWords(status.sli)} reached (${percentWords(lower)} to ${percentWords(upper)}), coverage ${percentWords(status.coverage, 1)}`,
    `    budget: ${amountWords(status.bad, unit)} of ${amountWords(budget.allowed, unit)} spent (${percentWords(budget.consumed, 1)}), ${percentWords(budget.remaining, 1)} left, ${percentWords(budget.remainingLower, 1)} if all that is unknown was bad`,
    ...status.blame
      .filter(({ bad }) => bad > 0)
      .map(({ check, bad }) => `    ${check}: bad for ${amountWords(bad, unit)}`),
    ...spending.incidents.map(({ incident, spent }) => {
      const end =
        incident.endedMs === null ? "still open" : shortMoment(incident.endedMs, timezone);
      return `    incident ${incident.id} (${incident.dimension} of ${incident.datasetId}), ${shortMoment(incident.sinceMs, timezone)} to ${end}: ${amountWords(spent, unit)}`;
    }),
    ...(spending.outside > 0
      ? [`    outside of incidents: ${amountWords(spending.outside, unit)}`]
      : []),
    ...slo.exclusions.map((exclusion) => `    ${exclusionWords(exclusion, timezone)}`),
  ];
}

export function exclusionWords(
  { fromMs, toMs, mode, reason, author }: ReportedExclusion,
  timezone: string,
): string {
  const what = mode === "remove" ? "taken out" : "counted as good";
  const who = author === null ? "declared in the product's file" : `by ${author}`;
  return `excused ${shortMoment(fromMs, timezone)} to ${shortMoment(toMs, timezone)} (${what}, ${who}): ${reason}`;
}
