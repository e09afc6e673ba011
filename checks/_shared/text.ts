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

const dayMs = 86_400_000;

/**
 * Rounded up to whole seconds, so that 1 h and 4 ms is not shown as the `1h` that would have been good; from
 * two days on to whole hours, and from two months on to whole days, where nobody reads more.
 */
export function shownAge(ageMs: DurationMs): string {
  const stepMs = ageMs < 2 * dayMs ? 1_000 : ageMs < 60 * dayMs ? 3_600_000 : dayMs;
  return formatDuration(Math.ceil(ageMs / stepMs) * stepMs);
}
