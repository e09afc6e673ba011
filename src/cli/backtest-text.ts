import type { Backtest, BacktestSide, LadderRung } from "../app/backtest.ts";
import { formatDuration } from "../time/duration.ts";
import { backtestPlot } from "./backtest-plot.ts";
import {
  lengthText,
  objectiveText,
  rowsWindowText,
  ruleText,
  shareText,
  thresholdText,
  windowText,
  wrapped,
  yamlOf,
} from "./backtest-words.ts";
import { instantText } from "./instant-text.ts";
import { type Terminal, table } from "./terminal.ts";

/** What a backtest found, as people read it; on a terminal with a plot. */
export function printBacktest(made: Backtest, terminal: Terminal): void {
  const { paint } = terminal;
  terminal.out(
    `${paint("bold", headOf(made))}\n${aboutOf(made)
      .map((line) => `  ${line}`)
      .join("\n")}`,
  );
  for (const side of made.sides) {
    terminal.out("");
    terminal.out(ladderText(side, paint));
  }
  const threshold = made.proposal?.offers[0]?.threshold ?? made.sides[0]?.declared ?? null;
  const plot =
    terminal.columns === null ? null : backtestPlot(made, threshold, terminal.columns, paint);
  if (plot !== null) {
    terminal.out(`\n${plot}`);
  }
  terminal.out(`\n${offersText(made)}`);
  terminal.out(`\n${proposalText(made, paint)}`);
}

function headOf({ target }: Backtest): string {
  const name = target.check?.id ?? target.dataset.id;
  return `${name}: ${target.type} of ${target.subject.column}`;
}

function aboutOf(made: Backtest): readonly string[] {
  const { window, target, firstMs, lastMs, rows, exactFromMs, columnKind } = made;
  const { timezone } = target.dataset;
  return [
    `${window.days} days from ${instantText(window.fromMs)} to ${instantText(window.toMs)}${endOf(made)}`,
    `${rows.toLocaleString("en-US")} rows, the first of ${instantText(firstMs)}, the last of ${instantText(lastMs)}`,
    ...(made.beginsInWindow
      ? ["nothing is older, so that the time before the first row is not judged"]
      : []),
    ...(columnKind === "instant"
      ? []
      : [`its ${columnKind === "date" ? "days" : "times without a zone"} are read in ${timezone}`]),
    ...(columnKind === "date" && target.subject.kind === "loads"
      ? ["a day counts from its end"]
      : []),
    ...(exactFromMs === null ? [] : [`ages are exact from ${formatDuration(exactFromMs)} on`]),
    ...(target.subject.kind === "loads" && target.subject.time === "event"
      ? [
          "times of events: each counts as loaded when it happened, so that in truth ages were these or greater",
        ]
      : []),
    ...judgedText(made),
    ...staleHint(made),
  ];
}

/** What there is of judged time or deliveries, where that is not the time looked at. */
function judgedText({ sides, target, window }: Backtest): readonly string[] {
  const [side] = sides;
  if (side?.unit === "deliveries") {
    return [`${side.judged} deliveries fell due on the whole days in it`];
  }
  const { subject } = target;
  const rows = subject.kind === "rows" ? [`rows in ${rowsWindowText(subject)} are judged`] : [];
  const isAll = side?.judged === window.toMs - window.fromMs;
  return [
    ...rows,
    ...(isAll || side === undefined ? [] : [`${lengthText(side.judged)} of it are judged`]),
  ];
}

function endOf({ window }: Backtest): string {
  if (window.hasDataEnded) {
    return `, the newest value: the data ends before the last ${window.days} days begin`;
  }
  return window.end === "newest" ? ", the newest value" : "";
}

/** Long silence at the end is bad time, but seldom what somebody wants to know who looks for a threshold. */
function staleHint({ window, lastMs, target }: Backtest): readonly string[] {
  const silentMs = window.toMs - lastMs;
  const isLong = silentMs > (window.toMs - window.fromMs) / 10;
  return isLong && target.subject.kind === "loads"
    ? [
        `nothing for the last ${lengthText(silentMs)}, which counts; \`--until newest\` leaves it out`,
      ]
    : [];
}

function ladderText({ key, unit, ladder }: BacktestSide, paint: Terminal["paint"]): string {
  const isTime = unit === "time";
  const head = isTime
    ? [key, "SLI", "bad time", "breaches", "longest", "why"]
    : [key, "SLI", "missed", "why"];
  const rows = ladder.map((rung) => {
    const sli = `${rung.isExact ? "" : "≤ "}${shareText(rung.sli)}`;
    const amounts = isTime
      ? [lengthText(rung.bad), String(rung.breaches), lengthText(rung.longest)]
      : [String(rung.bad)];
    return [thresholdText(key, rung.threshold), sli, ...amounts, whyOf(rung)];
  });
  return table([head, ...rows], (cell, row) =>
    row === 0
      ? paint("bold", cell)
      : ladder[row - 1]?.isDeclared === true
        ? paint("blue", cell)
        : cell,
  );
}

function whyOf({ isDeclared, isRound, quantilesPpm }: LadderRung): string {
  const quantile = quantilesPpm.map(
    (ppm) => `strictest for ${ppm === 1_000_000 ? "100%" : objectiveText(ppm)}`,
  );
  return [...(isDeclared ? ["declared"] : []), ...quantile, ...(isRound ? ["round"] : [])].join(
    ", ",
  );
}

/** Of what `validate` says the first half is enough here; JSON has all of it. */
function offersText(made: Backtest): string {
  const rows = made.sides.flatMap(({ key, offers }) =>
    offers.map((offer) => [
      objectiveText(offer.objectivePpm),
      yamlOf(key, offer.threshold),
      shareText(offer.sli),
      shareText(offer.spent, 0),
      offer.findings.map((finding) => finding.split("; ")[0]).join("; "),
    ]),
  );
  const head = ["objective", "needs", "SLI", `worst ${windowText(made)} spends`, "but"];
  return table([head, ...rows]).replaceAll(/ +$/gm, "");
}

function proposalText(made: Backtest, paint: Terminal["paint"]): string {
  const { proposal, sides } = made;
  if (proposal === null) {
    return `${paint("bold", "no proposal")}: no usual objective would have held with room under a round threshold`;
  }
  const keys = proposal.offers.map(({ threshold }, index) =>
    yamlOf(sides[index]?.key ?? "min", threshold),
  );
  const promise = `${keys.join(", ")} with objective: ${objectiveText(proposal.objectivePpm)}, window: ${windowText(made)}`;
  return `${paint("bold", "proposal")}  ${promise}\n${wrapped(`Rule: ${ruleText(made)}.`, "  ")}`;
}
