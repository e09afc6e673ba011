import type { UnknownPolicy } from "../core/mesh.ts";
import type { TimelineRun, TimeState } from "../core/timeline.ts";
import type { DurationMs, EpochMs, Outcome, Ppm } from "../core/vocabulary.ts";
import type { NamedDuration } from "../time/fields.ts";
import type { CheckRuns, Evidence, SloStatus, SloTerms } from "./evaluate.ts";
import { errorRatios, evaluateSlo } from "./evaluate.ts";
import { exhaustedAt } from "./forecast.ts";
import { extend } from "./timeline.ts";

/** The input of `slo replay` (interface.md §6), parsed: one SLO, its checks, and what was observed. */
export interface Scenario {
  readonly objectivePpm: Ppm;
  readonly windowMs: DurationMs;
  readonly unknown: UnknownPolicy;
  readonly coverageFloorPpm: Ppm;
  /** Null: the window's start. */
  readonly sinceMs: EpochMs | null;
  /** Printed with the text they were given with. */
  readonly burnWindows: readonly NamedDuration[];
  readonly forecastWindowMs: DurationMs;
  readonly nowMs: EpochMs;
  /** One check for the form with `kind` and `observations`. */
  readonly checks: readonly ScenarioCheck[];
  /** The form with `checks`, whose output says which check was bad for how long. */
  readonly hasBlame: boolean;
}

/** A check as held state. Its observations may come in any order. */
export interface ScenarioCheck {
  readonly name: string;
  readonly cadenceMs: DurationMs;
  /** Null: the default, from `nextDueMs` or the cadence. */
  readonly holdMs: DurationMs | null;
  readonly observations: readonly ScenarioObservation[];
}

export interface ScenarioObservation {
  readonly atMs: EpochMs;
  readonly outcome: Outcome;
  /** The next scheduled due time; null: a cadence later. */
  readonly nextDueMs: EpochMs | null;
}

/** The output of `slo replay`, with the keys of interface.md §6. Ratios have 6 decimals, instants are ISO 8601. */
export interface ReplayOutput {
  readonly window: { readonly from: string; readonly to: string; readonly seconds: number };
  readonly good_seconds: number;
  readonly bad_seconds: number;
  readonly unknown_seconds: number;
  readonly excluded_seconds: number;
  /** Null for SLOs over time. */
  readonly good_events: null;
  readonly bad_events: null;
  readonly unknown_events: null;
  readonly excluded_events: null;
  readonly sli: number | null;
  readonly sli_bounds: readonly [number, number] | null;
  readonly coverage: number | null;
  readonly budget: {
    /** Seconds. */
    readonly allowed: number;
    readonly consumed: number | null;
    readonly remaining: number | null;
    readonly remaining_lower: number | null;
  };
  readonly burn_rates: readonly {
    readonly window: string;
    readonly burn_rate: number | null;
    readonly coverage: number;
    readonly frozen: boolean;
  }[];
  readonly forecast: { readonly exhausted_at: string | null };
  readonly timeline: readonly {
    readonly from: string;
    readonly to: string;
    readonly state: TimeState;
  }[];
  readonly blame?: readonly { readonly check: string; readonly bad_seconds: number }[];
}

/** Evaluates a scenario with the daemon's own evaluator. The same input always gives the same output. */
export function replay(scenario: Scenario): ReplayOutput {
  const terms: SloTerms = {
    ...scenario,
    window: { kind: "rolling", lengthMs: scenario.windowMs },
  };
  const { nowMs } = scenario;
  const sinceMs = scenario.sinceMs ?? nowMs - scenario.windowMs;
  const evidence: Evidence = { unit: "time", checks: scenario.checks.map(runsOf) };
  const status = evaluateSlo(terms, evidence, [], sinceMs, nowMs);
  const windowsMs = scenario.burnWindows.map(({ ms }) => ms);
  const ratios = errorRatios(terms, evidence, [], sinceMs, nowMs, windowsMs);
  const endMs = exhaustedAt(terms, status, nowMs, scenario.forecastWindowMs);
  return {
    window: {
      from: isoInstant(status.fromMs),
      to: isoInstant(status.toMs),
      seconds: seconds(scenario.windowMs),
    },
    ...sums(status),
    budget: {
      allowed: sixDecimals(status.budget.allowed / 1_000),
      consumed: sixDecimals(status.budget.consumed),
      remaining: sixDecimals(status.budget.remaining),
      remaining_lower: sixDecimals(status.budget.remainingLower),
    },
    burn_rates: ratios.map(({ burnRate, coverage, isFrozen }, index) => ({
      window: scenario.burnWindows[index]?.text ?? "",
      burn_rate: sixDecimals(burnRate),
      coverage: sixDecimals(coverage),
      frozen: isFrozen,
    })),
    forecast: { exhausted_at: endMs === null ? null : isoInstant(endMs) },
    timeline: status.timeline.map(({ fromMs, toMs, state }) => ({
      from: isoInstant(fromMs),
      to: isoInstant(toMs),
      state,
    })),
    ...(scenario.hasBlame && {
      blame: status.blame.map(({ check, bad }) => ({ check, bad_seconds: seconds(bad) })),
    }),
  };
}

function sums(status: SloStatus) {
  return {
    good_seconds: seconds(status.good),
    bad_seconds: seconds(status.bad),
    unknown_seconds: seconds(status.unknown),
    excluded_seconds: seconds(status.excluded),
    good_events: null,
    bad_events: null,
    unknown_events: null,
    excluded_events: null,
    sli: sixDecimals(status.sli),
    sli_bounds:
      status.sliBounds === null
        ? null
        : ([sixDecimals(status.sliBounds[0]), sixDecimals(status.sliBounds[1])] as const),
    coverage: sixDecimals(status.coverage),
  };
}

function runsOf(check: ScenarioCheck): CheckRuns {
  const owner = { checkId: check.name, generation: "" };
  const runs: TimelineRun[] = [];
  for (const observation of check.observations.toSorted((a, b) => a.atMs - b.atMs)) {
    const { atMs, outcome } = observation;
    const last = runs.at(-1) ?? null;
    const changed = extend(last, { atMs, outcome, holdMs: holdOf(check, observation) }, owner);
    const [first] = changed;
    if (last !== null && first?.fromMs === last.fromMs) {
      runs.pop();
    }
    runs.push(...changed);
  }
  return { name: check.name, runs };
}

function holdOf(check: ScenarioCheck, { atMs, nextDueMs }: ScenarioObservation): DurationMs {
  const toNextDueMs = nextDueMs === null ? check.cadenceMs : nextDueMs - atMs;
  return check.holdMs ?? toNextDueMs + Math.floor(check.cadenceMs / 2);
}

function seconds(ms: DurationMs): number {
  return ms / 1_000;
}

/** Whole seconds are written without a fraction. */
function isoInstant(ms: EpochMs): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

function sixDecimals(value: number): number;
function sixDecimals(value: number | null): number | null;
function sixDecimals(value: number | null): number | null {
  // Adding 0 makes −0 plain.
  return value === null ? null : Math.round(value * 1_000_000) / 1_000_000 + 0;
}
