/**
 * Looks: probes at the moments when an answer can change, beside the schedule (slo.md §1).
 *
 * Fresh data is looked at again when its age reaches what is promised, and then at growing intervals until new
 * data arrives; a delivery is looked at after its deadline, and while it is late at growing intervals too.
 * Nothing of this is stored: it follows from what was seen last, so that a look that new data has made
 * needless is never taken.
 */
import type { Check, Mesh, Probe } from "../core/mesh.ts";
import type { NewSlot } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { lastDeadline, nextDeadline } from "../time/deadlines.ts";
import { nextLook } from "../time/looks.ts";
import { nextDue, shortestGap } from "../time/schedule.ts";
import type { WatchState } from "./state.ts";

export interface Look {
  readonly dueMs: EpochMs;
  readonly kind: "just_in_time" | "deadline";
}

/** From a deadline to the look at it: what was loaded at the last moment can be seen by then (slo.md §1 B). */
export const deadlineDelayMs = 30_000;

/** When to look at a check next, whatever its schedule; null when the schedule is enough. */
export function lookOf(check: Check, probe: Probe, state: WatchState, nowMs: EpochMs): Look | null {
  switch (check.sli.kind) {
    case "state":
      return null;
    case "freshness":
      return freshnessLook(check, check.sli, probe, state);
    case "deadline":
      return deadlineLook(check, check.sli, probe, state, nowMs);
  }
}

type SliOf<K> = Extract<Check["sli"], { readonly kind: K }>;

function freshnessLook(
  check: Check,
  sli: SliOf<"freshness">,
  probe: Probe,
  state: WatchState,
): Look | null {
  const last = state.history.lastRunOf(check.id);
  if (last?.newestMs === undefined || last.generation !== check.generation) {
    return null;
  }
  const triedMs = Math.max(last.observedMs, state.latestOf(check.id)?.atMs ?? 0);
  return beforeSchedule(last.newestMs + sli.maxAgeMs, sli.visibilityDelayMs, triedMs, probe);
}

function deadlineLook(
  check: Check,
  sli: SliOf<"deadline">,
  probe: Probe,
  state: WatchState,
  nowMs: EpochMs,
): Look | null {
  const latest = state.latestOf(check.id);
  const own = latest?.generation === check.generation ? latest : null;
  const triedMs = own?.atMs ?? nowMs;
  const next = nextDeadline(sli, triedMs - deadlineDelayMs);
  const onTime: Look | null =
    next === null ? null : { dueMs: next.dueMs + deadlineDelayMs, kind: "deadline" };
  const late = own?.result.outcome === "fail" ? lastDeadline(sli, triedMs) : null;
  const again = late === null ? null : beforeSchedule(late.dueMs, deadlineDelayMs, triedMs, probe);
  return again !== null && (onTime === null || again.dueMs < onTime.dueMs) ? again : onTime;
}

/** Once the intervals have grown to the cadence, the schedule looks as often by itself. */
function beforeSchedule(
  brokenMs: EpochMs,
  delayMs: number,
  triedMs: EpochMs,
  { schedule, offsetMs }: Probe,
): Look | null {
  const dueMs = nextLook(brokenMs, delayMs, shortestGap(schedule), triedMs);
  return dueMs < nextDue(schedule, offsetMs, triedMs) ? { dueMs, kind: "just_in_time" } : null;
}

/** The looks that are to be taken, by check, until they are claimed. */
export class Looks {
  readonly #due = new Map<string, Look & { readonly probe: Probe }>();

  /** Reckons the looks of all checks anew. */
  start(mesh: Mesh, state: WatchState, nowMs: EpochMs): void {
    this.#due.clear();
    for (const probe of mesh.probes.values()) {
      this.refresh(probe, mesh, state, nowMs);
    }
  }

  /** After something was measured, or could not be. */
  refresh(probe: Probe, mesh: Mesh, state: WatchState, nowMs: EpochMs): void {
    for (const checkId of probe.checkIds) {
      const check = mesh.checks.get(checkId);
      const look = check === undefined ? null : lookOf(check, probe, state, nowMs);
      if (look === null) {
        this.#due.delete(checkId);
      } else {
        this.#due.set(checkId, { ...look, probe });
      }
    }
  }

  /** One slot for all checks of a probe that share a moment. Those of a busy dataset wait for what it brings. */
  dueAt(nowMs: EpochMs, busyDatasetIds: ReadonlySet<string>): readonly NewSlot[] {
    const slots = new Map<string, NewSlot & { readonly checkIds: string[] }>();
    for (const [checkId, { dueMs, kind, probe }] of this.#due) {
      if (dueMs > nowMs || busyDatasetIds.has(probe.datasetId)) {
        continue;
      }
      const key = `${probe.id} ${dueMs} ${kind}`;
      const slot = slots.get(key);
      if (slot === undefined) {
        const { id: probeId, datasetId } = probe;
        slots.set(key, { probeId, datasetId, dueMs, kind, checkIds: [checkId] });
      } else {
        slot.checkIds.push(checkId);
      }
    }
    return [...slots.values()];
  }

  /** Claimed ones are reckoned anew when their run has ended. */
  claimed(slots: readonly NewSlot[]): void {
    for (const { checkIds } of slots) {
      for (const checkId of checkIds) {
        this.#due.delete(checkId);
      }
    }
  }
}
