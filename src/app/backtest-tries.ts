/** From what a check promises to the one statement that reads its history, and from the answer to a past to judge. */
import type { BacktestSubject } from "../core/check.ts";
import type { QueryResult } from "../core/connector.ts";
import { TidemarkError } from "../core/errors.ts";
import type { DeadlineSli, Sli } from "../core/sli.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import {
  type BucketsAnswer,
  type HistoryAsk,
  readBuckets,
  readLoadGaps,
  type Stretch,
  spellBuckets,
  spellLoadGaps,
} from "../engine/backtest-query.ts";
import type { Past } from "../slo/backtest.ts";
import { loadHistoryOf, oldestAges, pastOfAges } from "../slo/backtest-ages.ts";
import { type ColumnClock, instantOfRaw } from "../slo/backtest-clock.ts";
import { pastOfDeliveries, timeOfDay } from "../slo/backtest-deliveries.ts";
import { extremeRows, judgedRows, pastOfRows } from "../slo/backtest-rows.ts";
import { formatDuration } from "../time/duration.ts";
import type { BacktestTarget } from "./backtest-target.ts";

/** Runs one statement within the bounds of its connection. Throws `ConnectorError`. */
export type AskWarehouse = (sql: string, maxRows: number) => Promise<QueryResult>;

/** One threshold of the promise, and what is declared of it. */
export interface Side {
  readonly past: Past;
  readonly declared: number | null;
  /** What a check with a threshold would be to an SLO. */
  readonly sli: (threshold: number) => Sli;
}

export interface Tried {
  readonly sides: readonly Side[];
  readonly rows: number;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  /** No value lies before the window, so that it is judged from the first one on. */
  readonly beginsInWindow: boolean;
  /** Ages from here on are exact; null where everything is. */
  readonly exactFromMs: DurationMs | null;
  /** The oldest age, or the row count next to its bound, in each of so many equal parts; null where no line tells it. */
  readonly series: ((count: number) => readonly number[]) | null;
}

export interface Trying {
  readonly target: BacktestTarget;
  readonly history: HistoryAsk;
  readonly clock: ColumnClock;
  readonly stretch: Stretch;
  readonly ask: AskWarehouse;
}

/** The largest gaps that are read; the smallest of them is below what anybody promises of such data. */
const mostGaps = 10_000;

/** So many groups or rows a statement makes at most, whatever the data. */
const mostSlices = 200_000;

/** Every zone's days and hours are made of quarters of an hour, and have been since 1972. */
const quarterMs = 900_000;
const minuteMs = 60_000;

/** From one day, by the second, to four hundred, by five minutes. */
const sliceSteps: readonly DurationMs[] = [1, 2, 5, 10, 30, 60, 120, 300].map(
  (seconds) => seconds * 1_000,
);

/** Throws `TM_BACKTEST_HISTORY` where there is nothing to judge, and `TM_BACKTEST_SUBJECT` where it cannot be. */
export async function tryOut(trying: Trying): Promise<Tried> {
  const { target, clock } = trying;
  const { subject } = target;
  const sli = target.check?.sli;
  if (subject.kind === "rows") {
    return tryRows(trying, subject);
  }
  if (sli?.kind !== "deadline") {
    return tryAges(trying, subject);
  }
  if (clock.kind === "date") {
    throw new TidemarkError(
      "TM_BACKTEST_SUBJECT",
      `the column ${subject.column} holds days, which do not say at what time they were delivered`,
      { hint: "Name a column of load times with `--column`." },
    );
  }
  return tryDeliveries(trying, sli);
}

async function tryAges(
  { target, history, clock, stretch, ask }: Trying,
  subject: Extract<BacktestSubject, { kind: "loads" }>,
): Promise<Tried> {
  const lengthMs = stretch.toMs - stretch.fromMs;
  const sliceMs = sliceSteps.find((step) => lengthMs / step <= mostSlices) ?? 5 * minuteMs;
  const sql = spellLoadGaps(history, stretch, { sliceMs, mostGaps });
  const read = readLoadGaps(await ask(sql, mostGaps + 2), mostGaps);
  const smallest = read?.gaps.at(-1);
  if (read === null || (smallest === undefined && read.beforeRaw === null)) {
    throw noHistory(read === null ? "no load" : "only one load");
  }
  const completeFromMs =
    read.isTruncated && smallest !== undefined
      ? Math.max(sliceMs, smallest.toRaw - smallest.fromRaw)
      : sliceMs;
  const loads = loadHistoryOf({ ...read, completeFromMs }, clock, stretch);
  if (loads.fromMs >= loads.toMs) {
    throw noHistory("only one load");
  }
  const { check } = target;
  const visibilityDelayMs = check?.sli.kind === "freshness" ? check.sli.visibilityDelayMs : 0;
  return {
    sides: [
      {
        past: pastOfAges(loads),
        declared: subject.maxAgeMs,
        sli: (maxAgeMs) => ({ kind: "freshness", maxAgeMs, time: subject.time, visibilityDelayMs }),
      },
    ],
    rows: read.rows,
    ...ends(read.firstRaw, read.lastRaw, clock, stretch),
    beginsInWindow: read.beforeRaw === null,
    exactFromMs: loads.exactFromMs,
    series: (count) => oldestAges(loads, count),
  };
}

async function tryRows(
  trying: Trying,
  subject: Extract<BacktestSubject, { kind: "rows" }>,
): Promise<Tried> {
  const { target, clock, stretch } = trying;
  const { windowMs, isComplete, min, max } = subject;
  // A rolling window at the beginning of the stretch reaches back before it.
  const reachMs = isComplete ? 0 : windowMs;
  const asked = { fromMs: stretch.fromMs - reachMs, toMs: stretch.toMs };
  const read = await readRows(trying, asked, widthOf(subject, asked));
  const seen = seenIn(read, clock, stretch);
  const fromMs = seen.beginsInWindow ? seen.firstMs + reachMs : stretch.fromMs;
  const windows = { windowMs, isComplete, calendar: target.check?.calendar ?? null };
  const judged = judgedRows(read, windows, clock, { fromMs, toMs: stretch.toMs });
  if (judged.length < 2) {
    throw noHistory(`no two windows of ${formatDuration(windowMs)}`);
  }
  const keys: readonly ("min" | "max")[] =
    max !== null ? (min !== null ? ["min", "max"] : ["max"]) : ["min"];
  return {
    sides: keys.map((key) => ({
      past: pastOfRows(judged, key),
      declared: key === "min" ? min : max,
      sli: () => ({ kind: "state" }),
    })),
    ...seen,
    exactFromMs: null,
    series: (count) => extremeRows(judged, keys[0] ?? "min", count),
  };
}

async function tryDeliveries(trying: Trying, sli: DeadlineSli): Promise<Tried> {
  const { clock, stretch } = trying;
  const read = await readRows(trying, stretch, quarterMs);
  const seen = seenIn(read, clock, stretch);
  const seenLoads = read.buckets.map(({ firstRaw, lastRaw }) =>
    ends(firstRaw, lastRaw, clock, stretch),
  );
  const fromMs = seen.beginsInWindow ? seen.firstMs : stretch.fromMs;
  const past = pastOfDeliveries(seenLoads, sli, { fromMs, toMs: stretch.toMs });
  if (past.judged === 0) {
    throw noHistory("no whole day with a delivery");
  }
  const by = (threshold: number): Sli => ({ ...sli, by: timeText(threshold) });
  return {
    sides: [{ past, declared: timeOfDay(sli.by), sli: by }],
    ...seen,
    exactFromMs: null,
    series: null,
  };
}

async function readRows(
  { history, ask }: Trying,
  asked: Stretch,
  widthMs: DurationMs,
): Promise<BucketsAnswer> {
  const answer = await ask(spellBuckets(history, asked, widthMs), mostSlices);
  const read = readBuckets(answer, widthMs);
  if (read.buckets.length === 0) {
    throw noHistory("no row");
  }
  return read;
}

/** What the buckets say of the data as a whole. */
function seenIn({ buckets, beforeRaw }: BucketsAnswer, clock: ColumnClock, stretch: Stretch) {
  return {
    rows: buckets.reduce((sum, { rows }) => sum + rows, 0),
    ...ends(buckets[0]?.firstRaw ?? 0, buckets.at(-1)?.lastRaw ?? 0, clock, stretch),
    beginsInWindow: beforeRaw === null,
  };
}

function ends(firstRaw: number, lastRaw: number, clock: ColumnClock, { toMs }: Stretch) {
  return {
    firstMs: Math.min(instantOfRaw(firstRaw, clock, "earliest") ?? toMs, toMs),
    lastMs: Math.min(instantOfRaw(lastRaw, clock, "latest") ?? toMs, toMs),
  };
}

/** Quarters of an hour, and less where a rolling window is not made of them. */
function widthOf(
  { windowMs, isComplete }: Extract<BacktestSubject, { kind: "rows" }>,
  { fromMs, toMs }: Stretch,
): DurationMs {
  const widthMs = isComplete
    ? quarterMs
    : [quarterMs, 5 * minuteMs, minuteMs].find((width) => windowMs % width === 0);
  if (widthMs === undefined) {
    throw new TidemarkError(
      "TM_BACKTEST_SUBJECT",
      `a window of ${formatDuration(windowMs)} is not made of whole minutes, by which rows are read`,
    );
  }
  if ((toMs - fromMs) / widthMs > mostSlices) {
    const days = Math.floor((mostSlices * widthMs - windowMs) / 86_400_000);
    throw new TidemarkError("TM_USAGE", "the history of so many days is too long to be read", {
      hint: `A window of ${formatDuration(windowMs)} is read by ${formatDuration(widthMs)}: ask for at most ${days} days.`,
    });
  }
  return widthMs;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

function noHistory(what: string): TidemarkError {
  return new TidemarkError("TM_BACKTEST_HISTORY", `there is ${what} in the days looked at`, {
    hint: "Ask for more `--days` or another `--until`; `--until newest` ends with the data.",
  });
}
