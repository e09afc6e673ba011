/** From what a run found to what is kept of it. */
import type { Check, Mesh, Probe } from "../core/mesh.ts";
import type { ResultRecord, Slot } from "../core/store.ts";
import type { TimelineObservation } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { nextDue, shortestGap } from "../time/schedule.ts";
import type { CheckTypes } from "./check-types.ts";
import type { CheckRun, DatasetRun } from "./run.ts";

/** `check` is as it is declared now: a reload may have changed its schedule while it was measured. */
export function recordOf(
  { atMs, result, evidence }: CheckRun,
  check: Check,
  run: DatasetRun,
  slots: readonly Slot[],
  mesh: Mesh,
  types: CheckTypes,
): ResultRecord {
  const slot = slots.find(({ checkIds }) => checkIds.includes(check.id)) ?? slots[0];
  const offsetMs = probeOf(check, slot, mesh)?.offsetMs ?? 0;
  const { timezone } = run.dataset;
  const nextDueMs = nextJudged(check, offsetMs, atMs, (dueMs) => {
    const context = { timezone, calendar: check.calendar, atMs: dueMs };
    return types.of(check).idleUntil?.(check.params, context)?.untilMs ?? null;
  });
  return {
    checkId: check.id,
    generation: check.generation,
    slotId: slot?.id ?? 0,
    atMs,
    nextDueMs,
    holdMs: check.holdMs ?? nextDueMs - atMs + Math.floor(shortestGap(check.schedule) / 2),
    durationMs: run.durationMs,
    result,
    evidence,
  };
}

/** Stretches of days without anything to judge that are looked over for the next due time. */
const longestSearch = 10;

/**
 * The next due time at which there will be something to judge, so that a verdict holds over a weekend that the
 * check's calendar leaves out as over one that its schedule does.
 */
function nextJudged(
  { schedule }: Check,
  offsetMs: number,
  afterMs: EpochMs,
  idleUntil: (dueMs: EpochMs) => EpochMs | null,
): EpochMs {
  let dueMs = nextDue(schedule, offsetMs, afterMs);
  for (let round = 0; round < longestSearch; round += 1) {
    const untilMs = idleUntil(dueMs);
    if (untilMs === null || untilMs <= dueMs) {
      return dueMs;
    }
    dueMs = nextDue(schedule, offsetMs, untilMs - 1);
  }
  return dueMs;
}

/** A result as a timeline takes it. */
export function observationOf({ atMs, holdMs, result }: ResultRecord): TimelineObservation {
  const { outcome, newestMs, loads } = result;
  return {
    atMs,
    outcome,
    holdMs,
    ...(newestMs === undefined ? {} : { newestMs }),
    ...(loads === undefined ? {} : { loads }),
  };
}

/** The slot's probe, unless the check has gone to another one. */
export function probeOf({ id }: Check, slot: Slot | undefined, mesh: Mesh): Probe | undefined {
  const known = mesh.probes.get(slot?.probeId ?? "");
  return known?.checkIds.includes(id) === true
    ? known
    : [...mesh.probes.values()].find(({ checkIds }) => checkIds.includes(id));
}
