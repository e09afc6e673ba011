import type { BacktestSubject } from "../../src/core/check.ts";
import { ageLimits, type FreshnessParams } from "./params.ts";

/** The age that fails, else the one that warns; under `by` there is none, and the loads are tried on deadlines. */
export function backtestOf(params: FreshnessParams): BacktestSubject {
  const { failMs, warnMs } = ageLimits(params);
  const { column, time } = params;
  return { kind: "loads", column, time, maxAgeMs: failMs ?? warnMs };
}
