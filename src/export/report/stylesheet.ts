import type { TimeState } from "../../core/timeline.ts";
import type { Verdict } from "./verdict.ts";

/**
 * The colours are Okabe and Ito's (2008), which people with any colour vision tell apart; unknown is grey. Good and
 * bad are of one lightness, so that the strip tells them apart by height as well, and each is said in words: a print
 * in black and white loses nothing.
 */
export const stateColours: Readonly<Record<TimeState, string>> = {
  good: "#009e73",
  bad: "#d55e00",
  unknown: "#b0b0b0",
  excluded: "#8fcdf0",
};

const verdictColours: Readonly<Record<Verdict, string>> = {
  kept: stateColours.good,
  uncertain: "#56b4e9",
  below: "#e69f00",
  broken: stateColours.bad,
  unseen: "#8a8a8a",
  unjudged: "#c8c8c8",
};

const verdictRules = Object.entries(verdictColours)
  .map(([verdict, colour]) => `.${verdict} { --c: ${colour}; }`)
  .join("\n");

export const stylesheet = `
:root { color-scheme: light; font-size: 15px; }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: #1c1c1c; background: #fff; max-width: 66rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .25rem; padding-bottom: .25rem; border-bottom: 2px solid #1c1c1c; }
h3 { font-size: 1.1rem; margin: 0; }
h4 { font-size: .8rem; margin: 1rem 0 .1rem; color: #555; font-weight: 600; }
p { margin: .25rem 0; }
a { color: inherit; text-decoration-color: #aaa; text-underline-offset: .15em; }
.quiet { color: #555; }
.slo { margin: 1.5rem 0 2.25rem; }
.verdict { display: inline-block; white-space: nowrap; font-weight: 600; font-size: .9rem; }
.verdict::before { content: ""; display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em; background: var(--c); }
h3 .verdict { margin-left: .9rem; }
${verdictRules}
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #e2e2e2; overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: #555; font-weight: 600; font-size: .8rem; border-bottom-color: #999; white-space: nowrap; }
.overview { margin-top: 1.5rem; }
.facts th { width: 6.5rem; color: #555; font-weight: 600; }
.facts tr:last-child > * { border-bottom: 0; }
.figure { text-align: right; white-space: nowrap; }
.whole { white-space: nowrap; }
.strip { display: block; width: 100%; height: 26px; margin: .6rem 0 0; background: #f6f6f6; border-bottom: 1px solid #777; }
${Object.entries(stateColours)
  .map(([state, colour]) => `.strip .${state} { fill: ${colour}; }`)
  .join("\n")}
.scale { display: flex; justify-content: space-between; font-size: .78rem; color: #555; margin: 0 0 .5rem; }
.legend { margin-top: .75rem; }
.legend span { white-space: nowrap; margin-right: 1.2em; }
.legend span::before { content: ""; display: inline-block; width: .8em; height: .8em; margin-right: .4em; background: var(--c); }
@media (max-width: 40rem) { .whole { white-space: normal; } }
@media print {
  :root { font-size: 9.5pt; }
  @page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt system-ui, sans-serif; color: #555; } }
  body { margin: 0; padding: 0; max-width: none; }
  a { text-decoration: none; }
  h2, h3, h4, .scale { break-after: avoid; }
  h2 { break-inside: avoid; margin-top: 1.5rem; }
  .strip, .facts, tr { break-inside: avoid; }
  .strip, .verdict::before, .legend span::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
