import type { EpochMs } from "../../core/vocabulary.ts";
import type { ReportedExclusion } from "./document.ts";

/**
 * From the first time that an exclusion excuses of the period to the end of the last. One that was withdrawn excuses
 * none: then its own time, of which the end is null while it had none.
 */
export function spanOf({ record, times }: Pick<ReportedExclusion, "record" | "times">): {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs | null;
} {
  return {
    fromMs: times[0]?.fromMs ?? record?.fromMs ?? 0,
    toMs: times.at(-1)?.toMs ?? record?.endedMs ?? record?.toMs ?? null,
  };
}
