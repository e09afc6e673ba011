import type { SqlValue } from "../../src/core/value.ts";

/** Turns the text of one value into a `SqlValue`; NULL never comes here. */
export type ValueParser = (text: string) => SqlValue;

/** By type oid of pg_type.dat. Whatever is not listed stays text. Sessions run in UTC with ISO dates. */
const parsers: ReadonlyMap<number, ValueParser> = new Map<number, ValueParser>([
  [16, (text) => text === "t"],
  [20, BigInt],
  [21, BigInt],
  [23, BigInt],
  [26, BigInt],
  [700, Number],
  [701, Number],
  [1082, (text) => ({ type: "date", text })],
  [1114, (text) => ({ type: "local", text: text.replace(" ", "T") })],
  [1184, (text) => ({ type: "instant", ms: instantMs(text) })],
  [1700, (text) => ({ type: "decimal", text })],
]);

const asText: ValueParser = (text) => text;

export function parserOf(oid: number): ValueParser {
  return parsers.get(oid) ?? asText;
}

const instantForm =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

/**
 * Milliseconds of a `timestamptz` in ISO form, cut down to the millisecond. Beyond what a Date holds
 * (the years −271821 to 275760) and for `infinity` it is ±Infinity.
 */
function instantMs(text: string): number {
  const match = instantForm.exec(text);
  if (match === null) {
    return text === "infinity" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }
  const [, year, month, day, hour, minute, second, fraction = "", sign, ...rest] = match;
  const isBeforeChrist = rest[3] !== undefined;
  const at = new Date(0);
  at.setUTCFullYear(
    isBeforeChrist ? 1 - Number(year) : Number(year),
    Number(month) - 1,
    Number(day),
  );
  const [offsetHours = 0, offsetMinutes = 0, offsetSeconds = 0] = rest.slice(0, 3).map(Number);
  const offset = (offsetHours * 60 + (offsetMinutes || 0)) * 60 + (offsetSeconds || 0);
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const ms =
    (seconds - (sign === "-" ? -offset : offset)) * 1_000 + Number(`${fraction}000`.slice(0, 3));
  if (Number.isNaN(at.getTime())) {
    return isBeforeChrist ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return at.getTime() + ms;
}
