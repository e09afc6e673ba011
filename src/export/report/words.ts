/** How the printed forms spell figures, so that text and page say the same. */
import type { EpochMs, Ppm } from "../../core/vocabulary.ts";
import type { SloStatus } from "../../slo/evaluate.ts";
import { formatDuration } from "../../time/duration.ts";
import { instantOfLocal, zonedMoment } from "../../time/zone.ts";
import type { Verdict } from "./verdict.ts";

type Unit = SloStatus["unit"];

export const verdictWords: Readonly<Record<Verdict, string>> = {
  unjudged: "nothing to judge",
  unseen: "not seen",
  broken: "broken",
  below: "below its objective",
  uncertain: "kept as far as known",
  kept: "kept",
};

/** What is not known, or has nothing to be divided by: never 0 and never 100. */
const none = "–";

/**
 * A share as percent, rounded to the cautious side: what was reached or is left `down`, what was spent `up`. Exactly
 * nothing and all are `0%` and `100%`; what only comes close is never written like them.
 */
export function percentWords(
  share: number | null,
  rounded: "down" | "up" = "down",
  decimals = 1,
): string {
  if (share === null) {
    return none;
  }
  const perWhole = 100 * 10 ** decimals;
  const exact = share * perWhole;
  // A share is a quotient of two numbers: 0.57 is written as 57, although its product with 100 is less.
  const nearest = Math.round(exact);
  const isWhole = Math.abs(exact - nearest) < 1e-6;
  const steps = isWhole ? nearest : rounded === "down" ? Math.floor(exact) : Math.ceil(exact);
  const isFalse = (steps === 0 && share !== 0) || (steps === perWhole && share !== 1);
  const away = share < 0 || (share > 0.5 && share < 1) ? -1 : 1;
  const percent = (isFalse ? steps + away : steps) / 10 ** decimals;
  return share === 0 || share === 1 ? `${percent}%` : `${percent.toFixed(decimals)}%`;
}

/** An SLI, with as many decimals as tell whether it is below the objective. */
export function sliWords(sli: number | null, objectivePpm: Ppm): string {
  return percentWords(sli, "down", objectivePpm % 10 === 0 ? 3 : 4);
}

/** An amount in the unit of an SLO: `1h30m`, or `2 deliveries`. */
export function amountWords(amount: number, unit: Unit): string {
  return unit === "time"
    ? lengthWords(amount)
    : `${countWords(amount)} ${nounOf(unit, amount === 1)}`;
}

/** `1h30m of 3h36m`, or `2 of 0.31 deliveries`. */
export function partWords(part: number, whole: number, unit: Unit): string {
  return unit === "time"
    ? `${lengthWords(part)} of ${lengthWords(whole)}`
    : `${countWords(part)} of ${countWords(whole)} ${nounOf(unit, whole === 1)}`;
}

/** What an objective is a share of. */
export function wholeWords(unit: Unit): string {
  return unit === "time" ? "the time" : `the ${nounOf(unit, false)}`;
}

/** To the second from ten seconds on, and to the millisecond below. */
export function lengthWords(ms: number): string {
  return formatDuration(ms >= 10_000 ? Math.round(ms / 1000) * 1000 : Math.round(ms));
}

/** Of a fraction three digits, which of a budget may be small. */
function countWords(count: number): string {
  return Number.isInteger(count) ? String(count) : String(Number(count.toPrecision(3)));
}

function nounOf(unit: Exclude<Unit, "time">, isOne: boolean): string {
  const [one, many] = unit === "deliveries" ? ["delivery", "deliveries"] : ["row", "rows"];
  return isOne ? one : many;
}

/** `2026-10-05 07:00:30 +02:00` in the report's zone. */
export function momentWords(ms: EpochMs, timezone: string): string {
  const { local, offset } = zonedMoment(ms, timezone);
  return `${local.slice(0, 19)} ${offset}`;
}

/**
 * `2026-10-05 07:00`, where the zone is said elsewhere: with seconds unless they are 0, and with the offset where the
 * clocks show this time twice.
 */
export function shortMoment(ms: EpochMs, timezone: string): string {
  const { local, offset } = zonedMoment(ms, timezone);
  const time = local.slice(17, 19) === "00" ? local.slice(0, 16) : local.slice(0, 19);
  return isTwice(local, timezone) ? `${time} ${offset}` : time;
}

function isTwice(local: string, timezone: string): boolean {
  const earlier = instantOfLocal(local, timezone, Number.NEGATIVE_INFINITY);
  return earlier !== instantOfLocal(local, timezone, Number.POSITIVE_INFINITY);
}

/** What people wrote, as one line without control characters: it may go to a terminal. */
export function plainLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
