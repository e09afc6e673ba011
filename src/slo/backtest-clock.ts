import type { EpochMs } from "../core/vocabulary.ts";
import { dayText } from "../time/local-day.ts";
import { dayEnd, dayStart, instantOfLocal, wallClockOffset } from "../time/zone.ts";

/** What a time column holds: instants, times on the clocks of the dataset's zone, or days there. */
export type TimeKind = "instant" | "local" | "date";

/** `Date` ends at ±8.64e15 ms (ECMA-262, "Time Values"). */
const lastMs = 8.64e15;
const dayMs = 86_400_000;

/** How a column's values, in milliseconds as if they were in UTC, lie in time. */
export interface ColumnClock {
  readonly kind: TimeKind;
  /** The dataset's zone. */
  readonly timezone: string;
}

/**
 * The earliest or the latest instant that a value can stand for: a local time may exist twice, and a day begins and
 * ends. Null for what is no time that can be reckoned with.
 */
export function instantOfRaw(
  rawMs: number,
  { kind, timezone }: ColumnClock,
  which: "earliest" | "latest",
): EpochMs | null {
  if (Math.abs(rawMs) > lastMs) {
    return null;
  }
  if (kind === "date") {
    const day = dayText(Math.floor(rawMs / dayMs));
    return which === "earliest" ? dayStart(day, timezone) : dayEnd(day, timezone);
  }
  if (kind === "instant" || timezone === "UTC") {
    return rawMs;
  }
  const notAfterMs = which === "latest" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return instantOfLocal(new Date(rawMs).toISOString().slice(0, -1), timezone, notAfterMs);
}

/** Which value a row has that is written at `ms`. */
export function rawOfInstant(ms: EpochMs, { kind, timezone }: ColumnClock): number {
  if (kind === "instant" || (kind === "local" && timezone === "UTC")) {
    return ms;
  }
  const wallMs = timezone === "UTC" ? ms : ms + wallClockOffset(ms, timezone);
  return kind === "local" ? wallMs : Math.floor(wallMs / dayMs) * dayMs;
}
