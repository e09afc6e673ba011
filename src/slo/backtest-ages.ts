import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import type { Bounds } from "../time/period.ts";
import type { Past } from "./backtest.ts";
import { type ColumnClock, instantOfRaw } from "./backtest-clock.ts";

/** Ages that people promise. */
const roundAges: readonly DurationMs[] = [
  ...[1, 2, 5, 10, 15, 20, 30, 45].map((seconds) => seconds * 1_000),
  ...[1, 2, 3, 5, 10, 15, 20, 30, 45].map((minutes) => minutes * 60_000),
  ...[1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 18].map((hours) => hours * 3_600_000),
  ...[1, 1.5, 2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90].map((days) => days * 86_400_000),
];

/** Ages are told apart to the second. */
const stepMs = 1_000;

const dayMs = 86_400_000;

/** The largest gaps between successive loads, as the warehouse gave them: values as if in UTC, in any order. */
export interface ReadGaps {
  readonly gaps: readonly { readonly fromRaw: number; readonly toRaw: number }[];
  /** The first and the last value in the stretch. */
  readonly firstRaw: number;
  readonly lastRaw: number;
  /** The last value before the stretch; null: the history begins in it. */
  readonly beforeRaw: number | null;
  /** All gaps of more than this were read, as the values differ. */
  readonly completeFromMs: DurationMs;
}

/** When the data was loaded, as far as ages of more than `exactFromMs` turn on it. */
export interface LoadHistory extends Bounds {
  /** From the last load before the stretch to its end, ascending: what is between two gaps was never that old. */
  readonly gaps: readonly Bounds[];
  readonly exactFromMs: DurationMs;
}

/**
 * Brings gaps to instants. A local time that exists twice is read in favour of the data, as the later one where a gap
 * begins and the earlier one where it ends: nobody can tell, and what is bad is bad either way. A day counts from its
 * end, as in a check, and until then is not there: a promise that is proposed has to hold where a day is loaded when
 * it is over. The stretch begins with the first load where the history begins in it.
 */
export function loadHistoryOf(read: ReadGaps, clock: ColumnClock, stretch: Bounds): LoadHistory {
  const { fromMs, toMs } = stretch;
  const instant = (raw: number, which: "earliest" | "latest"): EpochMs | null =>
    instantOfRaw(raw, clock, clock.kind === "date" ? "latest" : which);
  const clipped = (raw: number, which: "earliest" | "latest"): EpochMs =>
    Math.min(instant(raw, which) ?? toMs, toMs);
  const firstMs = clipped(read.firstRaw, "earliest");
  const beforeMs = read.beforeRaw === null ? null : instant(read.beforeRaw, "latest");
  const gaps = [
    ...(beforeMs === null ? [] : [{ fromMs: beforeMs, toMs: firstMs }]),
    ...read.gaps
      .map(({ fromRaw, toRaw }) => ({
        fromMs: clipped(fromRaw, "latest"),
        toMs: clipped(toRaw, "earliest"),
      }))
      .toSorted((a, b) => a.fromMs - b.fromMs),
    { fromMs: clipped(read.lastRaw, "latest"), toMs },
  ];
  return {
    fromMs: beforeMs === null ? Math.max(fromMs, firstMs) : fromMs,
    toMs,
    gaps: gaps.filter((gap) => gap.toMs > gap.fromMs),
    exactFromMs: Math.max(read.completeFromMs, clock.kind === "date" ? dayMs : 0),
  };
}

/** Of freshness (slo.md §1 A′, rule 4): a load is good until it is `max_age` old, and bad from then to the next one. */
export function pastOfAges({ fromMs, toMs, gaps, exactFromMs }: LoadHistory): Past {
  const oldestMs = gaps.reduce((oldest, gap) => Math.max(oldest, gap.toMs - gap.fromMs), 0);
  return {
    fromMs,
    toMs,
    key: "max_age",
    unit: "time",
    judged: toMs - fromMs,
    badUnder: (maxAgeMs) =>
      gaps.flatMap((gap) => {
        const staleMs = Math.max(gap.fromMs + maxAgeMs, fromMs);
        return staleMs < gap.toMs ? [{ fromMs: staleMs, toMs: gap.toMs }] : [];
      }),
    rounds: roundAges,
    scale: { last: Math.ceil(oldestMs / stepMs), at: (index) => index * stepMs },
    isFarFrom: (ageMs, strictMs) => ageMs > 2 * strictMs,
    isExact: (ageMs) => ageMs >= exactFromMs,
  };
}

/** The oldest that the data was in each of `count` equal parts of the stretch, 0 where no gap that was read reaches. */
export function oldestAges({ fromMs, toMs, gaps }: LoadHistory, count: number): readonly number[] {
  const partMs = (toMs - fromMs) / count;
  const ages = Array.from({ length: count }, () => 0);
  for (const gap of gaps) {
    const first = Math.max(0, Math.floor((gap.fromMs - fromMs) / partMs));
    for (let part = first; part < count && fromMs + part * partMs < gap.toMs; part += 1) {
      const untilMs = Math.min(gap.toMs, fromMs + (part + 1) * partMs);
      ages[part] = Math.max(ages[part] ?? 0, untilMs - gap.fromMs);
    }
  }
  return ages;
}
