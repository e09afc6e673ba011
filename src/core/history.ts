import type { DurationMs } from "./vocabulary.ts";

/** How long history is kept: the longest window that a quarter needs, and the quarter before it for comparison. */
export const historyMs: DurationMs = 400 * 86_400_000;
