import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { History, Minutes, World } from "./world.ts";
import {
  caughtLate,
  claimsOf,
  count,
  observationsOf,
  punctual,
  rolledBack,
  tardy,
  truthOf,
  worldMinutes,
} from "./world.ts";

/**
 * Random loads as ground truth, random probes, random outages of the daemon. With a hold of nothing every claim is
 * one of fact (rules 1 to 4, 7 and 9), and not a minute of them may be wrong. A hold claims more than is known; its
 * claims are counted apart.
 */
const runs = 1_000;
const histories: readonly History[] = ["none", "instants", "gaps"];

interface Tally {
  readonly good: number;
  readonly bad: number;
  readonly falselyGood: number;
  readonly falselyBad: number;
}

function compare(claims: Minutes, truth: Minutes): Tally {
  const isFalse = (claim: "good" | "bad") => (state: string | undefined, at: number) =>
    state === claim && truth[at] !== claim;
  return {
    good: count(claims, "good"),
    bad: count(claims, "bad"),
    falselyGood: claims.filter(isFalse("good")).length,
    falselyBad: claims.filter(isFalse("bad")).length,
  };
}

/** Simulates many worlds; returns how much was known of them, after checking that all of it was true. */
function simulate(
  worlds: fc.Arbitrary<World>,
  history: History,
  time: "load" | "event" = "load",
): { readonly good: number; readonly bad: number; readonly unknown: number } {
  const known = { good: 0, bad: 0, unknown: 0 };
  fc.assert(
    fc.property(worlds, (world) => {
      const claims = claimsOf(world, observationsOf(world, history, 0), time);
      const { good, bad, falselyGood, falselyBad } = compare(claims, truthOf(world));
      expect({ falselyGood, falselyBad }).toEqual({ falselyGood: 0, falselyBad: 0 });
      known.good += good;
      known.bad += bad;
      known.unknown += worldMinutes - good - bad;
    }),
    { numRuns: runs },
  );
  return known;
}

describe("a simulated world", () => {
  it.each(histories)("is never called what it was not, with history: %s", (history) => {
    const { good, bad, unknown } = simulate(punctual, history);
    // Nothing would be false either if nothing were said.
    expect(good).toBeGreaterThan(10_000);
    expect(bad).toBeGreaterThan(10_000);
    expect(unknown).toBeGreaterThan(0);
  });

  it.each(histories)(
    "is never called what it was not where late loads are caught at it, with history: %s",
    (history) => {
      const { good, bad } = simulate(caughtLate, history);
      expect(good).toBeGreaterThan(10_000);
      expect(bad).toBeGreaterThan(10_000);
    },
  );

  it.each(histories)(
    "is never called what it was not where rollbacks are seen, with history: %s",
    (history) => {
      const { good, bad } = simulate(rolledBack, history);
      expect(good).toBeGreaterThan(10_000);
      expect(bad).toBeGreaterThan(10_000);
    },
  );

  it("is never called what it was not by event time, however late values become visible", () => {
    const { good, bad } = simulate(tardy, "none", "event");
    expect(good).toBeGreaterThan(10_000);
    expect(bad).toBeGreaterThan(10_000);
  });

  it("is settled altogether by history, between the first probe with a load and the last", () => {
    fc.assert(
      fc.property(punctual, fc.constantFrom<History>("instants", "gaps"), (world, history) => {
        const seen = observationsOf(world, history, 0);
        const claims = claimsOf(world, seen);
        const first = world.probes[seen.findIndex(({ newestMs }) => newestMs !== undefined)];
        const between = claims.slice(first ?? worldMinutes, world.probes.at(-1));
        expect(count(between, "unknown")).toBe(0);
      }),
      { numRuns: runs },
    );
  });
});

describe("a hold", () => {
  it("claims only bad time, only where nothing else is known, and only after a sight of it", () => {
    const held = { true: 0, false: 0 };
    const anyHold = fc.integer({ min: 1, max: 120 });
    fc.assert(
      fc.property(punctual, fc.constantFrom(...histories), anyHold, (world, history, hold) => {
        const truth = truthOf(world);
        const facts = claimsOf(world, observationsOf(world, history, 0));
        const claims = claimsOf(world, observationsOf(world, history, hold));
        for (const [at, claim] of claims.entries()) {
          if (claim === facts[at]) {
            continue;
          }
          const sight = world.probes.findLast((probe) => probe <= at) ?? Number.NaN;
          expect([facts[at], claim]).toEqual(["unknown", "bad"]);
          expect(truth[sight]).toBe("bad");
          expect(at).toBeLessThan(sight + hold);
          held[truth[at] === "bad" ? "true" : "false"] += 1;
        }
      }),
      { numRuns: runs / 4 },
    );
    expect(held.true).toBeGreaterThan(0);
    // What a hold claims may be wrong, which is why it is no fact: a load may have come and aged unseen.
    expect(held.false).toBeGreaterThan(0);
  });
});
