import type { TimelineObservation, TimelineRun } from "../../../src/core/timeline.ts";
import type { Outcome } from "../../../src/core/vocabulary.ts";
import type { CheckRuns, Evidence } from "../../../src/slo/evidence.ts";
import { extend } from "../../../src/slo/timeline.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Midnight, so that literal hours read as times of the day. */
export const midnight = Date.UTC(2026, 0, 1);

export const owner = { checkId: "orders/orders/fresh", generation: "a" };

export function observation(
  atMs: number,
  outcome: Outcome,
  holdMs: number = 90 * minute,
): TimelineObservation {
  return { atMs, outcome, holdMs };
}

/** Puts the runs that `extend` returns as the store does: by their start. */
export function record(
  observations: readonly TimelineObservation[],
  of: { readonly checkId: string; readonly generation: string } = owner,
): readonly TimelineRun[] {
  const runs = new Map<number, TimelineRun>();
  let last: TimelineRun | null = null;
  for (const seen of observations) {
    for (const run of extend(last, seen, of)) {
      runs.set(run.fromMs, run);
      last = run;
    }
  }
  return [...runs.values()].sort((a, b) => a.fromMs - b.fromMs);
}

/** One observation an hour from midnight on: `.` pass, `w` warn, `x` fail, `e` error, `s` skip, blank none. */
export function hourly(pattern: string, holdMs: number = 90 * minute): readonly TimelineRun[] {
  const outcomes: Readonly<Record<string, Outcome>> = {
    ".": "pass",
    w: "warn",
    x: "fail",
    e: "error",
    s: "skip",
  };
  const observations = Array.from(pattern).flatMap((letter, index) => {
    const outcome = outcomes[letter];
    return outcome === undefined ? [] : [observation(midnight + index * hour, outcome, holdMs)];
  });
  return record(observations);
}

/** The evidence of an SLO over time. */
export function overTime(checks: readonly CheckRuns[]): Evidence & { readonly unit: "time" } {
  return { unit: "time", checks };
}
