import type { Incident } from "../../core/incident.ts";
import type { Interval } from "../../core/timeline.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { SloStatus } from "../../slo/evaluate.ts";
import type { Spending } from "./document.ts";

/**
 * What each incident spent of an SLO's budget: the bad time in which it was going on, or the bad deliveries
 * whose deadline lies in it. `incidents` are those of the SLO's checks; blindness spends nothing by itself.
 */
export function spendingOf(status: SloStatus, incidents: readonly Incident[]): Spending {
  const bad = status.timeline.filter(({ state }) => state === "bad");
  const measure = status.unit === "time" ? overlap : fallsIn;
  const broken = incidents.filter(({ kind }) => kind === "broken");
  const spans = broken.map(({ sinceMs, endedMs }) => ({
    fromMs: sinceMs,
    toMs: endedMs ?? Number.POSITIVE_INFINITY,
  }));
  const spent = broken.map((incident, index) => ({
    incident,
    spent: total(bad, spans[index] ?? { fromMs: 0, toMs: 0 }, measure),
  }));
  const inside = bad.reduce((sum, interval) => sum + covered(interval, spans, measure), 0);
  return {
    incidents: spent
      .filter((one) => one.spent > 0)
      .toSorted((a, b) => b.spent - a.spent || a.incident.sinceMs - b.incident.sinceMs),
    outside: bad.reduce((sum, one) => sum + measure(one, everything), 0) - inside,
  };
}

interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

type Measure = (interval: Interval, span: Span) => number;

const everything: Span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

const overlap: Measure = (interval, span) =>
  Math.max(0, Math.min(interval.toMs, span.toMs) - Math.max(interval.fromMs, span.fromMs));

/** A delivery is an interval that ends with its deadline. */
const fallsIn: Measure = ({ toMs }, span) => (toMs >= span.fromMs && toMs <= span.toMs ? 1 : 0);

function total(intervals: readonly Interval[], span: Span, measure: Measure): number {
  return intervals.reduce((sum, interval) => sum + measure(interval, span), 0);
}

/** How much of an interval lies in any of the spans, what several share counted once. */
function covered(interval: Interval, spans: readonly Span[], measure: Measure): number {
  if (measure === fallsIn) {
    return spans.some((span) => measure(interval, span) > 0) ? 1 : 0;
  }
  let sum = 0;
  let reachedMs = interval.fromMs;
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const beginMs = Math.max(fromMs, reachedMs);
    const endMs = Math.min(toMs, interval.toMs);
    if (endMs > beginMs) {
      sum += endMs - beginMs;
      reachedMs = endMs;
    }
  }
  return sum;
}
