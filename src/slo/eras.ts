import type { Deadline } from "../core/sli.ts";
import type { DeadlineEra, Sighting } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { deadlinesBetween } from "../time/deadlines.ts";
import { type JudgedDeadline, judgeDeadlines } from "./sightings.ts";

/**
 * A delivery is judged by what was promised when it was due: earlier verdicts stand, whatever is promised now. The
 * first era reaches back as far as anybody asks, the last one on into the future.
 */
type Terms = Pick<DeadlineEra, "fromMs" | "generation" | "sli">;

/** The deadlines in `[fromMs, toMs)`, as they were or are promised. Throws as `deadlinesBetween`. */
export function expectedIn(
  eras: readonly Terms[],
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly Deadline[] {
  return stretches(eras, fromMs, toMs).flatMap(({ sli, ...stretch }) =>
    deadlinesBetween(sli, stretch.fromMs, stretch.toMs),
  );
}

/** What became of the deliveries due in `[fromMs, toMs)`; nothing seen in one generation says anything of another. */
export function judgeEras(
  eras: readonly Terms[],
  sightings: readonly Sighting[],
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly JudgedDeadline[] {
  return stretches(eras, fromMs, toMs).flatMap(({ sli, generation, ...stretch }) => {
    const own = sightings.filter((sighting) => sighting.generation === generation);
    return judgeDeadlines(sli, own, stretch.fromMs, stretch.toMs);
  });
}

/** The eras, oldest first, each clipped to `[fromMs, toMs)`; those outside of it are left out. */
function stretches(eras: readonly Terms[], fromMs: EpochMs, toMs: EpochMs): readonly Stretch[] {
  return eras
    .map(({ sli, generation, fromMs: beganMs }, index) => ({
      sli,
      generation,
      fromMs: index === 0 ? fromMs : Math.max(fromMs, beganMs),
      toMs: Math.min(toMs, eras[index + 1]?.fromMs ?? toMs),
    }))
    .filter((stretch) => stretch.fromMs < stretch.toMs);
}

type Stretch = Terms & { readonly toMs: EpochMs };
