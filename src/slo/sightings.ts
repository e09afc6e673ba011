import type { Deadline, DeadlineSli } from "../core/sli.ts";
import type { Sighting, TimelineObservation } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { deadlinesBetween, lastDeadline, nextDeadline } from "../time/deadlines.ts";
import type { RunOwner } from "./timeline.ts";

/**
 * Deliveries by deadline (slo.md §1 B). What probes saw is kept as sightings: the newest load, from the first
 * probe that saw it to the last. They are kept in the order in which they were seen, and the first that says
 * anything about a delivery decides it: what comes later does not heal it.
 */

/** What became of an expected delivery. Unknown: nobody looked in time, and a later load hides it. */
export interface JudgedDeadline extends Deadline {
  readonly state: "good" | "bad" | "unknown";
}

/** A newest load, and when it was. */
type Sight = Pick<Sighting, "newestMs" | "fromMs" | "observedMs">;

/**
 * The sightings that change when `o` follows `last`, the newest sighting of the check: to be put by (check,
 * number), ascending; the last of them is the newest from then on. Empty where nothing changes.
 *
 * A failure without a newest load is a sight of an empty dataset; a pass without one says that being empty is
 * fine, and nothing about deliveries. As in `extend` time runs one way, and at one instant an empty dataset
 * outranks a load, and a newer load an older one. Throws `RangeError` for a deadline or a zone that does not exist.
 */
export function sight(
  last: Sighting | null,
  o: TimelineObservation,
  of: RunOwner,
  sli: DeadlineSli,
): readonly Sighting[] {
  const isPassWithoutLoad = o.newestMs === undefined && o.outcome !== "fail";
  if (o.outcome === "error" || o.outcome === "skip" || isPassWithoutLoad) {
    return [];
  }
  const atMs = Math.max(o.atMs, last?.observedMs ?? o.atMs);
  const newestMs = o.newestMs === undefined ? null : Math.min(o.newestMs, atMs);
  const own = last?.generation === of.generation ? last : null;
  if (own?.observedMs === atMs && isOlder(newestMs, own.newestMs)) {
    return [];
  }
  const sightings: Sighting[] = last === null ? [] : [last];
  const afterMs = own?.newestMs ?? Number.NEGATIVE_INFINITY;
  for (const ms of o.loads?.instants ?? []) {
    if (newestMs !== null && ms > afterMs && ms < newestMs) {
      const seenMs = Math.max(ms, last?.observedMs ?? ms);
      endBefore(ms, sightings, o, of);
      note({ newestMs: ms, fromMs: seenMs, observedMs: seenMs }, sightings, of, sli);
    }
  }
  if (newestMs !== null) {
    endBefore(newestMs, sightings, o, of);
  }
  note({ newestMs, fromMs: atMs, observedMs: atMs }, sightings, of, sli);
  return sightings[0] === last ? sightings.slice(1) : sightings;
}

/** Whether of two newest loads seen at one instant the first says less; null is an empty dataset. */
function isOlder(ms: EpochMs | null, thanMs: EpochMs | null): boolean {
  return ms !== null && (thanMs === null || ms < thanMs);
}

/** Where all loads are known, none lies between one of them and the next. */
function endBefore(
  nextMs: EpochMs,
  sightings: Sighting[],
  { loads }: TimelineObservation,
  of: RunOwner,
): void {
  const newest = sightings.at(-1);
  const isKnown = loads?.isComplete === true && newest?.generation === of.generation;
  if (isKnown && newest.observedMs < nextMs - 1) {
    sightings[sightings.length - 1] = { ...newest, observedMs: nextMs - 1 };
  }
}

function note(seen: Sight, sightings: Sighting[], of: RunOwner, sli: DeadlineSli): void {
  const newest = sightings.at(-1);
  const own = newest?.generation === of.generation ? newest : null;
  if (own !== null && own.newestMs === seen.newestMs) {
    if (own.observedMs < seen.observedMs) {
      sightings[sightings.length - 1] = { ...own, observedMs: seen.observedMs };
    }
    return;
  }
  if (own !== null && tellsNoMore(own, seen, sli)) {
    // It stands for both, and a rollback stays where it was seen first.
    sightings[sightings.length - 1] = { ...own, ...seen, fromMs: own.fromMs };
  } else {
    const { checkId, generation } = of;
    sightings.push({ checkId, generation, number: (newest?.number ?? 0) + 1, ...seen });
  }
}

/**
 * Whether the earlier sighting decides no delivery that the later one does not decide in the same way: no time of
 * day that could be a deadline lies between their loads, nor until the earlier one was seen last. Days are counted
 * without the calendar, for that may change. So there are as many sightings as deadlines, not as loads.
 */
function tellsNoMore(earlier: Sight, later: Sight, sli: DeadlineSli): boolean {
  if (earlier.newestMs === null || later.newestMs === null || later.newestMs < earlier.newestMs) {
    return false;
  }
  const untilMs = Math.max(earlier.observedMs, later.newestMs);
  const next = nextDeadline({ ...sli, calendar: null }, earlier.newestMs - 1);
  return next !== null && next.dueMs > untilMs;
}

/**
 * The deliveries that are due in `[fromMs, toMs)`, judged by the sightings of a check in their order: those since
 * the first of them opened, and the newest one before. Throws as `sight`.
 */
export function judgeDeadlines(
  sli: DeadlineSli,
  sightings: readonly Sighting[],
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly JudgedDeadline[] {
  const seen: Seen = {
    sightings,
    convictsFromMs: convictions(sli, sightings),
    oldestFromMs: oldestLoads(sightings),
  };
  let first = 0;
  return deadlinesBetween(sli, fromMs, toMs).map((deadline) => {
    // Openings ascend, so that what was seen before this one says nothing about those that follow either.
    while ((sightings[first]?.observedMs ?? Number.POSITIVE_INFINITY) <= deadline.opensMs) {
      first += 1;
    }
    return { ...deadline, state: stateOf(deadline, seen, first) };
  });
}

interface Seen {
  readonly sightings: readonly Sighting[];
  /** For each sighting, the first deadline that it can convict. */
  readonly convictsFromMs: readonly EpochMs[];
  /** For each sighting, the oldest load that it or a later one saw as the newest. */
  readonly oldestFromMs: readonly EpochMs[];
}

/**
 * A load after the deadline hides whether there was one in time: from then on the want of a load proves nothing, and
 * only one that a rollback brings to light does.
 */
function stateOf(
  { opensMs, dueMs }: Deadline,
  { sightings, convictsFromMs, oldestFromMs }: Seen,
  first: number,
): JudgedDeadline["state"] {
  let isHidden = false;
  for (let index = first; index < sightings.length; index += 1) {
    const seen = sightings[index];
    if (seen === undefined) {
      break;
    }
    const { newestMs, observedMs } = seen;
    if (newestMs !== null && newestMs > opensMs && newestMs <= dueMs) {
      return "good";
    }
    isHidden ||= newestMs !== null && newestMs > dueMs;
    if (isHidden && (oldestFromMs[index] ?? dueMs) > dueMs) {
      break;
    }
    if (!isHidden && observedMs >= dueMs && dueMs >= (convictsFromMs[index] ?? dueMs)) {
      return "bad";
    }
  }
  return "unknown";
}

/**
 * Loads that are gone may have been deliveries, so that once they were seen to be gone only the last deadline before
 * is bad for want of a load, as its probe says.
 */
function convictions(sli: DeadlineSli, sightings: readonly Sighting[]): readonly EpochMs[] {
  let fromMs = Number.NEGATIVE_INFINITY;
  return sightings.map((seen, index) => {
    const previous = sightings[index - 1];
    if (previous?.generation === seen.generation && isLess(seen.newestMs, previous.newestMs)) {
      fromMs = lastDeadline(sli, seen.fromMs)?.dueMs ?? fromMs;
    }
    return fromMs;
  });
}

function oldestLoads(sightings: readonly Sighting[]): readonly EpochMs[] {
  let oldestMs = Number.POSITIVE_INFINITY;
  const oldestFromMs = sightings.toReversed().map(({ newestMs }) => {
    oldestMs = Math.min(oldestMs, newestMs ?? oldestMs);
    return oldestMs;
  });
  return oldestFromMs.reverse();
}

/** Whether loads are gone: an empty dataset is less than any. */
function isLess(ms: EpochMs | null, thanMs: EpochMs | null): boolean {
  return thanMs !== null && (ms === null || ms < thanMs);
}
