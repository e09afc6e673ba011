import { Temporal } from "temporal-polyfill";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { BoundedCache } from "./bounded-cache.ts";

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

/**
 * The local day that `ms` lies in. Found between the starts of days, which are kept, and not by the offset, which
 * would take a look-up of Temporal for each status; an hour that clocks set back over midnight repeat belongs to the
 * later day. Throws `RangeError` for a zone that does not exist.
 */
export function dayAt(ms: EpochMs, zone: string): DayNumber {
  const start = startsIn(zone);
  let day = Math.floor(ms / dayMs);
  while (ms < start(day)) {
    day -= 1;
  }
  while (ms >= start(day + 1)) {
    day += 1;
  }
  return day;
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

/** From a day to an instant of it. Whoever walks over many days asks for it once. */
export type InstantOf = (day: DayNumber) => EpochMs;

/** The first instant of a local day, 01:00 where the clocks leap over midnight. */
export function startOf(day: DayNumber, zone: string): EpochMs {
  return startsIn(zone)(day);
}

/** As `startOf`, for all days. */
export function startsIn(zone: string): InstantOf {
  return zone === "UTC"
    ? (day) => day * dayMs
    : kept(zone, (day) => plainDate(day).toZonedDateTime(zone));
}

/**
 * The instant at which the clocks show a time of day: as far after a gap as it was into it, the first of two
 * (RFC 5545, 3.3.5; Temporal's `compatible`).
 */
export function instantOn(day: DayNumber, timeOfDayMs: DurationMs, zone: string): EpochMs {
  return instantsAt(timeOfDayMs, zone)(day);
}

/** As `instantOn`, for all days. */
export function instantsAt(timeOfDayMs: DurationMs, zone: string): InstantOf {
  if (zone === "UTC") {
    return (day) => day * dayMs + timeOfDayMs;
  }
  return kept(`${zone} ${timeOfDayMs}`, (day) =>
    plainDate(day)
      .toPlainDateTime()
      .add({ milliseconds: timeOfDayMs })
      .toZonedDateTime(zone, { disambiguation: "compatible" }),
  );
}

function kept(key: string, make: (day: DayNumber) => Temporal.ZonedDateTime): InstantOf {
  const days = instants.get(key, () => new Map<DayNumber, EpochMs>());
  return (day) => {
    const known = days.get(day);
    if (known !== undefined) {
      return known;
    }
    const ms = make(day).epochMilliseconds;
    if (days.size >= mostDays) {
      days.clear();
    }
    days.set(day, ms);
    return ms;
  };
}

function plainDate(day: DayNumber): Temporal.PlainDate {
  return Temporal.PlainDate.from(dayText(day));
}
