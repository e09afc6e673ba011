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

  /** Goes on after the last due times, and has new probes and those of `atOnce` run before. */
  start(
    probes: ReadonlyMap<string, Probe>,
    lastDue: ReadonlyMap<string, EpochMs>,
    atOnce: Iterable<string>,
    nowMs: EpochMs,
  ): void {
    this.#probes = probes;
    for (const probe of probes.values()) {
      this.#add(probe, lastDue.get(probe.id) ?? null, nowMs);
    }
    this.#runAtOnce(atOnce);
  }

  /** Takes over the probes of a reloaded mesh; those that it knows go on as they were. */
  reload(probes: ReadonlyMap<string, Probe>, atOnce: Iterable<string>, nowMs: EpochMs): void {
    for (const id of this.#probes.keys()) {
      if (!probes.has(id)) {
        this.#nextDue.delete(id);
        this.#atOnce.delete(id);
      }
    }
    for (const probe of probes.values()) {
      if (!this.#probes.has(probe.id)) {
        this.#add(probe, null, nowMs);
      }
    }
    this.#probes = probes;
    this.#runAtOnce(atOnce);
  }

  /** The clock was set back to `nowMs`: due times come round again rather than be waited for. */
  setBack(nowMs: EpochMs): void {
    for (const probe of this.#probes.values()) {
      this.#nextDue.set(probe.id, firstDueOf(probe, null, nowMs));
    }
  }

  /** What is due and has not been claimed. What is to be run at once waits for a dataset that is busy. */
  dueAt(nowMs: EpochMs, busyDatasetIds: ReadonlySet<string>): readonly Due[] {
    const due: Due[] = [];
    for (const probe of this.#probes.values()) {
      const nextDueMs = this.#nextDue.get(probe.id) ?? nowMs;
      const fallen = dueOf(probe, nextDueMs, nowMs);
      if (fallen !== null) {
        due.push(fallen);
      } else if (this.#atOnce.has(probe.id) && !busyDatasetIds.has(probe.datasetId)) {
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

  /** A new one on an interval is run at once; a cron time was chosen, and is waited for. */
  #add(probe: Probe, lastDueMs: EpochMs | null, nowMs: EpochMs): void {
    this.#nextDue.set(probe.id, firstDueOf(probe, lastDueMs, nowMs));
    if (lastDueMs === null && probe.schedule.kind === "every") {
      this.#atOnce.add(probe.id);
    }
  }

  #runAtOnce(probeIds: Iterable<string>): void {
    for (const id of probeIds) {
      if (this.#probes.has(id)) {
        this.#atOnce.add(id);
      }
    }
  }
}
