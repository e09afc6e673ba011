import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastGrowingLook, nextLook } from "../../../src/time/looks.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The first looks after the promise was broken at 0, in seconds. */
function looks(count: number, delayMs: number, cadenceMs: number): readonly number[] {
  const found: number[] = [];
  let atMs = 0;
  for (let index = 0; index < count; index += 1) {
    atMs = nextLook(0, delayMs, cadenceMs, atMs);
    found.push(atMs / second);
  }
  return found;
}

describe("nextLook", () => {
  it("looks as soon as a load can be visible, and then ever less often", () => {
    expect(looks(9, 2 * second, 30 * day)).toEqual([2, 7, 22, 82, 382, 1282, 4882, 19_282, 62_482]);
  });

  it("looks once a day in the end", () => {
    expect(looks(12, 2 * second, 30 * day).slice(-3)).toEqual([148_882, 235_282, 321_682]);
  });

  it("never waits longer than the cadence", () => {
    expect(looks(7, 2 * second, 2 * minute)).toEqual([2, 7, 22, 82, 202, 322, 442]);
    expect(looks(4, 0, 3 * second)).toEqual([3, 6, 9, 12]);
  });

  it("waits a second at least, whatever the cadence is", () => {
    expect(looks(3, second, 0)).toEqual([1, 2, 3]);
  });

  it("does not look before the promise is broken", () => {
    expect(nextLook(hour, 2 * second, 15 * minute, 0)).toBe(hour + 2 * second);
    expect(nextLook(hour, 0, 15 * minute, hour)).toBe(hour + 5 * second);
  });

  it("answers at once, however long ago the promise was broken", () => {
    const longAgoMs = 100 * 365 * day;
    // A walk of three thousand million steps would not end in time.
    expect(nextLook(0, 0, second, longAgoMs)).toBe(longAgoMs + second);
  });

  const durations = fc.integer({ min: 0, max: 30 * day });

  it("is always later than the instant asked about, and never by more than the cadence once it looks", () => {
    fc.assert(
      fc.property(durations, durations, durations, durations, (broken, delay, cadence, after) => {
        const lookMs = nextLook(broken, delay, cadence, after);
        expect(lookMs).toBeGreaterThan(after);
        expect(lookMs).toBeGreaterThanOrEqual(broken + delay);
        const startedMs = Math.max(after, broken + delay);
        expect(lookMs - startedMs).toBeLessThanOrEqual(Math.max(cadence, second));
      }),
    );
  });

  it("is monotone, and the same for every instant between two looks", () => {
    fc.assert(
      fc.property(durations, durations, durations, (delay, cadence, after) => {
        const lookMs = nextLook(0, delay, cadence, after);
        expect(nextLook(0, delay, cadence, lookMs - 1)).toBe(lookMs);
        expect(nextLook(0, delay, cadence, after + 1)).toBeGreaterThanOrEqual(lookMs);
        expect(nextLook(0, delay, cadence, lookMs)).toBeGreaterThan(lookMs);
      }),
    );
  });
});

describe("lastGrowingLook", () => {
  it("is the last look before the intervals are as long as the cadence", () => {
    expect(lastGrowingLook(0, 2 * second, 15 * minute)).toBe(382 * second);
    expect(lastGrowingLook(0, 2 * second, 15 * minute + 1)).toBe(1_282 * second);
    expect(lastGrowingLook(hour, 0, 24 * hour)).toBe(hour + 62_480 * second);
  });

  it("is the first look where the cadence is shorter than any interval", () => {
    expect(lastGrowingLook(hour, 2 * second, 5 * second)).toBe(hour + 2 * second);
  });

  it("never comes where the cadence is longer than any interval", () => {
    expect(lastGrowingLook(0, 2 * second, 7 * day)).toBe(Number.POSITIVE_INFINITY);
  });
});
