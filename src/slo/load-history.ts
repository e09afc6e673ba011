import type { KnownLoads, LoadGap } from "../core/timeline.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";

/** Two consecutive probes, of which the second saw a newer load. */
interface Advance {
  readonly previous: {
    readonly atMs: EpochMs;
    readonly newestMs: EpochMs;
    readonly isStale: boolean;
  };
  readonly newestMs: EpochMs;
}

/**
 * The times longer than `maxAgeMs` without a load between the newest load that each of two probes saw, ascending,
 * where the history settles them (slo.md §1 rule 4); null where it does not: it is not complete, a load was not
 * visible when it should have been (rule 9), or it speaks against what the first probe saw.
 */
export function gapsBetween(
  { previous, newestMs }: Advance,
  loads: KnownLoads | undefined,
  maxAgeMs: DurationMs,
): readonly LoadGap[] | null {
  if (loads?.isComplete !== true) {
    return null;
  }
  const instants = loads.instants
    .map((ms) => Math.min(ms, newestMs))
    .filter((ms) => ms > previous.newestMs)
    .toSorted((a, b) => a - b);
  const gaps = candidates(previous.newestMs, instants, newestMs, loads.gaps)
    .filter(({ fromMs, toMs }) => fromMs >= previous.newestMs && toMs - fromMs > maxAgeMs)
    .toSorted((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs)
    .filter(({ fromMs }, index, all) => fromMs >= (all[index - 1]?.toMs ?? fromMs));
  const [first] = gaps;
  const isLate = [...instants, ...gaps.flatMap(({ fromMs, toMs }) => [fromMs, toMs])].some(
    (ms) => ms > previous.newestMs && ms <= previous.atMs,
  );
  // Stale at the first probe means that nothing was loaded from its newest load until then.
  const isContradicted = previous.isStale && first?.fromMs !== previous.newestMs;
  return isLate || isContradicted ? null : gaps;
}

function candidates(
  fromMs: EpochMs,
  instants: readonly EpochMs[],
  toMs: EpochMs,
  gaps: readonly LoadGap[] | undefined,
): readonly LoadGap[] {
  if (gaps === undefined) {
    const all = [fromMs, ...instants, toMs];
    return all.slice(1).map((ms, index) => ({ fromMs: all[index] ?? fromMs, toMs: ms }));
  }
  return gaps.map((gap) => ({ fromMs: gap.fromMs, toMs: Math.min(gap.toMs, toMs) }));
}
