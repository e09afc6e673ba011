import type { Deadline, DeadlineSli } from "../core/sli.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { isDayInCalendar } from "./calendar.ts";
import { type DayNumber, dayAt, instantOn, startOf } from "./local-day.ts";

/**
 * The deadlines of expected deliveries: a local time of day on the days of a calendar (slo.md §1 B).
 *
 * A time that the clocks leap over is as far after the gap as it was into it, one that exists twice is the
 * first (RFC 5545). A gap at the end of a day (Nuuk leaps from 23:00 to midnight) takes its deadline into the
 * next local day, so that days are looked at from one before the stretch.
 */

/** How far a deadline is looked for: more than a year, so that one day a year is found. */
const furthestDays = 400;

export const timeOfDayPattern = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

/** A local time of day, `07:00` or `07:00:30`, in milliseconds from midnight. Null for anything else. */
export function parseTimeOfDay(text: string): DurationMs | null {
  const match = timeOfDayPattern.exec(text);
  if (match === null) {
    return null;
  }
  const [, hours = "", minutes = "", seconds = "0"] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

/** `07:00`, and `07:00:30` where it is no whole minute. */
export function formatTimeOfDay(timeMs: DurationMs): string {
  const text = new Date(timeMs).toISOString().slice(11, 19);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}

/**
 * The deadlines due in `[fromMs, toMs)`, ascending. Throws `RangeError` for a time of day or a zone that does not
 * exist.
 */
export function deadlinesBetween(
  sli: DeadlineSli,
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly Deadline[] {
  const found: Deadline[] = [];
  if (toMs <= fromMs) {
    return found;
  }
  const timeMs = timeOf(sli);
  const lastDay = dayAt(toMs - 1, sli.timezone);
  let previousMs: EpochMs | null = null;
  for (let day = dayAt(fromMs, sli.timezone) - 1; day <= lastDay; day += 1) {
    const dueMs = isExpected(sli, day) ? instantOn(day, timeMs, sli.timezone) : null;
    if (dueMs !== null && dueMs >= fromMs && dueMs < toMs) {
      const afterMs: EpochMs | null = previousMs ?? dueBefore(sli, day);
      found.push(deadlineOf(sli, day, dueMs, afterMs));
    }
    previousMs = dueMs ?? previousMs;
  }
  return found;
}

/** The last deadline at or before `atMs`; null where there is none within 400 days. Throws as `deadlinesBetween`. */
export function lastDeadline(sli: DeadlineSli, atMs: EpochMs): Deadline | null {
  const timeMs = timeOf(sli);
  const today = dayAt(atMs, sli.timezone);
  for (let day = today; day >= today - furthestDays; day -= 1) {
    const dueMs = isExpected(sli, day) ? instantOn(day, timeMs, sli.timezone) : null;
    if (dueMs !== null && dueMs <= atMs) {
      return deadlineOf(sli, day, dueMs, dueBefore(sli, day));
    }
  }
  return null;
}

/** The first deadline after `afterMs`; null where there is none within 400 days. Throws as `deadlinesBetween`. */
export function nextDeadline(sli: DeadlineSli, afterMs: EpochMs): Deadline | null {
  const timeMs = timeOf(sli);
  const today = dayAt(afterMs, sli.timezone);
  for (let day = today - 1; day <= today + furthestDays; day += 1) {
    const dueMs = isExpected(sli, day) ? instantOn(day, timeMs, sli.timezone) : null;
    if (dueMs !== null && dueMs > afterMs) {
      return deadlineOf(sli, day, dueMs, dueBefore(sli, day));
    }
  }
  return null;
}

function deadlineOf(
  sli: DeadlineSli,
  day: DayNumber,
  dueMs: EpochMs,
  previousMs: EpochMs | null,
): Deadline {
  const openingMs = sli.opensMs === null ? startOf(day, sli.timezone) : dueMs - sli.opensMs;
  return { opensMs: Math.max(openingMs, previousMs ?? openingMs), dueMs };
}

/** When the delivery before that of `day` was due. */
function dueBefore(sli: DeadlineSli, day: DayNumber): EpochMs | null {
  for (let earlier = day - 1; earlier >= day - furthestDays; earlier -= 1) {
    if (isExpected(sli, earlier)) {
      return instantOn(earlier, timeOf(sli), sli.timezone);
    }
  }
  return null;
}

/** A day without length was skipped when its zone crossed the date line, and has no delivery. */
function isExpected({ calendar, timezone }: DeadlineSli, day: DayNumber): boolean {
  return (
    (calendar === null || isDayInCalendar(calendar, day)) &&
    startOf(day, timezone) < startOf(day + 1, timezone)
  );
}

function timeOf(sli: DeadlineSli): DurationMs {
  const timeMs = parseTimeOfDay(sli.by);
  if (timeMs === null) {
    throw new RangeError(`\`${sli.by}\` is no time of day`);
  }
  return timeMs;
}
