import type { Figures } from "../../src/core/check.ts";
import { formatDuration } from "../../src/time/duration.ts";
import { ageLimits, type FreshnessParams } from "./params.ts";

/** `at most 1h promised, 45m without a warning`, or `a delivery by 07:00 promised`. */
export function promiseOf(params: FreshnessParams): string {
  if (params.by !== undefined) {
    return `a delivery by ${params.by} promised`;
  }
  const { failMs, warnMs } = ageLimits(params);
  const promise = failMs === null ? [] : [`at most ${formatDuration(failMs)} promised`];
  const quiet = warnMs === null ? [] : [`at most ${formatDuration(warnMs)} without a warning`];
  return [...promise, ...quiet].join(", ");
}

export function expectedOf(params: FreshnessParams): Figures {
  const { failMs, warnMs } = ageLimits(params);
  return {
    ...(failMs === null ? {} : { max_age_seconds: failMs / 1000 }),
    ...(warnMs === null ? {} : { warn_max_age_seconds: warnMs / 1000 }),
    ...(params.by === undefined ? {} : { by: params.by }),
    future_tolerance_seconds: params.future_tolerance / 1000,
  };
}
