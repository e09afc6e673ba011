import type { DeadlineSli } from "../core/sli.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { deadlinesBetween, formatTimeOfDay, parseTimeOfDay } from "../time/deadlines.ts";
import { dayAt, startOf } from "../time/local-day.ts";
import type { Bounds } from "../time/period.ts";
import type { Past } from "./backtest.ts";

const quarterMs = 900_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The first and the last load of a stretch of time that is short beside a delivery's. */
export interface SeenLoads {
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
}

/**
 * Of deliveries (slo.md §1 B), at other times of day: one is missed when no load lies between its opening and its
 * deadline. Only local days that lie in the stretch as a whole are judged. `loads` ascend.
 */
export function pastOfDeliveries(
  loads: readonly SeenLoads[],
  sli: DeadlineSli,
  stretch: Bounds,
): Past {
  const { timezone } = sli;
  const firstDay = dayAt(stretch.fromMs - 1, timezone) + 1;
  const fromMs = startOf(firstDay, timezone);
  const toMs = Math.max(fromMs, startOf(dayAt(stretch.toMs, timezone), timezone));
  const at = (byMs: number): DeadlineSli => ({ ...sli, by: formatTimeOfDay(byMs) });
  return {
    fromMs,
    toMs,
    key: "by",
    unit: "deliveries",
    judged: deadlinesBetween(sli, fromMs, toMs).length,
    badUnder: (byMs) =>
      deadlinesBetween(at(byMs), fromMs, toMs)
        .filter(({ opensMs, dueMs }) => !hasLoad(loads, opensMs, dueMs))
        .map(({ dueMs }) => ({ fromMs: dueMs, toMs: dueMs + 1 })),
    rounds: Array.from({ length: 47 }, (_, index) => (index + 1) * 2 * quarterMs),
    scale: { last: dayMs / quarterMs - 2, at: (index) => (index + 1) * quarterMs },
    isFarFrom: (byMs, strictMs) => byMs > strictMs + 2 * hourMs,
    isExact: () => true,
  };
}

/** `by` as a threshold. Throws `RangeError` for what is no time of day. */
export function timeOfDay(by: string): number {
  const ms = parseTimeOfDay(by);
  if (ms === null) {
    throw new RangeError(`\`${by}\` is no time of day`);
  }
  return ms;
}

/** Whether a load lies in `(afterMs, upToMs]`. */
function hasLoad(loads: readonly SeenLoads[], afterMs: EpochMs, upToMs: EpochMs): boolean {
  let [low, high] = [0, loads.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    [low, high] = (loads[middle]?.lastMs ?? afterMs) > afterMs ? [low, middle] : [middle + 1, high];
  }
  const found = loads[low];
  if (found === undefined) {
    return false;
  }
  return found.firstMs > afterMs ? found.firstMs <= upToMs : found.lastMs <= upToMs;
}
