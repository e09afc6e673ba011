import type { Incident, IncidentKind } from "../../core/incident.ts";
import type { Interval } from "../../core/timeline.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { SloStatus } from "../../slo/evaluate.ts";
import type { Attribution } from "./document.ts";

/**
 * What each incident spent of an SLO's budget: the bad time in which it was going on, or the bad deliveries whose
 * deadline lies in it. `unexcused` is the status without exclusions, so that an incident is named also when all that
 * it spent was excused. `incidents` are those of the SLO's checks; those that spent nothing are left out.
 */
export function spendingOf(
  status: SloStatus,
  unexcused: SloStatus,
  incidents: readonly Incident[],
): Attribution {
  return attribute(status, unexcused, "bad", ofKind(incidents, ["broken"]));
}

/**
 * What could not be known while checks did not answer, or a budget of bytes kept them from asking: a blind incident
 * spends nothing, and costs coverage.
 */
export function blindnessOf(
  status: SloStatus,
  unexcused: SloStatus,
  incidents: readonly Incident[],
): Attribution {
  return attribute(status, unexcused, "unknown", ofKind(incidents, ["blind", "budget"]));
}

function ofKind(
  incidents: readonly Incident[],
  wanted: readonly IncidentKind[],
): readonly Incident[] {
  return incidents.filter(({ kind }) => wanted.includes(kind));
}

function attribute(
  status: SloStatus,
  unexcused: SloStatus,
  state: "bad" | "unknown",
  incidents: readonly Incident[],
): Attribution {
  const measure = status.unit === "time" ? overlap : fallsIn;
  const intervals = status.timeline.filter((interval) => interval.state === state);
  const all = unexcused.timeline.filter((interval) => interval.state === state);
  const spans = incidents.map(spanOf);
  const reported = incidents.map((incident) => {
    const span = spanOf(incident);
    const amount = total(intervals, span, measure);
    return { incident, amount, excused: total(all, span, measure) - amount };
  });
  return {
    incidents: reported
      .filter(({ amount, excused }) => amount + excused > 0)
      .toSorted(
        (a, b) =>
          b.amount - a.amount ||
          b.excused - a.excused ||
          a.incident.sinceMs - b.incident.sinceMs ||
          (a.incident.id < b.incident.id ? -1 : 1),
      ),
    outside: outsideOf(intervals, spans, measure),
  };
}

interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

function spanOf({ sinceMs, endedMs }: Incident): Span {
  return { fromMs: sinceMs, toMs: endedMs ?? Number.POSITIVE_INFINITY };
}

type Measure = (interval: Interval, span: Span) => number;

const overlap: Measure = (interval, span) =>
  Math.max(0, Math.min(interval.toMs, span.toMs) - Math.max(interval.fromMs, span.fromMs));

/** A delivery is an interval that ends with its deadline; an incident of it begins at that instant. */
const fallsIn: Measure = ({ toMs }, span) => (toMs >= span.fromMs && toMs < span.toMs ? 1 : 0);

function total(intervals: readonly Interval[], span: Span, measure: Measure): number {
  return intervals.reduce((sum, interval) => sum + measure(interval, span), 0);
}

const always: Span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** The intervals less what lies in any of the spans: the spans are joined, so that nothing is taken off twice. */
function outsideOf(
  intervals: readonly Interval[],
  spans: readonly Span[],
  measure: Measure,
): number {
  const inside = joined(spans).reduce((sum, span) => sum + total(intervals, span, measure), 0);
  return total(intervals, always, measure) - inside;
}

function joined(spans: readonly Span[]): readonly Span[] {
  const disjoint: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = disjoint.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs) {
      disjoint[disjoint.length - 1] = { ...last, toMs: Math.max(last.toMs, span.toMs) };
    } else {
      disjoint.push(span);
    }
  }
  return disjoint;
}
