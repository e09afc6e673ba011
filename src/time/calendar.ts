import type { Calendar } from "../core/calendar.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { type DayNumber, dayAt, dayNumber, dayText, startOf, weekdayOf } from "./local-day.ts";
import { dayEnd } from "./zone.ts";

/** How far ahead a day of a calendar is looked for: more than a year, so that one day a year is found. */
const furthestDays = 400;

/** The local day that `ms` lies in, `2026-03-29`. Throws `RangeError` for a zone that does not exist. */
export function localDay(ms: EpochMs, zone: string): string {
  return dayText(dayAt(ms, zone));
}

/** Whether something is expected on the local day (`2026-03-29`). Throws `RangeError` for what is no day. */
export function isInCalendar(calendar: Calendar, day: string): boolean {
  return isDayInCalendar(calendar, dayNumber(day));
}

/** As `isInCalendar`, for those who count days. Throws `RangeError` for a calendar with a holiday that is no day. */
export function isDayInCalendar({ days, holidays }: Calendar, day: DayNumber): boolean {
  const weekdays: ReadonlySet<number> = days;
  return weekdays.has(weekdayOf(day)) && !(holidays.size > 0 && numbersOf(holidays).has(day));
}

/** To write a day as text takes 1 µs, which every status would spend on each of a year's days. */
const holidayNumbers = new WeakMap<ReadonlySet<string>, ReadonlySet<DayNumber>>();

function numbersOf(holidays: ReadonlySet<string>): ReadonlySet<DayNumber> {
  const known = holidayNumbers.get(holidays);
  if (known !== undefined) {
    return known;
  }
  const numbers = new Set([...holidays].map(dayNumber));
  holidayNumbers.set(holidays, numbers);
  return numbers;
}

/**
 * The start of the next local day in the calendar where the day of `atMs` is none, else null. Where there is none
 * within 400 days, as in a calendar without weekdays, the end of those: it is asked again then.
 */
export function idleUntil(calendar: Calendar, zone: string, atMs: EpochMs): EpochMs | null {
  const today = dayAt(atMs, zone);
  let day = today;
  while (day < today + furthestDays && !isDayInCalendar(calendar, day)) {
    day += 1;
  }
  return day === today ? null : startOf(day, zone);
}

/**
 * From when on the calendar's holidays are no longer known: the end of `validUntil`'s local day. Null: never.
 * Throws `RangeError` for a zone that does not exist.
 */
export function expiresMs(calendar: Calendar, zone: string): EpochMs | null {
  return calendar.validUntil === null ? null : dayEnd(calendar.validUntil, zone);
}
