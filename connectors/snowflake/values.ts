import type { SqlValue } from "../../src/core/value.ts";

/** A column of an answer, as the driver tells of it; types are in lower case. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly precision: number | null;
  readonly scale: number | null;
}

/**
 * The loss-free form of a value as Snowflake sends it. The driver's own conversions are not used: they make a Number of
 * every decimal and a Date of every time. Variants, arrays, objects, places and bytes (hexadecimal) stay the text that
 * they come as.
 */
export function toSqlValue({ type, scale }: Field, raw: unknown): SqlValue {
  if (raw === null || raw === undefined) {
    return null;
  }
  const text = typeof raw === "string" ? raw : JSON.stringify(raw);
  switch (type) {
    case "fixed":
      return (scale ?? 0) === 0 ? BigInt(text) : { type: "decimal", text };
    case "decfloat":
      return { type: "decimal", text };
    case "real":
      return realOf(text);
    case "boolean":
      return text === "1" || text.toLowerCase() === "true";
    case "date":
      return { type: "date", text: dayOf(BigInt(text)) };
    case "time":
      return timeOf(nanosOf(text));
    case "timestamp_ntz":
      return { type: "local", text: localOf(nanosOf(text)) };
    case "timestamp_ltz":
    case "timestamp_tz":
      // Behind a TIMESTAMP_TZ's seconds stands its offset, which says nothing of when it was.
      return {
        type: "instant",
        ms: Number(floorDivide(nanosOf(text.split(" ")[0] ?? ""), 1_000_000n)),
      };
    default:
      return text;
  }
}

function realOf(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  return infinite === null
    ? Number(text)
    : infinite[1] === "-"
      ? Number.NEGATIVE_INFINITY
      : Number.POSITIVE_INFINITY;
}

const secondsForm = /^(-?)(\d+)(?:\.(\d{1,9}))?\d*$/;
const dayNanos = 86_400_000_000_000n;

/** `-0.001000000` is a millisecond before 1970. */
function nanosOf(seconds: string): bigint {
  const [, sign = "", whole = "0", fraction = ""] = secondsForm.exec(seconds) ?? [];
  const nanos = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
  return sign === "-" ? -nanos : nanos;
}

function localOf(nanos: bigint): string {
  const days = floorDivide(nanos, dayNanos);
  return `${dayOf(days)}T${timeOf(nanos - days * dayNanos)}`;
}

/** With as short a fraction as keeps it exact. */
function timeOf(nanos: bigint): string {
  const [seconds, rest] = [nanos / 1_000_000_000n, nanos % 1_000_000_000n];
  const parts = [seconds / 3_600n, (seconds / 60n) % 60n, seconds % 60n];
  const fraction = rest === 0n ? "" : `.${String(rest).padStart(9, "0").replace(/0+$/, "")}`;
  return parts.map((part) => String(part).padStart(2, "0")).join(":") + fraction;
}

/** Days since 1970; Snowflake knows the years 1 to 9999 and lets others through. */
function dayOf(days: bigint): string {
  const at = new Date(Number(days) * 86_400_000);
  const year = at.getUTCFullYear();
  const digits = String(Math.abs(year)).padStart(4, "0");
  const rest = [at.getUTCMonth() + 1, at.getUTCDate()].map((part) => String(part).padStart(2, "0"));
  return [`${year < 0 ? "-" : ""}${digits}`, ...rest].join("-");
}

function floorDivide(value: bigint, by: bigint): bigint {
  const rest = value % by;
  return (value - (rest < 0n ? rest + by : rest)) / by;
}
