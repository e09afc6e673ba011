import type { DurationMs, Ppm } from "../core/vocabulary.ts";

/** All of it, in parts per million. */
export const wholePpm = 1_000_000;

/**
 * Milliseconds times parts per million leave 2^53 after four months (a year is 3.2e16), so such products
 * are BigInt and become a number once, at the end.
 */
export function timesPpm(ms: DurationMs, ppm: Ppm): bigint {
  return BigInt(ms) * BigInt(ppm);
}

const fractionBits = 128n;

/** The quotient as the nearest number; null for a denominator of 0. */
export function ratio(numerator: bigint, denominator: bigint): number | null {
  if (denominator === 0n) {
    return null;
  }
  // Far more bits than a number keeps, so that the only rounding is that of the conversion.
  return Number((numerator << fractionBits) / denominator) / 2 ** Number(fractionBits);
}

/** `part / whole` of two lengths; null for a whole of 0. */
export function share(partMs: DurationMs, wholeMs: DurationMs): number | null {
  return wholeMs === 0 ? null : partMs / wholeMs;
}
