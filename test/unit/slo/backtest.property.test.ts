import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Past, quantileOf, trialOf, worstWithin } from "../../../src/slo/backtest.ts";
import { pastOfAges } from "../../../src/slo/backtest-ages.ts";
import { pastOfDeliveries } from "../../../src/slo/backtest-deliveries.ts";
import { type JudgedRows, pastOfRows } from "../../../src/slo/backtest-rows.ts";

const secondMs = 1_000;
const toMs = 1_000_000;

/** Loads in a stretch of a thousand seconds, the first of them before it. */
const loads = fc
  .uniqueArray(fc.integer({ min: 0, max: toMs - 1 }), { maxLength: 40 })
  .map((times) => [-5_000, ...times.toSorted((a, b) => a - b)]);

function agesOf(times: readonly number[]): Past {
  const gaps = times.map((fromMs, index) => ({ fromMs, toMs: times[index + 1] ?? toMs }));
  return pastOfAges({ fromMs: 0, toMs, gaps, exactFromMs: 0 });
}

const counts = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 2, maxLength: 60 });

function rowsOf(rows: readonly number[], key: "min" | "max"): Past {
  return pastOfRows(
    rows.map((count, at): JudgedRows => ({ fromMs: at * 10, toMs: at * 10 + 10, rows: count })),
    key,
  );
}

const pasts = fc.oneof(
  loads.map(agesOf),
  counts.map((rows) => rowsOf(rows, "min")),
  counts.map((rows) => rowsOf(rows, "max")),
);

describe("a threshold", () => {
  test("that is more lenient never has a lower SLI, nor more breaches' time", () => {
    fc.assert(
      fc.property(pasts, fc.nat(), fc.nat(), (past, a, b) => {
        const [strict, lenient] = [a, b]
          .map((index) => index % (past.scale.last + 1))
          .toSorted((x, y) => x - y);
        const before = trialOf(past, past.scale.at(strict ?? 0));
        const after = trialOf(past, past.scale.at(lenient ?? 0));
        expect(after.sli).toBeGreaterThanOrEqual(before.sli);
        expect(after.bad).toBeLessThanOrEqual(before.bad);
        expect(after.longest).toBeLessThanOrEqual(before.longest);
      }),
    );
  });

  test("of a time of day that is later never has fewer deliveries in time", () => {
    const day = 86_400_000;
    const times = fc.array(fc.integer({ min: 0, max: 10 * day }), { maxLength: 30 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 94 }), (at, quarter) => {
        const seen = at.toSorted((a, b) => a - b).map((ms) => ({ firstMs: ms, lastMs: ms }));
        const past = pastOfDeliveries(
          seen,
          { kind: "deadline", by: "07:00", timezone: "UTC", calendar: null, opensMs: null },
          { fromMs: 0, toMs: 10 * day },
        );
        const [early, late] = [past.scale.at(quarter - 1), past.scale.at(quarter)];
        expect(trialOf(past, late).bad).toBeLessThanOrEqual(trialOf(past, early).bad);
      }),
    );
  });

  test("that is a quantile has the SLI it is named for, and a stricter one has not", () => {
    fc.assert(
      fc.property(pasts, fc.constantFrom(900_000, 990_000, 1_000_000), (past, ppm) => {
        const quantile = quantileOf(past, ppm);
        const isMet = (threshold: number): boolean =>
          trialOf(past, threshold).bad * 1e6 <= past.judged * (1e6 - ppm);
        const indices = Array.from({ length: past.scale.last + 1 }, (_, index) => index);
        const strictest = indices.map(past.scale.at).find(isMet);
        expect(quantile).toBe(strictest ?? null);
      }),
    );
  });
});

describe("ages", () => {
  test("are those that a look at every second of the stretch finds", () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 200 }), (given, maxAgeSeconds) => {
        // Whole seconds, so that each is good or bad as a whole.
        const times = given.map((ms) => Math.floor(ms / secondMs) * secondMs);
        const past = agesOf(times);
        let bad = 0;
        for (let atMs = 0; atMs < toMs; atMs += secondMs) {
          const newestMs = times.findLast((ms) => ms <= atMs) ?? 0;
          bad += atMs - newestMs >= maxAgeSeconds * secondMs ? secondMs : 0;
        }
        expect(trialOf(past, maxAgeSeconds * secondMs).bad).toBe(bad);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the worst window", () => {
  test("is the one that a look at every window finds", () => {
    const spans = fc
      .uniqueArray(fc.nat({ max: 60 }), { maxLength: 24 })
      .map((ends) => ends.toSorted((a, b) => a - b))
      .map((ends) =>
        Array.from({ length: Math.floor(ends.length / 2) }, (_, index) => ({
          fromMs: ends[2 * index] ?? 0,
          toMs: ends[2 * index + 1] ?? 0,
        })),
      );
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 70 }), (given, windowMs) => {
        let worst = 0;
        for (let fromMs = -70; fromMs < 70; fromMs += 1) {
          const bad = given.map((span) =>
            Math.max(0, Math.min(span.toMs, fromMs + windowMs) - Math.max(span.fromMs, fromMs)),
          );
          worst = Math.max(
            worst,
            bad.reduce((sum, one) => sum + one, 0),
          );
        }
        expect(worstWithin(given, windowMs)).toBe(worst);
      }),
    );
  });
});
