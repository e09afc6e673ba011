import type { MeasurementFailure } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { dayEnd, dayStart, instantOfLocal, isSetBackWithin } from "../../src/time/zone.ts";
import { unreadableTime } from "../_shared/time-column.ts";

/**
 * A newest value as freshness judges it. A day begins at `startMs`, which decides whether it lies in the
 * future, and its age counts from `endMs`; for an instant both are the same. `text` is ISO 8601.
 */
export type Newest =
  | { readonly kind: "none" }
  | {
      readonly kind: "time";
      readonly startMs: EpochMs;
      readonly endMs: EpochMs;
      readonly isDay: boolean;
      readonly text: string;
    }
  | { readonly kind: "infinite"; readonly text: "infinity" | "-infinity" }
  | { readonly kind: "unreadable"; readonly failure: MeasurementFailure };

export type NewestTime = Extract<Newest, { kind: "time" }>;

/** No zone sets its clocks back by more (Troll, by two hours). */
const longestSetBackMs = 3 * 3_600_000;

/** Whether times without zone from `fromMs` to `toMs` may be read as other instants than they were written at. */
export function isAmbiguousWithin(fromMs: EpochMs, toMs: EpochMs, timezone: string): boolean {
  return isSetBackWithin(fromMs - longestSetBackMs, toMs, timezone);
}

/** `Date` ends at ±8.64e15 ms (ECMA-262, "Time Values"); Postgres' timestamps reach further. */
const lastInstantMs = 8.64e15;

/**
 * Reads the answer to `max(column)`. Naive times are read in `timezone`; one that exists twice there is
 * the later instant, unless that lies after `probeMs`. Never throws for what a warehouse answers.
 */
export function readNewest(value: SqlValue, timezone: string, probeMs: EpochMs): Newest {
  if (value === null) {
    return { kind: "none" };
  }
  if (typeof value !== "object" || value.type === "decimal") {
    return unreadable("The column holds no time.");
  }
  if (value.type === "instant") {
    return ofInstant(value.ms);
  }
  if (value.text === "infinity" || value.text === "-infinity") {
    return { kind: "infinite", text: value.text };
  }
  return value.type === "date"
    ? ofDay(value.text, timezone)
    : ofLocal(value.text, timezone, probeMs);
}

function ofInstant(ms: number): Newest {
  if (Number.isNaN(ms)) {
    return unreadable("The column holds a time that cannot be read.");
  }
  if (Math.abs(ms) > lastInstantMs) {
    return { kind: "infinite", text: ms > 0 ? "infinity" : "-infinity" };
  }
  const wholeMs = Math.trunc(ms);
  const text = new Date(wholeMs).toISOString();
  return { kind: "time", startMs: wholeMs, endMs: wholeMs, isDay: false, text };
}

function ofLocal(text: string, timezone: string, probeMs: EpochMs): Newest {
  const ms = instantOfLocal(text, timezone, probeMs);
  return ms === null ? unreadable("The column holds a time that cannot be read.") : ofInstant(ms);
}

function ofDay(text: string, timezone: string): Newest {
  const startMs = dayStart(text, timezone);
  const endMs = dayEnd(text, timezone);
  return startMs === null || endMs === null
    ? unreadable("The column holds a day that cannot be read.")
    : { kind: "time", startMs, endMs, isDay: true, text };
}

function unreadable(message: string): Newest {
  return { kind: "unreadable", failure: unreadableTime(message) };
}
