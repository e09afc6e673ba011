import type { Calendar, Weekday } from "../../core/calendar.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import { expiresMs } from "../../time/calendar.ts";
import { calendarFields, weekdays } from "../daemon-file.ts";
import { type Fields, readPiece } from "../piece.ts";
import { clip, type Path, type Report } from "../problems.ts";
import { hintFor } from "../suggest.ts";
import type { CalendarPiece, DaemonPieces } from "./pieces.ts";
import { zoneNames } from "./schedule.ts";

/** So long before a calendar ends its owner is told of it. */
const warnedMs = 30 * 86_400_000;

/** Judges one calendar of tidemark.yaml by itself; null after a problem was reported. */
export function calendarOf(value: Fields, at: Path, report: Report): CalendarPiece | null {
  const { whole, known } = readPiece(calendarFields, value, at, report, {
    near: { timezone: zoneNames },
  });
  const isOnce = [
    isEachOnce(known.days ?? [], [...at, "days"], report),
    isEachOnce(known.holidays ?? [], [...at, "holidays"], report),
  ].every(Boolean);
  if (whole === null || !isOnce) {
    return null;
  }
  const calendar: Calendar = {
    name: String(at.at(-1)),
    timezone: whole.timezone,
    days: new Set(whole.days.map((day) => (weekdays.indexOf(day) + 1) as Weekday)),
    holidays: new Set(whole.holidays),
    validUntil: whole.valid_until ?? null,
  };
  if (calendar.validUntil === null && calendar.holidays.size > 0) {
    const message = "`holidays` are listed, and nothing says until when they are known";
    report.warning("TM_CONFIG_CALENDAR_OPEN", [...at, "holidays"], message, {
      spot: "key",
      hint: "add `valid_until`, the last day that the list is complete for",
    });
  }
  return { at, calendar };
}

function isEachOnce(entries: readonly string[], at: Path, report: Report): boolean {
  const repeated = entries.flatMap((entry, index) =>
    entries.indexOf(entry) < index ? [{ entry, index }] : [],
  );
  for (const { entry, index } of repeated) {
    report.error("TM_CONFIG_DUPLICATE", [...at, index], `\`${entry}\` is listed twice`);
  }
  return repeated.length === 0;
}

/** The calendar of that name, or null: after a problem was reported here, or with the calendar itself. */
export function calendarNamed(
  name: string,
  at: Path,
  daemon: DaemonPieces,
  report: Report,
): Calendar | null {
  if (!daemon.calendars.has(name)) {
    const message = `\`${clip(name)}\` is no calendar of tidemark.yaml`;
    const hint = hintFor(name, [...daemon.calendars.keys()], "calendar");
    report.error("TM_CONFIG_REFERENCE", at, message, { hint });
  }
  return daemon.calendars.get(name)?.calendar ?? null;
}

/**
 * Reports the calendars among `used` that have ended, or will soon. An ended one makes an error and still a
 * mesh: a daemon that watches everything else is worth more than none, and the checks that go by the calendar
 * say themselves that they cannot be judged.
 */
export function checkEnds(
  daemon: DaemonPieces,
  used: ReadonlySet<string>,
  nowMs: EpochMs,
  report: Report,
): void {
  for (const name of used) {
    const piece = daemon.calendars.get(name);
    const endMs = piece ? expiresMs(piece.calendar, piece.calendar.timezone) : null;
    if (piece && endMs !== null && endMs <= nowMs + warnedMs) {
      const { validUntil } = piece.calendar;
      const at = [...piece.at, "valid_until"];
      const hint = "add the holidays that follow, and move `valid_until` on";
      if (endMs <= nowMs) {
        const message = `the calendar \`${name}\` ended with ${validUntil}, and is used`;
        report.error("TM_CONFIG_CALENDAR_EXPIRED", at, message, { hint });
      } else {
        const message = `the calendar \`${name}\` ends with ${validUntil}, in less than 30 days`;
        report.warning("TM_CONFIG_CALENDAR_EXPIRED", at, message, { hint });
      }
    }
  }
}
