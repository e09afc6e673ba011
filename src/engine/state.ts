import type { ExcludedTime, ExclusionRecord } from "../core/exclusion.ts";
import type { CheckAlertState, Incident } from "../core/incident.ts";
import type { Mesh, Slo } from "../core/mesh.ts";
import type { ResultRecord, StoreParts } from "../core/store.ts";
import type { Sighting, TimelineRun } from "../core/timeline.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { errorRatioWindows } from "../metrics/names.ts";
import { type Evidence, evaluateSlo, type SloStatus } from "../slo/evaluate.ts";
import { boundsOf, longestMs } from "../time/period.ts";
import { dropOthers } from "./drop-others.ts";
import { type AppliedExclusion, exclusionsOf } from "./excluded.ts";
import { ExcusedTimes } from "./excused-times.ts";
import { History } from "./history.ts";

/** The longest stretch that an error ratio is exported for. */
const longestBurnMs = Math.max(...errorRatioWindows.map(({ windowMs }) => windowMs));

/** What a commit changed, as the state takes it over once the store has it. */
export interface StateChange {
  readonly records: readonly ResultRecord[];
  readonly runs: readonly TimelineRun[];
  readonly sightings: readonly Sighting[];
  readonly alertStates: readonly CheckAlertState[];
  readonly removedCheckIds: readonly string[];
  readonly incidents: readonly Incident[];
}

/**
 * What the store holds of a mesh and the daemon needs at hand: read once at start, and of checks that join later when
 * they do; then changed only by what has been committed, so that it never runs ahead of the store.
 */
export class WatchState {
  readonly history: History;
  #alertStates = new Map<string, CheckAlertState>();
  #openIncidents = new Map<string, Incident>();
  #latest = new Map<string, ResultRecord>();
  #lastConclusive = new Map<string, EpochMs>();
  #sloSince: ReadonlyMap<string, EpochMs> = new Map();
  #exclusions: readonly ExclusionRecord[] = [];
  readonly #excused = new ExcusedTimes();

  constructor(history = new History()) {
    this.history = history;
  }

  /** Reads everything that a window ending now can reach, and `fromMs` where that is earlier. */
  static async load(
    store: StoreParts,
    mesh: Mesh,
    nowMs: EpochMs,
    fromMs: EpochMs = nowMs,
  ): Promise<WatchState> {
    const state = new WatchState();
    for (const [checkId, alertState] of await store.incidents.states()) {
      state.#alertStates.set(checkId, alertState);
    }
    for (const incident of await store.incidents.open()) {
      state.#openIncidents.set(incident.id, incident);
    }
    await state.#reach(store, mesh, nowMs, fromMs);
    state.takeSince(await store.timelines.sloSince());
    state.takeExclusions(await store.exclusions.list());
    return state;
  }

  /**
   * What is known, and what the mesh needs besides, which is read: of checks that are new to it, or that a longer window
   * reaches back to. A state of its own, because this one is still shown by whoever began to, and stays in use when the
   * mesh is not taken over after all.
   */
  async under(store: StoreParts, mesh: Mesh, nowMs: EpochMs): Promise<WatchState> {
    const next = new WatchState(this.history.copy());
    next.#alertStates = new Map(this.#alertStates);
    next.#openIncidents = new Map(this.#openIncidents);
    next.#latest = new Map(this.#latest);
    next.#lastConclusive = new Map(this.#lastConclusive);
    next.#sloSince = this.#sloSince;
    next.#exclusions = this.#exclusions;
    await next.#reach(store, mesh, nowMs, nowMs);
    return next;
  }

  async #reach(store: StoreParts, mesh: Mesh, nowMs: EpochMs, fromMs: EpochMs): Promise<void> {
    // A check that was watched and is gone has its notices still to come, which say what was found last.
    const checkIds = new Set([...mesh.checks.keys(), ...this.#alertStates.keys()]);
    const windowMs = Math.max(longestWindowMs(mesh), nowMs - fromMs);
    const read = await this.history.read(store, checkIds, windowMs, nowMs);
    for (const [checkId, record] of await store.results.latest(read)) {
      this.#latest.set(checkId, record);
    }
    for (const [checkId, atMs] of await store.results.lastConclusive(read)) {
      this.#lastConclusive.set(checkId, atMs);
    }
  }

  /** Forgets what is of no check or SLO of the mesh. A check that comes back is read from the store. */
  keepOnly(mesh: Mesh): void {
    const checkIds = new Set(mesh.checks.keys());
    this.history.keepOnly(checkIds);
    dropOthers(this.#latest, checkIds);
    dropOthers(this.#lastConclusive, checkIds);
    this.#sloSince = new Map([...this.#sloSince].filter(([id]) => mesh.slos.has(id)));
  }

  takeSince(sloSince: ReadonlyMap<string, EpochMs>): void {
    this.#sloSince = sloSince;
  }

  takeExclusions(exclusions: readonly ExclusionRecord[]): void {
    this.#exclusions = exclusions;
  }

  apply(change: StateChange): void {
    this.history.take(change);
    for (const record of change.records) {
      this.#takeRecord(record);
    }
    for (const alertState of change.alertStates) {
      this.#alertStates.set(alertState.checkId, alertState);
    }
    for (const checkId of change.removedCheckIds) {
      this.#alertStates.delete(checkId);
    }
    for (const incident of change.incidents) {
      if (incident.endedMs === null) {
        this.#openIncidents.set(incident.id, incident);
      } else {
        this.#openIncidents.delete(incident.id);
      }
    }
  }

  alertStateOf(checkId: string): CheckAlertState | null {
    return this.#alertStates.get(checkId) ?? null;
  }

  alertStates(): Iterable<CheckAlertState> {
    return this.#alertStates.values();
  }

  openIncidents(): readonly Incident[] {
    return [...this.#openIncidents.values()];
  }

  isOpen(incidentId: string): boolean {
    return this.#openIncidents.has(incidentId);
  }

  latestOf(checkId: string): ResultRecord | null {
    return this.#latest.get(checkId) ?? null;
  }

  lastConclusiveOf(checkId: string): EpochMs | null {
    return this.#lastConclusive.get(checkId) ?? null;
  }

  /** When the SLO's time begins to count; `nowMs` for one that was never loaded by a daemon. */
  sinceOf(slo: Slo, nowMs: EpochMs): EpochMs {
    return slo.sinceMs ?? this.#sloSince.get(slo.id) ?? nowMs;
  }

  /** What an SLO is judged by, in its own unit. No check type counts rows. */
  evidenceOf({ budgeting, checkIds }: Slo): Evidence {
    return budgeting === "deliveries"
      ? {
          unit: "deliveries",
          checks: checkIds.map((checkId) => ({
            name: checkId,
            eras: this.history.erasOf(checkId),
            sightings: this.history.sightingsOf(checkId),
          })),
        }
      : {
          unit: "time",
          checks: checkIds.map((checkId) => ({
            name: checkId,
            runs: this.history.runsOf(checkId),
          })),
        };
  }

  /** What is excused of the SLO's window and of what a burn rate looks back on, and some time around. */
  excludedOf(slo: Slo, nowMs: EpochMs): readonly ExcludedTime[] {
    const { fromMs, toMs } = boundsOf(slo.window, nowMs);
    const earliestMs = Math.min(fromMs, nowMs - longestBurnMs);
    return this.#excused.of(slo, this.#exclusions, earliestMs, toMs);
  }

  /** The exclusions that touch a stretch of an SLO's time, with who and why. */
  exclusionsOf(slo: Slo, fromMs: EpochMs, toMs: EpochMs): readonly AppliedExclusion[] {
    return exclusionsOf(slo, this.#exclusions, fromMs, toMs);
  }

  statusOf(slo: Slo, nowMs: EpochMs): SloStatus {
    const excluded = this.excludedOf(slo, nowMs);
    return evaluateSlo(slo, this.evidenceOf(slo), excluded, this.sinceOf(slo, nowMs), nowMs);
  }

  /** The newest is the one of the latest instant, as in the store: after a clock set back not the last one made. */
  #takeRecord(record: ResultRecord): void {
    const { checkId, atMs, result } = record;
    if (atMs >= (this.#latest.get(checkId)?.atMs ?? atMs)) {
      this.#latest.set(checkId, record);
    }
    if (result.outcome !== "error" && result.outcome !== "skip") {
      const knownMs = this.#lastConclusive.get(checkId) ?? atMs;
      this.#lastConclusive.set(checkId, Math.max(knownMs, atMs));
    }
  }
}

function longestWindowMs(mesh: Mesh): DurationMs {
  return Math.max(longestBurnMs, ...[...mesh.slos.values()].map(({ window }) => longestMs(window)));
}
