import type { DeadlineSli, Sli } from "../core/sli.ts";
import type { Sighting, TimelineObservation, TimelineRun } from "../core/timeline.ts";
import type { DurationMs, EpochMs, Outcome } from "../core/vocabulary.ts";
import type { CheckRuns, CheckSightings, Evidence, RowCount } from "./evidence.ts";
import { follow } from "./follow.ts";
import { sight } from "./sightings.ts";

/** What a scenario observed, by the unit that its SLO is counted in. Observations may come in any order. */
export type Observed =
  | { readonly unit: "time"; readonly checks: readonly ObservedCheck[] }
  | { readonly unit: "deliveries"; readonly checks: readonly ObservedDeliveries[] }
  | { readonly unit: "rows"; readonly counts: readonly RowCount[] };

export interface ObservedCheck {
  readonly name: string;
  readonly sli: Exclude<Sli, DeadlineSli>;
  readonly cadenceMs: DurationMs;
  /** Null: the default, from `nextDueMs` or the cadence. */
  readonly holdMs: DurationMs | null;
  readonly observations: readonly ScenarioObservation[];
}

export interface ObservedDeliveries {
  readonly name: string;
  readonly sli: DeadlineSli;
  readonly observations: readonly ScenarioObservation[];
}

export interface ScenarioObservation {
  readonly atMs: EpochMs;
  readonly outcome: Outcome;
  /** The next scheduled due time; null: a cadence later. */
  readonly nextDueMs: EpochMs | null;
  /** The newest load time seen; null where there was none. */
  readonly newestMs: EpochMs | null;
  /** All load times since the newest one seen before; null where they are not known. */
  readonly loadsMs: readonly EpochMs[] | null;
}

/**
 * The evidence that a daemon would have kept of what was observed, through the same folds. What was observed after
 * `nowMs` has not happened yet, and what is given twice happened once.
 */
export function evidenceOf(observed: Observed, nowMs: EpochMs): Evidence {
  switch (observed.unit) {
    case "time":
      return { unit: "time", checks: observed.checks.map((check) => runsOf(check, nowMs)) };
    case "deliveries":
      return {
        unit: "deliveries",
        checks: observed.checks.map((check) => sightingsOf(check, nowMs)),
      };
    case "rows":
      return { unit: "rows", counts: inOrder(observed.counts, nowMs) };
  }
}

function runsOf(check: ObservedCheck, nowMs: EpochMs): CheckRuns {
  const owner = { checkId: check.name, generation: "" };
  const runs = new Map<EpochMs, TimelineRun>();
  let last: TimelineRun | null = null;
  for (const seen of observationsOf(check.observations, nowMs)) {
    const observation = { ...seen.observation, holdMs: holdOf(check, seen.given) };
    for (const run of follow(last, observation, owner, check.sli)) {
      runs.set(run.fromMs, run);
      last = run;
    }
  }
  return { name: check.name, runs: [...runs.values()].sort((a, b) => a.fromMs - b.fromMs) };
}

function sightingsOf(
  { name, sli, observations }: ObservedDeliveries,
  nowMs: EpochMs,
): CheckSightings {
  const owner = { checkId: name, generation: "" };
  const sightings = new Map<number, Sighting>();
  let last: Sighting | null = null;
  for (const { observation } of observationsOf(observations, nowMs)) {
    for (const sighting of sight(last, { ...observation, holdMs: 0 }, owner, sli)) {
      sightings.set(sighting.number, sighting);
      last = sighting;
    }
  }
  const inSight = [...sightings.values()].sort((a, b) => a.number - b.number);
  return { name, sli, sightings: inSight };
}

/** slo.md §1 A: the time to the next scheduled due slot plus half the shortest gap in the schedule. */
function holdOf(check: ObservedCheck, { atMs, nextDueMs }: ScenarioObservation): DurationMs {
  const toNextDueMs = nextDueMs === null ? check.cadenceMs : nextDueMs - atMs;
  return check.holdMs ?? toNextDueMs + Math.floor(check.cadenceMs / 2);
}

interface Seen {
  readonly given: ScenarioObservation;
  readonly observation: Omit<TimelineObservation, "holdMs">;
}

/** In order of time. Load times are those between the newest one seen before and the newest one. */
function* observationsOf(
  observations: readonly ScenarioObservation[],
  nowMs: EpochMs,
): Generator<Seen> {
  let knownMs = Number.NEGATIVE_INFINITY;
  for (const given of inOrder(observations, nowMs)) {
    const { atMs, outcome, newestMs, loadsMs } = given;
    const observation = {
      atMs,
      outcome,
      ...(newestMs !== null && { newestMs }),
      ...(newestMs !== null &&
        loadsMs !== null && {
          loads: {
            instants: loadsBetween(loadsMs, knownMs, Math.min(newestMs, atMs)),
            isComplete: true,
          },
        }),
    };
    yield { given, observation };
    if (outcome !== "error" && outcome !== "skip") {
      knownMs = newestMs ?? Number.NEGATIVE_INFINITY;
    }
  }
}

/** The newest load time is one of the loads, whether it was listed or not. */
function loadsBetween(
  loadsMs: readonly EpochMs[],
  knownMs: EpochMs,
  newestMs: EpochMs,
): readonly EpochMs[] {
  const between = [...loadsMs, newestMs].filter((ms) => ms > knownMs && ms <= newestMs);
  return [...new Set(between)].sort((a, b) => a - b);
}

/** By instant, those of one instant in an order of their own, without what is given twice or lies ahead of `nowMs`. */
function inOrder<T extends { readonly atMs: EpochMs }>(
  all: readonly T[],
  nowMs: EpochMs,
): readonly T[] {
  const past = all.filter(({ atMs }) => atMs <= nowMs);
  const sorted = past.sort((a, b) => a.atMs - b.atMs || compareText(textOf(a), textOf(b)));
  return sorted.filter((one, index) => {
    const before = sorted[index - 1];
    return before?.atMs !== one.atMs || textOf(before) !== textOf(one);
  });
}

function textOf(value: object): string {
  return JSON.stringify(value);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
