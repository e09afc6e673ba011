/** How what looking cost is spelled. What a warehouse does not tell is never shown as nothing. */

import { formatBytes } from "../../core/bytes.ts";
import type { CostSum } from "../../core/cost.ts";
import { utcDayMs } from "../../time/utc-day.ts";
import type { ReportedCost } from "./document.ts";
import { lengthWords } from "./words.ts";

/** `36GB`, `at least 36GB` where some statements did not tell, `not known` where none did. */
export function bytesWords({ statements, toldStatements, bytes }: CostSum): string {
  if (statements === 0) {
    return "no statement";
  }
  if (bytes === null) {
    return "bytes not known";
  }
  return `${toldStatements < statements ? "at least " : ""}${formatBytes(bytes)}`;
}

/** Of the warehouse's time. */
export function secondsWords({ busyMs }: CostSum): string {
  return lengthWords(busyMs);
}

/** One sentence of a product in a period; null: the period has no UTC day, by which costs are kept. */
export function costSentence(cost: ReportedCost | null): string {
  if (cost === null) {
    return "What looking cost is kept by UTC day, and the period holds the noon of none.";
  }
  const { statements, toldStatements, busyMs } = cost;
  const days = `in the UTC days ${dayText(cost.fromMs)} to ${dayText(cost.toMs - utcDayMs)}`;
  if (statements === 0 && busyMs === 0) {
    return `Nothing was asked of a warehouse ${days}.`;
  }
  const silent = statements - toldStatements;
  const untold = silent > 0 && toldStatements > 0 ? ` (${silent} did not tell their bytes)` : "";
  const count = `${statements} ${statements === 1 ? "statement" : "statements"}${untold}`;
  const scanned = statements === 0 ? "" : `${bytesWords(cost)}, `;
  return `Looking cost ${scanned}${count} and ${secondsWords(cost)} of warehouse time ${days}.`;
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
