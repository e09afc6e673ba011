import { costSentence } from "./cost-words.ts";
import type { ProductReport, ReportDocument, ReportPeriod, SloReport } from "./document.ts";
import { excusesOf, factsOf, type Share, spentOf, unjudgedWords, unseenOf } from "./facts.ts";
import { countVerdicts, verdictOf, verdicts } from "./verdict.ts";
import { momentWords, plainLine, verdictWords } from "./words.ts";
import { wrapped } from "./wrap.ts";

const width = 100;

/** The report for a terminal or a mail, in lines of 100 columns where words allow. Ends with a line break. */
export function reportText({ period, madeMs, products }: ReportDocument): string {
  const moment = (ms: number): string => momentWords(ms, period.timezone);
  const lines = [
    `Tidemark report ${period.text}`,
    ...wrapped(
      `${moment(period.fromMs)} to ${moment(period.toMs)}, all times in ${period.timezone}`,
      { width },
    ),
    `Made at ${moment(madeMs)}.`,
    ...(period.isRunning ? ["The period is not over: what is said of it may change."] : []),
    "",
    ...wrapped(summaryOf(products), { width }),
    ...products.flatMap((product) => ["", ...productLines(product, period)]),
  ];
  return `${lines.join("\n")}\n`;
}

/** `3 objectives: 1 broken, 2 kept` */
function summaryOf(products: readonly ProductReport[]): string {
  const slos = products.flatMap((product) => product.slos);
  const counts = countVerdicts(slos);
  const parts = verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdictWords[verdict]}`);
  return slos.length === 0
    ? "No objective is promised."
    : `${slos.length} ${slos.length === 1 ? "objective" : "objectives"}: ${parts.join(", ")}`;
}

function productLines(product: ProductReport, period: ReportPeriod): readonly string[] {
  const { name, tier, owner, description, slos, cost } = product;
  return [
    `${name} (${tier}, owned by ${owner})`,
    ...(description === null ? [] : wrapped(plainLine(description), { width, indent: "  " })),
    ...wrapped(costSentence(cost), { width, indent: "  " }),
    ...(slos.length === 0 ? ["  It promises no objective."] : []),
    ...slos.flatMap((slo) => ["", ...sloLines(slo, period)]),
  ];
}

function sloLines(slo: SloReport, period: ReportPeriod): readonly string[] {
  const verdict = verdictOf(slo);
  const indent = "    ";
  const description = slo.description === null ? [] : [plainLine(slo.description)];
  const unjudged = verdict === "unjudged" ? [unjudgedWords(slo, period)] : [];
  return [
    `  ${slo.name}: ${verdictWords[verdict]}`,
    ...[...description, ...unjudged].flatMap((text) => wrapped(text, { width, indent })),
    ...factsOf(slo, period).flatMap(({ name, lines }) =>
      lines.flatMap((line, index) => entry(index === 0 ? name : "", line)),
    ),
    ...sharesLines("what spent the budget:", spentOf(slo, period)),
    ...sharesLines("why something is not known:", unseenOf(slo, period)),
    ...excusesLines(slo, period),
  ];
}

function entry(name: string, text: string): readonly string[] {
  const indent = " ".repeat(14);
  return wrapped(text, { width, first: `    ${name.padEnd(10)}`, indent });
}

function sharesLines(title: string, shares: readonly Share[]): readonly string[] {
  const column = Math.max(0, ...shares.map(({ amount }) => amount.length)) + 8;
  const indent = " ".repeat(column);
  const lines = shares.flatMap(({ amount, what, incident, excused }) => {
    const first = `      ${amount}`.padEnd(column);
    if (incident === null) {
      return wrapped(what, { width, first, indent });
    }
    const { id, since, until } = incident;
    const times = until === null ? `since ${since}, still open` : `${since} to ${until}`;
    const more = excused === null ? "" : `; ${excused} more excused`;
    return [
      ...wrapped(`${what}, incident ${id}`, { width, first, indent }),
      ...wrapped(`${times}${more}`, { width, indent }),
    ];
  });
  return shares.length === 0 ? [] : [`    ${title}`, ...lines];
}

function excusesLines(slo: SloReport, period: ReportPeriod): readonly string[] {
  const indent = "        ";
  const lines = excusesOf(slo, period).flatMap(({ from, to, what, why, by }) => [
    ...wrapped(`${from} to ${to}: ${what}`, { width, indent, first: "      " }),
    ...[why, ...by].flatMap((text) => wrapped(text, { width, indent })),
  ]);
  return lines.length === 0 ? [] : ["    what was excluded:", ...lines];
}
