import type { Interval, TimeState } from "../../core/timeline.ts";
import type { SloStatus } from "../../slo/evaluate.ts";
import type { ReportPeriod } from "./document.ts";

/** A coloured part of the strip, in units of which the whole period has `stripWidth`. */
export interface Bar {
  readonly state: TimeState;
  readonly from: number;
  readonly to: number;
}

export const stripWidth = 1000;

/** Half a pixel on a screen, a sixth of a millimetre on paper: what is narrower is drawn together. */
const narrowest = 0.5;

/** A bad minute of a month must still be seen. */
const narrowestBad = 2;

/** Of deliveries, which are instants, the marks: as wide as there is room for. */
const widestMark = 12;

type Stretch = Pick<ReportPeriod, "fromMs" | "toMs">;

/**
 * The period from left to right: bars of time, or a mark that ends at each deadline. What is not covered has no
 * state: it was before the promise, or is to come. At most a few thousand bars, however many intervals there are;
 * what is bad comes last, to be drawn over its neighbours.
 */
export function barsOf({ unit, timeline }: SloStatus, period: Stretch): readonly Bar[] {
  const bars = unit === "time" ? timeBars(timeline, period) : marks(timeline, period);
  const isBad = ({ state }: Bar): boolean => state === "bad";
  return [...bars.filter((bar) => !isBad(bar)), ...bars.filter(isBad).map(widened)];
}

function place(ms: number, { fromMs, toMs }: Stretch): number {
  const share = (ms - fromMs) / Math.max(1, toMs - fromMs);
  return Math.min(1, Math.max(0, share)) * stripWidth;
}

function timeBars(timeline: readonly Interval[], period: Stretch): readonly Bar[] {
  const bars: Bar[] = [];
  let group: Bar[] = [];
  for (const { fromMs, toMs, state } of timeline) {
    const bar = { state, from: place(fromMs, period), to: place(toMs, period) };
    if (bar.to - bar.from >= narrowest) {
      append(bars, drawnTogether(group));
      append(bars, [bar]);
      group = [];
      continue;
    }
    group.push(bar);
    if (bar.to - (group[0]?.from ?? bar.from) >= narrowest) {
      append(bars, drawnTogether(group));
      group = [];
    }
  }
  append(bars, drawnTogether(group));
  return bars;
}

/** Bad where any of it is bad, else what most of it is. */
function drawnTogether(group: readonly Bar[]): readonly Bar[] {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const widths = { good: 0, unknown: 0, excluded: 0, bad: 0 };
  for (const { state, from, to } of group) {
    widths[state] += to - from;
  }
  const rest = (["good", "unknown", "excluded"] as const).reduce((most, state) =>
    widths[state] > widths[most] ? state : most,
  );
  const isBad = group.some(({ state }) => state === "bad");
  return [{ state: isBad ? "bad" : rest, from: first.from, to: last.to }];
}

/** Neighbours of one state are one bar. */
function append(bars: Bar[], more: readonly Bar[]): void {
  for (const bar of more) {
    const last = bars.at(-1);
    if (last?.state === bar.state && last.to === bar.from) {
      bars[bars.length - 1] = { ...last, to: bar.to };
    } else {
      bars.push(bar);
    }
  }
}

const loudness: Readonly<Record<TimeState, number>> = { good: 0, excluded: 1, unknown: 2, bad: 3 };

/** Of several that fall on one place the worst. */
function marks(timeline: readonly Interval[], period: Stretch): readonly Bar[] {
  const byPlace = new Map<number, TimeState>();
  for (const { toMs, state } of timeline) {
    const at = Math.round(place(toMs, period) / narrowest) * narrowest;
    const known = byPlace.get(at);
    if (known === undefined || loudness[state] > loudness[known]) {
      byPlace.set(at, state);
    }
  }
  const room = (0.7 * stripWidth) / Math.max(1, byPlace.size);
  const width = Math.min(widestMark, Math.max(narrowestBad, room));
  return [...byPlace].map(([at, state]) => {
    const to = Math.max(at, width);
    return { state, from: to - width, to };
  });
}

function widened(bar: Bar): Bar {
  const missing = narrowestBad - (bar.to - bar.from);
  if (missing <= 0) {
    return bar;
  }
  const from = Math.min(Math.max(0, bar.from - missing / 2), stripWidth - narrowestBad);
  return { ...bar, from, to: from + narrowestBad };
}
