import type { Outcome } from "../../src/core/vocabulary.ts";
import { type Bounds, rowBounds, type VolumeParams } from "./params.ts";

export function outcomeOf(rows: bigint | number, params: VolumeParams): Outcome {
  const { fail, warn } = rowBounds(params);
  return isOutside(rows, fail) ? "fail" : isOutside(rows, warn) ? "warn" : "pass";
}

/** A bigint and a number compare by value, whatever their size. */
function isOutside(rows: bigint | number, { min, max }: Bounds): boolean {
  return (min !== null && rows < min) || (max !== null && rows > max);
}
