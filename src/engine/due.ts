/** What is due: pure arithmetic over probes, so that a leap of the clock is one row and never a loop. */
import type { Probe } from "../core/mesh.ts";
import type { MissedSlots, NewSlot } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { countDue, nextDue, previousDue } from "../time/schedule.ts";

/** How late a due time may be noticed and still count as watched: a slow tick, a busy machine. */
const watchedWithinMs = 30_000;

export interface Due {
  readonly slot: NewSlot;
  /** Due times before the slot's that nobody watched, as one row. */
  readonly missed: MissedSlots | null;
  readonly nextDueMs: EpochMs;
}

/**
 * The latest due time of `probe` in [firstDueMs, nowMs] as a slot, and those before it as missed:
 * catch-up `once`. Null when nothing has fallen due.
 */
export function dueOf(probe: Probe, firstDueMs: EpochMs, nowMs: EpochMs): Due | null {
  if (firstDueMs > nowMs) {
    return null;
  }
  const { schedule, offsetMs } = probe;
  const lastDueMs = previousDue(schedule, offsetMs, nowMs);
  const missedCount = countDue(schedule, offsetMs, firstDueMs - 1, lastDueMs) - 1;
  const isLate = nowMs - lastDueMs > watchedWithinMs;
  return {
    slot: slotOf(probe, lastDueMs, missedCount > 0 || isLate ? "catch_up" : "scheduled"),
    missed:
      missedCount > 0
        ? {
            probeId: probe.id,
            datasetId: probe.datasetId,
            fromMs: firstDueMs,
            toMs: previousDue(schedule, offsetMs, lastDueMs - 1),
            count: missedCount,
          }
        : null,
    nextDueMs: nextDue(schedule, offsetMs, nowMs),
  };
}

/** Where a probe starts when the daemon does: a known one after its last due time, a new one after now. */
export function firstDueOf(probe: Probe, lastDueMs: EpochMs | null, nowMs: EpochMs): EpochMs {
  if (lastDueMs !== null && lastDueMs <= nowMs) {
    return nextDue(probe.schedule, probe.offsetMs, lastDueMs);
  }
  return nextDue(probe.schedule, probe.offsetMs, nowMs);
}

/** A run outside the schedule: of a probe that is new or changed, or that a dead process left half done. */
export function catchUpNow(probe: Probe, nowMs: EpochMs): NewSlot {
  return slotOf(probe, nowMs, "catch_up");
}

function slotOf(probe: Probe, dueMs: EpochMs, kind: "scheduled" | "catch_up"): NewSlot {
  return { probeId: probe.id, datasetId: probe.datasetId, dueMs, kind, checkIds: probe.checkIds };
}
