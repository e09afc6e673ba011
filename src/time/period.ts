import { Temporal } from "temporal-polyfill";
import type { CalendarPeriod, SloWindow } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { localDay } from "./calendar.ts";
import { formatDuration } from "./duration.ts";

/** Half-open. */
export interface Bounds {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

const dayMs = 86_400_000;

/** The longest that a period can be: a local day of 25 hours begins and ends it. */
const longestDays: Readonly<Record<CalendarPeriod, number>> = {
  day: 1,
  week: 7,
  month: 31,
  quarter: 92,
  year: 366,
};

type Step = (day: Temporal.PlainDate) => Temporal.PlainDate;

/** From a day to the first day of its period. */
const firstDay: Readonly<Record<CalendarPeriod, Step>> = {
  day: (day) => day,
  week: (day) => day.subtract({ days: day.dayOfWeek - 1 }),
  month: (day) => day.with({ day: 1 }),
  quarter: (day) => day.with({ month: day.month - ((day.month - 1) % 3), day: 1 }),
  year: (day) => day.with({ month: 1, day: 1 }),
};

/** From the first day of a period to the first day of the next. */
const nextFirstDay: Readonly<Record<CalendarPeriod, Step>> = {
  day: (first) => first.add({ days: 1 }),
  week: (first) => first.add({ days: 7 }),
  month: (first) => first.add({ months: 1 }),
  quarter: (first) => first.add({ months: 3 }),
  year: (first) => first.add({ years: 1 }),
};

/** What a window covers at `nowMs`: of a calendar window the whole period, its future included. */
export function boundsOf(window: SloWindow, nowMs: EpochMs): Bounds {
  return window.kind === "rolling"
    ? { fromMs: nowMs - window.lengthMs, toMs: nowMs }
    : periodAt(window.period, window.timezone, nowMs);
}

/** The one asked for last: a scrape asks for that of now once for every SLO, and it takes 20 µs to reckon. */
const lastPeriods = new BoundedCache<{ bounds: Bounds | null }>(2_000);

/**
 * The local period that `atMs` lies in. It begins with the first instant of its first day, which is 01:00 where
 * the clocks leap over midnight. Throws `RangeError` for a zone that does not exist.
 */
export function periodAt(period: CalendarPeriod, timezone: string, atMs: EpochMs): Bounds {
  const last = lastPeriods.get(`${period} ${timezone}`, () => ({ bounds: null }));
  if (last.bounds === null || atMs < last.bounds.fromMs || atMs >= last.bounds.toMs) {
    last.bounds = reckonPeriod(period, timezone, atMs);
  }
  return last.bounds;
}

function reckonPeriod(period: CalendarPeriod, timezone: string, atMs: EpochMs): Bounds {
  const first = firstDay[period](Temporal.PlainDate.from(localDay(atMs, timezone)));
  return {
    fromMs: first.toZonedDateTime(timezone).epochMilliseconds,
    toMs: nextFirstDay[period](first).toZonedDateTime(timezone).epochMilliseconds,
  };
}

/** How far back a window can reach. */
export function longestMs(window: SloWindow): DurationMs {
  return window.kind === "rolling" ? window.lengthMs : (longestDays[window.period] + 1) * dayMs;
}

/** As people read it: `30d`, or `month in Europe/Berlin`. */
export function formatWindow(window: SloWindow): string {
  return window.kind === "rolling"
    ? formatDuration(window.lengthMs)
    : `${window.period} in ${window.timezone}`;
}
