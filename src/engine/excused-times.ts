import type { ExcludedTime, ExclusionRecord } from "../core/exclusion.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { excludedOf, type SloNames } from "./excluded.ts";

const dayMs = 86_400_000;

interface Known {
  readonly records: readonly ExclusionRecord[];
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly times: readonly ExcludedTime[];
}

/**
 * Excused time, reckoned once a day for each SLO: a recurring exclusion over a year takes about a millisecond, and
 * every scrape asks for that of every SLO.
 */
export class ExcusedTimes {
  /** By the SLO as it is declared: what is known of one goes with the mesh that it is of. */
  readonly #known = new WeakMap<SloNames, Known>();

  /** At least what is excused of `[fromMs, toMs)`: stretches are of whole days in UTC. */
  of(
    slo: SloNames,
    records: readonly ExclusionRecord[],
    fromMs: EpochMs,
    toMs: EpochMs,
  ): readonly ExcludedTime[] {
    const stretch = {
      fromMs: Math.floor(fromMs / dayMs) * dayMs,
      toMs: Math.ceil(toMs / dayMs) * dayMs,
    };
    const known = this.#known.get(slo);
    if (
      known?.records === records &&
      known.fromMs === stretch.fromMs &&
      known.toMs === stretch.toMs
    ) {
      return known.times;
    }
    const times = excludedOf(slo, records, stretch.fromMs, stretch.toMs);
    this.#known.set(slo, { records, ...stretch, times });
    return times;
  }
}
