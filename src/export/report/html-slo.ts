import type { TimeState } from "../../core/timeline.ts";
import type { ReportPeriod, SloReport } from "./document.ts";
import {
  type Excuse,
  excusesOf,
  type Fact,
  factsOf,
  type Share,
  spentOf,
  unjudgedWords,
  unseenOf,
} from "./facts.ts";
import { html, Markup } from "./markup.ts";
import { type Bar, barsOf, stripWidth } from "./strip.ts";
import { verdictOf } from "./verdict.ts";
import { amountWords, plainLine, shortMoment, verdictWords } from "./words.ts";

/** One SLO: what was promised and reached, the strip of its time, and what spent its budget. */
export function sloPart(slo: SloReport, period: ReportPeriod): Markup {
  const verdict = verdictOf(slo);
  const head =
    verdict === "unjudged" ? html`<p>${unjudgedWords(slo, period)}</p>` : strip(slo, period);
  return html`<section class="slo" id="${slo.id}">
<h3>${slo.name}<span class="verdict ${verdict}">${verdictWords[verdict]}</span></h3>
${slo.description === null ? "" : html`<p>${plainLine(slo.description)}</p>\n`}${head}
<table class="facts"><tbody>
${factsOf(slo, period).map(factRow)}</tbody></table>
${sharesPart("What spent the budget", "Spent", spentOf(slo, period))}${sharesPart("Why something is not known", "Not known", unseenOf(slo, period))}${excusesPart(excusesOf(slo, period))}</section>
`;
}

function factRow({ name, lines }: Fact): Markup {
  return html`<tr><th>${name}</th><td>${joined(lines)}</td></tr>
`;
}

function joined(lines: readonly string[]): readonly (Markup | string)[] {
  return lines.flatMap((line, index) => (index === 0 ? [line] : [new Markup("<br>"), line]));
}

function sharesPart(title: string, heading: string, shares: readonly Share[]): Markup | string {
  const [first] = shares;
  if (first === undefined) {
    return "";
  }
  if (shares.length === 1 && first.incident === null) {
    return html`<h4>${title}</h4>
<p>${first.amount} ${first.what}</p>
`;
  }
  const hasExcused = shares.some(({ excused }) => excused !== null);
  const excusedHeading = hasExcused ? html`<th class="figure">Excused</th>` : "";
  return html`<h4>${title}</h4>
<table>
<thead><tr><th>What</th><th>Since</th><th>Until</th><th>Incident</th><th class="figure">${heading}</th>${excusedHeading}</tr></thead>
<tbody>
${shares.map((share) => shareRow(share, hasExcused))}</tbody>
</table>
`;
}

function shareRow({ amount, excused, what, incident }: Share, hasExcused: boolean): Markup {
  const times =
    incident === null
      ? html`<td></td><td></td><td></td>`
      : html`<td class="whole">${incident.since}</td><td class="whole">${incident.until ?? "still open"}</td><td class="whole">${incident.id}</td>`;
  const excusedCell = hasExcused ? html`<td class="figure">${excused ?? ""}</td>` : "";
  return html`<tr><td>${what}</td>${times}<td class="figure">${amount}</td>${excusedCell}</tr>
`;
}

function excusesPart(excuses: readonly Excuse[]): Markup | string {
  const rows = excuses.map(
    ({
      from,
      to,
      what,
      why,
      by,
    }) => html`<tr><td class="whole">${from}</td><td class="whole">${to}</td><td>${what}</td><td>${why}<br><span class="quiet">${joined(by)}</span></td></tr>
`,
  );
  return rows.length === 0
    ? ""
    : html`<h4>What was excluded</h4>
<table>
<thead><tr><th>From</th><th>To</th><th>Excused</th><th>Why and by whom</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

const height = 26;

/** Bad stands out by its height as well as by its colour. */
const tops: Readonly<Record<TimeState, number>> = { good: 8, excluded: 8, unknown: 18, bad: 0 };

/** The period from left to right, one path for each state. */
function strip({ status }: SloReport, period: ReportPeriod): Markup {
  const { bad, unknown, unit } = status;
  const byState = Map.groupBy(barsOf(status, period), ({ state }) => state);
  const paths = [...byState].map(
    ([state, bars]) => html`<path class="${state}" d="${bars.map(outline).join("")}"/>`,
  );
  const label = `${amountWords(bad, unit)} bad, ${amountWords(unknown, unit)} not known`;
  return html`<svg class="strip" viewBox="0 0 ${stripWidth} ${height}" preserveAspectRatio="none" shape-rendering="crispEdges" role="img" aria-label="${label}">${paths}</svg>
<p class="scale"><span>${shortMoment(period.fromMs, period.timezone)}</span><span>${shortMoment(period.toMs, period.timezone)}</span></p>`;
}

function outline({ state, from, to }: Bar): string {
  const [left, right] = [from.toFixed(1), to.toFixed(1)];
  return `M${left} ${tops[state]}H${right}V${height}H${left}z`;
}
