import type { Ppm } from "../../core/vocabulary.ts";

/** A share in parts per million, and whether it is all that was written. */
export interface Share {
  readonly ppm: Ppm;
  readonly isExact: boolean;
}

/**
 * `target` (0.995) or `targetPercent` (99.5), read from the digits and never through a product, so that 99.9 is
 * exactly 999,000. What is finer than a millionth is cut off: a promise is never made stronger than it was.
 */
export function shareOf(objective: {
  readonly target?: number;
  readonly targetPercent?: number;
}): Share {
  const { target, targetPercent } = objective;
  return target === undefined ? digits(targetPercent ?? 0, 4) : digits(target, 6);
}

function digits(value: number, places: number): Share {
  const text = String(value);
  if (text.includes("e")) {
    // JavaScript writes an exponent below 0.000001 only.
    return { ppm: 0, isExact: false };
  }
  const [whole = "0", decimals = ""] = text.split(".");
  const ppm = Number(`${whole}${decimals.slice(0, places).padEnd(places, "0")}`);
  return { ppm, isExact: decimals.length <= places };
}
