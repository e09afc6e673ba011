import type { CalendarPeriod, SloWindow } from "../../core/mesh.ts";
import { formatDuration } from "../../time/duration.ts";
import type { TimeWindow } from "./documents.ts";
import { formatShorthand, parseShorthand, shorthandMs } from "./durations.ts";

/**
 * A Monday that begins a month, a quarter and a year, so that every calendar period can be counted from it. Its
 * midnight exists in every zone.
 */
const periodsStart = "2024-01-01 00:00:00";

const periodDurations: Readonly<Record<CalendarPeriod, string>> = {
  day: "1d",
  week: "1w",
  month: "1M",
  quarter: "1Q",
  year: "1Y",
};

/** Other ways to write a period. */
const periodsByDuration: ReadonlyMap<string, CalendarPeriod> = new Map([
  ...(Object.entries(periodDurations) as [CalendarPeriod, string][]).map(
    ([period, duration]) => [duration, period] as const,
  ),
  ["24h", "day"],
  ["7d", "week"],
  ["3M", "quarter"],
  ["12M", "year"],
  ["4Q", "year"],
]);

/** `isExact` is false where OpenSLO's whole minutes are too coarse; the length is then rounded up. */
export function timeWindowOf(window: SloWindow): {
  readonly timeWindow: TimeWindow;
  readonly isExact: boolean;
} {
  if (window.kind === "rolling") {
    const { text, isExact } = formatShorthand(window.lengthMs);
    return { timeWindow: { duration: text, isRolling: true }, isExact };
  }
  const calendar = { startTime: periodsStart, timeZone: window.timezone };
  const duration = periodDurations[window.period];
  return { timeWindow: { duration, isRolling: false, calendar }, isExact: true };
}

/** A window that has passed the rules, and what of it could not be kept. */
export function windowOf(timeWindow: TimeWindow): {
  readonly window: SloWindow;
  readonly lost: string | null;
} {
  const { duration, calendar } = timeWindow;
  const shorthand = parseShorthand(duration);
  const lengthMs = shorthand === null ? 0 : shorthandMs(shorthand);
  const rolling: SloWindow = { kind: "rolling", lengthMs };
  const days = formatDuration(lengthMs);
  if (calendar === undefined) {
    const isVague = shorthand !== null && "MQY".includes(shorthand.unit);
    const lost = `a rolling ${duration} has no fixed length; ${days} is what the official SDK takes it for`;
    return { window: rolling, lost: isVague ? lost : null };
  }
  const period = periodsByDuration.get(duration);
  const { startTime, timeZone } = calendar;
  if (period === undefined) {
    const lost = `a calendar window of ${duration} from ${startTime}; periods are day, week, month, quarter and year, and so the last ${days} are judged`;
    return { window: rolling, lost };
  }
  const window: SloWindow = { kind: "calendar", period, timezone: timeZone };
  const lost = `the start ${startTime}: a ${period} begins with its first day's midnight, a week on Monday`;
  return { window, lost: isPeriodStart(period, startTime) ? null : lost };
}

/** Whether a local time is the start of such a period. */
function isPeriodStart(period: CalendarPeriod, startTime: string): boolean {
  const date = new Date(`${startTime.replace(" ", "T")}Z`);
  const isFirst = date.getUTCDate() === 1;
  const isOnDay: Readonly<Record<CalendarPeriod, boolean>> = {
    day: true,
    week: date.getUTCDay() === 1,
    month: isFirst,
    quarter: isFirst && date.getUTCMonth() % 3 === 0,
    year: isFirst && date.getUTCMonth() === 0,
  };
  return startTime.endsWith(" 00:00:00") && isOnDay[period];
}
