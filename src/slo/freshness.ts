import type { Sli } from "../core/sli.ts";
import type { KnownLoads, LoadGap, TimelineObservation, TimelineRun } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { gapsBetween } from "./load-history.ts";
import { type Settled, type Stretch, writeRuns } from "./run-writer.ts";
import { extend, type RunOwner } from "./timeline.ts";

/**
 * Analytic freshness (slo.md §1 A′). A probe at `p` sees the newest load time `L`; the data is fresh until
 * `L + max_age`, that instant included. Between probes all there is to know is the newest run:
 *
 * - good with a newest load: the probe saw fresh data; good until `L + max_age`.
 * - bad with a newest load: the probe saw stale data; bad until it was seen, and held from there.
 * - without a newest load: a held verdict (an empty dataset, a load time that cannot be true). It breaks the
 *   chain of probes.
 *
 * What lies before the last conclusive probe is settled for ever: no later stamp outranks sight (rule 9).
 */
export type FreshnessSli = Extract<Sli, { kind: "freshness" }>;

/** A conclusive probe that saw a newest load, which is never after the probe. */
interface Probe {
  readonly atMs: EpochMs;
  readonly newestMs: EpochMs;
  /** Up to here the newest load is fresh. */
  readonly staleMs: EpochMs;
  /** Up to here the probe's sight of stale data holds. */
  readonly heldMs: EpochMs;
  readonly loads: KnownLoads | undefined;
}

/**
 * As `follow`, for a check whose load times settle the time between its probes. The outcome says only whether
 * the observation is conclusive. As in `extend` time runs one way, and at one instant a failure without a newest
 * load outranks a load, and a newer load an older one.
 */
export function extendFreshness(
  last: TimelineRun | null,
  o: TimelineObservation,
  of: RunOwner,
  sli: FreshnessSli,
): readonly TimelineRun[] {
  if (o.outcome === "error" || o.outcome === "skip") {
    return [];
  }
  const own = last?.generation === of.generation ? last : null;
  if (o.newestMs === undefined) {
    return own?.newestMs === undefined ? extend(last, o, of) : breakChain(own, o, of);
  }
  const atMs = Math.max(o.atMs, last?.observedMs ?? o.atMs);
  const newestMs = Math.min(o.newestMs, atMs);
  const isSecondSight = own?.observedMs === atMs && own.state === "bad";
  const probe: Probe = {
    atMs,
    newestMs,
    staleMs: newestMs + sli.maxAgeMs,
    heldMs: Math.max(atMs + Math.max(0, o.holdMs), isSecondSight ? own.toMs : atMs),
    loads: o.loads,
  };
  if (own !== null && isOutranked(own, probe)) {
    return [];
  }
  const settled = own === null ? begin(last, probe, sli) : goOn(own, probe, sli);
  return writeRuns(last, settled, { observedMs: atMs, newestMs }, of);
}

function isOutranked(last: TimelineRun, probe: Probe): boolean {
  const isStronger =
    last.newestMs === undefined ? last.state === "bad" : probe.newestMs < last.newestMs;
  return probe.atMs === last.observedMs && isStronger;
}

/** The first probe of a generation. Verdicts of another stand, but hold no longer than until now. */
function begin(last: TimelineRun | null, probe: Probe, sli: FreshnessSli): Settled {
  const openMs = last === null ? Number.NEGATIVE_INFINITY : Math.min(last.toMs, probe.atMs);
  const visibleMs = sli.time === "load" ? probe.newestMs : probe.atMs;
  return { lastEndsMs: openMs, stretches: seen(probe, Math.max(visibleMs, openMs), openMs) };
}

function goOn(last: TimelineRun, probe: Probe, sli: FreshnessSli): Settled {
  if (last.newestMs === undefined) {
    return afterHeld(last, probe, sli);
  }
  if (probe.newestMs === last.newestMs) {
    return unchanged(last, probe);
  }
  return probe.newestMs < last.newestMs
    ? rolledBack(last, probe)
    : advanced(last, last.newestMs, probe, sli);
}

/** Rules 1 to 3: nothing was loaded, however long nobody looked. */
function unchanged(last: TimelineRun, probe: Probe): Settled {
  const { observedMs, toMs } = last;
  return { lastEndsMs: toMs, stretches: seen(probe, observedMs, observedMs) };
}

/** Rule 7: loads are gone, nobody knows since when, so that the time between the probes is unknown. */
function rolledBack(last: TimelineRun, probe: Probe): Settled {
  return { lastEndsMs: last.observedMs, stretches: seen(probe, probe.atMs, probe.atMs) };
}

/** Rules 4, 5 and 9: something was loaded. */
function advanced(
  last: TimelineRun,
  lastNewestMs: EpochMs,
  probe: Probe,
  sli: FreshnessSli,
): Settled {
  const { observedMs } = last;
  const lastStaleMs = lastNewestMs + sli.maxAgeMs;
  const stretches: Stretch[] = [];
  const gaps = sli.time === "load" ? gapsSince(last, lastNewestMs, probe, sli) : null;
  if (gaps === null) {
    const visibleMs = visibleFrom(last, probe, sli);
    stretches.push({ state: "good", fromMs: observedMs, toMs: lastStaleMs });
    stretches.push(...seen(probe, visibleMs, observedMs));
    return { lastEndsMs: last.toMs, stretches };
  }
  let goodFromMs = observedMs;
  for (const { fromMs, toMs } of gaps) {
    const staleMs = Math.max(fromMs + sli.maxAgeMs, observedMs);
    stretches.push({ state: "good", fromMs: goodFromMs, toMs: staleMs });
    stretches.push({ state: "bad", fromMs: staleMs, toMs });
    goodFromMs = toMs;
  }
  stretches.push(...seen(probe, goodFromMs, observedMs));
  return { lastEndsMs: last.toMs, stretches };
}

function gapsSince(
  last: TimelineRun,
  lastNewestMs: EpochMs,
  { newestMs, loads }: Probe,
  { maxAgeMs }: FreshnessSli,
): readonly LoadGap[] | null {
  const isStale = last.state === "bad";
  const previous = { atMs: last.observedMs, newestMs: lastNewestMs, isStale };
  return gapsBetween({ previous, newestMs }, loads, maxAgeMs);
}

/**
 * The first load after a held verdict, which goes on until its hold runs out or the load is visible. Where there
 * was nothing and that counts as good, a load that is stale when it is first seen is bad from there only.
 */
function afterHeld(last: TimelineRun, probe: Probe, sli: FreshnessSli): Settled {
  const visibleMs = visibleFrom(last, probe, sli);
  const openMs = last.state === "bad" ? last.observedMs : visibleMs;
  return { lastEndsMs: last.toMs, stretches: seen(probe, visibleMs, openMs) };
}

/**
 * A conclusive observation without a newest load. What was newest is gone or hidden, nobody knows since when: of
 * the time between, only a sight of stale data holds.
 */
function breakChain(
  last: TimelineRun,
  o: TimelineObservation,
  of: RunOwner,
): readonly TimelineRun[] {
  const state = o.outcome === "fail" ? "bad" : "good";
  const atMs = Math.max(o.atMs, last.observedMs);
  if (state === "good" && atMs === last.observedMs) {
    return [];
  }
  const tail: Stretch = { state, fromMs: atMs, toMs: atMs + Math.max(0, o.holdMs) };
  const lastEndsMs = last.state === "bad" ? last.toMs : last.observedMs;
  return writeRuns(last, { lastEndsMs, stretches: [tail] }, { observedMs: atMs }, of);
}

/**
 * Good from where the newest load was visible for certain; and, since newest only grows, bad from where even that
 * load would have been stale, though not before `openMs`.
 */
function seen(probe: Probe, visibleMs: EpochMs, openMs: EpochMs): readonly Stretch[] {
  const { atMs, staleMs, heldMs } = probe;
  const good: Stretch = { state: "good", fromMs: visibleMs, toMs: staleMs };
  const bad: Stretch = { state: "bad", fromMs: Math.max(staleMs, openMs), toMs: heldMs };
  return atMs <= staleMs ? [good] : [good, bad];
}

/**
 * A load is visible from its stamp on, unless a probe after that stamp did not see it (rule 9), or the stamp says
 * nothing about visibility.
 */
function visibleFrom(last: TimelineRun, probe: Probe, sli: FreshnessSli): EpochMs {
  const isSeenInTime = sli.time === "load" && probe.newestMs > last.observedMs;
  return isSeenInTime ? probe.newestMs : probe.atMs;
}
