/**
 * What a change of the mesh does to history, as data: holds end where a generation ends, checks that are gone or
 * disabled leave their incidents, and those that stay rise to a level that was raised, with a notice.
 */
import { type IncidentChange, raise } from "../alerting/incidents.ts";
import { withdraw } from "../alerting/step.ts";
import type { Incident, NewDelivery } from "../core/incident.ts";
import type { Check, Mesh } from "../core/mesh.ts";
import type { DeadlineEra, TimelineRun } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { cut } from "../slo/timeline.ts";
import { erasOf } from "./eras.ts";
import { undeclaredBudgets } from "./spent-budgets.ts";
import type { StateChange, WatchState } from "./state.ts";
import { subjectOf, teamOf } from "./subjects.ts";
import { mergeChanges, tell } from "./tell.ts";

export interface Reconciliation extends StateChange {
  readonly deliveries: readonly NewDelivery[];
  readonly eras: readonly DeadlineEra[];
}

/** `before` is the mesh that was watched until now, for the words of notices about what is gone. */
export function reconcile(
  before: Mesh,
  after: Mesh,
  state: WatchState,
  nowMs: EpochMs,
): Reconciliation {
  const incidents = new Map(state.openIncidents().map((incident) => [incident.id, incident]));
  const touched = new Map<string, Incident>();
  const changes: IncidentChange[] = [];
  const removedCheckIds: string[] = [];
  for (const alertState of state.alertStates()) {
    if (isWatched(after.checks.get(alertState.checkId))) {
      continue;
    }
    removedCheckIds.push(alertState.checkId);
    const open = [...incidents.values()].filter(({ endedMs }) => endedMs === null);
    const taken = withdraw(alertState, open, nowMs);
    changes.push(...taken.changes);
    for (const incident of taken.incidents) {
      incidents.set(incident.id, incident);
      touched.set(incident.id, incident);
    }
  }
  for (const { incident, change } of undeclaredBudgets(after, [...incidents.values()], nowMs)) {
    incidents.set(incident.id, incident);
    touched.set(incident.id, incident);
    changes.push(...(change === null ? [] : [change]));
  }
  for (const incident of incidents.values()) {
    const checks = incident.checkIds.flatMap((id) => after.checks.get(id) ?? []);
    const raised = raise(
      incident,
      checks.map((check) => subjectOf(check, after)),
    );
    if (raised !== null) {
      touched.set(incident.id, raised.incident);
      changes.push(...(raised.change === null ? [] : [raised.change]));
    }
  }
  return {
    records: [],
    runs: cutRuns(after, state, nowMs),
    sightings: [],
    eras: erasOf(after, state, nowMs),
    alertStates: [],
    removedCheckIds,
    incidents: [...touched.values()],
    deliveries: mergeChanges(changes, nowMs).flatMap((merged) => {
      const { incident } = merged.change;
      const mesh = before.products.has(incident.product) ? before : after;
      // Only channels that are still declared can be reached, so the team is taken as it is now, if it is.
      const team = teamOf(incident, after) ?? teamOf(incident, before);
      return tell(merged, { mesh, team, state, fresh: new Map() });
    }),
  };
}

/** The hold of a check that is measured or judged otherwise from now on ends now. */
function cutRuns(after: Mesh, state: WatchState, nowMs: EpochMs): readonly TimelineRun[] {
  return [...after.checks.values()].flatMap((check) => {
    const last = state.history.lastRunOf(check.id);
    if (last === null || (last.generation === check.generation && isWatched(check))) {
      return [];
    }
    return cut(last, nowMs) ?? [];
  });
}

function isWatched(check: Check | undefined): boolean {
  return check !== undefined && check.disabledReason === null;
}
