import type { EvaluateContext, Gap, Measurements, PlanContext } from "../../src/core/check.ts";
import type { GapsRequest } from "../../src/core/measurement.ts";
import type { KnownLoads, LoadGap } from "../../src/core/timeline.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { DurationMs, EpochMs } from "../../src/core/vocabulary.ts";
import { instantOfLocal, zonedMoment } from "../../src/time/zone.ts";
import { standingOf } from "./ladder.ts";
import { isAmbiguousWithin } from "./newest.ts";
import { ageLimits, type FreshnessParams } from "./params.ts";

/**
 * The load history of an append-only table (slo.md §1 A′, rule 4): which times longer than the promised age went
 * by without a load, so that what nobody saw is settled by the data.
 */

/** Beyond it nobody loads in a rhythm that the age fits, and the time stays unknown. */
const maxGaps = 2_000;

/** The request for gaps, where loads may have been missed since the last probe. */
export function planHistory(params: FreshnessParams, context: PlanContext): readonly GapsRequest[] {
  const { failMs } = ageLimits(params);
  const { dialect, last, nowMs, timezone } = context;
  const knownMs = last?.newestMs ?? null;
  if (params.history === undefined || failMs === null || knownMs === null) {
    return [];
  }
  if (knownMs + failMs >= nowMs) {
    return [];
  }
  const of = dialect.quoteIdentifier(params.column);
  // Fractions of a millisecond were cut off, and the row that was newest is not to be found again.
  const filter = dialect.compareTime(of, ">=", zonedMoment(knownMs + 1, timezone));
  const gaps = { kind: "gaps", id: "gaps", of, filter, longerThanMs: failMs, maxGaps } as const;
  return [{ ...gaps, ...standingOf(params) }];
}

/**
 * The loads since the last probe, or undefined where they are not known: the gaps were not asked for, could not be
 * measured, or not together with `newest`. Times without zone say nothing in the night when clocks are set back:
 * what they would put between two probes is left open.
 */
export function loadsOf(
  params: FreshnessParams,
  newest: { readonly value: SqlValue; readonly ms: EpochMs; readonly atMs: EpochMs },
  measured: Measurements,
  context: EvaluateContext,
): KnownLoads | undefined {
  const { failMs } = ageLimits(params);
  const knownMs = context.last?.newestMs ?? null;
  const isAsked = params.history !== undefined && failMs !== null && knownMs !== null;
  if (!isAsked || knownMs + failMs >= context.nowMs || newest.ms <= knownMs) {
    return undefined;
  }
  const answer = measured.gaps("gaps");
  const read = readerFor(newest.value, knownMs, newest.atMs, context.timezone);
  if (!answer.ok || answer.atMs !== newest.atMs || read === null) {
    return undefined;
  }
  return knownLoads(answer.value, read, knownMs, newest.ms, failMs);
}

type ReadMs = (rawMs: number) => EpochMs | null;

/** Reads milliseconds "as if in UTC" in the way that the newest value is; null where that cannot be done. */
function readerFor(
  newest: SqlValue,
  knownMs: EpochMs,
  atMs: EpochMs,
  timezone: string,
): ReadMs | null {
  if (newest === null || typeof newest !== "object") {
    return null;
  }
  if (newest.type === "instant") {
    return (rawMs) => rawMs;
  }
  const isTold = newest.type === "local" && !isAmbiguousWithin(knownMs, atMs, timezone);
  return isTold
    ? (rawMs) => instantOfLocal(new Date(rawMs).toISOString().slice(0, -1), timezone, atMs)
    : null;
}

function knownLoads(
  raw: readonly Gap[],
  read: ReadMs,
  knownMs: EpochMs,
  newestMs: EpochMs,
  maxAgeMs: DurationMs,
): KnownLoads | undefined {
  const gaps: LoadGap[] = [];
  const firsts: EpochMs[] = [];
  for (const gap of raw) {
    const fromMs = gap.fromMs === null ? knownMs : read(gap.fromMs);
    const toMs = read(gap.toMs);
    if (fromMs === null || toMs === null) {
      return undefined;
    }
    if (gap.fromMs === null) {
      firsts.push(Math.min(toMs, newestMs));
    }
    const clipped = { fromMs, toMs: Math.min(toMs, newestMs) };
    if (clipped.toMs - clipped.fromMs > maxAgeMs) {
      gaps.push(clipped);
    }
  }
  // Without the first load the rows were not those that the newest value came from.
  return firsts.length === 1 ? { instants: firsts, isComplete: true, gaps } : undefined;
}
