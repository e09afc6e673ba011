import { formatPercent } from "../../time/percent.ts";
import { costSentence } from "./cost-words.ts";
import type { ProductReport, ReportDocument, ReportPeriod, SloReport } from "./document.ts";
import { sloPart } from "./html-slo.ts";
import { html, Markup } from "./markup.ts";
import { stateColours, stylesheet } from "./stylesheet.ts";
import { countVerdicts, verdictOf, verdicts } from "./verdict.ts";
import { momentWords, percentWords, plainLine, sliWords, verdictWords } from "./words.ts";

/** The report as one HTML file: nothing is loaded, nothing runs, and it prints on paper. */
export function reportHtml(report: ReportDocument): string {
  const { period, products, madeMs } = report;
  const title = `Tidemark report ${period.text}`;
  const moment = (ms: number): string => momentWords(ms, period.timezone);
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
<p>${moment(period.fromMs)} to ${moment(period.toMs)}, all times in ${period.timezone}</p>
<p class="quiet">Made at ${moment(madeMs)}.${period.isRunning ? " The period is not over: what is said of it may change." : ""}</p>
${overview(products)}
${products.map((product) => productPart(product, period))}
</body>
</html>
`.text;
}

function overview(products: readonly ProductReport[]): Markup | string {
  const slos = products.flatMap((product) => product.slos);
  if (slos.length === 0) {
    return html`<p>No objective is promised.</p>`;
  }
  return html`<table class="overview">
<thead><tr><th>Objective</th><th>Verdict</th><th class="figure">Promised</th><th class="figure">Reached</th><th class="figure">Budget left</th><th class="figure">Coverage</th></tr></thead>
<tbody>
${slos.map(overviewRow)}</tbody>
</table>
<p class="quiet">${verdictCounts(slos)}</p>
<p class="legend quiet">${legend()}</p>`;
}

function overviewRow(slo: SloReport): Markup {
  const { id, objectivePpm, status } = slo;
  const verdict = verdictOf(slo);
  const left = verdict === "unjudged" ? null : status.budget.remaining;
  return html`<tr><td><a href="#${id}">${id}</a></td><td><span class="verdict ${verdict}">${verdictWords[verdict]}</span></td><td class="figure">${formatPercent(objectivePpm)}</td><td class="figure">${sliWords(status.sli, objectivePpm)}</td><td class="figure">${percentWords(left)}</td><td class="figure">${percentWords(status.coverage)}</td></tr>
`;
}

function verdictCounts(slos: readonly SloReport[]): string {
  const counts = countVerdicts(slos);
  return verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdictWords[verdict]}`)
    .join(", ");
}

const legendWords = {
  good: "good",
  bad: "bad",
  unknown: "not known",
  excluded: "taken out",
} as const;

function legend(): readonly Markup[] {
  return (Object.keys(legendWords) as (keyof typeof legendWords)[]).map(
    (state) => html`<span style="--c: ${stateColours[state]}">${legendWords[state]}</span>`,
  );
}

function productPart(product: ProductReport, period: ReportPeriod): Markup {
  const { name, tier, owner, description, slos, cost } = product;
  return html`<h2>${name}</h2>
<p class="quiet">${tier}, owned by ${owner}</p>
${description === null ? "" : html`<p>${plainLine(description)}</p>\n`}<p class="quiet">${costSentence(cost)}</p>
${slos.length === 0 ? html`<p>It promises no objective.</p>\n` : ""}${slos.map((slo) => sloPart(slo, period))}`;
}
