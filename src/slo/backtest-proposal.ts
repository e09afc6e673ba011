import { historyMs } from "../core/history.ts";
import type { Sli } from "../core/sli.ts";
import type { DurationMs, Ppm } from "../core/vocabulary.ts";
import { type Past, trialOf, usualObjectivesPpm, worstWithin } from "./backtest.ts";
import { infeasibilities } from "./feasibility.ts";
import { wholePpm } from "./ratio.ts";

const dayMs = 86_400_000;

/** A promise with room: so much of the budget at most would have been spent in any window, by all bounds together. */
export const roomToSpend = 0.5;

/** What stands around the thresholds: the check whose results will be judged, or would be. */
export interface ProposalTerms {
  /** `dataset.check` */
  readonly name: string;
  readonly sli: (threshold: number) => Sli;
  readonly cadenceMs: DurationMs;
  readonly holdMs: DurationMs | null;
}

/** The strictest round threshold that keeps room under an objective. */
export interface Offer {
  readonly objectivePpm: Ppm;
  readonly threshold: number;
  readonly sli: number;
  /** The share of the budget that the worst window of the past would have spent. */
  readonly spent: number;
  /** What `validate` would say of an SLO with this objective; empty where it has nothing against it. */
  readonly findings: readonly string[];
  readonly isRefused: boolean;
}

export interface Proposal {
  readonly objectivePpm: Ppm;
  /** One for each past, in their order. */
  readonly offers: readonly Offer[];
}

/** Thirty days; ninety where a day is one observation or one delivery (slo.md §3). */
export function usualWindowMs(unit: Past["unit"], cadenceMs: DurationMs): DurationMs {
  return unit === "deliveries" || cadenceMs >= dayMs ? 90 * dayMs : 30 * dayMs;
}

/**
 * For each usual objective, the strictest first, the strictest round threshold under which no window of the past
 * would have spent more than `room` of its budget. Objectives without one are left out.
 */
export function offersOf(
  past: Past,
  terms: ProposalTerms,
  windowMs: DurationMs,
  room: number = roomToSpend,
): readonly Offer[] {
  const rounds = past.rounds.filter((threshold) => past.isExact(threshold));
  const worst = new Map(
    rounds.map((threshold) => [threshold, worstWithin(past.badUnder(threshold), windowMs)]),
  );
  return usualObjectivesPpm.flatMap((objectivePpm) => {
    const allowed = allowance(past, windowMs, objectivePpm);
    const threshold = rounds.find((one) => (worst.get(one) ?? 0) <= room * allowed);
    if (threshold === undefined) {
      return [];
    }
    const findings = infeasibilities({
      objectivePpm,
      window: { kind: "rolling", lengthMs: windowMs },
      checks: [{ ...terms, sli: terms.sli(threshold) }],
      inputs: [],
      historyMs,
    });
    return {
      objectivePpm,
      threshold,
      sli: trialOf(past, threshold).sli,
      spent: (worst.get(threshold) ?? 0) / allowed,
      findings: findings.map(({ message }) => message),
      isRefused: findings.some(({ level }) => level === "error"),
    };
  });
}

/**
 * The strictest objective that `validate` has nothing against, or at least does not refuse, as long as no threshold
 * has to give way far for it: a promise is worth more for being tight than for a nine more. `offers` are those of
 * each past, whose order is kept. Null where no objective is offered for all of them.
 */
export function propose(
  pasts: readonly Past[],
  offers: readonly (readonly Offer[])[],
): Proposal | null {
  const isSound = ({ findings }: Offer): boolean => findings.length === 0;
  const isAccepted = ({ isRefused }: Offer): boolean => !isRefused;
  return proposeAmong(pasts, offers, isSound) ?? proposeAmong(pasts, offers, isAccepted);
}

function proposeAmong(
  pasts: readonly Past[],
  offers: readonly (readonly Offer[])[],
  isGood: (offer: Offer) => boolean,
): Proposal | null {
  const candidates = usualObjectivesPpm.flatMap((objectivePpm): Proposal[] => {
    const own = offers.flatMap((list) => {
      const offer = list.find((one) => one.objectivePpm === objectivePpm);
      return offer !== undefined && isGood(offer) ? [offer] : [];
    });
    return own.length === pasts.length && own.length > 0 ? [{ objectivePpm, offers: own }] : [];
  });
  const easiest = candidates.at(-1);
  const isNear = ({ offers: own }: Proposal): boolean =>
    pasts.every((past, index) => {
      const [here, there] = [own[index], easiest?.offers[index]];
      return (
        here !== undefined &&
        there !== undefined &&
        !past.isFarFrom(here.threshold, there.threshold)
      );
    });
  return candidates.find(isNear) ?? null;
}

/** What may be bad in a window; a past shorter than that is held to its own share of it. */
function allowance(past: Past, windowMs: DurationMs, objectivePpm: Ppm): number {
  const lookedMs = past.toMs - past.fromMs;
  const judged = past.judged * Math.min(1, windowMs / lookedMs);
  return (judged * (wholePpm - objectivePpm)) / wholePpm;
}
