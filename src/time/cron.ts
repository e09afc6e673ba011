import { Cron } from "croner";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { KnownGaps } from "./known-gaps.ts";
import { isZone, wallClockOffset } from "./zone.ts";

/**
 * Cron expressions of exactly five fields, as wall time in a zone, due at the start of a minute.
 *
 * When the clocks change (croner with `fixedTimeRule: "no-wildcard"`, close to Vixie cron):
 *
 * - An expression whose minutes and hours have neither `*` nor a step names times of the day. One that the
 *   clocks leap over is due at the end of the gap, where several become one; one that exists twice is due
 *   at its first occurrence. So `30 2 * * *` is due once on every local day.
 * - Any other is an interval. Times in the gap are left out, and those that exist twice are due twice. So
 *   a step of 15 minutes is due 92, 96 or 100 times a day, always a quarter of an hour apart.
 *
 * Where both a day of the month and a day of the week are given, either makes the day match, as in
 * crontab(5). `L`, `W` and `#` are read as croner does.
 */
export interface CronSchedule {
  readonly expression: string;
  readonly timezone: string;
}

/** How many occurrences are walked at most in one call, about 30 ms of work. */
const maxWalked = 1_000;

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Where the walk over typical years starts: one of 365 days, with a February of 28. */
const typicalYearMs = Date.UTC(2025, 0, 1);

type ParsedCron =
  | { readonly cron: Cron; readonly gaps: KnownGaps; readonly problem: null }
  | { readonly cron: null; readonly problem: string };

const parsed = new BoundedCache<ParsedCron>(5_000);
const occurrencesInField = new BoundedCache<readonly DurationMs[]>(5_000);
const shortestDayGaps = new BoundedCache<DurationMs>(5_000);

/** The five fields, with single spaces between them. */
export function normalCron(expression: string): string {
  return expression.trim().split(/\s+/).join(" ");
}

/** What is wrong in one sentence, or null. */
export function cronProblem(schedule: CronSchedule): string | null {
  return parse(schedule).problem;
}

/** The first occurrence strictly after `afterMs`. Throws `RangeError` for a schedule with a problem. */
export function nextCron(schedule: CronSchedule, afterMs: EpochMs): EpochMs {
  const nextMs = parsedOf(schedule).gaps.next(afterMs);
  if (nextMs === null) {
    throw new RangeError(`\`${schedule.expression}\` never falls due again`);
  }
  return nextMs;
}

/** The last occurrence at or before `atMs`. Throws `RangeError` for a schedule with a problem. */
export function previousCron(schedule: CronSchedule, atMs: EpochMs): EpochMs {
  const previousMs = parsedOf(schedule).gaps.previous(atMs);
  if (previousMs === null) {
    throw new RangeError(`\`${schedule.expression}\` never fell due before`);
  }
  return previousMs;
}

/**
 * How many occurrences lie in `(fromMs, toMs]`. Up to a thousand are walked and exact; the rest is counted on
 * the wall clock, where an hour that the clocks skip or repeat counts as any other.
 */
export function countCron(schedule: CronSchedule, fromMs: EpochMs, toMs: EpochMs): number {
  let lastMs = fromMs;
  for (let count = 0; count < maxWalked; count += 1) {
    const dueMs = nextCron(schedule, lastMs);
    if (dueMs > toMs) {
      return count;
    }
    lastMs = dueMs;
  }
  const { timezone, expression } = schedule;
  const wallFromMs = lastMs + wallClockOffset(lastMs, timezone);
  const wallToMs = toMs + wallClockOffset(toMs, timezone);
  return maxWalked + Math.max(0, countOnWallClock(expression, wallFromMs, wallToMs));
}

/**
 * The shortest time between two consecutive occurrences as the wall clock shows it, so that the day of 23
 * hours does not make a daily schedule one of 23 hours.
 */
export function shortestCronGap(expression: string): DurationMs {
  const { times, dayFields } = partsOf(expression);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) {
    throw new RangeError(`\`${expression}\` never falls due`);
  }
  const overnightMs = shortestDayGap(dayFields) - last + first;
  return times.reduce(
    (shortest, time, index) => Math.min(shortest, time - (times[index - 1] ?? -Infinity)),
    overnightMs,
  );
}

function countOnWallClock(expression: string, fromMs: number, toMs: number): number {
  const { times, dayFields } = partsOf(expression);
  const days = cronOf({ expression: `0 0 ${dayFields}`, timezone: "UTC" });
  const fromDayMs = Math.floor(fromMs / dayMs) * dayMs;
  let count = 0;
  let day = days.nextRun(new Date(fromDayMs - 1));
  for (let walked = 0; day !== null && day.getTime() <= toMs; walked += 1) {
    const dayStartMs = day.getTime();
    if (walked === maxWalked) {
      const meanGapMs = (dayStartMs - fromDayMs) / walked;
      const further = Math.floor((toMs - dayStartMs) / meanGapMs);
      const lastDayMs = dayStartMs + further * meanGapMs;
      const onLastDay = times.filter((time) => lastDayMs + time <= toMs).length;
      return count + further * times.length + onLastDay;
    }
    const isWhole = dayStartMs > fromMs && dayStartMs + dayMs <= toMs;
    count += isWhole
      ? times.length
      : times.filter((time) => dayStartMs + time > fromMs && dayStartMs + time <= toMs).length;
    day = days.nextRun(day);
  }
  return count;
}

/** An expression as the times of a day that matches, in order, and the fields that say which days match. */
function partsOf(expression: string): {
  readonly times: readonly DurationMs[];
  readonly dayFields: string;
} {
  const [minute, hour, ...days] = normalCron(expression).split(" ");
  const minutes = occurrencesOn(`${minute} * * * *`, hourMs);
  const hours = occurrencesOn(`0 ${hour} * * *`, dayMs);
  const times = hours.flatMap((hourStartMs) => minutes.map((ms) => hourStartMs + ms));
  return { times, dayFields: days.join(" ") };
}

/** When in the first hour, or on the first day, of a typical year the pattern occurs. */
function occurrencesOn(pattern: string, spanMs: DurationMs): readonly DurationMs[] {
  return occurrencesInField.get(`${pattern} ${spanMs}`, () => {
    const cron = cronOf({ expression: pattern, timezone: "UTC" });
    const found: DurationMs[] = [];
    let next = cron.nextRun(new Date(typicalYearMs - 1));
    while (next !== null && next.getTime() < typicalYearMs + spanMs) {
      found.push(next.getTime() - typicalYearMs);
      next = cron.nextRun(next);
    }
    return found;
  });
}

/** Over a year, and over at least two gaps: a 29 February comes every fourth. */
function shortestDayGap(dayFields: string): DurationMs {
  return shortestDayGaps.get(dayFields, () => {
    const cron = cronOf({ expression: `0 0 ${dayFields}`, timezone: "UTC" });
    let shortestMs = Number.MAX_SAFE_INTEGER;
    let previous = cron.nextRun(new Date(typicalYearMs - 1));
    for (let gaps = 0; previous !== null; gaps += 1) {
      const isEnough = gaps >= 2 && previous.getTime() > typicalYearMs + 365 * dayMs;
      const next: Date | null = isEnough || shortestMs === dayMs ? null : cron.nextRun(previous);
      if (next !== null) {
        shortestMs = Math.min(shortestMs, next.getTime() - previous.getTime());
      }
      previous = next;
    }
    return shortestMs;
  });
}

function cronOf(schedule: CronSchedule): Cron {
  return parsedOf(schedule).cron;
}

function parsedOf(schedule: CronSchedule): Extract<ParsedCron, { problem: null }> {
  const found = parse(schedule);
  if (found.cron === null) {
    throw new RangeError(found.problem);
  }
  return found;
}

function parse({ expression, timezone }: CronSchedule): ParsedCron {
  return parsed.get(`${expression}\n${timezone}`, () => {
    const refuse = (problem: string): ParsedCron => ({ cron: null, problem });
    if (!isZone(timezone)) {
      return refuse(`there is no time zone \`${timezone}\``);
    }
    const pattern = normalCron(expression);
    const fieldCount = pattern.split(" ").length;
    if (fieldCount !== 5) {
      return refuse(
        `a cron expression has five fields (minute hour day month weekday), \`${expression}\` has ${fieldCount}`,
      );
    }
    try {
      const cron = new Cron(pattern, {
        timezone,
        mode: "5-part",
        paused: true,
        fixedTimeRule: "no-wildcard",
      });
      return cron.nextRun(new Date(typicalYearMs)) === null
        ? refuse(`\`${expression}\` never falls due: there is no such day`)
        : { cron, gaps: new KnownGaps(cron), problem: null };
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/^\w+: /, "") : "";
      return refuse(`\`${expression}\` is not a cron expression: ${reason}`);
    }
  });
}
