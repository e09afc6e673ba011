import type { Deadline, DeadlineSli } from "../core/sli.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { isDayInCalendar } from "./calendar.ts";
import { type DayNumber, dayAt, type InstantOf, instantsAt, startsIn } from "./local-day.ts";

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
  const days = daysOf(sli);
  const lastDay = dayAt(toMs - 1, sli.timezone);
  let previousMs: EpochMs | null = null;
  for (let day = dayAt(fromMs, sli.timezone) - 1; day <= lastDay; day += 1) {
    const dueMs = dueOn(days, day);
    if (dueMs !== null && dueMs >= fromMs && dueMs < toMs) {
      const afterMs: EpochMs | null = previousMs ?? dueBefore(days, day);
      found.push(deadlineOf(days, day, dueMs, afterMs));
    }
    previousMs = dueMs ?? previousMs;
  }
  return found;
}

/** The last deadline at or before `atMs`; null where there is none within 400 days. Throws as `deadlinesBetween`. */
export function lastDeadline(sli: DeadlineSli, atMs: EpochMs): Deadline | null {
  const days = daysOf(sli);
  const today = dayAt(atMs, sli.timezone);
  for (let day = today; day >= today - furthestDays; day -= 1) {
    const dueMs = dueOn(days, day);
    if (dueMs !== null && dueMs <= atMs) {
      return deadlineOf(days, day, dueMs, dueBefore(days, day));
    }
  }
  return null;
}

/** The first deadline after `afterMs`; null where there is none within 400 days. Throws as `deadlinesBetween`. */
export function nextDeadline(sli: DeadlineSli, afterMs: EpochMs): Deadline | null {
  const days = daysOf(sli);
  const today = dayAt(afterMs, sli.timezone);
  for (let day = today - 1; day <= today + furthestDays; day += 1) {
    const dueMs = dueOn(days, day);
    if (dueMs !== null && dueMs > afterMs) {
      return deadlineOf(days, day, dueMs, dueBefore(days, day));
    }
  }
  return null;
}

/** A promise's days, as they are walked over. */
interface Days {
  readonly sli: DeadlineSli;
  readonly startOf: InstantOf;
  readonly timeOf: InstantOf;
}

function daysOf(sli: DeadlineSli): Days {
  const timeMs = parseTimeOfDay(sli.by);
  if (timeMs === null) {
    throw new RangeError(`\`${sli.by}\` is no time of day`);
  }
  return { sli, startOf: startsIn(sli.timezone), timeOf: instantsAt(timeMs, sli.timezone) };
}

function deadlineOf(
  { sli: { opensMs }, startOf }: Days,
  day: DayNumber,
  dueMs: EpochMs,
  previousMs: EpochMs | null,
): Deadline {
  const openingMs = opensMs === null ? startOf(day) : dueMs - opensMs;
  return { opensMs: Math.max(openingMs, previousMs ?? openingMs), dueMs };
}

/** When the delivery before that of `day` was due. */
function dueBefore(days: Days, day: DayNumber): EpochMs | null {
  for (let earlier = day - 1; earlier >= day - furthestDays; earlier -= 1) {
    const dueMs = dueOn(days, earlier);
    if (dueMs !== null) {
      return dueMs;
    }
  }
  return null;
}

/**
 * When the delivery of a day is due; null where none is expected. A day without length was skipped when its zone
 * crossed the date line, and has no delivery.
 */
function dueOn({ sli: { calendar }, startOf, timeOf }: Days, day: DayNumber): EpochMs | null {
  const isExpected =
    (calendar === null || isDayInCalendar(calendar, day)) && startOf(day) < startOf(day + 1);
  return isExpected ? timeOf(day) : null;
}
