import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "../../../src/delivery/backoff.ts";

const least = () => 0;
const most = () => 1 - Number.EPSILON;

describe("backoff", () => {
  it.each([
    [1, 2_000],
    [2, 4_000],
    [3, 8_000],
    [8, 256_000],
    [9, 300_000],
    [1_000, 300_000],
  ])("waits after attempt %i between a second and %i ms", (attempts, ceilingMs) => {
    expect(backoffMs(attempts, least)).toBe(1_000);
    expect(backoffMs(attempts, () => 0.5)).toBe((1_000 + ceilingMs) / 2);
    expect(backoffMs(attempts, most)).toBe(ceilingMs);
  });

  it("honours what the provider asks for when it is longer", () => {
    expect(backoffMs(1, most, 30_000)).toBe(30_000);
    expect(backoffMs(1, most, 1_500)).toBe(2_000);
    expect(backoffMs(1, least, 1_500.2)).toBe(1_501);
  });

  it("lets no provider silence its channel for more than an hour, nor confuse it", () => {
    expect(backoffMs(1, least, 10 * 365 * 86_400_000)).toBe(3_600_000);
    expect(backoffMs(1, least, Number.NaN)).toBe(1_000);
    expect(backoffMs(1, least, Number.POSITIVE_INFINITY)).toBe(1_000);
    expect(backoffMs(1, least, -5)).toBe(1_000);
  });

  it("is whole milliseconds from a second to five minutes, and grows with its random number", () => {
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), share, share, (attempts, a, b) => {
        const [less, more] = [
          backoffMs(attempts, () => Math.min(a, b)),
          backoffMs(attempts, () => Math.max(a, b)),
        ];
        expect(Number.isSafeInteger(less) && Number.isSafeInteger(more)).toBe(true);
        expect(less).toBeGreaterThanOrEqual(1_000);
        expect(less).toBeLessThanOrEqual(more);
        expect(more).toBeLessThanOrEqual(300_000);
      }),
    );
  });
});
