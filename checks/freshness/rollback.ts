import type { CheckResult, LastSeen } from "../../src/core/check.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { shownAge } from "../_shared/text.ts";

/**
 * What would pass is a warning where a newer load was seen before (slo.md §1 rule 7): rows are gone, or a load was
 * undone, and nobody knows since when. By a clock that has been set back since nothing can be compared.
 */
export function withRollback(
  result: CheckResult,
  last: LastSeen | null,
  probeMs: EpochMs,
): CheckResult {
  const { outcome, summary, newestMs } = result;
  const seenMs = last === null || last.atMs > probeMs ? null : last.newestMs;
  if (newestMs === undefined || seenMs === null || newestMs >= seenMs) {
    return result;
  }
  return {
    ...result,
    outcome: outcome === "pass" ? "warn" : outcome,
    summary: `${summary.replace(/\.$/, "")}; one ${shownAge(seenMs - newestMs)} newer was seen before and is gone.`,
  };
}
