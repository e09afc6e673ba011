import { plot } from "asciichart";
import type { Backtest } from "../app/backtest.ts";
import { rowsWindowText, thresholdText } from "./backtest-words.ts";
import { instantText } from "./instant-text.ts";
import type { Paint } from "./terminal.ts";

const height = 12;
const narrowest = 20;
const widest = 120;

const units = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "m", ms: 60_000 },
  { name: "s", ms: 1_000 },
] as const;

/**
 * The past as a line over time, with the threshold as another; null where there is no line to draw, or no room for
 * it. Ages are in the longest unit that the oldest has one of.
 */
export function backtestPlot(
  made: Backtest,
  threshold: number | null,
  columns: number,
  paint: Paint,
): string | null {
  const [side] = made.sides;
  if (made.series === null || side === undefined) {
    return null;
  }
  const isAge = side.key === "max_age";
  const labelWidth = isAge
    ? 7
    : String(Math.max(threshold ?? 0, ...made.series(widest))).length + 1;
  const width = Math.min(columns - labelWidth - 3, widest);
  if (width < narrowest) {
    return null;
  }
  const raw = made.series(width);
  const unit = isAge ? unitOf(Math.max(threshold ?? 0, ...raw)) : { name: "", ms: 1 };
  const values = raw.map((value) => value / unit.ms);
  const line = threshold === null ? [] : [values.map(() => threshold / unit.ms)];
  const isPainted = paint("red", "x") !== "x";
  const chart = plot([...line, values], {
    height,
    min: 0,
    offset: 3,
    colors: isPainted ? [...(threshold === null ? [] : ["\u001b[31m"]), "\u001b[34m"] : [undefined],
    format: (value) => `${value.toFixed(isAge ? 1 : 0)}${unit.name}`.padStart(labelWidth),
  });
  const [from, to] = [instantText(made.window.fromMs), instantText(made.window.toMs)];
  const blank = " ".repeat(Math.max(1, values.length - from.length - to.length));
  return `${titleOf(made, threshold)}\n${chart.replaceAll(/ +$/gm, "")}\n${" ".repeat(labelWidth + 2)}${from}${blank}${to}`;
}

function titleOf({ sides, target }: Backtest, threshold: number | null): string {
  const key = sides[0]?.key ?? "max_age";
  const { subject } = target;
  const what =
    subject.kind === "loads"
      ? "the oldest age"
      : `the ${key === "max" ? "most" : "fewest"} rows in ${rowsWindowText(subject)}`;
  const line =
    threshold === null ? "" : `; the level line is ${key} ${thresholdText(key, threshold)}`;
  return `${what}, by parts of the time${line}`;
}

function unitOf(ms: number): (typeof units)[number] {
  return units.find((unit) => ms >= unit.ms) ?? units[3];
}
