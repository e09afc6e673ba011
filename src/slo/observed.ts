import type { DeadlineSli, Sli } from "../core/sli.ts";
import type { Sighting, TimelineObservation, TimelineRun } from "../core/timeline.ts";
import type { DurationMs, EpochMs, Outcome } from "../core/vocabulary.ts";
import type { CheckRuns, CheckSightings, Evidence, RowCount } from "./evidence.ts";
import { follow, inOrder } from "./follow.ts";
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
      return { unit: "rows", counts: countedOnce(observed.counts) };
    default:
      return observed satisfies never;
  }
}

function runsOf(check: ObservedCheck, nowMs: EpochMs): CheckRuns {
  const owner = { checkId: check.name, generation: "" };
  const runs = new Map<EpochMs, TimelineRun>();
  let last: TimelineRun | null = null;
  const holdMsOf = (observation: ScenarioObservation) => holdOf(check, observation);
  for (const observation of inTheirOrder(check.observations, holdMsOf, nowMs)) {
    for (const run of follow(last, observation, owner, check.sli)) {
      runs.set(run.fromMs, run);
      last = run;
    }
  }
  return { name: check.name, runs: [...runs.values()].sort((a, b) => a.fromMs - b.fromMs) };
}

function sightingsOf(check: ObservedDeliveries, nowMs: EpochMs): CheckSightings {
  const { name, sli, observations } = check;
  const owner = { checkId: name, generation: "" };
  const sightings = new Map<number, Sighting>();
  let last: Sighting | null = null;
  for (const observation of inTheirOrder(observations, () => 0, nowMs)) {
    for (const sighting of sight(last, observation, owner, sli)) {
      sightings.set(sighting.number, sighting);
      last = sighting;
    }
  }
  const ascending = [...sightings.values()].sort((a, b) => a.number - b.number);
  return { name, eras: [{ fromMs: 0, generation: "", sli }], sightings: ascending };
}

/** slo.md §1 A: the time to the next scheduled due slot plus half the shortest gap in the schedule. */
function holdOf(check: ObservedCheck, { atMs, nextDueMs }: ScenarioObservation): DurationMs {
  const toNextDueMs = nextDueMs === null ? check.cadenceMs : nextDueMs - atMs;
  return check.holdMs ?? toNextDueMs + Math.floor(check.cadenceMs / 2);
}

/** As they are to be followed, whatever the order they are given in. */
function inTheirOrder(
  observations: readonly ScenarioObservation[],
  holdMsOf: (observation: ScenarioObservation) => DurationMs,
  nowMs: EpochMs,
): readonly TimelineObservation[] {
  const past = observations.filter(({ atMs }) => atMs <= nowMs);
  const sorted = past
    .map((given) => ({ given, seen: seenBy(given, holdMsOf(given)) }))
    .sort((a, b) => inOrder(a.seen, b.seen) || byLoads(a.given, b.given));
  let knownMs = Number.NEGATIVE_INFINITY;
  return sorted.map(({ given: { loadsMs }, seen }) => {
    const afterMs = knownMs;
    if (seen.outcome !== "error" && seen.outcome !== "skip") {
      knownMs = seen.newestMs ?? Number.NEGATIVE_INFINITY;
    }
    if (loadsMs === null || seen.newestMs === undefined) {
      return seen;
    }
    const instants = loadsBetween(loadsMs, afterMs, seen.newestMs);
    return { ...seen, loads: { instants, isComplete: true } };
  });
}

/**
 * A load cannot be newer than the probe that saw it: the stamp of one that the check let pass counts as the probe's
 * own instant. A failure with such a stamp failed because of it, and knows no newest load (slo.md §1 A′).
 */
function seenBy(
  { atMs, outcome, newestMs }: ScenarioObservation,
  holdMs: DurationMs,
): TimelineObservation {
  const isKnown = newestMs !== null && (outcome !== "fail" || newestMs <= atMs);
  const seen = { atMs, outcome, holdMs };
  return isKnown ? { ...seen, newestMs: Math.min(newestMs, atMs) } : seen;
}

/** Of two that are the same but for what was loaded, the one that knows more comes first. */
function byLoads({ loadsMs: a }: ScenarioObservation, { loadsMs: b }: ScenarioObservation): number {
  const [left, right] = [String(a), String(b)];
  return (b?.length ?? -1) - (a?.length ?? -1) || Number(left > right) - Number(left < right);
}

/** The load times after the newest one known before; the newest one is a load whether it is listed or not. */
function loadsBetween(
  loadsMs: readonly EpochMs[],
  knownMs: EpochMs,
  newestMs: EpochMs,
): readonly EpochMs[] {
  const between = [...loadsMs, newestMs].filter((ms) => ms > knownMs && ms <= newestMs);
  return [...new Set(between)].sort((a, b) => a - b);
}

/** What is given twice was counted once. */
export function countedOnce(counts: readonly RowCount[]): readonly RowCount[] {
  const known = new Map(
    counts.map((count) => [`${count.atMs} ${count.good} ${count.total}`, count]),
  );
  return [...known.values()];
}
