import { isRealDay } from "../config/fields.ts";
import { TidemarkError } from "../core/errors.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { dayStart } from "../time/zone.ts";

/** Why a backtest looks no further: at the clock, at what was asked for, or at the end of the data. */
export type WindowEnd = "now" | "asked" | "newest";

export interface BacktestWindow {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly days: number;
  readonly end: WindowEnd;
  /** The end was not asked for: the data ends before the window would have begun. */
  readonly hasDataEnded: boolean;
}

export interface AskedWindow {
  readonly days: number;
  /** A day from its start in the dataset's zone, an instant with its offset, `newest`; now unless said. */
  readonly until?: string;
}

const dayMs = 86_400_000;

/**
 * The last `days` × 24 hours before the end. `newestMs` is the newest value of the data up to now, null where it has
 * none. Throws `TM_USAGE` for an end that is none or lies in the future.
 */
export function backtestWindow(
  { days, until }: AskedWindow,
  newestMs: EpochMs | null,
  timezone: string,
  nowMs: EpochMs,
): BacktestWindow {
  const lengthMs = days * dayMs;
  const hasDataEnded = until === undefined && newestMs !== null && newestMs < nowMs - lengthMs;
  // One millisecond behind it, so that the newest value itself lies in the half-open window.
  const afterNewestMs = Math.min((newestMs ?? nowMs) + 1, nowMs);
  if (hasDataEnded || until === "newest") {
    const fromMs = afterNewestMs - lengthMs;
    return { fromMs, toMs: afterNewestMs, days, end: "newest", hasDataEnded };
  }
  const toMs = until === undefined ? nowMs : instantOf(until, timezone);
  if (toMs > nowMs) {
    throw new TidemarkError("TM_USAGE", `\`--until ${until}\` lies in the future`);
  }
  const end = until === undefined ? "now" : "asked";
  return { fromMs: toMs - lengthMs, toMs, days, end, hasDataEnded: false };
}

function instantOf(text: string, timezone: string): EpochMs {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(
    text,
  );
  const ms =
    form === null || !isRealDay(text)
      ? null
      : form[1] === undefined
        ? dayStart(text, timezone)
        : Date.parse(text);
  if (ms === null || Number.isNaN(ms)) {
    throw new TidemarkError("TM_USAGE", `\`--until ${text}\` is no day and no instant`, {
      hint: "Write `newest`, a day such as `2026-01-31`, or an instant such as `2026-01-31T06:00:00+01:00`.",
    });
  }
  return ms;
}
