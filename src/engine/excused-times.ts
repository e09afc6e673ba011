import type { ExcludedTime, ExclusionRecord } from "../core/exclusion.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { excludedOf, type SloNames } from "./excluded.ts";

const dayMs = 86_400_000;

interface Known {
  readonly slo: SloNames;
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
  readonly #known = new Map<string, Known>();

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
    const known = this.#known.get(slo.id);
    if (
      known?.slo === slo &&
      known.records === records &&
      known.fromMs === stretch.fromMs &&
      known.toMs === stretch.toMs
    ) {
      return known.times;
    }
    const times = excludedOf(slo, records, stretch.fromMs, stretch.toMs);
    this.#known.set(slo.id, { slo, records, ...stretch, times });
    return times;
  }
}
