/**
 * Reckoning: from a dataset's run to everything that changes with it, as data. The recorder commits all
 * of it in one transaction; nothing here has an effect.
 */
import type { IncidentChange } from "../alerting/incidents.ts";
import { type AlertStep, step } from "../alerting/step.ts";
import type { CheckAlertState, Incident, NewDelivery } from "../core/incident.ts";
import type { Check, Mesh, Probe } from "../core/mesh.ts";
import type { NewSlot, ResultRecord, Slot } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { extend } from "../slo/timeline.ts";
import { defaultHold, nextDue } from "../time/schedule.ts";
import type { CheckRun, DatasetRun } from "./run.ts";
import type { StateChange, WatchState } from "./state.ts";
import { subjectOf, teamOf } from "./subjects.ts";
import { type MergedChange, mergeChanges, tell } from "./tell.ts";

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
  const records = run.checks.flatMap((checkRun) => {
    const check = mesh.checks.get(checkRun.check.id);
    const isSame = check?.generation === checkRun.check.generation;
    return isSame && check.disabledReason === null
      ? [recordOf(checkRun, check, run, slots, mesh)]
      : [];
  });
  const fresh = new Map(records.map((record) => [record.checkId, record]));
  const alerting = alert(records, run.dataset.id, mesh, state, newId);
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
      tell(change, { mesh, team: teamOf(change.change.incident, mesh), state, fresh }),
    ),
  };
}

/** `check` is as it is declared now: a reload may have changed its schedule while it was measured. */
function recordOf(
  { atMs, result }: CheckRun,
  check: Check,
  run: DatasetRun,
  slots: readonly Slot[],
  mesh: Mesh,
): ResultRecord {
  const slot = slots.find(({ checkIds }) => checkIds.includes(check.id)) ?? slots[0];
  const offsetMs = probeOf(check, slot, mesh)?.offsetMs ?? 0;
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

/** The slot's probe, unless the check has gone to another one. */
function probeOf({ id }: Check, slot: Slot | undefined, mesh: Mesh): Probe | undefined {
  const known = mesh.probes.get(slot?.probeId ?? "");
  return known?.checkIds.includes(id) === true
    ? known
    : [...mesh.probes.values()].find(({ checkIds }) => checkIds.includes(id));
}

interface Alerting {
  readonly states: readonly CheckAlertState[];
  readonly incidents: readonly Incident[];
  readonly changes: readonly MergedChange[];
  readonly confirmAt: ReadonlyMap<string, EpochMs>;
}

function alert(
  records: readonly ResultRecord[],
  datasetId: string,
  mesh: Mesh,
  state: WatchState,
  newId: () => string,
): Alerting {
  const own = state.openIncidents().filter((incident) => incident.datasetId === datasetId);
  const incidents = new Map(own.map((incident) => [incident.id, incident]));
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
