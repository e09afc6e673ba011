import type { CalendarPeriod } from "../../core/mesh.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import { localDay } from "../../time/calendar.ts";
import { parseDuration } from "../../time/duration.ts";
import { type Bounds, periodAt } from "../../time/period.ts";
import { dayStart } from "../../time/zone.ts";

/** The forms that a period may be written in, for help and for refusals. */
export const periodForms =
  "`2026`, `2026-Q3`, `2026-10`, `2026-W43`, `2026-10-05`, the last of something such as `1h` or `30d`, or `2026-10-01T06:00:00Z/2026-10-02T06:00:00Z`";

/**
 * What a period covers: a local one of `timezone`, a time back from `nowMs`, or from one instant to another. Null
 * for text of no known form, for a period that does not exist, and for one that does not end after it begins.
 */
export function periodOf(text: string, timezone: string, nowMs: EpochMs): Bounds | null {
  const durationMs = parseDuration(text);
  if (durationMs !== null) {
    const isSensible = durationMs > 0 && durationMs <= nowMs;
    return isSensible ? { fromMs: nowMs - durationMs, toMs: nowMs } : null;
  }
  return text.includes("/") ? between(text) : localPeriod(text, timezone);
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

function between(text: string): Bounds | null {
  const [from = "", to = "", ...rest] = text.split("/");
  if (rest.length > 0 || !instant.test(from) || !instant.test(to)) {
    return null;
  }
  const bounds = { fromMs: instantOf(from), toMs: instantOf(to) };
  return bounds.fromMs < bounds.toMs ? bounds : null;
}

/** NaN for what is none: `Date.parse` alone would take 31 February for 3 March. */
function instantOf(text: string): EpochMs {
  return dayStart(text.slice(0, 10), "UTC") === null ? Number.NaN : Date.parse(text);
}

function localPeriod(text: string, timezone: string): Bounds | null {
  const [, year = "", rest = ""] = /^(\d{4})(?:-(.+))?$/.exec(text) ?? [];
  const found = year === "" ? null : dayIn(year, rest);
  const startMs = found === null ? null : dayStart(found.day, timezone);
  if (found === null || startMs === null) {
    return null;
  }
  // Islands that moved over the date line leapt over a whole day.
  const isLeaptOver = found.period === "day" && localDay(startMs, timezone) !== found.day;
  return isLeaptOver ? null : periodAt(found.period, timezone, startMs);
}

/** A day that lies in the period. */
function dayIn(year: string, rest: string): { period: CalendarPeriod; day: string } | null {
  if (rest === "") {
    return { period: "year", day: `${year}-01-01` };
  }
  if (/^\d\d$/.test(rest)) {
    return { period: "month", day: `${year}-${rest}-01` };
  }
  if (/^\d\d-\d\d$/.test(rest)) {
    return { period: "day", day: `${year}-${rest}` };
  }
  const quarter = /^Q([1-4])$/.exec(rest)?.[1];
  if (quarter !== undefined) {
    const month = String(Number(quarter) * 3 - 2).padStart(2, "0");
    return { period: "quarter", day: `${year}-${month}-01` };
  }
  const week = /^W(\d\d)$/.exec(rest)?.[1];
  return week === undefined ? null : dayInWeek(Number(year), Number(week));
}

const dayMs = 86_400_000;

/** ISO 8601: the first week is that of 4 January; its Thursday decides which year a week belongs to. */
function dayInWeek(year: number, week: number): { period: CalendarPeriod; day: string } | null {
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * dayMs;
  const thursday = new Date(monday + ((week - 1) * 7 + 3) * dayMs);
  return week < 1 || thursday.getUTCFullYear() !== year
    ? null
    : { period: "week", day: thursday.toISOString().slice(0, 10) };
}
