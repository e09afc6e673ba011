import type { EpochMs } from "../../core/vocabulary.ts";
import type { SloStatus } from "../../slo/evaluate.ts";
import { formatDuration } from "../../time/duration.ts";
import { zonedMoment } from "../../time/zone.ts";
import type { Verdict } from "./document.ts";

/** How the printed forms spell figures, so that text and page say the same. */

export const verdictWords: Readonly<Record<Verdict, string>> = {
  unseen: "not seen",
  broken: "broken",
  behind: "behind",
  uncertain: "kept as far as known",
  kept: "kept",
};

/** A share as percent; what is not known is a dash, never 0 or 100. */
export function percentWords(share: number | null, decimals = 3): string {
  if (share === null) {
    return "–";
  }
  const text = (share * 100).toFixed(decimals);
  // A share short of the whole is not rounded up to it, nor one above nothing down to nothing.
  const whole = (100).toFixed(decimals);
  const none = (0).toFixed(decimals);
  const step = 10 ** -decimals;
  if (text === whole && share < 1) {
    return `${(100 - step).toFixed(decimals)} %`;
  }
  return `${text === none && share > 0 ? step.toFixed(decimals) : text} %`;
}

/** An amount in the unit of an SLO: `1h 30m`, or `2 deliveries`. */
export function amountWords(amount: number, unit: SloStatus["unit"]): string {
  if (unit !== "time") {
    const noun = unit === "deliveries" ? ["delivery", "deliveries"] : ["row", "rows"];
    return `${trimmed(amount)} ${amount === 1 ? noun[0] : noun[1]}`;
  }
  const wholeMs = amount >= 10_000 ? Math.round(amount / 1000) * 1000 : Math.round(amount);
  return wholeMs === 0 ? "0s" : formatDuration(wholeMs);
}

/** `2026-10-05 07:00:30 +02:00`, in the report's zone. */
export function momentWords(ms: EpochMs, timezone: string): string {
  const { local, offset } = zonedMoment(ms, timezone);
  return `${local.slice(0, 19)} ${offset}`;
}

/** `2026-10-05 07:00`, for places where the zone is said elsewhere. */
export function shortMoment(ms: EpochMs, timezone: string): string {
  return zonedMoment(ms, timezone).local.slice(0, 16);
}

function trimmed(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : amount.toFixed(2);
}
