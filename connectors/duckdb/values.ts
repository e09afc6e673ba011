import type { DuckDBValue } from "@duckdb/node-api";
import type { SqlValue } from "../../src/core/value.ts";
import type { Driver } from "./engine.ts";

/** The loss-free form of a value that is not a number. Nested values, intervals, UUIDs and bytes become text. */
export function toSqlValue(driver: Driver, value: Exclude<DuckDBValue, number>): SqlValue {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (value instanceof driver.DuckDBDecimalValue) {
    return { type: "decimal", text: value.toString() };
  }
  if (value instanceof driver.DuckDBTimestampTZValue) {
    return { type: "instant", ms: value.isFinite ? msOf(value.micros) : infinityOf(value.micros) };
  }
  if (value instanceof driver.DuckDBDateValue) {
    return { type: "date", text: textOf(value, value.days) };
  }
  if (value instanceof driver.DuckDBTimestampValue) {
    return { type: "local", text: textOf(value, value.micros) };
  }
  if (value instanceof driver.DuckDBTimestampNanosecondsValue) {
    return { type: "local", text: textOf(value, value.nanos) };
  }
  if (value instanceof driver.DuckDBTimestampMillisecondsValue) {
    return { type: "local", text: textOf(value, value.millis) };
  }
  if (value instanceof driver.DuckDBTimestampSecondsValue) {
    return { type: "local", text: textOf(value, value.seconds) };
  }
  return value.toString();
}

/** Cut down to the millisecond: the remainder of a bigint has the sign of what is divided. */
function msOf(micros: bigint): number {
  const rest = micros % 1_000n;
  return Number((micros - (rest < 0n ? rest + 1_000n : rest)) / 1_000n);
}

/** The driver's own text of an infinite day or time is one millions of years away. */
function textOf(
  value: { readonly isFinite: boolean; toString(): string },
  count: bigint | number,
): string {
  return value.isFinite
    ? value.toString().replace(" ", "T")
    : infinityOf(count) > 0
      ? "infinity"
      : "-infinity";
}

function infinityOf(count: bigint | number): number {
  return count > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
