import type { Backtest, BacktestSide } from "../app/backtest.ts";
import { formatDuration } from "../time/duration.ts";
import { formatPercent } from "../time/percent.ts";

/** A threshold as it is written in a product file: `1h30m`, `5000`, `07:15`. */
export function thresholdText(key: BacktestSide["key"], threshold: number): string {
  if (key === "max_age") {
    return formatDuration(threshold);
  }
  return key === "by" ? new Date(threshold).toISOString().slice(11, 16) : String(threshold);
}

/** `max_age: 1h`, and with quotes where YAML would read a number in base 60. */
export function yamlOf(key: BacktestSide["key"], threshold: number): string {
  const text = thresholdText(key, threshold);
  return `${key}: ${key === "by" ? `"${text}"` : text}`;
}

/** A share with as many decimals as tell `99.97 %` from 100 %; never rounded up to all. */
export function shareText(share: number, decimals = 2): string {
  const scale = 10 ** decimals;
  // What is less than a millionth of the last digit is rounding.
  const cut = Math.floor(share * 100 * scale + 1e-6) / scale;
  return `${cut.toFixed(decimals)} %`;
}

export function objectiveText(ppm: number): string {
  return formatPercent(ppm);
}

/** To the second, and above two days to the hour: nobody reads more. */
export function lengthText(ms: number): string {
  const stepMs = ms < 1_000 ? 1 : ms < 2 * 86_400_000 ? 1_000 : 3_600_000;
  return formatDuration(Math.round(ms / stepMs) * stepMs);
}

/** `a local day`, or `24h up to the moment`. */
export function rowsWindowText({
  windowMs,
  isComplete,
}: {
  readonly windowMs: number;
  readonly isComplete: boolean;
}): string {
  if (isComplete) {
    return windowMs === 86_400_000 ? "a local day" : "a local hour";
  }
  return `${formatDuration(windowMs)} up to the moment`;
}

/** `30d`, of the SLO that is proposed. */
export function windowText({ sloWindowMs }: Backtest): string {
  return formatDuration(sloWindowMs);
}

/** How a proposal is come by, in the words that the output and the documentation share. */
export function ruleText({ sides, sloWindowMs }: Pick<Backtest, "sides" | "sloWindowMs">): string {
  const room = sides.length === 1 ? "half" : "a quarter";
  const key = sides.map((side) => side.key).join(" and ");
  return (
    `for each usual objective the strictest round ${key} under which no ${formatDuration(sloWindowMs)} of this past ` +
    `would have spent more than ${room} of the budget; of these the strictest objective that \`validate\` has nothing ` +
    "against at this cadence and that needs no threshold far more lenient than the easiest one does"
  );
}

const lineWidth = 100;

/** A sentence in lines of at most a hundred characters, where its words are no longer than that. */
export function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > lineWidth) {
      lines.push(`${indent}${word}`);
    } else {
      lines[lines.length - 1] = `${last} ${word}`;
    }
  }
  return lines.join("\n");
}
