/**
 * The colours are Okabe and Ito's (2008), which people with any colour vision tell apart; unknown is grey. Every
 * state is also said in words, so that a black-and-white print loses nothing.
 */
export const stateColours = {
  good: "#009E73",
  bad: "#D55E00",
  unknown: "#BBBBBB",
  excluded: "#56B4E9",
} as const;

const warning = "#E69F00";

export const stylesheet = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .25rem; border-bottom: 2px solid #1a1a1a; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
p { margin: .25rem 0; }
.quiet { color: #555; }
.verdict { display: inline-block; padding: 0 .5rem; border: 2px solid; border-radius: .25rem; font-size: .85rem; font-weight: 600; margin-left: .5rem; }
.kept { border-color: ${stateColours.good}; }
.broken { border-color: ${stateColours.bad}; }
.behind { border-color: ${warning}; }
.uncertain, .unseen { border-color: ${stateColours.unknown}; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th { font-weight: 600; }
td.figure, th.figure { text-align: right; }
svg.strip { display: block; width: 100%; height: 22px; margin: .5rem 0 0; border: 1px solid #999; }
.scale { display: flex; justify-content: space-between; font-size: .8rem; color: #555; }
.legend span::before { content: ""; display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 .9em; vertical-align: -.05em; background: var(--c); }
@media print {
  @page { size: A4; margin: 15mm; }
  body { margin: 0; max-width: none; font-size: 10.5pt; }
  h2, h3 { break-after: avoid; }
  section.slo, tr { break-inside: avoid; }
  svg, .verdict, .legend span::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
