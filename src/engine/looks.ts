/**
 * Looks: probes at the moments when an answer can change, beside the schedule (slo.md §1).
 *
 * Fresh data is looked at again when its age reaches what is promised, and then at growing intervals until new
 * data arrives; a delivery is looked at after its deadline, and while it is late at growing intervals too.
 * Nothing of this is stored: it follows from what was seen last, so that a look that new data has made
 * needless is never taken.
 */
import type { Check, Probe } from "../core/mesh.ts";
import type { ResultRecord } from "../core/store.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { lastDeadline, nextDeadline } from "../time/deadlines.ts";
import { lastGrowingLook, nextLook } from "../time/looks.ts";
import { nextDue, shortestGap } from "../time/schedule.ts";
import { utcDayMs, utcDayOf } from "../time/utc-day.ts";
import { isOfByteBudget } from "./cost-book.ts";
import type { WatchState } from "./state.ts";

export interface Look {
  readonly dueMs: EpochMs;
  readonly kind: "just_in_time" | "deadline";
}

/** Data that should be there, and is looked for until it is. */
interface Awaited {
  readonly brokenMs: EpochMs;
  /** From then until what came at the last moment can be seen. */
  readonly delayMs: DurationMs;
}

/** When a check was tried last, whatever came of it, and until when due times of its schedule are over. */
interface Tried {
  readonly triedMs: EpochMs;
  readonly scheduledMs: EpochMs;
}

/** What is not in the state: a look that was taken without a result, and due times that the schedule lost. */
interface Beyond {
  readonly takenMs?: EpochMs | null;
  readonly scheduledMs?: EpochMs;
}

type SliOf<K> = Extract<Check["sli"], { readonly kind: K }>;

/** From a deadline to the look at it: what was loaded at the last moment can be seen by then (slo.md §1 B). */
export const deadlineDelayMs = 30_000;

/** When to look at a check next, whatever its schedule; null when the schedule is enough. */
export function lookOf(
  check: Check,
  probe: Probe,
  state: WatchState,
  nowMs: EpochMs,
  { takenMs = null, scheduledMs = nowMs }: Beyond = {},
): Look | null {
  const triedMs = triedOf(check, state, nowMs, takenMs);
  const tried = { triedMs, scheduledMs: Math.max(triedMs, scheduledMs) };
  switch (check.sli.kind) {
    case "state":
      return null;
    case "freshness":
      return again(awaitedLoad(check, check.sli, state), tried, probe);
    case "deadline":
      return deadlineLook(check, check.sli, probe, state, tried);
    default:
      return check.sli satisfies never;
  }
}

/** When a failure is seen again without a slot of its own: by a look, or by the schedule before it. */
export function seenAgainMs(check: Check, probe: Probe, failed: ResultRecord): EpochMs | null {
  const awaited = awaitedAfter(check, failed);
  if (awaited === null) {
    return null;
  }
  const { atMs: triedMs } = failed;
  const dueMs = nextDue(probe.schedule, probe.offsetMs, triedMs);
  return again(awaited, { triedMs, scheduledMs: triedMs }, probe)?.dueMs ?? dueMs;
}

function awaitedAfter({ sli }: Check, { atMs, result }: ResultRecord): Awaited | null {
  switch (sli.kind) {
    case "state":
      return null;
    case "freshness":
      return result.newestMs === undefined
        ? { brokenMs: atMs, delayMs: 0 }
        : { brokenMs: result.newestMs + sli.maxAgeMs, delayMs: sli.visibilityDelayMs };
    case "deadline": {
      const missed = lastDeadline(sli, atMs);
      return missed === null ? null : { brokenMs: missed.dueMs, delayMs: deadlineDelayMs };
    }
    default:
      return sli satisfies never;
  }
}

/**
 * The load that follows the newest one known. Where none is known, because there was no data or no answer, it is
 * awaited since then: a schedule that is there for want of a better moment may be a day away.
 */
function awaitedLoad(
  check: Check,
  { maxAgeMs, visibilityDelayMs }: SliOf<"freshness">,
  state: WatchState,
): Awaited | null {
  const last = state.history.lastRunOf(check.id);
  const own = last?.generation === check.generation ? last : null;
  if (own?.newestMs !== undefined) {
    return { brokenMs: own.newestMs + maxAgeMs, delayMs: visibilityDelayMs };
  }
  const latest = latestOf(check, state);
  if (own?.state === "bad") {
    return { brokenMs: own.fromMs, delayMs: 0 };
  }
  if (latest !== null && isOfByteBudget(latest.result.failure)) {
    // Until the next day nothing is sent, so that there is nothing to look for.
    return { brokenMs: utcDayOf(latest.atMs) + utcDayMs, delayMs: 0 };
  }
  return latest?.result.outcome === "error"
    ? { brokenMs: state.alertStateOf(check.id)?.erroringSinceMs ?? latest.atMs, delayMs: 0 }
    : null;
}

function deadlineLook(
  check: Check,
  sli: SliOf<"deadline">,
  probe: Probe,
  state: WatchState,
  tried: Tried,
): Look | null {
  const next = nextDeadline(sli, tried.triedMs - deadlineDelayMs);
  const late = again(awaitedDelivery(check, sli, state, tried.triedMs), tried, probe);
  if (next === null || (late !== null && late.dueMs < next.dueMs + deadlineDelayMs)) {
    return late;
  }
  return { dueMs: next.dueMs + deadlineDelayMs, kind: "deadline" };
}

/** The delivery that is late, as far as anybody knows; null once it was seen, and before anybody looked. */
function awaitedDelivery(
  check: Check,
  sli: SliOf<"deadline">,
  state: WatchState,
  triedMs: EpochMs,
): Awaited | null {
  const { outcome, failure } = latestOf(check, state)?.result ?? {};
  const isOpen = outcome === "fail" || outcome === "error";
  const last = isOpen ? lastDeadline(sli, triedMs) : null;
  // While its days are not known nobody can say whether anything is late.
  if (last === null || failure?.kind === "calendar_expired") {
    return null;
  }
  const newestMs = state.history.lastSeenOf(check)?.newestMs ?? null;
  const isSeen = outcome === "error" && newestMs !== null && newestMs > last.opensMs;
  return isSeen ? null : { brokenMs: last.dueMs, delayMs: deadlineDelayMs };
}

/** The next of the growing intervals; null once they have grown to the cadence, and where the schedule is first. */
function again(
  awaited: Awaited | null,
  { triedMs, scheduledMs }: Tried,
  { schedule, offsetMs }: Probe,
): Look | null {
  if (awaited === null) {
    return null;
  }
  const { brokenMs, delayMs } = awaited;
  const cadenceMs = shortestGap(schedule);
  const dueMs = nextLook(brokenMs, delayMs, cadenceMs, triedMs);
  const isNeeded =
    dueMs <= lastGrowingLook(brokenMs, delayMs, cadenceMs) &&
    dueMs < nextDue(schedule, offsetMs, scheduledMs);
  return isNeeded ? { dueMs, kind: "just_in_time" } : null;
}

/** What was tried by a clock that has been set back since was not later than now. */
function triedOf(
  check: Check,
  state: WatchState,
  nowMs: EpochMs,
  takenMs: EpochMs | null,
): EpochMs {
  const known = [latestOf(check, state)?.atMs, state.history.lastSeenOf(check)?.atMs, takenMs];
  const triedMs = known.filter((ms) => typeof ms === "number");
  return triedMs.length === 0 ? nowMs : Math.min(nowMs, Math.max(...triedMs));
}

/** The newest result of what is promised now. */
function latestOf(check: Check, state: WatchState): ResultRecord | null {
  const latest = state.latestOf(check.id);
  return latest?.generation === check.generation ? latest : null;
}
