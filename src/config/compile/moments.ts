import type { EpochMs } from "../../core/vocabulary.ts";
import { dayStart, instantOfLocal } from "../../time/zone.ts";

/**
 * The instant of a day (its start), a local time, or an instant with its offset. Of a local time that exists
 * twice the first, and of one that the clocks leap over as far after the gap as it was into it (RFC 5545).
 * Null when there is no such time of day.
 */
export function momentOf(text: string, zone: string): EpochMs | null {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    return dayStart(text, zone);
  }
  if (/(?:Z|[+-]\d\d:\d\d)$/.test(text)) {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? null : ms;
  }
  return instantOfLocal(text, zone, Number.NEGATIVE_INFINITY);
}

/** A day or a local time as `2026-03-01T02:00:00`. */
export function wholeLocalTime(text: string): string {
  return `${text}${"T00:00:00".slice(text.length - 10)}`;
}
