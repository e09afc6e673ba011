import type { DurationMs } from "../../core/vocabulary.ts";

/** Units of OpenSLO's duration shorthand. Case matters: `m` is a minute and `M` a month. */
export type ShorthandUnit = "m" | "h" | "d" | "w" | "M" | "Q" | "Y";

export interface Shorthand {
  readonly count: number;
  readonly unit: ShorthandUnit;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** As long as the official Go SDK takes them for: a month is 30 days, a quarter 90, a year 365. */
const unitMs: Readonly<Record<ShorthandUnit, DurationMs>> = {
  m: minuteMs,
  h: 3_600_000,
  d: dayMs,
  w: 7 * dayMs,
  M: 30 * dayMs,
  Q: 90 * dayMs,
  Y: 365 * dayMs,
};

/** Days are the longest unit written, because from `w` on tools disagree about lengths. */
const writtenUnits = ["d", "h", "m"] as const;

/**
 * Reads `30d`. Null for anything else, zero included: the specification asks for a positive integer, although
 * the SDK lets zero pass.
 */
export function parseShorthand(text: string): Shorthand | null {
  const match = /^(\d{1,6})([mhdwMQY])$/.exec(text);
  const count = Number(match?.[1] ?? 0);
  return count === 0 ? null : { count, unit: match?.[2] as ShorthandUnit };
}

export function shorthandMs({ count, unit }: Shorthand): DurationMs {
  return count * unitMs[unit];
}

/** A length as shorthand, in whole minutes since it knows no seconds: rounded up, and whether it had to be. */
export function formatShorthand(ms: DurationMs): {
  readonly text: string;
  readonly isExact: boolean;
} {
  const wholeMs = Math.max(1, Math.ceil(ms / minuteMs)) * minuteMs;
  const unit = writtenUnits.find((one) => wholeMs % unitMs[one] === 0) ?? "m";
  return { text: `${wholeMs / unitMs[unit]}${unit}`, isExact: wholeMs === ms };
}
