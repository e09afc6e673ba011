import type { DurationMs } from "../core/vocabulary.ts";

/** Longest first; the order in which units may follow one another. A year is 365 days, a week 7, as in Prometheus. */
const units = [
  ["y", 31_536_000_000],
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** Digits are bounded so that a hostile text costs nothing; the lookahead refuses the empty one. */
export const durationPattern =
  /^(?=\d)(?:(\d{1,15})y)?(?:(\d{1,15})w)?(?:(\d{1,15})d)?(?:(\d{1,15})h)?(?:(\d{1,15})m)?(?:(\d{1,15})s)?(?:(\d{1,15})ms)?$/;

/**
 * Reads `1h30m` as Prometheus does (model.ParseDuration): whole numbers with the units y w d h m s ms, in
 * that order, each at most once. Null for anything else, a bare number and a length above 2^53 − 1 ms included.
 */
export function parseDuration(text: string): DurationMs | null {
  const match = durationPattern.exec(text);
  if (match === null) {
    return null;
  }
  let ms = 0;
  for (const [index, [, unitMs]] of units.entries()) {
    ms += Number(match[index + 1] ?? 0) * unitMs;
  }
  return Number.isSafeInteger(ms) ? ms : null;
}

/**
 * The canonical text of a length of time, `1h30m`; zero is `0s`. Days are the longest unit written, because
 * `30d` and `28d` are what people say of windows.
 */
export function formatDuration(ms: DurationMs): string {
  let text = "";
  let rest = ms;
  for (const [unit, unitMs] of units) {
    const count = unit === "y" || unit === "w" ? 0 : Math.floor(rest / unitMs);
    if (count > 0) {
      text += `${count}${unit}`;
      rest -= count * unitMs;
    }
  }
  return text === "" ? "0s" : text;
}
