import * as fc from "fast-check";
import type {
  KnownLoads,
  LoadGap,
  TimelineObservation,
  TimeState,
} from "../../../src/core/timeline.ts";
import { intervalsOf } from "../../../src/slo/timeline.ts";
import { midnight, minute } from "./builders.ts";
import { followed, freshnessSli } from "./folds.ts";

/**
 * A world whose truth is known, minute by minute, and a daemon that looks at it now and then: a load is stamped in
 * one minute, becomes visible in the same or a later one, and may be rolled back.
 */
export const worldMinutes = 600;

export interface Row {
  readonly stamp: number;
  readonly visible: number;
  /** The minute from which it is gone again. */
  readonly gone: number;
}

export interface World {
  readonly maxAge: number;
  readonly rows: readonly Row[];
  /** The minutes of conclusive probes, ascending. */
  readonly probes: readonly number[];
}

/** How the daemon learns of loads between its probes: not at all, all of them, or by their gaps. */
export type History = "none" | "instants" | "gaps";

export type Minutes = readonly TimeState[];

const anyMinute = fc.integer({ min: 0, max: worldMinutes });

/** Probes at random and on a beat, but not while the daemon is down. */
const probes = fc
  .record({
    random: fc.array(anyMinute, { maxLength: 20 }),
    every: fc.integer({ min: 5, max: 120 }),
    outages: fc.array(fc.tuple(anyMinute, fc.integer({ min: 1, max: 200 })), { maxLength: 3 }),
  })
  .map(({ random, every, outages }) => {
    const beat = Array.from({ length: worldMinutes / every }, (_, index) => index * every);
    const isUp = (at: number) =>
      !outages.some(([from, length]) => from <= at && at < from + length);
    return [...new Set([...random, ...beat])].filter(isUp).sort((a, b) => a - b);
  });

const loads = fc.oneof(
  fc.array(anyMinute, { maxLength: 25 }),
  // A burst: many loads between two long silences.
  fc
    .tuple(anyMinute, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }))
    .map(([from, step, length]) => Array.from({ length }, (_, index) => from + index * step)),
);

const ageLimit = fc.integer({ min: 5, max: 150 });

/** Loads are visible as they are stamped, and stay. */
export const punctual: fc.Arbitrary<World> = fc
  .record({ maxAge: ageLimit, stamps: loads, probes })
  .map(({ stamps, ...world }) => ({ ...world, rows: stamps.map(punctualRow) }));

/** Some loads become visible late, by any lag. */
export const tardy: fc.Arbitrary<World> = fc
  .record({
    maxAge: ageLimit,
    stamps: loads,
    lags: fc.array(fc.nat(120), { maxLength: 25 }),
    probes,
  })
  .map(({ stamps, lags, ...world }) => ({
    ...world,
    rows: stamps.map((stamp, index) => ({
      ...punctualRow(stamp),
      visible: stamp + (lags[index] ?? 0),
    })),
  }));

/** Loads that are late are caught at it: a probe between the stamp and its becoming visible did not see it. */
export const caughtLate: fc.Arbitrary<World> = tardy.map((world) => ({
  ...world,
  rows: world.rows.map((row) =>
    world.probes.some((at) => row.stamp <= at && at < row.visible) ? row : punctualRow(row.stamp),
  ),
}));

/** Some loads are rolled back, and the next probe comes before the next load: it sees that they are gone. */
export const rolledBack: fc.Arbitrary<World> = fc
  .tuple(
    punctual,
    fc.array(fc.tuple(anyMinute, fc.integer({ min: 1, max: 100 })), { maxLength: 3 }),
  )
  .map(([world, rollbacks]) =>
    // In the order of time: an earlier one taken back afterwards could hide what the probes told of a later one.
    rollbacks
      .toSorted(([a], [b]) => a - b)
      .reduce((now, [at, length]) => rollBack(now, at, length), world),
  );

/** Takes back what was loaded in the `length` minutes before `at`, where the probes on both sides tell. */
function rollBack(world: World, at: number, length: number): World {
  const before = world.probes.findLast((probe) => probe < at);
  const next = world.probes.find((probe) => probe >= at);
  const isSeen =
    before !== undefined &&
    next !== undefined &&
    newestAt(world, before) >= at - length &&
    !world.rows.some(({ stamp }) => stamp >= at && stamp <= next);
  const rows = world.rows.map((row) =>
    row.stamp < at && row.stamp >= at - length ? { ...row, gone: Math.min(row.gone, at) } : row,
  );
  return isSeen ? { ...world, rows } : world;
}

function punctualRow(stamp: number): Row {
  return { stamp, visible: stamp, gone: Number.POSITIVE_INFINITY };
}

function newestAt({ rows }: World, at: number): number {
  const seen = rows.filter(({ visible, gone }) => visible <= at && at < gone);
  return Math.max(Number.NEGATIVE_INFINITY, ...seen.map(({ stamp }) => stamp));
}

/** Fresh while the newest load that can be seen is younger than `maxAge`; an empty dataset is bad. */
export function truthOf(world: World): Minutes {
  return Array.from({ length: worldMinutes }, (_, at) =>
    at < newestAt(world, at) + world.maxAge ? "good" : "bad",
  );
}

/** What the daemon sees of the world. */
export function observationsOf(
  world: World,
  history: History,
  holdMinutes: number,
  at: readonly number[] = world.probes,
): readonly TimelineObservation[] {
  let known = Number.NEGATIVE_INFINITY;
  return at.map((probe) => {
    const newest = newestAt(world, probe);
    const after = known;
    known = newest;
    const seen = { atMs: instant(probe), holdMs: holdMinutes * minute };
    if (newest === Number.NEGATIVE_INFINITY) {
      return { ...seen, outcome: "fail" };
    }
    const isStale = newest + world.maxAge < probe;
    const isKnown = history !== "none" && Number.isFinite(after);
    return {
      ...seen,
      outcome: isStale ? "fail" : "pass",
      newestMs: instant(newest),
      ...(isKnown && { loads: loadsOf(world, history, after, probe) }),
    };
  });
}

/** The rows after the newest one known before, as a window function over them gives them. */
function loadsOf(
  { rows, maxAge }: World,
  history: History,
  after: number,
  probe: number,
): KnownLoads {
  const seen = rows.filter(
    ({ stamp, visible, gone }) => stamp > after && visible <= probe && probe < gone,
  );
  const stamps = [...new Set(seen.map(({ stamp }) => stamp))].sort((a, b) => a - b);
  if (history === "instants") {
    return { instants: stamps.map(instant), isComplete: true };
  }
  const gaps: LoadGap[] = [];
  for (const [index, stamp] of stamps.entries()) {
    const before = stamps[index - 1] ?? after;
    if (stamp - before > maxAge) {
      gaps.push({ fromMs: instant(before), toMs: instant(stamp) });
    }
  }
  return { instants: stamps.slice(0, 1).map(instant), isComplete: true, gaps };
}

/** What the daemon says of each minute. */
export function claimsOf(
  world: World,
  observations: readonly TimelineObservation[],
  time: "load" | "event" = "load",
): Minutes {
  const runs = followed(observations, freshnessSli(world.maxAge * minute, time));
  return intervalsOf(runs, midnight, instant(worldMinutes)).flatMap(({ fromMs, toMs, state }) =>
    Array.from({ length: (toMs - fromMs) / minute }, () => state),
  );
}

/** How many minutes of each state. */
export function count(minutes: Minutes, state: TimeState): number {
  return minutes.filter((each) => each === state).length;
}

function instant(at: number): number {
  return midnight + at * minute;
}
