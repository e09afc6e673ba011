import type { MeasurementFailure } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";

const hint =
  "Name a column of a timestamp or date type, or cast it to one in a dataset with `query:`.";

/** Why a value out of a time column is not one; null for a time, and for NULL, which says nothing of its column. */
export function noTime(value: SqlValue): MeasurementFailure | null {
  const isTime = typeof value === "object" && value?.type !== "decimal";
  return isTime ? null : unreadableTime("The column holds no time.");
}

export function unreadableTime(message: string): MeasurementFailure {
  return { kind: "invalid_query", message, hint };
}
