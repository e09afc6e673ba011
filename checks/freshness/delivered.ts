import type { EvaluateContext, Measurements } from "../../src/core/check.ts";
import type { Deadline } from "../../src/core/sli.ts";
import type { KnownLoads } from "../../src/core/timeline.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { nextDeadline } from "../../src/time/deadlines.ts";
import { type DeliveryParams, deadlineSliOf, deliveryId, lookedUp } from "./delivery.ts";
import { isAmbiguousWithin, readNewest } from "./newest.ts";

/** The newest value as it was measured, and as a load. */
export interface NewestLoad {
  readonly value: SqlValue;
  readonly ms: EpochMs;
  readonly atMs: EpochMs;
}

/**
 * The load times of deliveries that fell due since the last probe. Complete where each of them was looked up, the
 * rows keep their load times, and these are told apart by the zone's clocks; undefined where nothing is known
 * beyond the newest load. A day does not say when it was loaded.
 */
export function loadsOfDeliveries(
  params: DeliveryParams,
  newest: NewestLoad,
  measured: Measurements,
  context: EvaluateContext,
): KnownLoads | undefined {
  if (typeof newest.value !== "object" || newest.value?.type === "date") {
    return undefined;
  }
  const { deadlines, isAll } = lookedUp(params, context);
  const found = deadlines.map((deadline, index) =>
    loadOf(deadline, deliveryId(index), newest, measured, context),
  );
  const knownMs = context.last?.newestMs ?? Number.NEGATIVE_INFINITY;
  const instants = found
    .filter((load) => typeof load === "number")
    .filter((ms) => ms > knownMs && ms < newest.ms);
  const isComplete =
    isAll && !found.includes("unknown") && isTold(deadlines, params, newest, context);
  return isComplete || instants.length > 0 ? { instants, isComplete } : undefined;
}

/** The newest load of one delivery; `none` where there is none, `unknown` where that cannot be told. */
function loadOf(
  { opensMs, dueMs }: Deadline,
  id: string,
  newest: NewestLoad,
  measured: Measurements,
  { timezone }: EvaluateContext,
): EpochMs | "none" | "unknown" {
  const answer = measured.aggregate(id);
  if (!answer.ok || answer.atMs !== newest.atMs) {
    return "unknown";
  }
  const load = readNewest(answer.value, timezone, newest.atMs);
  if (load.kind !== "time") {
    return load.kind === "none" ? "none" : "unknown";
  }
  // Wall time that exists twice may be read as an instant outside the stretch that was asked for.
  return load.endMs > opensMs && load.endMs <= dueMs ? load.endMs : "unknown";
}

/** Whether a delivery without a load is known to have had none. */
function isTold(
  deadlines: readonly Deadline[],
  params: DeliveryParams,
  newest: NewestLoad,
  context: EvaluateContext,
): boolean {
  const { last, nowMs, timezone } = context;
  const next = nextDeadline({ ...deadlineSliOf(params, context), calendar: null }, nowMs);
  const isPlannedInTime = next === null || next.dueMs > newest.atMs;
  const fromMs = Math.min(deadlines[0]?.opensMs ?? nowMs, last?.atMs ?? nowMs);
  const isNaive = typeof newest.value === "object" && newest.value?.type === "local";
  return isPlannedInTime && !(isNaive && isAmbiguousWithin(fromMs, newest.atMs, timezone));
}
