import type { EpochMs } from "../core/vocabulary.ts";

export const utcDayMs = 86_400_000;

/** The midnight that the UTC day of an instant begins with: costs are kept, and budgets of bytes run, by it. */
export function utcDayOf(ms: EpochMs): EpochMs {
  return Math.floor(ms / utcDayMs) * utcDayMs;
}
