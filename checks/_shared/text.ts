import type { DurationMs } from "../../src/core/vocabulary.ts";
import { formatDuration } from "../../src/time/duration.ts";

const longestName = 64;

/**
 * A name from the catalogue or the configuration, fit for a sentence: at most 64 characters, and without
 * control, format and line-breaking characters, since such a name may be anybody's.
 */
export function shownName(name: string): string {
  return `"${shown(name)}"`;
}

/** As `shownName`, without the quotation marks: for types. */
export function shown(text: string): string {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  const characters = Array.from(clean);
  return characters.length <= longestName
    ? clean
    : `${characters.slice(0, longestName - 1).join("")}…`;
}

/** `1,234 rows`; exact for every size. */
export function shownCount(count: bigint | number, singular: string): string {
  return `${shownNumber(count)} ${count === 1 || count === 1n ? singular : `${singular}s`}`;
}

export function shownNumber(count: bigint | number): string {
  return count.toLocaleString("en-US");
}

/** Rounded up to whole seconds: 1 h and 4 ms is not shown as the `1h` that would have been good. */
export function shownAge(ageMs: DurationMs): string {
  return formatDuration(Math.ceil(ageMs / 1000) * 1000);
}
