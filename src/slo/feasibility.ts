import type { CalendarPeriod, SloWindow } from "../core/mesh.ts";
import type { DeadlineSli, Sli } from "../core/sli.ts";
import type { DurationMs, Ppm } from "../core/vocabulary.ts";
import { formatDuration } from "../time/duration.ts";
import { longestMs } from "../time/period.ts";
import { type DeadTier, deadTiers } from "./burn-rate-tiers.ts";
import { cadenceWord, objectiveText, percentText, strictestWith } from "./figures.ts";
import { ratio, timesPpm, wholePpm } from "./ratio.ts";

/**
 * Whether an SLO can be kept, watched and told of at all (slo.md §3): arithmetic over what is declared, before
 * anything is measured. Figures are rounded towards the safe side, so that an objective that is named does hold.
 */

export const feasibilityCodes = [
  "TM_SLO_QUANTUM",
  "TM_SLO_FEW_FAILURES",
  "TM_SLO_DELIVERIES",
  "TM_SLO_WINDOW",
  "TM_SLO_BURN_RATES",
  "TM_SLO_INPUTS",
] as const;
export type FeasibilityCode = (typeof feasibilityCodes)[number];

/** A check that can spend the SLO's budget. */
export interface PromisedCheck {
  /** `dataset.check` */
  readonly name: string;
  readonly sli: Sli;
  /** The shortest time between two of its probes. */
  readonly cadenceMs: DurationMs;
  /** Null: longer than the cadence, as the default is. */
  readonly holdMs: DurationMs | null;
  /** It falls due by its own parameters, and cannot be probed more often. */
  readonly isPaced?: boolean;
}

/** An SLO of a product upstream: the weakest that it makes in the dimension. */
export interface Input {
  /** `product/slo` */
  readonly slo: string;
  readonly objectivePpm: Ppm;
}

export interface SloPromise {
  readonly objectivePpm: Ppm;
  readonly window: SloWindow;
  readonly checks: readonly PromisedCheck[];
  /** For each quality dimension of its checks, one of each product upstream that promises anything in it. */
  readonly inputs: readonly (readonly Input[])[];
  /** How long history is kept. */
  readonly historyMs: DurationMs;
}

export interface Finding {
  readonly code: FeasibilityCode;
  readonly level: "error" | "warning";
  readonly about: "objective" | "window";
  readonly message: string;
  readonly hint?: string;
}

/** A budget with less room than for so many failures says little about how bad things are. */
const fewFailures = 4;

const dayMs = 86_400_000;

/** The fewest days of a period: a budget has to hold in February too. */
const shortestDays: Readonly<Record<CalendarPeriod, number>> = {
  day: 1,
  week: 7,
  month: 28,
  quarter: 90,
  year: 365,
};

/** What is wrong with a promise, errors first. Empty for one that can be kept, watched and told of. */
export function infeasibilities(promise: SloPromise): readonly Finding[] {
  const deadlines = promise.checks.flatMap(({ sli }) => (sli.kind === "deadline" ? [sli] : []));
  const found = [
    tooLong(promise),
    quantumOf(promise),
    deadlines.length > 0 ? deliveriesOf(promise, deadlines) : burnRatesOf(promise),
    aboveInputs(promise),
  ];
  return found
    .filter((finding) => finding !== null)
    .sort((a, b) => Number(b.level === "error") - Number(a.level === "error"));
}

function tooLong({ window, historyMs }: SloPromise): Finding | null {
  if (longestMs(window) <= historyMs) {
    return null;
  }
  const kept = formatDuration(historyMs);
  const message = `the window is longer than history is kept, which is ${kept}`;
  return { code: "TM_SLO_WINDOW", level: "error", about: "window", message };
}

interface Cost {
  readonly name: string;
  readonly cadenceMs: DurationMs;
  readonly costMs: DurationMs;
  readonly isPaced: boolean;
}

/**
 * What one failed observation that holds costs: its cadence over the allowance (slo.md §2, quantum), or its hold
 * where that is shorter. Fresh data and deliveries are judged by facts, and cost what they cost.
 */
function quantumOf({ objectivePpm, window, checks }: SloPromise): Finding | null {
  const costs = costsOf(checks);
  const [worst] = costs;
  if (worst === undefined) {
    return null;
  }
  const windowMs = shortestMs(window);
  const allowed = timesPpm(windowMs, wholePpm - objectivePpm);
  const cost = timesPpm(worst.costMs, wholePpm);
  if (cost * BigInt(fewFailures) <= allowed) {
    return null;
  }
  const message = `one failed ${probeText(worst)} costs ${percentText(ratio(cost, allowed) ?? 0)} of this budget`;
  const four = strictestWith(fewFailures, worst.costMs, windowMs);
  const room = four === null ? "no objective leaves room for four" : `${four} leaves room for four`;
  const isQuantum = cost > allowed;
  const dear = costs.filter(
    ({ costMs }) => timesPpm(costMs, wholePpm) * BigInt(isQuantum ? 1 : fewFailures) > allowed,
  );
  const about = { about: "objective", hint: remedyFor(dear) } as const;
  if (!isQuantum) {
    const few = { code: "TM_SLO_FEW_FAILURES", level: "warning" } as const;
    return { ...few, ...about, message: `${message}; ${room}` };
  }
  const one = strictestWith(1, worst.costMs, windowMs);
  const strictest =
    one === null
      ? "no objective holds one failure in this window"
      : `${one} is the strictest that holds one failure, ${room}`;
  const quantum = { code: "TM_SLO_QUANTUM", level: "error" } as const;
  return { ...quantum, ...about, message: `${message}; ${strictest}` };
}

/** The dearest first; those that cost as much as they are declared. */
function costsOf(checks: readonly PromisedCheck[]): readonly Cost[] {
  return checks
    .filter(({ sli }) => sli.kind === "state")
    .map(({ name, cadenceMs, holdMs, isPaced = false }) => ({
      name,
      cadenceMs,
      isPaced,
      costMs: Math.min(cadenceMs, holdMs ?? cadenceMs),
    }))
    .sort((a, b) => b.costMs - a.costMs);
}

function probeText({ cadenceMs, costMs }: Cost): string {
  const word = cadenceWord(cadenceMs) ?? `probe (every ${formatDuration(cadenceMs)})`;
  return costMs < cadenceMs ? `${word} (held for ${formatDuration(costMs)})` : word;
}

function remedyFor(dear: readonly Cost[]): string {
  const names = dear.filter(({ isPaced }) => !isPaced).map(({ name }) => `\`${name}\``);
  const isAll = names.length === dear.length;
  return isAll
    ? `probe ${names.join(", ")} more often, take a longer window, or promise less`
    : "take a longer window, or promise less";
}

/** With deliveries the allowance is a number of them, and below one none may be missed. */
function deliveriesOf(
  { objectivePpm, window }: SloPromise,
  deadlines: readonly DeadlineSli[],
): Finding | null {
  const days = shortestMs(window) / dayMs;
  const count = deadlines
    .map(({ calendar }) => Math.floor((days * (calendar?.days.size ?? 7)) / 7))
    .reduce((sum, one) => sum + one, 0);
  const allowed = count * (wholePpm - objectivePpm);
  if (allowed >= wholePpm) {
    return null;
  }
  const about = { code: "TM_SLO_DELIVERIES", level: "warning", about: "objective" } as const;
  if (count === 0) {
    const message = "the window is shorter than the time between two deliveries";
    return { ...about, about: "window", message, hint: "take a longer window" };
  }
  const price = `one missed delivery costs ${percentText(wholePpm / allowed)} of this budget`;
  const one = strictestWith(1, 1, count);
  const strictest =
    one === null ? "no objective holds one" : `${one} is the strictest that holds one`;
  const message = `${price}: about ${count} fall due in the window; ${strictest}`;
  return { ...about, message, hint: "take a longer window, or promise less" };
}

/** Judged by the slowest check, which the windows of alerts follow. */
function burnRatesOf({ objectivePpm, window, checks }: SloPromise): Finding | null {
  const cadenceMs = Math.max(0, ...checks.map((check) => check.cadenceMs));
  const dead = deadTiers(objectivePpm, shortestMs(window), cadenceMs);
  if (checks.length === 0 || dead.length === 0) {
    return null;
  }
  const message = `burn rates that alerts watch for can never be reached: ${dead.map(tierText).join("; ")}`;
  return { code: "TM_SLO_BURN_RATES", level: "warning", about: "objective", message };
}

function tierText({ threshold, longMs, reason }: DeadTier): string {
  return reason.kind === "objective"
    ? `×${threshold} needs an objective above ${percentText(reason.above, 2)}`
    : `×${threshold} looks at ${formatDuration(longMs)}, and ${percentText(reason.spent, 0)} of this budget is longer`;
}

/** What is made of others is bad wherever one of them is, as far as nobody knows better. */
function aboveInputs({ objectivePpm, inputs }: SloPromise): Finding | null {
  const [least] = inputs
    .map((list) => ({
      list,
      ppm: list.reduce((ppm, one) => (ppm * one.objectivePpm) / wholePpm, wholePpm),
    }))
    .sort((a, b) => a.ppm - b.ppm);
  // What is less than a thousandth of a part per million is rounding.
  if (least === undefined || objectivePpm <= least.ppm + 0.001) {
    return null;
  }
  const factors = least.list.map(
    ({ slo, objectivePpm: ppm }) => `\`${slo}\` ${objectiveText(ppm)}`,
  );
  const product = factors.length > 1 ? ` = ${objectiveText(Math.floor(least.ppm))}` : "";
  const message = `this promises more than its inputs do: ${factors.join(" × ")}${product}`;
  return { code: "TM_SLO_INPUTS", level: "warning", about: "objective", message };
}

function shortestMs(window: SloWindow): DurationMs {
  return window.kind === "rolling" ? window.lengthMs : shortestDays[window.period] * dayMs;
}
