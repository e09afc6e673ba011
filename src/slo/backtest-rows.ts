import type { Calendar } from "../core/calendar.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { isDayInCalendar } from "../time/calendar.ts";
import { dayAt, instantOn } from "../time/local-day.ts";
import type { Bounds } from "../time/period.ts";
import { joined, type Past } from "./backtest.ts";
import { type ColumnClock, rawOfInstant } from "./backtest-clock.ts";

const dayMs = 86_400_000;

/** Rows by stretches of the column's own values, as if in UTC. */
export interface RowBuckets {
  readonly widthMs: DurationMs;
  /** Ascending; a stretch without rows may be left out. `rawMs` is a multiple of the width. */
  readonly buckets: readonly { readonly rawMs: number; readonly rows: number }[];
}

/** The time that a count speaks for, and the count. */
export interface JudgedRows extends Bounds {
  readonly rows: number;
}

/** How a volume check looks at rows. */
export interface RowWindows {
  readonly windowMs: DurationMs;
  readonly isComplete: boolean;
  /** Days that are no day of it are not judged. */
  readonly calendar: Calendar | null;
}

/**
 * What the check would have counted in the stretch: each whole local day or hour in it, or the rolling window at each
 * step of a bucket's width, whose count holds until the next step. Rows before the stretch are counted in its first
 * windows, so that buckets have to reach back by one window.
 */
export function judgedRows(
  read: RowBuckets,
  windows: RowWindows,
  clock: ColumnClock,
  stretch: Bounds,
): readonly JudgedRows[] {
  const rowsIn = counter(read);
  const judged = windows.isComplete
    ? wholeUnits(windows.windowMs, clock, stretch, rowsIn)
    : steps(read.widthMs, windows.windowMs, clock, stretch, rowsIn);
  const { calendar } = windows;
  return calendar === null
    ? judged
    : judged.filter(({ fromMs }) => isDayInCalendar(calendar, dayAt(fromMs, clock.timezone)));
}

type Counter = (fromRaw: number, toRaw: number) => number;

/** Sums are kept up to each bucket, so that a window of any length costs two looks. */
function counter({ widthMs, buckets }: RowBuckets): Counter {
  const firstMs = buckets[0]?.rawMs ?? 0;
  const sums = new Float64Array(((buckets.at(-1)?.rawMs ?? firstMs) - firstMs) / widthMs + 2);
  for (const { rawMs, rows } of buckets) {
    sums[(rawMs - firstMs) / widthMs + 1] = rows;
  }
  for (let index = 1; index < sums.length; index += 1) {
    sums[index] = (sums[index] ?? 0) + (sums[index - 1] ?? 0);
  }
  const upTo = (raw: number): number => {
    const index = Math.ceil((raw - firstMs) / widthMs);
    return sums[Math.min(Math.max(index, 0), sums.length - 1)] ?? 0;
  };
  return (fromRaw, toRaw) => upTo(toRaw) - upTo(fromRaw);
}

/**
 * Counted on the zone's clocks: an hour that exists twice is one of two hours, and one that is leapt over is none,
 * as the check has it.
 */
function wholeUnits(
  lengthMs: DurationMs,
  { kind, timezone }: ColumnClock,
  { fromMs, toMs }: Bounds,
  rowsIn: Counter,
): readonly JudgedRows[] {
  const found: JudgedRows[] = [];
  const instantOf = (wallMs: number): EpochMs => {
    const day = Math.floor(wallMs / dayMs);
    return instantOn(day, wallMs - day * dayMs, timezone);
  };
  const lastWallMs = (dayAt(toMs, timezone) + 1) * dayMs;
  for (
    let wallMs = dayAt(fromMs, timezone) * dayMs;
    wallMs + lengthMs <= lastWallMs;
    wallMs += lengthMs
  ) {
    const unit = { fromMs: instantOf(wallMs), toMs: instantOf(wallMs + lengthMs) };
    if (unit.fromMs >= fromMs && unit.toMs <= toMs && unit.fromMs < unit.toMs) {
      const rows =
        kind === "instant" ? rowsIn(unit.fromMs, unit.toMs) : rowsIn(wallMs, wallMs + lengthMs);
      found.push({ ...unit, rows });
    }
  }
  return found;
}

function steps(
  stepMs: DurationMs,
  windowMs: DurationMs,
  clock: ColumnClock,
  { fromMs, toMs }: Bounds,
  rowsIn: Counter,
): readonly JudgedRows[] {
  const found: JudgedRows[] = [];
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs < toMs; atMs += stepMs) {
    const rows = rowsIn(rawOfInstant(atMs - windowMs, clock), rawOfInstant(atMs, clock));
    found.push({ fromMs: atMs, toMs: Math.min(atMs + stepMs, toMs), rows });
  }
  return found;
}

/** Of volume, by its lower or its upper bound: bad for as long as the rows counted are out of it. */
export function pastOfRows(judged: readonly JudgedRows[], key: "min" | "max"): Past {
  const counts = judged.map(({ rows }) => rows);
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const isOut = (rows: number, bound: number): boolean =>
    key === "min" ? rows < bound : rows > bound;
  const rounds = roundCounts(most);
  return {
    fromMs: judged[0]?.fromMs ?? 0,
    toMs: judged.at(-1)?.toMs ?? 0,
    key,
    unit: "time",
    judged: judged.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    badUnder: (bound) => joined(judged.filter(({ rows }) => isOut(rows, bound))),
    rounds: key === "min" ? rounds.toReversed() : rounds,
    scale: { last: most, at: (index) => (key === "min" ? most - index : index) },
    isFarFrom: (bound, strict) => (key === "min" ? 2 * bound < strict : bound > 2 * strict),
    isExact: () => true,
  };
}

/** Numbers of rows that people promise, ascending, up to the first above `most`. */
function roundCounts(most: number): readonly number[] {
  const found: number[] = [];
  for (let power = 1; (found.at(-1) ?? 0) <= most; power *= 10) {
    found.push(
      ...[1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]
        .map((digit) => (digit * 10 * power) / 10)
        .filter((count) => Number.isInteger(count)),
    );
  }
  const beyond = found.findIndex((count) => count > most);
  return found.slice(0, beyond + 1);
}

/** In each of at most `count` equal parts, the rows that come nearest to the bound, or pass it the furthest. */
export function extremeRows(
  judged: readonly JudgedRows[],
  key: "min" | "max",
  count: number,
): readonly number[] {
  const parts = Math.min(count, judged.length);
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * judged.length) / parts);
    const to = Math.floor(((part + 1) * judged.length) / parts);
    const rows = judged.slice(from, to).map((one) => one.rows);
    return key === "min" ? Math.min(...rows) : Math.max(...rows);
  });
}
