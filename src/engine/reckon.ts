/**
 * Reckoning: from a dataset's run to everything that changes with it, as data. The recorder commits all
 * of it in one transaction; nothing here has an effect.
 */
import type { IncidentChange } from "../alerting/incidents.ts";
import { deliveriesOf, noticeOf } from "../alerting/notice.ts";
import { type AlertStep, step } from "../alerting/step.ts";
import type { CheckAlertState, Incident, NewDelivery } from "../core/incident.ts";
import type { Check, Mesh } from "../core/mesh.ts";
import type { NewSlot, ResultRecord, Slot } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { extend } from "../slo/timeline.ts";
import { defaultHold, nextDue } from "../time/schedule.ts";
import type { CheckRun, DatasetRun } from "./run.ts";
import type { StateChange, WatchState } from "./state.ts";
import { budgetsOf, downstreamOf, noticeCheckOf, subjectOf } from "./subjects.ts";

export interface Commit extends StateChange {
  readonly endedSlotIds: readonly number[];
  readonly confirmations: readonly NewSlot[];
  readonly deliveries: readonly NewDelivery[];
}

/**
 * Checks that a reload removed, disabled or changed while they were being measured are dropped: what was
 * measured is not what is promised now, and the history of it has ended.
 */
export function reckon(
  run: DatasetRun,
  slots: readonly Slot[],
  mesh: Mesh,
  state: WatchState,
  newId: () => string,
): Commit {
  const checkRuns = run.checks.filter(({ check }) => isStillWatched(check, mesh));
  const records = checkRuns.map((checkRun) => recordOf(checkRun, run, slots, mesh));
  const alerting = alert(records, mesh, state, newId);
  const runs = records.flatMap((record) =>
    extend(
      state.lastRunOf(record.checkId),
      { atMs: record.atMs, outcome: record.result.outcome, holdMs: record.holdMs },
      record,
    ),
  );
  return {
    endedSlotIds: slots.map(({ id }) => id),
    records,
    runs,
    alertStates: alerting.states,
    removedCheckIds: [],
    incidents: alerting.incidents,
    confirmations: confirmationsOf(alerting.confirmAt, slots, run.dataset.id),
    deliveries: alerting.changes.flatMap((change) =>
      tell(change, mesh, state, new Map(records.map((record) => [record.checkId, record]))),
    ),
  };
}

/** One notice for all that happened to an incident at once, to each channel of its owner. */
export function tell(
  told: MergedChange,
  mesh: Mesh,
  state: WatchState,
  fresh: ReadonlyMap<string, ResultRecord>,
): readonly NewDelivery[] {
  const { change, changedIds, atMs } = told;
  const { incident } = change;
  const product = mesh.products.get(incident.product) ?? null;
  // An owner may have been renamed since the incident opened; the product's is the next to know.
  const team = mesh.teams.get(incident.owner) ?? mesh.teams.get(product?.owner ?? "") ?? null;
  if (team === null) {
    return [];
  }
  const mentioned = [...new Set([...changedIds, ...incident.checkIds])];
  const notice = noticeOf(change, {
    changedIds,
    atMs,
    product,
    team,
    checks: new Map(
      mentioned.map((id) => [id, noticeCheckOf(id, fresh.get(id) ?? state.latestOf(id), mesh)]),
    ),
    budgets: budgetsOf(mentioned, mesh, state, atMs),
    downstream: product === null ? [] : downstreamOf(product, mesh),
  });
  return deliveriesOf(notice, team, atMs);
}

/** All that happened to one incident in one commit. */
export interface MergedChange {
  readonly change: IncidentChange;
  readonly changedIds: readonly string[];
  readonly atMs: EpochMs;
}

/** Several checks may join or leave an incident at once; its opening outranks what follows in the same breath. */
export function mergeChanges(
  changes: readonly IncidentChange[],
  atMs: EpochMs,
): readonly MergedChange[] {
  const merged = new Map<string, MergedChange>();
  for (const change of changes) {
    const before = merged.get(change.incident.id);
    const isOpening = before?.change.change === "opened" && change.incident.endedMs === null;
    merged.set(change.incident.id, {
      change: isOpening ? { ...change, change: "opened" } : change,
      changedIds: [...(before?.changedIds ?? []), change.checkId],
      atMs,
    });
  }
  return [...merged.values()];
}

function isStillWatched({ id, generation }: Check, mesh: Mesh): boolean {
  const now = mesh.checks.get(id);
  return now?.generation === generation && now.disabledReason === null;
}

function recordOf(
  { check, atMs, result }: CheckRun,
  run: DatasetRun,
  slots: readonly Slot[],
  mesh: Mesh,
): ResultRecord {
  const slot = slots.find(({ checkIds }) => checkIds.includes(check.id)) ?? slots[0];
  const probe = slot === undefined ? undefined : mesh.probes.get(slot.probeId);
  const offsetMs = probe?.offsetMs ?? 0;
  return {
    checkId: check.id,
    generation: check.generation,
    slotId: slot?.id ?? 0,
    atMs,
    nextDueMs: nextDue(check.schedule, offsetMs, atMs),
    holdMs: check.holdMs ?? defaultHold(check.schedule, offsetMs, atMs),
    durationMs: run.durationMs,
    result,
  };
}

interface Alerting {
  readonly states: readonly CheckAlertState[];
  readonly incidents: readonly Incident[];
  readonly changes: readonly MergedChange[];
  readonly confirmAt: ReadonlyMap<string, EpochMs>;
}

function alert(
  records: readonly ResultRecord[],
  mesh: Mesh,
  state: WatchState,
  newId: () => string,
): Alerting {
  const incidents = new Map(state.openIncidents().map((incident) => [incident.id, incident]));
  const touched = new Map<string, Incident>();
  const states: CheckAlertState[] = [];
  const changes: IncidentChange[] = [];
  const confirmAt = new Map<string, EpochMs>();
  for (const record of records) {
    const check = mesh.checks.get(record.checkId);
    if (check === undefined) {
      continue;
    }
    const taken: AlertStep = step(
      state.alertStateOf(check.id),
      [...incidents.values()].filter(({ endedMs }) => endedMs === null),
      subjectOf(check, mesh),
      { outcome: record.result.outcome, atMs: record.atMs },
      newId,
    );
    states.push(taken.state);
    changes.push(...taken.changes);
    for (const incident of taken.incidents) {
      incidents.set(incident.id, incident);
      touched.set(incident.id, incident);
    }
    if (taken.confirmAtMs !== null) {
      confirmAt.set(check.id, taken.confirmAtMs);
    }
  }
  const atMs = Math.max(0, ...records.map((record) => record.atMs));
  return {
    states,
    incidents: [...touched.values()],
    changes: mergeChanges(changes, atMs),
    confirmAt,
  };
}

/** One slot for all suspect checks of a probe, so that confirming costs one run. */
function confirmationsOf(
  confirmAt: ReadonlyMap<string, EpochMs>,
  slots: readonly Slot[],
  datasetId: string,
): readonly NewSlot[] {
  const byProbe = new Map<string, { dueMs: EpochMs; checkIds: string[] }>();
  for (const [checkId, dueMs] of confirmAt) {
    const probeId = slots.find(({ checkIds }) => checkIds.includes(checkId))?.probeId;
    if (probeId === undefined) {
      continue;
    }
    const known = byProbe.get(probeId) ?? { dueMs, checkIds: [] };
    known.checkIds.push(checkId);
    byProbe.set(probeId, known);
  }
  return [...byProbe].map(([probeId, { dueMs, checkIds }]) => ({
    probeId,
    datasetId,
    dueMs,
    kind: "confirm",
    checkIds,
  }));
}
