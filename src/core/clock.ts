import type { EpochMs } from "./vocabulary.ts";

/** The only source of time. Tests hand in one that they move. */
export interface Clock {
  /** Wall time, which may jump in either direction. */
  now(): EpochMs;
  /** Milliseconds from an arbitrary origin that never run backwards; for durations. */
  monotonicMs(): number;
}
