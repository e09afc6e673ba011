import type { Interval } from "../../core/timeline.ts";
import { formatPercent } from "../../time/percent.ts";
import type { ProductReport, ReportDocument, ReportPeriod, SloReport } from "./document.ts";
import { verdictOf } from "./document.ts";
import { html, Markup } from "./markup.ts";
import { stateColours, stylesheet } from "./stylesheet.ts";
import { amountWords, momentWords, percentWords, shortMoment, verdictWords } from "./words.ts";

/** The report as one HTML file: nothing is loaded, nothing runs, and it prints on paper. */
export function reportHtml(report: ReportDocument): string {
  const { period, products, madeMs } = report;
  const title = `Tidemark report ${period.text}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(stylesheet)}</style>
</head>
<body>
<h1>${title}</h1>
<p>${momentWords(period.fromMs, period.timezone)} to ${momentWords(period.toMs, period.timezone)}, ${period.timezone}</p>
<p class="quiet">Made ${momentWords(madeMs, period.timezone)}.${period.isRunning ? " The period is not over: what is said of it may change." : ""}</p>
<p class="legend quiet">${legend()}</p>
${overview(products)}
${products.map((product) => productPart(product, period))}
</body>
</html>
`.text;
}

function legend(): readonly Markup[] {
  const words = { good: "good", bad: "bad", unknown: "not known", excluded: "excused" } as const;
  return (Object.keys(words) as (keyof typeof words)[]).map(
    (state) => html`<span style="--c: ${stateColours[state]}">${words[state]}</span>`,
  );
}

function overview(products: readonly ProductReport[]): Markup {
  const rows = products.flatMap(({ slos }) => slos);
  return html`<table>
<thead><tr><th>Objective</th><th>Verdict</th><th class="figure">Promised</th><th class="figure">Reached</th><th class="figure">Budget left</th><th class="figure">Coverage</th></tr></thead>
<tbody>${rows.map((slo) => {
    const { id, objectivePpm, status } = slo;
    return html`<tr><td>${id}</td><td>${verdictWords[verdictOf(slo)]}</td><td class="figure">${formatPercent(objectivePpm)}</td><td class="figure">${percentWords(status.sli)}</td><td class="figure">${percentWords(status.budget.remaining, 1)}</td><td class="figure">${percentWords(status.coverage, 1)}</td></tr>
`;
  })}</tbody>
</table>`;
}

function productPart(product: ProductReport, period: ReportPeriod): Markup {
  return html`<h2>${product.name}</h2>
<p class="quiet">${product.tier}, owned by ${product.owner}</p>
${product.description === null ? "" : html`<p>${product.description}</p>`}
${product.slos.length === 0 ? html`<p>It promises no objective.</p>` : ""}
${product.slos.map((slo) => sloPart(slo, period))}`;
}

function sloPart(slo: SloReport, period: ReportPeriod): Markup {
  const { status } = slo;
  const { budget, unit } = status;
  const verdict = verdictOf(slo);
  const [lower, upper] = status.sliBounds ?? [null, null];
  return html`<section class="slo">
<h3>${slo.name}<span class="verdict ${verdict}">${verdictWords[verdict]}</span></h3>
${slo.description === null ? "" : html`<p>${slo.description}</p>`}
${strip(status.timeline, period)}
<table><tbody>
<tr><th>Promised</th><td>${formatPercent(slo.objectivePpm)} (its own window is ${slo.window})</td></tr>
<tr><th>Reached</th><td>${percentWords(status.sli)}, at least ${percentWords(lower)} and at most ${percentWords(upper)}</td></tr>
<tr><th>Budget</th><td>${amountWords(status.bad, unit)} of ${amountWords(budget.allowed, unit)} spent (${percentWords(budget.consumed, 1)}); ${percentWords(budget.remaining, 1)} left, ${percentWords(budget.remainingLower, 1)} if all that is not known was bad</td></tr>
<tr><th>Coverage</th><td>${percentWords(status.coverage, 1)}; ${amountWords(status.unknown, unit)} not known</td></tr>
</tbody></table>
${blamePart(slo)}
${incidentsPart(slo, period)}
${exclusionsPart(slo, period)}
</section>
`;
}

function blamePart({ status }: SloReport): Markup | string {
  const guilty = status.blame.filter(({ bad }) => bad > 0);
  return guilty.length === 0
    ? ""
    : html`<table>
<thead><tr><th>Check</th><th class="figure">Bad</th></tr></thead>
<tbody>${guilty.map(({ check, bad }) => html`<tr><td>${check}</td><td class="figure">${amountWords(bad, status.unit)}</td></tr>`)}</tbody>
</table>`;
}

function incidentsPart(
  { spending, status }: SloReport,
  { timezone }: ReportPeriod,
): Markup | string {
  if (spending.incidents.length === 0 && spending.outside === 0) {
    return "";
  }
  const rows = spending.incidents.map(
    ({ incident, spent }) =>
      html`<tr><td>${incident.id}</td><td>${incident.dimension} of ${incident.datasetId}</td><td>${shortMoment(incident.sinceMs, timezone)}</td><td>${incident.endedMs === null ? "still open" : shortMoment(incident.endedMs, timezone)}</td><td class="figure">${amountWords(spent, status.unit)}</td></tr>`,
  );
  const outside =
    spending.outside === 0
      ? ""
      : html`<tr><td colspan="4">while no incident was open</td><td class="figure">${amountWords(spending.outside, status.unit)}</td></tr>`;
  return html`<table>
<thead><tr><th>Incident</th><th>What</th><th>Since</th><th>Until</th><th class="figure">Spent</th></tr></thead>
<tbody>${rows}${outside}</tbody>
</table>`;
}

function exclusionsPart({ exclusions }: SloReport, { timezone }: ReportPeriod): Markup | string {
  const rows = exclusions.map(
    ({ fromMs, toMs, mode, reason, author }) =>
      html`<tr><td>${shortMoment(fromMs, timezone)} to ${shortMoment(toMs, timezone)}</td><td>${mode === "remove" ? "taken out" : "counted as good"}</td><td>${author ?? "declared in the product's file"}</td><td>${reason}</td></tr>`,
  );
  return rows.length === 0
    ? ""
    : html`<table>
<thead><tr><th>Excused</th><th>How</th><th>By</th><th>Why</th></tr></thead>
<tbody>${rows}</tbody>
</table>`;
}

/** The period as a strip, left to right; what is not drawn has no state, because it was before the promise or is to come. */
function strip(timeline: readonly Interval[], period: ReportPeriod): Markup {
  const lengthMs = Math.max(1, period.toMs - period.fromMs);
  const scale = (ms: number): number => (ms / lengthMs) * 1000;
  const bars = timeline.map(({ fromMs, toMs, state }) => {
    const x = scale(Math.max(fromMs, period.fromMs) - period.fromMs);
    // A bad minute in a month must still be seen.
    const width = Math.max(
      scale(toMs - Math.max(fromMs, period.fromMs)),
      state === "bad" ? 1.5 : 0,
    );
    return html`<rect x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="22" fill="${stateColours[state]}"/>`;
  });
  return html`<svg class="strip" viewBox="0 0 1000 22" preserveAspectRatio="none" role="img" aria-label="good, bad and unknown time of the period">${bars}</svg>
<p class="scale"><span>${shortMoment(period.fromMs, period.timezone)}</span><span>${shortMoment(period.toMs, period.timezone)}</span></p>`;
}
