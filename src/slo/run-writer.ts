import type { TimelineRun } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { RunOwner } from "./timeline.ts";

/** Half-open time of one state; empty where it does not end after it begins. */
export interface Stretch {
  readonly state: "good" | "bad";
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** What an observation settles. Time between stretches is unknown. */
export interface Settled {
  /** Where the newest run ends, before the stretches. */
  readonly lastEndsMs: EpochMs;
  /** Ascending, after the last observation; the last of them is the tail. */
  readonly stretches: readonly Stretch[];
}

/** The observation that settled it, which the next one goes by. */
interface Confirmation {
  readonly observedMs: EpochMs;
  readonly newestMs?: EpochMs;
}

/**
 * The runs to put: equal neighbours of one generation are one run, and a run ends where another state begins.
 * An empty tail is kept, for it carries the chain of probes; readers pass over it.
 */
export function writeRuns(
  last: TimelineRun | null,
  { lastEndsMs, stretches }: Settled,
  seen: Confirmation,
  of: RunOwner,
): readonly TimelineRun[] {
  const runs: TimelineRun[] = [];
  let current = last === null ? null : { ...last, toMs: lastEndsMs };
  for (const [index, stretch] of stretches.entries()) {
    const { state, fromMs, toMs } = stretch;
    if (fromMs >= toMs && index < stretches.length - 1) {
      continue;
    }
    if (current !== null && continues(current, stretch, of)) {
      current = { ...current, toMs };
      continue;
    }
    if (current !== null) {
      runs.push({ ...current, toMs: Math.min(current.toMs, fromMs) });
    }
    const { checkId, generation } = of;
    current = { checkId, generation, fromMs, toMs, state, observedMs: toMs };
  }
  if (current !== null) {
    runs.push(confirmed(current, seen));
  }
  // Of two runs that begin together the first is empty, and the second takes its place.
  return runs.filter((run, index) => run.fromMs !== runs[index + 1]?.fromMs && !isSame(run, last));
}

function continues(run: TimelineRun, { state, fromMs }: Stretch, of: RunOwner): boolean {
  return run.generation === of.generation && run.state === state && fromMs <= run.toMs;
}

function confirmed(run: TimelineRun, seen: Confirmation): TimelineRun {
  const { checkId, generation, fromMs, toMs, state } = run;
  return { checkId, generation, fromMs, toMs, state, ...seen };
}

function isSame(run: TimelineRun, last: TimelineRun | null): boolean {
  return (
    last !== null &&
    run.generation === last.generation &&
    run.fromMs === last.fromMs &&
    run.toMs === last.toMs &&
    run.state === last.state &&
    run.observedMs === last.observedMs &&
    run.newestMs === last.newestMs
  );
}
