/**
 * Reckoning: from a dataset's run to everything that changes with it, as data. The recorder commits all
 * of it in one transaction; nothing here has an effect.
 */
import type { NewDelivery } from "../core/incident.ts";
import type { Check, Mesh } from "../core/mesh.ts";
import type { NewSlot, ResultRecord, Slot } from "../core/store.ts";
import { follow } from "../slo/follow.ts";
import { sight } from "../slo/sightings.ts";
import { alert, confirmationsOf } from "./alerts.ts";
import type { CheckTypes } from "./check-types.ts";
import { observationOf, recordOf } from "./records.ts";
import type { DatasetRun } from "./run.ts";
import type { StateChange, WatchState } from "./state.ts";
import { teamOf } from "./subjects.ts";
import { tell } from "./tell.ts";

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
  types: CheckTypes,
  newId: () => string,
): Commit {
  const records = run.checks.flatMap((checkRun) => {
    const check = mesh.checks.get(checkRun.check.id);
    const isSame = check?.generation === checkRun.check.generation;
    return isSame && check.disabledReason === null
      ? [recordOf(checkRun, check, run, slots, mesh, types)]
      : [];
  });
  const fresh = new Map(records.map((record) => [record.checkId, record]));
  const checkOf = ({ checkId }: ResultRecord): Check | undefined => mesh.checks.get(checkId);
  const runs = new Map(
    records.map((record) => {
      const { sli } = checkOf(record) ?? {};
      const last = state.history.lastRunOf(record.checkId);
      const changed = sli === undefined ? [] : follow(last, observationOf(record), record, sli);
      return [record.checkId, changed];
    }),
  );
  const alerting = alert({ datasetId: run.dataset.id, slots, records, runs }, mesh, state, newId);
  return {
    endedSlotIds: slots.map(({ id }) => id),
    records,
    runs: [...runs.values()].flat(),
    sightings: records.flatMap((record) => {
      const { sli } = checkOf(record) ?? {};
      const last = state.history.lastSightingOf(record.checkId);
      return sli?.kind === "deadline" ? sight(last, observationOf(record), record, sli) : [];
    }),
    alertStates: alerting.states,
    removedCheckIds: [],
    incidents: alerting.incidents,
    confirmations: confirmationsOf(alerting.confirmAt, slots, run.dataset.id),
    deliveries: alerting.changes.flatMap((change) =>
      tell(change, { mesh, team: teamOf(change.change.incident, mesh), state, fresh }),
    ),
  };
}
