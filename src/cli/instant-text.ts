import type { EpochMs } from "../core/vocabulary.ts";

/** As people read it, to the second: `2026-01-31T06:00:00Z`. */
export function instantText(ms: EpochMs): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}
