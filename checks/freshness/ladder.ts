import type { PlanContext } from "../../src/core/check.ts";
import type { AggregateRequest } from "../../src/core/measurement.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { zonedMoment } from "../../src/time/zone.ts";
import type { FreshnessParams } from "./params.ts";

/*
 * What may be read in place of the whole column. No rung changes an answer: what the metadata show to be unchanged has
 * the newest value that was read of it, and a value among the newest is the newest of all.
 */

/** The request for the newest value, by the cheapest rung that the check allows. */
export function planNewest(params: FreshnessParams, context: PlanContext): AggregateRequest {
  const { dialect, timezone } = context;
  const of = dialect.quoteIdentifier(params.column);
  const newest = { kind: "aggregate", id: "newest", fn: "max", of, ...standingOf(params) } as const;
  const fromMs = newestFrom(params, context);
  return fromMs === null
    ? newest
    : { ...newest, within: dialect.compareTime(of, ">=", zonedMoment(fromMs, timezone)) };
}

/** Deliveries are looked up once, after their deadline, and by their own conditions: those are always read. */
export function standingOf({ source }: FreshnessParams): { readonly mayStand?: true } {
  return source === "auto" ? { mayStand: true } : {};
}

/**
 * From where on the newest partitions hold a value, unless rows are gone: the newest one that was seen. Null where
 * nothing was seen and nothing is known of partitions, or where the column is not what the table is partitioned by.
 */
function newestFrom(
  { source, column }: FreshnessParams,
  { last, partitions }: PlanContext,
): EpochMs | null {
  const isPartitioned = partitions?.column === column;
  if (source !== "partition" && !(source === "auto" && isPartitioned)) {
    return null;
  }
  const hintMs = isPartitioned ? (partitions.newestFromMs ?? null) : null;
  if (typeof last?.newestMs !== "number") {
    return hintMs;
  }
  // A day counts from its end, which is the beginning of the next one.
  const seenMs = last.newestMs - 1;
  // Where all rows can not be read when those are gone, the partition known before is read as well.
  const isWider = hintMs !== null && partitions?.needsCondition === true;
  return isWider ? Math.min(seenMs, hintMs) : seenMs;
}
