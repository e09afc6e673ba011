/** What a dataset's results mean for its incidents, and which of them are looked at again. */
import type { IncidentChange } from "../alerting/incidents.ts";
import { type AlertStep, step } from "../alerting/step.ts";
import type { CheckAlertState, Incident } from "../core/incident.ts";
import type { Check, Mesh } from "../core/mesh.ts";
import type { NewSlot, ResultRecord, Slot } from "../core/store.ts";
import type { TimelineRun } from "../core/timeline.ts";
import type { EpochMs, Outcome } from "../core/vocabulary.ts";
import { lastDeadline } from "../time/deadlines.ts";
import { isOfByteBudget } from "./cost-book.ts";
import { seenAgainMs } from "./looks.ts";
import { probeOf } from "./records.ts";
import type { WatchState } from "./state.ts";
import { subjectOf } from "./subjects.ts";
import { type MergedChange, mergeChanges } from "./tell.ts";

interface Alerting {
  readonly states: readonly CheckAlertState[];
  readonly incidents: readonly Incident[];
  readonly changes: readonly MergedChange[];
  readonly confirmAt: ReadonlyMap<string, EpochMs>;
}

/** What a run of one dataset found. */
interface Found {
  readonly datasetId: string;
  readonly slots: readonly Slot[];
  readonly records: readonly ResultRecord[];
  /** Those that the records bring about, by check, ascending. */
  readonly runs: ReadonlyMap<string, readonly TimelineRun[]>;
}

export function alert(
  { datasetId, slots, records, runs }: Found,
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
      {
        outcome: alertOutcomeOf(record),
        atMs: record.atMs,
        ...withSince(brokenSince(check, record, newestRun(check.id, runs, state))),
      },
      newId,
    );
    states.push(taken.state);
    changes.push(...taken.changes);
    for (const incident of taken.incidents) {
      incidents.set(incident.id, incident);
      touched.set(incident.id, incident);
    }
    const { confirmAtMs } = taken;
    const againMs = confirmAtMs === null ? null : seenAgain(check, record, slots, mesh);
    if (confirmAtMs !== null && (againMs === null || againMs > confirmAtMs)) {
      confirmAt.set(check.id, confirmAtMs);
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

/** What a budget of bytes keeps from being measured is told of the budget (`spent-budgets.ts`), and not check by check. */
function alertOutcomeOf({ result }: ResultRecord): Outcome {
  return isOfByteBudget(result.failure) ? "skip" : result.outcome;
}

function withSince(sinceMs: EpochMs | null): { readonly sinceMs?: EpochMs } {
  return sinceMs === null ? {} : { sinceMs };
}

function newestRun(
  checkId: string,
  runs: ReadonlyMap<string, readonly TimelineRun[]>,
  state: WatchState,
): TimelineRun | null {
  return runs.get(checkId)?.at(-1) ?? state.history.lastRunOf(checkId);
}

/**
 * When a promise about time was broken, which is known better than by who saw it first: data was stale from the
 * start of its bad run, a delivery is late from its deadline on.
 */
function brokenSince(
  { sli }: Check,
  { atMs, result }: ResultRecord,
  run: TimelineRun | null,
): EpochMs | null {
  if (result.outcome !== "fail") {
    return null;
  }
  if (sli.kind === "deadline") {
    return lastDeadline(sli, atMs)?.dueMs ?? null;
  }
  return sli.kind === "freshness" && run?.state === "bad" ? run.fromMs : null;
}

/** When a failure is looked at again anyway, which confirms it as well as a slot of its own would. */
function seenAgain(
  check: Check,
  record: ResultRecord,
  slots: readonly Slot[],
  mesh: Mesh,
): EpochMs | null {
  const slot = slots.find(({ id }) => id === record.slotId);
  const probe = probeOf(check, slot, mesh);
  return probe === undefined ? null : seenAgainMs(check, probe, record);
}

/** One slot for all suspect checks of a probe, so that confirming costs one run. */
export function confirmationsOf(
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
