import type { ExcludedTime } from "../core/exclusion.ts";
import type { SloWindow, UnknownPolicy } from "../core/mesh.ts";
import type { DurationMs, EpochMs, Ppm } from "../core/vocabulary.ts";
import type { NamedDuration } from "../time/fields.ts";
import { boundsOf } from "../time/period.ts";
import { errorRatios, evaluateSlo } from "./evaluate.ts";
import type { SloStatus, SloTerms } from "./evidence.ts";
import { exhaustedAt } from "./forecast.ts";
import { evidenceOf, type Observed } from "./observed.ts";
import { type RecentTotals, recentTotals } from "./recent.ts";
import type { ReplayOutput } from "./replay-output.ts";

/** The input of `slo replay` (interface.md §6), parsed: one SLO, its checks, and what was observed. */
export interface Scenario {
  readonly objectivePpm: Ppm;
  readonly window: SloWindow;
  readonly unknown: UnknownPolicy;
  readonly coverageFloorPpm: Ppm;
  /** Null: the window's start. */
  readonly sinceMs: EpochMs | null;
  /** Printed with the text they were given with. */
  readonly burnWindows: readonly NamedDuration[];
  readonly forecastWindowMs: DurationMs;
  readonly nowMs: EpochMs;
  readonly observed: Observed;
  readonly excluded: readonly ExcludedTime[];
  /** The form with `checks`, whose output says which check was bad for how long. */
  readonly hasBlame: boolean;
}

/**
 * Evaluates a scenario with the daemon's own evaluator. The same input always gives the same output, and the order
 * of the observations changes nothing.
 */
export function replay(scenario: Scenario): ReplayOutput {
  const { nowMs, excluded, burnWindows, forecastWindowMs } = scenario;
  const terms: SloTerms = scenario;
  const sinceMs = scenario.sinceMs ?? boundsOf(scenario.window, nowMs).fromMs;
  const evidence = evidenceOf(scenario.observed, nowMs);
  const status = evaluateSlo(terms, evidence, excluded, sinceMs, nowMs);
  const windowsMs = burnWindows.map(({ ms }) => ms);
  const ratios = errorRatios(terms, evidence, excluded, sinceMs, nowMs, windowsMs);
  const [recent] = recentTotals(evidence, excluded, sinceMs, nowMs, [forecastWindowMs]);
  return {
    window: {
      from: isoInstant(status.fromMs),
      to: isoInstant(status.toMs),
      seconds: seconds(status.toMs - status.fromMs),
    },
    ...amountsOf(status),
    ...ratiosOf(status),
    burn_rates: ratios.map(({ burnRate, coverage, isFrozen }, index) => ({
      window: burnWindows[index]?.text ?? "",
      burn_rate: sixDecimals(burnRate),
      coverage: sixDecimals(coverage),
      frozen: isFrozen,
    })),
    forecast: recent === undefined ? null : forecastOf(scenario, status, recent),
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

function amountsOf({ unit, good, bad, unknown, excluded }: SloStatus) {
  const isTime = unit === "time";
  const asSeconds = (ms: DurationMs): number | null => (isTime ? seconds(ms) : null);
  const asEvents = (count: number): number | null => (isTime ? null : count);
  return {
    good_seconds: asSeconds(good),
    bad_seconds: asSeconds(bad),
    unknown_seconds: asSeconds(unknown),
    excluded_seconds: asSeconds(excluded),
    good_events: asEvents(good),
    bad_events: asEvents(bad),
    unknown_events: asEvents(unknown),
    excluded_events: asEvents(excluded),
  };
}

function ratiosOf({ unit, sli, sliBounds, coverage, budget }: SloStatus) {
  return {
    sli: sixDecimals(sli),
    sli_bounds:
      sliBounds === null ? null : ([sixDecimals(sliBounds[0]), sixDecimals(sliBounds[1])] as const),
    coverage: sixDecimals(coverage),
    budget: {
      allowed: sixDecimals(unit === "time" ? seconds(budget.allowed) : budget.allowed),
      consumed: sixDecimals(budget.consumed),
      remaining: sixDecimals(budget.remaining),
      remaining_lower: sixDecimals(budget.remainingLower),
    },
  };
}

function forecastOf(
  scenario: Scenario,
  status: SloStatus,
  recent: RecentTotals,
): ReplayOutput["forecast"] {
  const endMs = exhaustedAt(scenario, status, recent, scenario.nowMs);
  return { exhausted_at: endMs === null ? null : isoInstant(endMs) };
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
  if (value === null) {
    return null;
  }
  const millionths = Math.round(value * 1_000_000);
  // Beyond 2^53 a number has no seventh decimal to lose. Adding 0 makes −0 plain.
  return Number.isSafeInteger(millionths) ? millionths / 1_000_000 + 0 : value;
}
