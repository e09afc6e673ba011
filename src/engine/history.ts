import type { LastSeen } from "../core/check.ts";
import type { Check } from "../core/mesh.ts";
import type { StoreParts } from "../core/store.ts";
import type { DeadlineEra, Sighting, TimelineRun } from "../core/timeline.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { dropOthers } from "./drop-others.ts";

/** A delivery that is due when a window begins opened before: a day, or as its `opens` says; a week is enough. */
const openingMs = 8 * 86_400_000;

/** What is known of the past of each check: its runs, and of deliveries what was seen and how they were promised. */
export class History {
  #runs = new Map<string, TimelineRun[]>();
  #sightings = new Map<string, Sighting[]>();
  #eras = new Map<string, readonly DeadlineEra[]>();
  /** Checks that were read, whether or not there was anything of them. */
  #held = new Set<string>();
  /** How far back it was read. */
  #windowMs: DurationMs = 0;

  /** Knows the same checks; which they are changes apart. */
  copy(): History {
    const copy = new History();
    copy.#runs = new Map(this.#runs);
    copy.#sightings = new Map(this.#sightings);
    copy.#eras = new Map(this.#eras);
    copy.#held = new Set(this.#held);
    copy.#windowMs = this.#windowMs;
    return copy;
  }

  /**
   * Reads what a window of this length ending now can reach of the given checks, unless that was read already. Returns
   * the checks that it read.
   */
  async read(
    store: StoreParts,
    checkIds: ReadonlySet<string>,
    windowMs: DurationMs,
    nowMs: EpochMs,
  ): Promise<readonly string[]> {
    const reachesBack = windowMs <= this.#windowMs;
    const wanted = [...(reachesBack ? checkIds.difference(this.#held) : checkIds)];
    const longestMs = Math.max(windowMs, this.#windowMs);
    for (const [checkId, runs] of await store.timelines.since(nowMs - longestMs, wanted)) {
      this.#runs.set(checkId, [...runs]);
    }
    const openedMs = nowMs - longestMs - openingMs;
    for (const [checkId, sightings] of await store.timelines.sightingsSince(openedMs, wanted)) {
      this.#sightings.set(checkId, [...sightings]);
    }
    for (const [checkId, eras] of await store.timelines.eras(wanted)) {
      this.#eras.set(checkId, eras);
    }
    for (const checkId of wanted) {
      this.#held.add(checkId);
    }
    this.#windowMs = longestMs;
    return wanted;
  }

  /** Forgets every other check. */
  keepOnly(checkIds: ReadonlySet<string>): void {
    for (const known of [this.#runs, this.#sightings, this.#eras, this.#held]) {
      dropOthers(known, checkIds);
    }
  }

  take({
    runs,
    sightings,
  }: {
    readonly runs: readonly TimelineRun[];
    readonly sightings: readonly Sighting[];
  }): void {
    for (const run of runs) {
      this.#putRun(run);
    }
    for (const sighting of sightings) {
      this.#putSighting(sighting);
    }
  }

  /** New or changed eras. */
  takeEras(eras: readonly DeadlineEra[]): void {
    for (const era of eras) {
      const known = this.erasOf(era.checkId).filter(({ fromMs }) => fromMs !== era.fromMs);
      this.#eras.set(
        era.checkId,
        [...known, era].toSorted((a, b) => a.fromMs - b.fromMs),
      );
    }
  }

  /** Forgets what no window reaches any more, but never the newest of a check. */
  forgetBefore(ms: EpochMs): void {
    for (const sightings of this.#sightings.values()) {
      const keep = sightings.findIndex(({ observedMs }) => observedMs > ms);
      sightings.splice(0, keep === -1 ? sightings.length - 1 : keep);
    }
    for (const runs of this.#runs.values()) {
      const keep = runs.findIndex(({ toMs }) => toMs > ms);
      runs.splice(0, keep === -1 ? runs.length - 1 : keep);
    }
  }

  runsOf(checkId: string): readonly TimelineRun[] {
    return this.#runs.get(checkId) ?? [];
  }

  lastRunOf(checkId: string): TimelineRun | null {
    return this.#runs.get(checkId)?.at(-1) ?? null;
  }

  /** What the last conclusive probe saw of a check as it is declared now. */
  lastSeenOf(check: Check | undefined): LastSeen | null {
    if (check === undefined) {
      return null;
    }
    const { id, generation, sli } = check;
    const last = sli.kind === "deadline" ? this.lastSightingOf(id) : this.lastRunOf(id);
    return last?.generation !== generation
      ? null
      : { atMs: last.observedMs, newestMs: last.newestMs ?? null };
  }

  /** How a check's deliveries were promised, oldest first. */
  erasOf(checkId: string): readonly DeadlineEra[] {
    return this.#eras.get(checkId) ?? [];
  }

  lastSightingOf(checkId: string): Sighting | null {
    return this.#sightings.get(checkId)?.at(-1) ?? null;
  }

  /** What was seen of a check, in order. */
  sightingsOf(checkId: string): readonly Sighting[] {
    return this.#sightings.get(checkId) ?? [];
  }

  #putSighting(sighting: Sighting): void {
    const sightings = this.#sightings.get(sighting.checkId);
    if (sightings === undefined) {
      this.#sightings.set(sighting.checkId, [sighting]);
    } else if (sightings.at(-1)?.number === sighting.number) {
      sightings[sightings.length - 1] = sighting;
    } else {
      sightings.push(sighting);
    }
  }

  #putRun(run: TimelineRun): void {
    const runs = this.#runs.get(run.checkId);
    if (runs === undefined) {
      this.#runs.set(run.checkId, [run]);
      return;
    }
    const at = runs.findLastIndex(({ fromMs }) => fromMs === run.fromMs);
    if (at === -1) {
      runs.push(run);
    } else {
      runs[at] = run;
    }
  }
}
