/** Writing down, within one transaction, what was reckoned. */
import type { StoreParts } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { Commit } from "./reckon.ts";
import type { Reconciliation } from "./reconcile.ts";

/** What a change of the mesh means for history. */
export async function putReconciled(parts: StoreParts, change: Reconciliation): Promise<void> {
  await parts.timelines.put(change.runs);
  await parts.timelines.putEras(change.eras);
  await parts.incidents.removeStates(change.removedCheckIds);
  for (const incident of change.incidents) {
    await parts.incidents.put(incident);
  }
  await parts.outbox.enqueue(change.deliveries);
}

/** What follows from a run, with the end of its slots. */
export async function put(parts: StoreParts, commit: Commit, nowMs: EpochMs): Promise<void> {
  await parts.results.append(commit.records);
  await parts.timelines.put(commit.runs);
  await parts.timelines.putSightings(commit.sightings);
  await parts.incidents.putStates(commit.alertStates);
  for (const incident of commit.incidents) {
    await parts.incidents.put(incident);
  }
  await parts.outbox.enqueue(commit.deliveries);
  for (const slot of commit.confirmations) {
    await parts.slots.schedule(slot);
  }
  await parts.slots.end(commit.endedSlotIds, "done", nowMs);
}
