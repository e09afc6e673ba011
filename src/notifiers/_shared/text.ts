import type { DurationMs, EpochMs } from "../../core/vocabulary.ts";

/**
 * Text from a file or a warehouse as one line of at most `maxLength` UTF-16 units, without characters
 * that steer a terminal, a mail header or the direction of writing. Markup is left as it stands:
 * each channel knows its own.
 */
export function plain(text: string, maxLength: number): string {
  // Cut before it is searched: a name of a megabyte must not cost more than a short one.
  const line = text
    .slice(0, maxLength * 2 + 100)
    .replace(/\p{Cf}/gu, "")
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, " ")
    .trim();
  if (line.length <= maxLength) {
    return line;
  }
  // The cut may fall between the halves of a surrogate pair; the half left over is dropped.
  return `${line.slice(0, maxLength - 1).replace(/\p{Cs}/gu, "")}…`;
}

/** Shows at most `max` of the texts and says how many were left out. */
export function listed(texts: readonly string[], max: number): string {
  const shown = texts.slice(0, max).map((text) => plain(text, 80));
  const rest = texts.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** `2026-07-01T05:00:00Z` */
export function utc(ms: EpochMs): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const units: readonly (readonly [name: string, ms: number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** A length of time in its two largest units, cut off: `2 hours 5 minutes`. */
export function inWords(durationMs: DurationMs): string {
  const index = units.findIndex(([, ms]) => durationMs >= ms);
  const parts: string[] = [];
  let restMs = durationMs;
  for (const [name, ms] of index < 0 ? [] : units.slice(index, index + 2)) {
    const count = Math.floor(restMs / ms);
    restMs -= count * ms;
    if (count > 0) {
      parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
    }
  }
  return parts.length === 0 ? "less than a second" : parts.join(" ");
}
