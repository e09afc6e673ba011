import { Temporal } from "temporal-polyfill";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { wallClockOffset } from "./zone.ts";

/**
 * Local days as whole numbers, counted from 1970-01-01. Deadlines and calendars walk over hundreds of days for
 * each of thousands of objectives, and share a handful of zones and times of day; Temporal takes 10 µs for each
 * instant, so that the instants are kept.
 */
export type DayNumber = number;

const dayMs = 86_400_000;

/** Days kept of one zone and time of day: ten years. */
const mostDays = 3_660;

const instants = new BoundedCache<Map<DayNumber, EpochMs>>(500);

/** The local day that `ms` lies in. Throws `RangeError` for a zone that does not exist. */
export function dayAt(ms: EpochMs, zone: string): DayNumber {
  const offsetMs = zone === "UTC" ? 0 : wallClockOffset(ms, zone);
  return Math.floor((ms + offsetMs) / dayMs);
}

/** `2026-03-29`. */
export function dayText(day: DayNumber): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The number of `2026-03-29`. Throws `RangeError` for what is no day. */
export function dayNumber(text: string): DayNumber {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || dayText(ms / dayMs) !== text) {
    throw new RangeError(`\`${text}\` is no day`);
  }
  return ms / dayMs;
}

/** ISO 8601, 1 is Monday: the first day of 1970 was a Thursday. */
export function weekdayOf(day: DayNumber): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** The first instant of a local day, 01:00 where the clocks leap over midnight. */
export function startOf(day: DayNumber, zone: string): EpochMs {
  return zone === "UTC" ? day * dayMs : kept(zone, day, () => plainDate(day).toZonedDateTime(zone));
}

/**
 * The instant at which the clocks show a time of day: as far after a gap as it was into it, the first of two
 * (RFC 5545, 3.3.5; Temporal's `compatible`).
 */
export function instantOn(day: DayNumber, timeOfDayMs: DurationMs, zone: string): EpochMs {
  if (zone === "UTC") {
    return day * dayMs + timeOfDayMs;
  }
  return kept(`${zone} ${timeOfDayMs}`, day, () =>
    plainDate(day)
      .toPlainDateTime()
      .add({ milliseconds: timeOfDayMs })
      .toZonedDateTime(zone, { disambiguation: "compatible" }),
  );
}

function kept(key: string, day: DayNumber, make: () => Temporal.ZonedDateTime): EpochMs {
  const days = instants.get(key, () => new Map<DayNumber, EpochMs>());
  const known = days.get(day);
  if (known !== undefined) {
    return known;
  }
  const ms = make().epochMilliseconds;
  if (days.size >= mostDays) {
    days.clear();
  }
  days.set(day, ms);
  return ms;
}

function plainDate(day: DayNumber): Temporal.PlainDate {
  return Temporal.PlainDate.from(dayText(day));
}
