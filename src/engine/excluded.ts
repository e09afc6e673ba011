/** Which time of an SLO is excused: by its own declaration, and by command. */
import type { ExcludedTime, ExclusionMode, ExclusionRecord } from "../core/exclusion.ts";
import type { Slo } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { excludedTimes } from "../time/recurrence.ts";

/** An exclusion as it touches a stretch of an SLO's time. */
export interface AppliedExclusion {
  readonly mode: ExclusionMode;
  readonly reason: string;
  /** Null for one that is declared with the SLO. */
  readonly record: ExclusionRecord | null;
  /** What it excuses, clipped to the stretch, ascending. None of one that was withdrawn, else at least one. */
  readonly times: readonly ExcludedTime[];
}

/** What of an SLO says which exclusions apply to it. */
export type SloNames = Pick<Slo, "id" | "product" | "exclusions">;

const nothing: readonly never[] = [];

/**
 * What is excused of `[fromMs, toMs)`, ascending by start; several may overlap. A record counts where it names the
 * SLO or its product; one that lasts until it is ended reaches to `toMs`.
 */
export function excludedOf(
  slo: SloNames,
  records: readonly ExclusionRecord[],
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly ExcludedTime[] {
  const applied = exclusionsOf(slo, records, fromMs, toMs);
  if (applied.length === 0) {
    return nothing;
  }
  return applied.flatMap(({ times }) => times).toSorted((a, b) => a.fromMs - b.fromMs);
}

/**
 * The exclusions that touch `[fromMs, toMs)`, first those that are declared with the SLO. One that was withdrawn is
 * named where it would have excused, so that a figure that it once made is explained.
 */
export function exclusionsOf(
  slo: SloNames,
  records: readonly ExclusionRecord[],
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly AppliedExclusion[] {
  if (slo.exclusions.length === 0 && records.length === 0) {
    return nothing;
  }
  const declared = slo.exclusions
    .map((planned) => ({
      mode: planned.mode,
      reason: planned.reason,
      record: null,
      times: excludedTimes(planned, fromMs, toMs),
    }))
    .filter(({ times }) => times.length > 0);
  const byCommand = records
    .filter(({ target }) => target === slo.id || target === slo.product)
    .flatMap((record) => {
      const { mode, reason, withdrawal } = record;
      const times = timesOf(record, fromMs, toMs);
      return times.length === 0
        ? []
        : [{ mode, reason, record, times: withdrawal === null ? times : nothing }];
    });
  return [...declared, ...byCommand];
}

/** Until when an exclusion excuses, or did before it was withdrawn; null while it lasts until it is ended. */
export function endOf({ toMs, endedMs }: ExclusionRecord): EpochMs | null {
  return toMs === null || endedMs === null ? (toMs ?? endedMs) : Math.min(toMs, endedMs);
}

function timesOf(record: ExclusionRecord, fromMs: EpochMs, toMs: EpochMs): readonly ExcludedTime[] {
  const clipped = {
    fromMs: Math.max(record.fromMs, fromMs),
    toMs: Math.min(endOf(record) ?? toMs, toMs),
    mode: record.mode,
  };
  return clipped.fromMs < clipped.toMs ? [clipped] : nothing;
}
