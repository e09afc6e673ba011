import { timesPpm, wholePpm } from "../../slo/ratio.ts";
import type { SloReport } from "./document.ts";

/**
 * How a promise fared in the period.
 *
 * - unjudged: there was nothing to keep: not promised yet, all excused, or no delivery due.
 * - unseen: nothing is known of what there was to keep.
 * - broken: more of the budget was spent than there was.
 * - below: less was reached than promised, and the budget is not spent, because only a part of the period was seen.
 * - uncertain: kept as far as is known; it would be broken if all that is unknown had been bad.
 * - kept: whatever the unknown time was like.
 */
export type Verdict = (typeof verdicts)[number];

/** The worst first. */
export const verdicts = ["broken", "below", "unseen", "uncertain", "kept", "unjudged"] as const;

export type Judged = Pick<SloReport, "objectivePpm" | "unknown" | "status">;

export function verdictOf(slo: Judged): Verdict {
  const { good, bad, unknown, budget } = slo.status;
  if (good + bad + unknown === 0) {
    return "unjudged";
  }
  if (good + bad === 0 && slo.unknown !== "bad") {
    return "unseen";
  }
  if (budget.remaining === null ? bad > 0 : budget.remaining < 0) {
    return "broken";
  }
  if (isBelow(slo)) {
    return "below";
  }
  return (budget.remainingLower ?? 0) < 0 ? "uncertain" : "kept";
}

/** Compares products of whole numbers, because an SLI of just the objective is none below it. */
function isBelow({ objectivePpm, unknown: policy, status }: Judged): boolean {
  const { good, bad, unknown } = status;
  const reached = policy === "good" ? good + unknown : good;
  const judged = policy === "ignore" ? good + bad : good + bad + unknown;
  return timesPpm(reached, wholePpm) < timesPpm(judged, objectivePpm);
}

/** How many SLOs fared how; every verdict is there. */
export function countVerdicts(slos: readonly Judged[]): Readonly<Record<Verdict, number>> {
  const counts = { broken: 0, below: 0, unseen: 0, uncertain: 0, kept: 0, unjudged: 0 };
  for (const slo of slos) {
    counts[verdictOf(slo)] += 1;
  }
  return counts;
}
