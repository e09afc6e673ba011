/** What budgets of bytes mean for incidents, over all runs that are written down together. */
import { endDay, endUndeclared, refuse } from "../alerting/budgets.ts";
import type { Move } from "../alerting/incidents.ts";
import type { Incident } from "../core/incident.ts";
import type { Mesh } from "../core/mesh.ts";
import type { ResultRecord } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { utcDayOf } from "../time/utc-day.ts";
import { byteBudgetsOf } from "./cost-book.ts";
import type { Commit } from "./reckon.ts";
import type { WatchState } from "./state.ts";
import { subjectOf, teamOf } from "./subjects.ts";
import { mergeChanges, tell } from "./tell.ts";

/** Opens incidents of budgets that had no room for what was asked, and ends those of days that are over. */
export function budgetCommit(
  records: readonly ResultRecord[],
  mesh: Mesh,
  state: WatchState,
  nowMs: EpochMs,
): Commit {
  const open = new Map(state.openIncidents().map((incident) => [incident.id, incident]));
  const moves: Move[] = [];
  const take = (move: Move | null): void => {
    if (move !== null) {
      moves.push(move);
      open.set(move.incident.id, move.incident);
    }
  };
  const over = endDay([...open.values()], nowMs);
  over.forEach(take);
  const budgets = byteBudgetsOf(mesh);
  for (const { checkId, atMs, result } of records) {
    const check = mesh.checks.get(checkId);
    const budget = budgets.get(result.failure?.code ?? "");
    // What was refused before midnight and is written after it is of a day that is over.
    const isToday = utcDayOf(atMs) === utcDayOf(nowMs);
    if (result.failure?.kind === "budget" && check && budget && isToday) {
      take(refuse([...open.values()], { subject: subjectOf(check, mesh), budget, atMs }));
    }
  }
  const fresh = new Map(records.map((record) => [record.checkId, record]));
  const incidents = new Map(moves.map(({ incident }) => [incident.id, incident]));
  return {
    endedSlotIds: [],
    records: [],
    runs: [],
    sightings: [],
    alertStates: [],
    removedCheckIds: [],
    incidents: [...incidents.values()],
    confirmations: [],
    deliveries: mergeChanges(
      moves.flatMap(({ change }) => change ?? []),
      nowMs,
    ).flatMap((merged) => {
      const { incident } = merged.change;
      const changedIds = changedIn(merged.changedIds, incident, state);
      const team = teamOf(incident, mesh);
      return tell({ ...merged, changedIds }, { mesh, team, state, fresh });
    }),
  };
}

/** Incidents of budgets that are declared no more, or with another size. */
export function undeclaredBudgets(
  mesh: Mesh,
  openIncidents: readonly Incident[],
  nowMs: EpochMs,
): readonly Move[] {
  return endUndeclared(openIncidents, byteBudgetsOf(mesh).values(), nowMs);
}

/** With the end of an incident all checks that were in it have left it. */
function changedIn(
  changedIds: readonly string[],
  { id, endedMs }: Incident,
  state: WatchState,
): readonly string[] {
  const before = state.openIncidents().find((incident) => incident.id === id);
  return endedMs === null ? changedIds : (before?.checkIds ?? changedIds);
}
