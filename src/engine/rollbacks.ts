import type { Mesh } from "../core/mesh.ts";
import type { ResultRecord } from "../core/store.ts";
import type { DurationMs } from "../core/vocabulary.ts";
import type { WatchState } from "./state.ts";

export interface Rollback {
  readonly checkId: string;
  /** How far the newest load time went back. */
  readonly backMs: DurationMs;
}

/** The results that saw an older newest load than the last one did: rows are gone (slo.md §1 rule 7). */
export function rollbacksIn(
  records: readonly ResultRecord[],
  mesh: Mesh,
  state: WatchState,
): readonly Rollback[] {
  return records.flatMap(({ checkId, atMs, result: { outcome, newestMs } }) => {
    const last = state.history.lastSeenOf(mesh.checks.get(checkId));
    // By a clock that has been set back since, nothing can be compared.
    const seenMs = last === null || last.atMs > atMs ? null : last.newestMs;
    const isConclusive = outcome !== "error" && outcome !== "skip";
    return isConclusive && newestMs !== undefined && seenMs !== null && newestMs < seenMs
      ? [{ checkId, backMs: seenMs - newestMs }]
      : [];
  });
}
