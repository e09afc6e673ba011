import type { Clock } from "../core/clock.ts";

/** The host's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
