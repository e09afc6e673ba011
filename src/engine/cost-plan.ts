/** How often a schedule looks, and how long that keeps a warehouse awake: arithmetic over due times. */
import type { Probe } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { countDue, nextDue, scheduleKey } from "../time/schedule.ts";
import { utcDayMs } from "../time/utc-day.ts";

/** Four weeks, so that weekdays count as often as they are. */
const days = 28;

type Scheduled = Pick<Probe, "schedule" | "offsetMs">;

/** Due times of an average day of the four weeks from `fromMs` on. Just-in-time looks come on top. */
export function runsPerDay({ schedule, offsetMs }: Scheduled, fromMs: EpochMs): number {
  return countDue(schedule, offsetMs, fromMs, fromMs + days * utcDayMs) / days;
}

export interface Awake {
  readonly wakeUps: number;
  readonly awakeMs: DurationMs;
}

/**
 * How often probes wake a warehouse on an average day of the week from `fromMs` on, and how long it is then awake: from
 * each due time on until it suspends itself, when no other follows by then. Statements are taken to be short.
 */
export function awakeOf(
  probes: readonly Scheduled[],
  autoSuspendMs: DurationMs,
  fromMs: EpochMs,
): Awake {
  const schedules = new Map(
    probes.map((probe) => [`${scheduleKey(probe.schedule)} ${probe.offsetMs}`, probe]),
  );
  const toMs = fromMs + 7 * utcDayMs;
  const dueMs = new Set<EpochMs>();
  for (const { schedule, offsetMs } of schedules.values()) {
    for (
      let ms = nextDue(schedule, offsetMs, fromMs - 1);
      ms < toMs;
      ms = nextDue(schedule, offsetMs, ms)
    ) {
      dueMs.add(ms);
    }
  }
  let wakeUps = 0;
  let awakeMs = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const ms of [...dueMs].toSorted((a, b) => a - b)) {
    wakeUps += ms > untilMs ? 1 : 0;
    awakeMs += ms + autoSuspendMs - Math.max(ms, untilMs);
    untilMs = ms + autoSuspendMs;
  }
  return { wakeUps: wakeUps / 7, awakeMs: awakeMs / 7 };
}
