import { Temporal } from "temporal-polyfill";
import type { ZonedMoment } from "../core/connector.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { BoundedCache } from "./bounded-cache.ts";

/** From here on years are written with a sign and six digits, which warehouses do not read alike. */
const endOfFourDigitsMs = Date.UTC(10_000, 0, 1);

const knownZones = new BoundedCache<boolean>(2_000);

/**
 * Whether this is an IANA zone of the host's tables, aliases such as `US/Eastern` included, in any case.
 * Plain offsets (`+02:00`) are refused: they know no DST, and Postgres reads their sign the other way round.
 */
export function isZone(name: string): boolean {
  return knownZones.get(name, () => {
    if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) {
      return false;
    }
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    } catch {
      return false;
    }
  });
}

/** An instant as the clocks of `zone` show it. Throws `RangeError` for a zone that does not exist. */
export function zonedMoment(ms: EpochMs, zone: string): ZonedMoment {
  // Every window of every check has two moments, and most datasets are in UTC: 0.5 µs instead of 7.
  if (zone === "UTC" && ms >= 0 && ms < endOfFourDigitsMs) {
    const iso = new Date(ms).toISOString();
    return { ms, local: `${iso.slice(0, 10)} ${iso.slice(11, 23)}`, offset: "+00:00" };
  }
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  const local = zoned.toPlainDateTime().toString({ smallestUnit: "millisecond" });
  return { ms, local: local.replace("T", " "), offset: zoned.offset };
}

/** How far the clocks of `zone` are ahead of UTC, in milliseconds. Throws `RangeError` for a zone that does not exist. */
export function wallClockOffset(ms: EpochMs, zone: string): DurationMs {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return Math.trunc(zoned.offsetNanoseconds / 1_000_000);
}

/**
 * Whether the clocks of `zone` are set back somewhere in `(fromMs, toMs]`, so that wall time does not tell instants
 * apart. Throws `RangeError` for a zone that does not exist.
 */
export function isSetBackWithin(fromMs: EpochMs, toMs: EpochMs, zone: string): boolean {
  if (zone === "UTC") {
    return false;
  }
  let before = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone);
  let after = before.getTimeZoneTransition("next");
  while (after !== null && after.epochMilliseconds <= toMs) {
    if (after.offsetNanoseconds < before.offsetNanoseconds) {
      return true;
    }
    before = after;
    after = before.getTimeZoneTransition("next");
  }
  return false;
}

/** Fractions are cut to nanoseconds, which is all that Temporal reads. */
const localPattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?\d*$/;

/**
 * The instant at which the clocks of `zone` show `text` (`2026-01-31T23:59:59.999999`, or with a space),
 * cut to milliseconds.
 *
 * A time that exists twice is the later of the two, unless that is later than `notAfterMs`: data is then
 * never judged older than it may be. A time that the clocks leap over is as far after the gap as it was
 * into it (RFC 5545). Null when `text` is no such time, infinite, before year 1, or beyond what an instant
 * can be. Throws `RangeError` for a zone that does not exist.
 */
export function instantOfLocal(text: string, zone: string, notAfterMs: EpochMs): EpochMs | null {
  const match = localPattern.exec(text);
  if (match === null) {
    return null;
  }
  const [, day = "", time = "", fraction = ""] = match;
  const local = orNull(() => Temporal.PlainDateTime.from(`${day}T${time}${fraction}`));
  if (local === null) {
    return null;
  }
  const later = local.toZonedDateTime(zone, { disambiguation: "later" });
  if (later.epochMilliseconds <= notAfterMs) {
    return later.epochMilliseconds;
  }
  const earlier = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  const existsTwice = earlier.toPlainDateTime().equals(local);
  return existsTwice ? earlier.epochMilliseconds : later.epochMilliseconds;
}

/** The first instant of a local day (`2026-01-31`), 01:00 where the clocks leap over midnight. Null if it is no day. */
export function dayStart(day: string, zone: string): EpochMs | null {
  return dayBoundary(day, zone, 0);
}

/** The first instant of the day after. Null if `day` is no day. */
export function dayEnd(day: string, zone: string): EpochMs | null {
  return dayBoundary(day, zone, 1);
}

function dayBoundary(day: string, zone: string, addDays: number): EpochMs | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) {
    return null;
  }
  const date = orNull(() => Temporal.PlainDate.from(day).add({ days: addDays }));
  return date === null ? null : date.toZonedDateTime(zone).epochMilliseconds;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) {
      return null;
    }
    throw error;
  }
}
