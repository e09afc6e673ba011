import type { Calendar } from "../../src/core/calendar.ts";
import type { Schedule } from "../../src/core/mesh.ts";
import type { DurationMs, EpochMs } from "../../src/core/vocabulary.ts";
import { isDayInCalendar } from "../../src/time/calendar.ts";
import { dayText, instantOn } from "../../src/time/local-day.ts";
import { wallClockOffset } from "../../src/time/zone.ts";

/**
 * Whole local days and hours. They are counted on the zone's clocks, delay included, so that a cron time of the
 * same zone meets each of them once. A day has 23 or 25 hours when clocks change; an hour that exists twice is one
 * of two hours, since times without zone cannot tell its halves apart, and one that is leapt over is none.
 */
export interface Unit {
  /** Its start on the clocks, as if they were in UTC. */
  readonly wallMs: number;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A day ahead that a calendar expects data on is looked for so far: one day a year is found. */
const furthestDays = 400;

/** `window` of a check with `complete`. */
export const unitLengths: readonly DurationMs[] = [dayMs, hourMs];

/** The last local day, or hour, that was over at least `delayMs` ago. */
export function lastUnit(
  lengthMs: DurationMs,
  delayMs: DurationMs,
  zone: string,
  nowMs: EpochMs,
): Unit {
  const wallMs = nowMs + wallClockOffset(nowMs, zone) - delayMs;
  let toWallMs = Math.floor(wallMs / lengthMs) * lengthMs;
  const toMs = instantOf(toWallMs, zone);
  let fromMs = toMs;
  while (fromMs >= toMs) {
    toWallMs -= lengthMs;
    fromMs = instantOf(toWallMs, zone);
  }
  return { wallMs: toWallMs, fromMs, toMs };
}

/** `on 2026-01-14`, or `on 2026-01-14 from 13:00 to 14:00`. */
export function shownUnit({ wallMs }: Unit, lengthMs: DurationMs): string {
  const day = `on ${dayText(dayOf(wallMs))}`;
  const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
  return lengthMs === dayMs ? day : `${day} from ${clock(wallMs)} to ${clock(wallMs + lengthMs)}`;
}

/** When each day, or hour, is judged: `delayMs` after its end on the zone's clocks, in whole minutes. */
export function unitSchedule(lengthMs: DurationMs, delayMs: DurationMs, zone: string): Schedule {
  const minutes = Math.floor((delayMs % lengthMs) / minuteMs);
  const hour = lengthMs === dayMs ? String(Math.floor(minutes / 60)) : "*";
  return { kind: "cron", expression: `${minutes % 60} ${hour} * * *`, timezone: zone };
}

/**
 * Until when no unit is judged that the calendar expects data in; null where the one judged at `nowMs` is such.
 * Bounded as `idleUntil` of calendars is.
 */
export function unitIdleUntil(
  calendar: Calendar,
  { lengthMs, delayMs }: { readonly lengthMs: DurationMs; readonly delayMs: DurationMs },
  zone: string,
  nowMs: EpochMs,
): { readonly untilMs: EpochMs; readonly day: string } | null {
  const today = dayOf(lastUnit(lengthMs, delayMs, zone, nowMs).wallMs);
  let day = today;
  while (day < today + furthestDays && !isDayInCalendar(calendar, day)) {
    day += 1;
  }
  return day === today
    ? null
    : { untilMs: instantOf(day * dayMs + lengthMs + delayMs, zone), day: dayText(today) };
}

function dayOf(wallMs: number): number {
  return Math.floor(wallMs / dayMs);
}

function instantOf(wallMs: number, zone: string): EpochMs {
  const day = dayOf(wallMs);
  return instantOn(day, wallMs - day * dayMs, zone);
}
