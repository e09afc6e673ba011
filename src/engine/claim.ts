import type { NewSlot, Slot, Store } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { Due } from "./due.ts";
import type { DueLook } from "./lookout.ts";

export interface Claimed {
  /** To be run now. */
  readonly slots: readonly Slot[];
  readonly overlapped: number;
  readonly missed: number;
}

/** How many slots that wait in the store are claimed in one beat. */
const scheduledPerBeat = 1_000;

/**
 * Claims what is due, the `looks`, which are at datasets that are not busy, and what waits in the store for its
 * time, in one transaction. Slots of a dataset whose last run is still going end as overlapped; those that wait in
 * the store go on waiting.
 */
export async function claimDue(
  store: Store,
  due: readonly Due[],
  looks: readonly DueLook[],
  busyDatasetIds: ReadonlySet<string>,
  nowMs: EpochMs,
): Promise<Claimed> {
  const isBusy = ({ datasetId }: NewSlot): boolean => busyDatasetIds.has(datasetId);
  const slots = due.map(({ slot }) => slot);
  const free = [...slots.filter((slot) => !isBusy(slot)), ...looks.map(({ slot }) => slot)];
  const missed = [...due, ...looks].flatMap((one) => one.missed ?? []);
  return store.transaction(async (parts) => {
    for (const gap of missed) {
      await parts.slots.recordMissed(gap, nowMs);
    }
    const overlapped = await parts.slots.claim(slots.filter(isBusy), nowMs);
    await parts.slots.end(
      overlapped.map(({ id }) => id),
      "overlapped",
      nowMs,
    );
    const own = await parts.slots.claim(free, nowMs);
    const repeated = await parts.slots.claim(repeatedOf(free, own, nowMs), nowMs);
    const waiting = await parts.slots.claimScheduled(nowMs, busyDatasetIds, scheduledPerBeat);
    return {
      slots: [...own, ...repeated, ...waiting],
      overlapped: overlapped.length,
      missed: missed.reduce((total, { count }) => total + count, 0),
    };
  });
}

/** A clock that was set back brings due times round again; the store has them, so they run as catch-up. */
function repeatedOf(
  wanted: readonly NewSlot[],
  claimed: readonly Slot[],
  nowMs: EpochMs,
): readonly NewSlot[] {
  const got = new Set(claimed.map(({ probeId }) => probeId));
  return wanted
    .filter(({ probeId }) => !got.has(probeId))
    .map((slot) => ({ ...slot, kind: "catch_up", dueMs: nowMs }));
}
