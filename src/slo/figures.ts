import type { DurationMs, Ppm } from "../core/vocabulary.ts";
import { formatPercent } from "../time/percent.ts";
import { wholePpm } from "./ratio.ts";

/** Figures as they stand in sentences about an objective. */

/** `138.9 %`, of a share. */
export function percentText(share: number, decimals = 1): string {
  return `${(share * 100).toFixed(decimals)} %`;
}

/** `99.5 %`, of an objective. */
export function objectiveText(ppm: Ppm): string {
  return formatPercent(ppm).replace("%", " %");
}

/**
 * The strictest objective whose budget over `whole` holds `count` costs of `cost` each, as text with three
 * decimals; rounded down, so that it does hold them. Null when there is none.
 */
export function strictestWith(count: number, cost: number, whole: number): string | null {
  const room = BigInt(whole) - BigInt(count) * BigInt(cost);
  const thousandths = room <= 0n ? 0n : (room * 100_000n) / BigInt(whole);
  return thousandths === 0n ? null : objectiveText((Number(thousandths) * wholePpm) / 100_000);
}

const cadenceWords: ReadonlyMap<DurationMs, string> = new Map([
  [3_600_000, "hourly probe"],
  [86_400_000, "daily probe"],
  [604_800_000, "weekly probe"],
]);

/** `hourly probe`, or null where a cadence has no word. */
export function cadenceWord(cadenceMs: DurationMs): string | null {
  return cadenceWords.get(cadenceMs) ?? null;
}
