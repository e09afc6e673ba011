import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimelineObservation, TimelineRun } from "../../../src/core/timeline.ts";
import { outcomes } from "../../../src/core/vocabulary.ts";
import { follow, inOrder } from "../../../src/slo/follow.ts";
import { midnight, minute, owner } from "./builders.ts";
import { followed, freshnessSli } from "./folds.ts";
import { claimsOf, count, observationsOf, punctual, worldMinutes } from "./world.ts";

const limits = fc.record({
  maxAgeMs: fc.integer({ min: 0, max: 120 }).map((length) => length * minute),
  time: fc.constantFrom("load" as const, "event" as const),
});

const instant = fc.integer({ min: 0, max: 300 }).map((at) => midnight + at * minute);

/** Anything at all: newest loads of the future, rollbacks, holds of nothing, loads that contradict each other. */
const anyObservation: fc.Arbitrary<TimelineObservation> = fc
  .record({
    atMs: instant,
    outcome: fc.constantFrom(...outcomes),
    holdMs: fc.integer({ min: -5, max: 60 }).map((length) => length * minute),
    newestMs: fc.option(instant, { nil: undefined }),
    loads: fc.option(
      fc.record({
        instants: fc.array(instant, { maxLength: 5 }),
        isComplete: fc.boolean(),
        gaps: fc.option(fc.array(fc.record({ fromMs: instant, toMs: instant }), { maxLength: 3 }), {
          nil: undefined,
        }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ newestMs, loads, ...seen }) => ({
    ...seen,
    ...(newestMs !== undefined && { newestMs }),
    ...(loads !== undefined && {
      loads: {
        instants: loads.instants,
        isComplete: loads.isComplete,
        ...(loads.gaps !== undefined && { gaps: loads.gaps }),
      },
    }),
  }));

const anything = fc.array(anyObservation, { maxLength: 30 });

/** As anything, but one observation does not contradict another of the same instant on what was loaded. */
const withoutLoads = anything.map((all) =>
  all.map(({ atMs, outcome, holdMs, newestMs }) => ({
    atMs,
    outcome,
    holdMs,
    ...(newestMs !== undefined && { newestMs }),
  })),
);

describe("freshness runs", () => {
  it("are ordered and do not overlap, whatever is observed in whatever order", () => {
    fc.assert(
      fc.property(anything, anything, limits, (first, second, { maxAgeMs, time }) => {
        const sli = freshnessSli(maxAgeMs, time);
        const before = followed(first, sli);
        const runs = followed(second, sli, { ...owner, generation: "b" }, before);
        const isOrdered = (run: TimelineRun, index: number): boolean =>
          run.fromMs <= run.observedMs &&
          run.observedMs <= run.toMs &&
          run.toMs <= (runs[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY);
        expect(runs.filter((run, index) => !isOrdered(run, index))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("are put from the newest run on: no earlier one is touched, and the last one put is the newest", () => {
    fc.assert(
      fc.property(anything, limits, (all, { maxAgeMs, time }) => {
        let last: TimelineRun | null = null;
        for (const seen of all) {
          const put: readonly TimelineRun[] = follow(
            last,
            seen,
            owner,
            freshnessSli(maxAgeMs, time),
          );
          const starts = put.map(({ fromMs }) => fromMs);
          expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
          expect(starts[0] ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(last?.fromMs ?? 0);
          last = put.at(-1) ?? last;
        }
      }),
    );
  });

  it("are the same in whatever order observations arrive, once they are in order, and however often", () => {
    fc.assert(
      fc.property(withoutLoads, fc.func(fc.nat()), limits, (all, order, { maxAgeMs, time }) => {
        const sli = freshnessSli(maxAgeMs, time);
        const inAnyOrder = [...all, ...all.filter((_, index) => order(index) % 2 === 0)]
          .map((seen, index) => ({ seen, key: order(-index) }))
          .sort((a, b) => a.key - b.key)
          .map(({ seen }) => seen);
        expect(followed(inAnyOrder.sort(inOrder), sli)).toEqual(
          followed(all.toSorted(inOrder), sli),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("are the same when the history is followed in two parts, the second from the newest run alone", () => {
    fc.assert(
      fc.property(anything, fc.nat(30), limits, (all, cutAt, { maxAgeMs, time }) => {
        const sli = freshnessSli(maxAgeMs, time);
        const sorted = all.toSorted(inOrder);
        const before = followed(sorted.slice(0, cutAt), sli);
        const last = before.slice(-1);
        const after = followed(sorted.slice(cutAt), sli, owner, last);
        expect([...before.slice(0, -1), ...after]).toEqual(followed(sorted, sli));
      }),
    );
  });

  it("do not change what was settled before the newest probe", () => {
    fc.assert(
      fc.property(anything, anyObservation, limits, (all, next, { maxAgeMs, time }) => {
        const sli = freshnessSli(maxAgeMs, time);
        const before = followed(all, sli);
        const observedMs = before.at(-1)?.observedMs ?? midnight;
        const settled = (runs: readonly TimelineRun[]) =>
          runs
            .filter(({ fromMs, toMs }) => fromMs < Math.min(toMs, observedMs))
            .map(({ fromMs, toMs, state }) => [fromMs, Math.min(toMs, observedMs), state]);
        expect(settled(followed([next], sli, owner, before))).toEqual(settled(before));
      }),
      { numRuns: 500 },
    );
  });

  it("grow in number with loads, not with probes", () => {
    fc.assert(
      fc.property(punctual, fc.integer({ min: 1, max: 60 }), (world, hold) => {
        const everyMinute = Array.from({ length: worldMinutes }, (_, at) => at);
        const seen = observationsOf(world, "none", hold, everyMinute);
        const runs = followed(seen, freshnessSli(world.maxAge * minute));
        const stamps = new Set(world.rows.map(({ stamp }) => stamp));
        // Each load begins a good run at most and ends in a bad one; before the first one the dataset is empty.
        expect(runs.length).toBeLessThanOrEqual(2 * stamps.size + 1);
      }),
    );
  });
});

describe("denser probing of the same truth", () => {
  it("turns unknown time into known time, and never good into bad or bad into good", () => {
    const kinds = fc.constantFrom("none" as const, "instants" as const, "gaps" as const);
    const times = fc.constantFrom("load" as const, "event" as const);
    fc.assert(
      fc.property(punctual, punctual, kinds, times, (world, { probes }, history, time) => {
        const denser = [...new Set([...world.probes, ...probes])].sort((a, b) => a - b);
        const sparse = claimsOf(world, observationsOf(world, history, 0), time);
        const dense = claimsOf(world, observationsOf(world, history, 0, denser), time);
        const known = sparse.map((state, at) => (state === "unknown" ? "unknown" : dense[at]));
        expect(known).toEqual(sparse);
        // So the SLI stays within the bounds that the unknown time left.
        expect(count(dense, "good")).toBeGreaterThanOrEqual(count(sparse, "good"));
        expect(count(dense, "bad")).toBeGreaterThanOrEqual(count(sparse, "bad"));
      }),
      { numRuns: 500 },
    );
  });
});
