import type { Check, Mesh, Probe } from "../core/mesh.ts";
import type { MissedSlots, NewSlot } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { deadlinesBetween } from "../time/deadlines.ts";
import { deadlineDelayMs, type Look, lookOf } from "./looks.ts";
import type { WatchState } from "./state.ts";

/** A look that is due. */
export interface DueLook {
  readonly slot: NewSlot;
  /** Looks at deadlines before the slot's that nobody took, as one row. */
  readonly missed: MissedSlots | null;
}

/** A check that is looked at beside its schedule. */
interface Place {
  readonly check: Check;
  readonly probe: Probe;
}

/**
 * The lookout: which looks are to be taken, until they are claimed. A claimed one is reckoned anew when the run of
 * its dataset has ended, from what was seen.
 */
export class Lookout {
  readonly #due = new Map<string, Look & Place>();
  /** When a look at a check was claimed last: one whose results could not be kept is not taken again at once. */
  readonly #takenMs = new Map<string, EpochMs>();
  #places: ReadonlyMap<string, readonly Place[]> = new Map();

  /**
   * Reckons the looks of all checks anew. Due times of the schedules after `scheduledMs` are still to come: where
   * they will have looked before, no look is needed.
   */
  start(mesh: Mesh, state: WatchState, nowMs: EpochMs, scheduledMs: EpochMs = nowMs): void {
    this.#due.clear();
    this.#takenMs.clear();
    this.#places = placesOf(mesh);
    for (const datasetId of this.#places.keys()) {
      this.#reckon(datasetId, state, nowMs, scheduledMs);
    }
  }

  /** After a dataset was measured, or could not be. */
  refresh(datasetId: string, state: WatchState, nowMs: EpochMs): void {
    this.#reckon(datasetId, state, nowMs, nowMs);
  }

  /** One slot for all checks of a probe that share a moment. Those of a busy dataset wait for what it brings. */
  dueAt(nowMs: EpochMs, busyDatasetIds: ReadonlySet<string>): readonly DueLook[] {
    const due = [...this.#due.values()].filter(
      ({ dueMs, probe }) => dueMs <= nowMs && !busyDatasetIds.has(probe.datasetId),
    );
    const looks = due.map((look) => ({ ...look, ...lastOf(look, nowMs) }));
    const groups = Map.groupBy(looks, ({ probe, dueMs, kind }) => `${probe.id} ${dueMs} ${kind}`);
    return [...groups.values()].flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [dueLookOf(first, group)];
    });
  }

  claimed(looks: readonly DueLook[], nowMs: EpochMs): void {
    for (const checkId of looks.flatMap(({ slot }) => slot.checkIds)) {
      this.#due.delete(checkId);
      this.#takenMs.set(checkId, nowMs);
    }
  }

  #reckon(datasetId: string, state: WatchState, nowMs: EpochMs, scheduledMs: EpochMs): void {
    for (const { check, probe } of this.#places.get(datasetId) ?? []) {
      const takenMs = this.#takenMs.get(check.id) ?? null;
      const look = lookOf(check, probe, state, nowMs, { takenMs, scheduledMs });
      if (look === null) {
        this.#due.delete(check.id);
      } else {
        this.#due.set(check.id, { ...look, check, probe });
      }
    }
  }
}

function placesOf(mesh: Mesh): ReadonlyMap<string, readonly Place[]> {
  const places = [...mesh.probes.values()].flatMap((probe) =>
    probe.checkIds.flatMap((id) => {
      const check = mesh.checks.get(id);
      return check === undefined || check.sli.kind === "state" ? [] : [{ check, probe }];
    }),
  );
  return Map.groupBy(places, ({ probe }) => probe.datasetId);
}

interface Last {
  readonly dueMs: EpochMs;
  readonly missed: {
    readonly fromMs: EpochMs;
    readonly toMs: EpochMs;
    readonly count: number;
  } | null;
}

/** Of deadlines that nobody looked at the last one is looked at: one look sees what came of all of them. */
function lastOf({ check: { sli }, kind, dueMs }: Look & Place, nowMs: EpochMs): Last {
  const passed =
    kind === "deadline" && sli.kind === "deadline"
      ? deadlinesBetween(sli, dueMs - deadlineDelayMs, nowMs - deadlineDelayMs + 1)
      : [];
  const [last, secondLast] = passed.toReversed().map((one) => one.dueMs + deadlineDelayMs);
  if (last === undefined || secondLast === undefined) {
    return { dueMs, missed: null };
  }
  return { dueMs: last, missed: { fromMs: dueMs, toMs: secondLast, count: passed.length - 1 } };
}

function dueLookOf(
  { probe: { id: probeId, datasetId }, dueMs, kind, missed }: Look & Place & Last,
  group: readonly Place[],
): DueLook {
  const checkIds = group.map(({ check }) => check.id);
  return {
    slot: { probeId, datasetId, dueMs, kind, checkIds },
    missed: missed === null ? null : { probeId, datasetId, ...missed },
  };
}
