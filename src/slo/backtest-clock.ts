import type { EpochMs } from "../core/vocabulary.ts";
import { dayText } from "../time/local-day.ts";
import { dayEnd, instantOfLocal, wallClockOffset } from "../time/zone.ts";

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
 * The instant of a value, of a day its end: before that not all of it can be there. A local time that exists twice
 * is read as the earlier or the later one. Null for what is no time that can be reckoned with.
 */
export function instantOfRaw(
  rawMs: number,
  { kind, timezone }: ColumnClock,
  reading: "earlier" | "later",
): EpochMs | null {
  if (Math.abs(rawMs) > lastMs) {
    return null;
  }
  if (kind === "date") {
    return dayEnd(dayText(Math.floor(rawMs / dayMs)), timezone);
  }
  if (kind === "instant" || timezone === "UTC") {
    return rawMs;
  }
  const notAfterMs = reading === "later" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
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
