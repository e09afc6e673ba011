/**
 * What a change of the mesh does to history, as data: holds end where a generation ends, checks that are gone or
 * disabled leave their incidents, and those that stay rise to a level that was raised, with a notice.
 */
import { type IncidentChange, raise } from "../alerting/incidents.ts";
import { withdraw } from "../alerting/step.ts";
import type { Calendar } from "../core/calendar.ts";
import type { Incident, NewDelivery } from "../core/incident.ts";
import type { Check, Mesh } from "../core/mesh.ts";
import type { DeadlineEra, TimelineRun } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { cut } from "../slo/timeline.ts";
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

/**
 * Where deliveries are promised otherwise from now on an era begins. A calendar that changed is no other promise:
 * the days that it had wrong are judged anew, those of earlier eras too.
 */
function erasOf(after: Mesh, state: WatchState, nowMs: EpochMs): readonly DeadlineEra[] {
  return [...after.checks.values()].flatMap(({ id: checkId, generation, sli }) => {
    if (sli.kind !== "deadline") {
      return [];
    }
    const known = state.history.erasOf(checkId);
    const last = known.at(-1);
    const mended = known.flatMap((era) => mendedEra(era, after));
    if (last?.generation !== generation) {
      // A clock that was set back must not begin an era before the one that it ends.
      const fromMs = last === undefined ? nowMs : Math.max(nowMs, last.fromMs + 1);
      return [...mended, { checkId, generation, fromMs, sli }];
    }
    return last.sli.timezone === sli.timezone
      ? mended
      : [...mended.filter(({ fromMs }) => fromMs !== last.fromMs), { ...last, sli }];
  });
}

/** The era by its calendar as that is now; none where that is the same, or is declared no more. */
function mendedEra(era: DeadlineEra, { calendars }: Mesh): readonly DeadlineEra[] {
  const { calendar: before } = era.sli;
  const calendar = before === null ? undefined : calendars.get(before.name);
  return before === null || calendar === undefined || isSameCalendar(before, calendar)
    ? []
    : [{ ...era, sli: { ...era.sli, calendar } }];
}

function isSameCalendar(a: Calendar, b: Calendar): boolean {
  return (
    a.timezone === b.timezone &&
    a.days.symmetricDifference(b.days).size === 0 &&
    a.holidays.symmetricDifference(b.holidays).size === 0
  );
}

function isWatched(check: Check | undefined): boolean {
  return check !== undefined && check.disabledReason === null;
}
