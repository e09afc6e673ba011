import { expect } from "vitest";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import type {
  Interval,
  KnownLoads,
  Sighting,
  TimelineObservation,
  TimelineRun,
} from "../../../src/core/timeline.ts";
import type { Outcome } from "../../../src/core/vocabulary.ts";
import { follow } from "../../../src/slo/follow.ts";
import type { FreshnessSli } from "../../../src/slo/freshness.ts";
import { judgeDeadlines, sight } from "../../../src/slo/sightings.ts";
import { hour, midnight, minute, owner } from "./builders.ts";

type Owner = typeof owner;

/** Puts the runs that `follow` returns as the store does: by their start. */
export function followed(
  observations: readonly TimelineObservation[],
  sli: FreshnessSli,
  of: Owner = owner,
  before: readonly TimelineRun[] = [],
): readonly TimelineRun[] {
  const runs = new Map(before.map((run) => [run.fromMs, run]));
  let last = before.at(-1) ?? null;
  for (const seen of observations) {
    for (const run of follow(last, seen, of, sli)) {
      // A run that begins before the newest one would tangle the order that readers rely on.
      expect(run.fromMs).toBeGreaterThanOrEqual(last?.fromMs ?? run.fromMs);
      runs.set(run.fromMs, run);
      last = run;
    }
  }
  return [...runs.values()].sort((a, b) => a.fromMs - b.fromMs);
}

/** Puts the sightings that `sight` returns as the store does: by their number. */
export function sighted(
  observations: readonly TimelineObservation[],
  sli: DeadlineSli,
  of: Owner = owner,
  before: readonly Sighting[] = [],
): readonly Sighting[] {
  const sightings = new Map(before.map((seen) => [seen.number, seen]));
  let last = before.at(-1) ?? null;
  for (const observation of observations) {
    for (const sighting of sight(last, observation, of, sli)) {
      sightings.set(sighting.number, sighting);
      last = sighting;
    }
  }
  return [...sightings.values()].sort((a, b) => a.number - b.number);
}

/** `good bad unknown`, in the order in which the deliveries are due. */
export function judged(
  sli: DeadlineSli,
  sightings: readonly Sighting[],
  fromMs: number,
  toMs: number,
): string {
  return judgeDeadlines(sli, sightings, fromMs, toMs)
    .map(({ state }) => state)
    .join(" ");
}

export function freshnessSli(maxAgeMs: number, time: FreshnessSli["time"] = "load"): FreshnessSli {
  return { kind: "freshness", maxAgeMs, time, visibilityDelayMs: 2_000 };
}

/** The instant of a time of day, `09:30`, or of a later day, `1 09:30`. */
export function at(text: string): number {
  const [, days = "0", hours, minutes] = /^(?:(\d+) )?(\d\d):(\d\d)$/.exec(text) ?? [];
  return midnight + Number(days) * 24 * hour + Number(hours) * hour + Number(minutes) * minute;
}

/** A probe that saw a newest load; without one, a dataset that fails by being empty. Holds half an hour. */
export function probe(
  atText: string,
  newestText?: string,
  more: {
    readonly outcome?: Outcome;
    readonly holdMs?: number;
    readonly loads?: KnownLoads;
  } = {},
): TimelineObservation {
  return {
    atMs: at(atText),
    outcome: newestText === undefined ? "fail" : "pass",
    holdMs: 30 * minute,
    ...(newestText !== undefined && { newestMs: at(newestText) }),
    ...more,
  };
}

/** All the loads there were. */
export function loads(...texts: readonly string[]): { readonly loads: KnownLoads } {
  return { loads: { instants: texts.map(at), isComplete: true } };
}

/** `good 09:00-10:30`: states with their times of day; `-` is before midnight, `1 02:00` on the next day. */
export function told(intervals: readonly Pick<Interval, "fromMs" | "toMs" | "state">[]) {
  return intervals.map(({ fromMs, toMs, state }) => `${state} ${clock(fromMs)}-${clock(toMs)}`);
}

function clock(ms: number): string {
  const days = Math.floor((ms - midnight) / (24 * hour));
  const time = new Date(ms).toISOString().slice(11, 16);
  return days === 0 ? time : `${days} ${time}`;
}
