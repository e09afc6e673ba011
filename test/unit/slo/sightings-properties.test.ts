import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Calendar, Weekday } from "../../../src/core/calendar.ts";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import type { Sighting, TimelineObservation } from "../../../src/core/timeline.ts";
import { outcomes } from "../../../src/core/vocabulary.ts";
import { inOrder } from "../../../src/slo/follow.ts";
import { judgeDeadlines } from "../../../src/slo/sightings.ts";
import { day, hour, minute, owner } from "./builders.ts";
import { judged, sighted } from "./folds.ts";

const days = 10;
/** Three days before the clocks go forward in Berlin. */
const firstMs = Date.UTC(2026, 2, 26);
const endMs = firstMs + days * day;

const weekdays: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

const calendar: fc.Arbitrary<Calendar | null> = fc.option(
  fc.subarray([...weekdays], { minLength: 1 }).map((chosen) => ({
    name: "chosen",
    timezone: "Europe/Berlin",
    days: new Set(chosen),
    holidays: new Set<string>(),
    validUntil: null,
  })),
);

/** Deliveries of one time of day and zone; the calendar and the opening may be others from one to the next. */
const terms = fc.record({
  calendar,
  opensMs: fc.option(fc.integer({ min: 1, max: 60 }).map((length) => length * hour)),
});

const promise = fc.record({
  by: fc.constantFrom("00:00", "02:30", "07:00", "23:59"),
  timezone: fc.constantFrom("UTC", "Europe/Berlin", "America/Santiago"),
});

function sliOf(
  { by, timezone }: { readonly by: string; readonly timezone: string },
  more: Pick<DeadlineSli, "calendar" | "opensMs">,
): DeadlineSli {
  return { kind: "deadline", by, timezone, ...more };
}

const instant = fc
  .integer({ min: 0, max: (days * day) / (20 * minute) })
  .map((at) => firstMs + at * 20 * minute);

const instants = fc.uniqueArray(instant, { maxLength: 25 }).map((all) => all.sort((a, b) => a - b));

/** Anything that a probe may see: loads that are gone, datasets that are emptied, newest loads of the future. */
const anything: fc.Arbitrary<readonly TimelineObservation[]> = fc.array(
  fc
    .record({
      atMs: instant,
      outcome: fc.constantFrom(...outcomes),
      holdMs: fc.constant(hour),
      newestMs: fc.option(instant, { nil: undefined }),
    })
    .map(({ newestMs, ...seen }) => (newestMs === undefined ? seen : { ...seen, newestMs })),
  { maxLength: 30 },
);

/** What each probe saw, as a sighting of its own. */
function oneByOne(observations: readonly TimelineObservation[]): readonly Sighting[] {
  return observations
    .filter(
      ({ outcome, newestMs }) => outcome === "fail" || (isGood(outcome) && newestMs !== undefined),
    )
    .toSorted(inOrder)
    .filter(({ atMs }, index, all) => atMs !== all[index - 1]?.atMs)
    .map(({ atMs, newestMs }, number) => ({
      ...owner,
      number,
      fromMs: atMs,
      observedMs: atMs,
      newestMs: newestMs === undefined ? null : Math.min(newestMs, atMs),
    }));
}

function isGood(outcome: string): boolean {
  return outcome === "pass" || outcome === "warn";
}

describe("sightings", () => {
  it("judge as every single probe would, by whatever calendar and opening there are then", () => {
    fc.assert(
      fc.property(anything, promise, terms, terms, (all, promised, then, now) => {
        const sightings = sighted(all.toSorted(inOrder), sliOf(promised, then));
        const expected = judged(sliOf(promised, now), oneByOne(all), firstMs, endMs);
        expect(judged(sliOf(promised, now), sightings, firstMs, endMs)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("are the same in whatever order observations arrive, once they are in order, and however often", () => {
    fc.assert(
      fc.property(anything, fc.func(fc.nat()), promise, terms, (all, order, promised, more) => {
        const sli = sliOf(promised, more);
        const shuffled = [...all, ...all]
          .map((seen, index) => ({ seen, key: order(index) }))
          .sort((a, b) => a.key - b.key)
          .map(({ seen }) => seen);
        expect(sighted(shuffled.sort(inOrder), sli)).toEqual(sighted(all.toSorted(inOrder), sli));
      }),
    );
  });

  it("are the same when the history is followed in two parts, the second from the newest alone", () => {
    fc.assert(
      fc.property(anything, fc.nat(30), promise, terms, (all, cutAt, promised, more) => {
        const sli = sliOf(promised, more);
        const sorted = all.toSorted(inOrder);
        const before = sighted(sorted.slice(0, cutAt), sli);
        const after = sighted(sorted.slice(cutAt), sli, owner, before.slice(-1));
        expect([...before.slice(0, -1), ...after]).toEqual(sighted(sorted, sli));
      }),
    );
  });

  it("count up, and are in order of when they were seen", () => {
    fc.assert(
      fc.property(anything, promise, terms, (all, promised, more) => {
        const sightings = sighted(all, sliOf(promised, more));
        expect(sightings.map(({ number }) => number)).toEqual(
          sightings.map((_, index) => index + 1),
        );
        for (const [index, seen] of sightings.entries()) {
          expect(seen.observedMs).toBeGreaterThanOrEqual(seen.fromMs);
          expect(seen.fromMs).toBeGreaterThanOrEqual(sightings[index - 1]?.observedMs ?? firstMs);
        }
      }),
    );
  });

  it("judge a stretch as they judge its parts", () => {
    fc.assert(
      fc.property(anything, instant, promise, terms, (all, middleMs, promised, more) => {
        const sli = sliOf(promised, more);
        const sightings = sighted(all.toSorted(inOrder), sli);
        expect([
          ...judgeDeadlines(sli, sightings, firstMs, middleMs),
          ...judgeDeadlines(sli, sightings, middleMs, endMs),
        ]).toEqual(judgeDeadlines(sli, sightings, firstMs, endMs));
      }),
    );
  });
});

describe("a simulated history of deliveries", () => {
  const kinds = fc.constantFrom("nothing" as const, "some" as const, "all" as const);

  /** Probes of loads that are visible as they are stamped, which may also read loads since the last probe. */
  function observed(
    loads: readonly number[],
    probes: readonly number[],
    history: "nothing" | "some" | "all",
  ): readonly TimelineObservation[] {
    let knownMs = Number.NEGATIVE_INFINITY;
    return probes.map((atMs) => {
      const between = loads.filter((ms) => ms > knownMs && ms <= atMs);
      const newestMs = between.at(-1) ?? knownMs;
      const isKnown = history === "some" || (history === "all" && Number.isFinite(knownMs));
      const read = history === "some" ? between.filter((_, index) => index % 2 === 0) : between;
      knownMs = newestMs;
      return {
        atMs,
        holdMs: hour,
        outcome: Number.isFinite(newestMs) ? "pass" : "fail",
        ...(Number.isFinite(newestMs) && { newestMs }),
        ...(isKnown && { loads: { instants: read, isComplete: history === "all" } }),
      };
    });
  }

  it("is never judged good for bad or bad for good", () => {
    const told = { good: 0, bad: 0, unknown: 0 };
    fc.assert(
      fc.property(
        instants,
        instants,
        kinds,
        promise,
        terms,
        (loads, probes, history, promised, more) => {
          const sli = sliOf(promised, more);
          const sightings = sighted(observed(loads, probes, history), sli);
          const nowMs = probes.at(-1) ?? firstMs;
          for (const { opensMs, dueMs, state } of judgeDeadlines(
            sli,
            sightings,
            firstMs,
            nowMs + 1,
          )) {
            told[state] += 1;
            const isDelivered = loads.some((ms) => ms > opensMs && ms <= dueMs);
            expect(state === "unknown" ? isDelivered : state === "good").toBe(isDelivered);
          }
        },
      ),
      { numRuns: 1_000 },
    );
    // Nothing would be false either if nothing were said.
    expect(told.good).toBeGreaterThan(100);
    expect(told.bad).toBeGreaterThan(100);
    expect(told.unknown).toBeGreaterThan(0);
  });

  it("is settled altogether when all loads are known, after the first probe with one", () => {
    fc.assert(
      fc.property(instants, instants, promise, terms, (loads, probes, promised, more) => {
        const sli = sliOf(promised, more);
        const sightings = sighted(observed(loads, probes, "all"), sli);
        const firstLoadMs = loads.find((ms) => ms <= (probes.at(-1) ?? firstMs)) ?? endMs;
        const fromMs = probes.find((ms) => ms >= firstLoadMs) ?? endMs;
        const known = judgeDeadlines(sli, sightings, fromMs, (probes.at(-1) ?? firstMs) + 1);
        const after = known.filter(({ opensMs }) => opensMs >= fromMs);
        expect(after.filter(({ state }) => state === "unknown")).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
