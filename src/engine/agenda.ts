import type { Probe } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { catchUpNow, type Due, dueOf, firstDueOf } from "./due.ts";

/**
 * The agenda: when each probe is due next. It moves on only when what was due has been claimed, so that a
 * store that fails in between costs nothing.
 *
 * A clock that is set back moves every probe to its next due time from there. Confirming slots are not on
 * the agenda but wait in the store for the instant they were given, by the clock before; the schedule, which
 * looks at the same check, is seldom later.
 */
export class Agenda {
  readonly #nextDue = new Map<string, EpochMs>();
  /** Probes to be run outside of their schedule, until that is claimed. */
  readonly #atOnce = new Set<string>();
  #probes: ReadonlyMap<string, Probe> = new Map();

  /** Goes on after the last due times; `again` names probes that a dead process left half done. */
  start(
    probes: ReadonlyMap<string, Probe>,
    lastDue: ReadonlyMap<string, EpochMs>,
    again: ReadonlySet<string>,
    nowMs: EpochMs,
  ): void {
    this.#probes = probes;
    for (const probe of probes.values()) {
      const lastDueMs = lastDue.get(probe.id) ?? null;
      this.#nextDue.set(probe.id, firstDueOf(probe, lastDueMs, nowMs));
      if (again.has(probe.id) || (lastDueMs === null && isInterval(probe))) {
        this.#atOnce.add(probe.id);
      }
    }
  }

  /** Takes over the probes of a reloaded mesh; those that it knows go on as they were. */
  reload(probes: ReadonlyMap<string, Probe>, nowMs: EpochMs): void {
    for (const id of this.#probes.keys()) {
      if (!probes.has(id)) {
        this.#nextDue.delete(id);
        this.#atOnce.delete(id);
      }
    }
    for (const probe of probes.values()) {
      if (!this.#probes.has(probe.id)) {
        this.#nextDue.set(probe.id, firstDueOf(probe, null, nowMs));
        if (isInterval(probe)) {
          this.#atOnce.add(probe.id);
        }
      }
    }
    this.#probes = probes;
  }

  /** The clock was set back to `nowMs`: due times come round again rather than be waited for. */
  setBack(nowMs: EpochMs): void {
    for (const probe of this.#probes.values()) {
      this.#nextDue.set(probe.id, firstDueOf(probe, null, nowMs));
    }
  }

  /** What is due and has not been claimed. */
  dueAt(nowMs: EpochMs): readonly Due[] {
    const due: Due[] = [];
    for (const probe of this.#probes.values()) {
      const nextDueMs = this.#nextDue.get(probe.id) ?? nowMs;
      const fallen = dueOf(probe, nextDueMs, nowMs);
      if (fallen !== null) {
        due.push(fallen);
      } else if (this.#atOnce.has(probe.id)) {
        due.push({ slot: catchUpNow(probe, nowMs), missed: null, nextDueMs });
      }
    }
    return due;
  }

  /** `due` has been claimed. A probe that a reload removed in the meantime is left out. */
  claimed(due: readonly Due[]): void {
    for (const { slot, nextDueMs } of due) {
      if (this.#probes.has(slot.probeId)) {
        this.#nextDue.set(slot.probeId, nextDueMs);
        this.#atOnce.delete(slot.probeId);
      }
    }
  }
}

/** Any instant is as good as another to begin with; a cron time was chosen, and is waited for. */
function isInterval({ schedule }: Probe): boolean {
  return schedule.kind === "every";
}
