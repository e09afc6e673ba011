import type { BacktestSubject } from "../../src/core/check.ts";
import { rowBounds, type VolumeParams } from "./params.ts";

/** Null for the whole dataset: how many rows it had on an earlier day, its rows do not say. */
export function backtestOf(params: VolumeParams): BacktestSubject | null {
  const { column, window, complete } = params;
  if (column === undefined || window === undefined) {
    return null;
  }
  const { fail, warn } = rowBounds(params);
  const isWarningOnly = fail.min === null && fail.max === null;
  return {
    kind: "rows",
    column,
    windowMs: window,
    isComplete: complete,
    ...(isWarningOnly ? warn : fail),
  };
}
