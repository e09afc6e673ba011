import type { DurationMs, EpochMs, Ppm } from "../core/vocabulary.ts";
import type { Bounds } from "../time/period.ts";
import { share, wholePpm } from "./ratio.ts";

/**
 * What a stretch of the past would have been under a promise that nobody made yet: the data's own history is
 * judged under one threshold after another. Pure arithmetic; ages, rows and deliveries each say what was bad
 * under a threshold (`Past`), and the rest is the same for all of them.
 */

/** The key of a check whose value is tried: a length of time, a number of rows, or a time of day from midnight. */
export type ThresholdKey = "max_age" | "min" | "max" | "by";

export interface Past extends Bounds {
  readonly key: ThresholdKey;
  readonly unit: "time" | "deliveries";
  /** Milliseconds, or deliveries, that are judged at all. */
  readonly judged: number;
  /**
   * What was bad under a threshold: ascending and apart. A missed delivery is one millisecond at its deadline,
   * so that lengths add up to a number of deliveries.
   */
  readonly badUnder: (threshold: number) => readonly Bounds[];
  /** Thresholds that people write, from the strictest to the most lenient; no two are the same. */
  readonly rounds: readonly number[];
  /** All thresholds that quantiles are looked for among, by number from the strictest, 0, to the most lenient. */
  readonly scale: { readonly last: number; readonly at: (index: number) => number };
  /** Whether `threshold` asks for so much less than `strict` that one would not take it for a better objective. */
  readonly isFarFrom: (threshold: number, strict: number) => boolean;
  /** Whether nothing that is bad under the threshold escapes the history that was read. */
  readonly isExact: (threshold: number) => boolean;
}

/** The past under one threshold. Amounts are milliseconds or deliveries, as `Past.unit` says. */
export interface Trial {
  readonly threshold: number;
  /** Bad less than this only where it is not exact. */
  readonly bad: number;
  readonly sli: number;
  readonly breaches: number;
  /** The longest breach; of deliveries 1, where one was missed at all. */
  readonly longest: number;
  readonly isExact: boolean;
}

/** Why a threshold stands in the table. `quantilesPpm`: it is the strictest with an SLI of so much. */
export interface LadderRung extends Trial {
  readonly isDeclared: boolean;
  readonly isRound: boolean;
  readonly quantilesPpm: readonly Ppm[];
}

/** Objectives that people promise, the strictest first. */
export const usualObjectivesPpm: readonly Ppm[] = [
  999_000, 995_000, 990_000, 980_000, 950_000, 900_000,
];

/** Below it a round threshold is one that the data does not keep, and only the last such is shown. */
const leastShownSli = 0.9;

export function trialOf(past: Past, threshold: number): Trial {
  const spans = past.badUnder(threshold);
  const bad = spans.reduce((sum, span) => sum + lengthOf(span), 0);
  return {
    threshold,
    bad,
    sli: 1 - (share(bad, past.judged) ?? 0),
    breaches: spans.length,
    longest: spans.reduce((longest, span) => Math.max(longest, lengthOf(span)), 0),
    isExact: past.isExact(threshold),
  };
}

/**
 * The thresholds worth a look, from the strictest to the most lenient: the declared one, for each usual objective
 * and for 100 % the strictest that would have met it, and the round ones between a little too strict and never
 * bad, less those that change nothing.
 */
export function ladderOf(past: Past, declared: number | null): readonly LadderRung[] {
  const quantiles = [wholePpm, ...usualObjectivesPpm].flatMap((ppm) => {
    const threshold = quantileOf(past, ppm);
    return threshold === null ? [] : [{ threshold, ppm }];
  });
  const rounds = new Set(shownRounds(past));
  const thresholds = new Set([
    ...(declared === null ? [] : [declared]),
    ...quantiles.map(({ threshold }) => threshold),
    ...rounds,
  ]);
  const isRising = past.scale.at(past.scale.last) >= past.scale.at(0);
  return [...thresholds]
    .toSorted((a, b) => (isRising ? a - b : b - a))
    .map((threshold) => ({
      ...trialOf(past, threshold),
      isDeclared: threshold === declared,
      isRound: rounds.has(threshold),
      quantilesPpm: quantiles.filter((one) => one.threshold === threshold).map(({ ppm }) => ppm),
    }));
}

/**
 * The strictest threshold of the scale under which the SLI is at least `ppm`; null where not even the most lenient
 * meets it, and where the history does not reach that deep. A more lenient threshold never has a lower SLI, so
 * that halving finds it.
 */
export function quantileOf(past: Past, ppm: Ppm): number | null {
  const isMet = (index: number): boolean => {
    const { bad } = trialOf(past, past.scale.at(index));
    return bad * wholePpm <= past.judged * (wholePpm - ppm);
  };
  let [low, high] = [0, past.scale.last];
  if (!isMet(high)) {
    return null;
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = isMet(middle) ? [low, middle] : [middle + 1, high];
  }
  const threshold = past.scale.at(low);
  return past.isExact(threshold) ? threshold : null;
}

function shownRounds(past: Past): readonly number[] {
  const trials = past.rounds
    .filter((threshold) => past.isExact(threshold))
    .map((threshold) => trialOf(past, threshold));
  const kept = trials.findIndex(({ sli }) => sli >= leastShownSli);
  const never = trials.findIndex(({ bad }) => bad === 0);
  return trials
    .slice(kept === -1 ? -1 : Math.max(0, kept - 1), never === -1 ? undefined : never + 1)
    .filter(({ bad }, index, shown) => bad !== shown[index - 1]?.bad)
    .map(({ threshold }) => threshold);
}

/**
 * The most that was bad in any stretch of `windowMs`. A stretch with the most ends where something bad ends: moved
 * on from there it can only lose, until the next bad thing enters it.
 */
export function worstWithin(spans: readonly Bounds[], windowMs: DurationMs): number {
  let first = 0;
  let sum = 0;
  let worst = 0;
  for (const span of spans) {
    sum += lengthOf(span);
    const fromMs: EpochMs = span.toMs - windowMs;
    let oldest = spans[first];
    while (oldest !== undefined && oldest.toMs <= fromMs) {
      sum -= lengthOf(oldest);
      first += 1;
      oldest = spans[first];
    }
    worst = Math.max(worst, sum - Math.max(0, fromMs - (oldest?.fromMs ?? fromMs)));
  }
  return worst;
}

/** Neighbours that touch become one. */
export function joined(spans: readonly Bounds[]): readonly Bounds[] {
  const found: Bounds[] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last?.toMs === span.fromMs) {
      found[found.length - 1] = { fromMs: last.fromMs, toMs: span.toMs };
    } else {
      found.push(span);
    }
  }
  return found;
}

function lengthOf({ fromMs, toMs }: Bounds): DurationMs {
  return toMs - fromMs;
}
