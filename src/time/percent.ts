import type { Ppm } from "../core/vocabulary.ts";

/** At most four decimals, because the unit is a part per million. */
export const percentPattern = /^(\d{1,9})(?:\.(\d{1,4}))?%$/;

const ppmPerPercent = 10_000;

/**
 * Reads `99.5%` into parts per million from its digits, never through a fraction, so that 99.9 % is exactly
 * 999,000. Null for anything else. The range is not judged: 0 % and 250 % are percentages too.
 */
export function parsePercent(text: string): Ppm | null {
  const match = percentPattern.exec(text);
  if (match === null) {
    return null;
  }
  const [, whole = "", decimals = ""] = match;
  return Number(whole) * ppmPerPercent + Number(decimals.padEnd(4, "0"));
}

/** The shortest text of a share: 995,000 is `99.5%`. */
export function formatPercent(ppm: Ppm): string {
  const whole = Math.floor(ppm / ppmPerPercent);
  const decimals = String(ppm % ppmPerPercent)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return decimals === "" ? `${whole}%` : `${whole}.${decimals}%`;
}
