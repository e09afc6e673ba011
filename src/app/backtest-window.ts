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
  /** A day from its start in the dataset's zone, an instant with its offset, or `newest`; now unless said. */
  readonly until?: string;
}

/** Where a window is to end, before the data is known. */
export type Until = "now" | "newest" | { readonly ms: EpochMs };

const dayMs = 86_400_000;

/** Throws `TM_USAGE` for an end that is none, or that lies in the future. */
export function untilOf(text: string | undefined, timezone: string, nowMs: EpochMs): Until {
  if (text === undefined) {
    return "now";
  }
  if (text === "newest") {
    return "newest";
  }
  const ms = instantOf(text, timezone);
  if (ms === null) {
    throw new TidemarkError("TM_USAGE", `\`--until ${text}\` is no day and no instant`, {
      hint: "Write `newest`, a day such as `2026-01-31`, or an instant such as `2026-01-31T06:00:00+01:00`.",
    });
  }
  if (ms > nowMs) {
    throw new TidemarkError("TM_USAGE", `\`--until ${text}\` lies in the future`);
  }
  return { ms };
}

/** The last `days` × 24 hours before the end. `newestMs` is the newest value of the data up to now, null for none. */
export function backtestWindow(
  days: number,
  until: Until,
  newestMs: EpochMs | null,
  nowMs: EpochMs,
): BacktestWindow {
  const lengthMs = days * dayMs;
  const hasDataEnded = until === "now" && newestMs !== null && newestMs < nowMs - lengthMs;
  if (hasDataEnded || until === "newest") {
    // One millisecond behind it, so that the newest value itself lies in the half-open window.
    const toMs = Math.min((newestMs ?? nowMs) + 1, nowMs);
    return { fromMs: toMs - lengthMs, toMs, days, end: "newest", hasDataEnded };
  }
  const toMs = until === "now" ? nowMs : until.ms;
  const end = until === "now" ? "now" : "asked";
  return { fromMs: toMs - lengthMs, toMs, days, end, hasDataEnded: false };
}

function instantOf(text: string, timezone: string): EpochMs | null {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(
    text,
  );
  if (form === null || !isRealDay(text)) {
    return null;
  }
  const ms = form[1] === undefined ? dayStart(text, timezone) : Date.parse(text);
  return ms === null || Number.isNaN(ms) ? null : ms;
}
