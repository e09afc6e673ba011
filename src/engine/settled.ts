import type { CheckResult, Figures } from "../core/check.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { expiresMs } from "../time/calendar.ts";
import type { CheckTypes } from "./check-types.ts";

const none: Figures = {};

/**
 * The verdict of a check that needs no measuring at `atMs`, else null: its calendar has ended, so that nobody knows
 * whether anything is expected, or its type says that nothing is. Throws what the check type throws.
 */
export function settledResult(
  check: Check,
  dataset: Dataset,
  types: CheckTypes,
  atMs: EpochMs,
): CheckResult | null {
  const { calendar, params } = check;
  const { timezone } = dataset;
  const expired = expiredResult(check, timezone, atMs);
  if (expired !== null) {
    return expired;
  }
  const idle = types.of(check).idleUntil?.(params, { timezone, calendar, atMs }) ?? null;
  return idle === null
    ? null
    : { outcome: "skip", summary: idle.reason, measured: none, expected: none };
}

/** A calendar's days are those of the deadline's zone where the check has deadlines, else of the dataset's. */
function expiredResult(
  { calendar, sli }: Check,
  datasetZone: string,
  atMs: EpochMs,
): CheckResult | null {
  if (calendar === null) {
    return null;
  }
  const endMs = expiresMs(calendar, sli.kind === "deadline" ? sli.timezone : datasetZone);
  if (endMs === null || atMs < endMs) {
    return null;
  }
  const message = `The calendar ${calendar.name} ended on ${calendar.validUntil}; the holidays after it are not known.`;
  const hint = "Add the holidays that follow and move `valid_until` of the calendar on.";
  return {
    outcome: "error",
    summary: message,
    measured: none,
    expected: none,
    failure: { kind: "calendar_expired", message, hint },
  };
}
