import { ConnectorError } from "../core/connector.ts";
import { TidemarkError } from "../core/errors.ts";
import type { SqlValue } from "../core/value.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { TimeKind } from "../slo/backtest-clock.ts";
import { dayEnd, instantOfLocal } from "../time/zone.ts";

/** What a column holds, and its newest value up to now; null where that is one of the infinities. */
export interface NewestValue {
  readonly kind: TimeKind;
  readonly newestMs: EpochMs | null;
}

/**
 * Reads the answer to `max(column)`. Throws `TM_BACKTEST_HISTORY` where there is none, and `ConnectorError`
 * (`invalid_query`) for a column that holds no times.
 */
export function newestOf(
  value: SqlValue,
  column: string,
  timezone: string,
  nowMs: EpochMs,
): NewestValue {
  if (value === null) {
    throw new TidemarkError("TM_BACKTEST_HISTORY", `no row has a value in ${column}`);
  }
  if (typeof value !== "object" || value.type === "decimal") {
    throw new ConnectorError({
      kind: "invalid_query",
      message: `The column ${column} holds no time.`,
      hint: "Name a column of a timestamp or date type, or cast it to one in a dataset with `query:`.",
    });
  }
  if (value.type === "instant") {
    return { kind: "instant", newestMs: upTo(value.ms, nowMs) };
  }
  const ms =
    value.type === "date"
      ? dayEnd(value.text, timezone)
      : instantOfLocal(value.text, timezone, nowMs);
  return { kind: value.type, newestMs: upTo(ms ?? Number.POSITIVE_INFINITY, nowMs) };
}

/** A time that has not come hides which one is the newest that has; null for the infinities, too. */
function upTo(ms: number, nowMs: EpochMs): EpochMs | null {
  return Number.isFinite(ms) ? Math.min(ms, nowMs) : null;
}
