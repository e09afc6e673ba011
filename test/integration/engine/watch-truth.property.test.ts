import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResultRecord } from "../../../src/core/store.ts";
import type { Interval, TimeState } from "../../../src/core/timeline.ts";
import { WatchState } from "../../../src/engine/state.ts";
import { hourMs, iso, secondMs, sloOf, statusOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

/** What the daemon is told to do, and what is done to it and to the data; all instants are whole seconds. */
interface Story {
  readonly maxAgeMs: number;
  readonly schedule: string;
  readonly hasHistory: boolean;
  /** From each load to the next. The first was half an hour before the daemon started. */
  readonly loadGapsMs: readonly number[];
  readonly events: readonly Event[];
}

type Event =
  | { readonly kind: "beat" | "restart"; readonly afterMs: number }
  /** The moment at which a look is due, if no beat has seen newer data. */
  | { readonly kind: "look" };

const gaps = fc.constantFrom(1, 9, 29, 61, 95, 240).map((minutes) => minutes * minuteMs);
const pauses = fc.constantFrom(1, 5, 60, 480, 1_800, 4_000, 9_000).map((s) => s * secondMs);
const seconds = fc.integer({ min: 0, max: 50 }).map((s) => s * secondMs);
const stories: fc.Arbitrary<Story> = fc.record({
  maxAgeMs: fc.constantFrom(30 * minuteMs, hourMs, 2 * hourMs),
  schedule: fc.constantFrom(
    "{ every: 10m }",
    "{ every: 1h }",
    '{ cron: "*/30 * * * *" }',
    "{ just_in_time: true, at_least_every: 1d }",
  ),
  hasHistory: fc.boolean(),
  loadGapsMs: fc.array(
    fc.tuple(gaps, seconds).map(([gapMs, moreMs]) => gapMs + moreMs),
    { minLength: 20, maxLength: 60, size: "max" },
  ),
  events: fc.array(
    fc.oneof(
      { weight: 10, arbitrary: fc.record({ kind: fc.constant("beat" as const), afterMs: pauses }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant("restart" as const), afterMs: pauses }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("look" as const) }) },
    ),
    { minLength: 10, maxLength: 30, size: "max" },
  ),
});

function productOf({ maxAgeMs, schedule, hasHistory }: Story): string {
  const history = hasHistory ? ", history: append_only" : "";
  return productFile({
    schedule,
    checks: `      fresh: { type: freshness, column: loaded_at, max_age: ${maxAgeMs / minuteMs}m${history} }\n`,
    slos: "  fresh: { objective: 50%, window: 30d, checks: [orders.fresh] }",
  });
}

/** The data as it was loaded, whatever anybody saw of it. */
class Truth {
  readonly loadsMs: readonly number[];
  readonly #maxAgeMs: number;

  constructor({ loadGapsMs, maxAgeMs }: Story) {
    let loadMs = noonMs - hourMs / 2;
    this.loadsMs = [loadMs, ...loadGapsMs.map((gapMs) => (loadMs += gapMs))];
    this.#maxAgeMs = maxAgeMs;
  }

  newest(atMs: number): number {
    return this.loadsMs.findLast((ms) => ms <= atMs) ?? Number.NaN;
  }

  stateAt(atMs: number): "good" | "bad" {
    return atMs < this.newest(atMs) + this.#maxAgeMs ? "good" : "bad";
  }
}

/** Lives through a story; returns what every probe recorded, and how the SLO stands in the end. */
async function live(story: Story, truth: Truth) {
  await using workshop = new Workshop();
  const product = productOf(story);
  const show = () => {
    workshop.rows(truth.loadsMs.filter((ms) => ms <= workshop.clock.nowMs));
  };
  show();
  let watched: Watched = await workshop.start(product);
  for (const event of story.events) {
    const { nowMs } = workshop.clock;
    const dueMs = truth.newest(nowMs) + story.maxAgeMs + 2 * secondMs;
    const untilMs = event.kind === "look" ? Math.max(nowMs, dueMs) : nowMs + event.afterMs;
    if (event.kind === "restart") {
      await watched.kill();
      workshop.clock.nowMs = untilMs;
      show();
      watched = await workshop.start(product);
    } else {
      workshop.clock.nowMs = untilMs;
      show();
      await watched.advance(0);
    }
  }
  const { nowMs } = workshop.clock;
  const { watch, store } = watched;
  const stored = await WatchState.load(store, watch.mesh, nowMs);
  expect(statusOf(watch, nowMs)).toEqual(stored.statusOf(sloOf(watch), nowMs));
  return {
    nowMs,
    probes: await store.results.history("orders/orders/fresh", 0, nowMs + 1),
    timeline: statusOf(watch, nowMs).timeline,
  };
}

/** What the rules say of an instant, one by one, from the probes around it (slo.md §1 A′). */
function expectedAt(
  atMs: number,
  { maxAgeMs, hasHistory }: Story,
  truth: Truth,
  probes: readonly ResultRecord[],
): TimeState {
  const next = probes.find((probe) => probe.atMs > atMs);
  const before = probes.findLast((probe) => probe.atMs <= atMs);
  if (before === undefined) {
    return next !== undefined && atMs >= truth.newest(next.atMs) ? truth.stateAt(atMs) : "unknown";
  }
  const newestMs = truth.newest(before.atMs);
  if (atMs < newestMs + maxAgeMs) {
    return "good";
  }
  const isHeld = newestMs + maxAgeMs < before.atMs && atMs < before.atMs + before.holdMs;
  if (next === undefined) {
    return isHeld ? "bad" : "unknown";
  }
  const isSettled =
    hasHistory || atMs >= truth.newest(next.atMs) || truth.newest(next.atMs) === newestMs;
  return isSettled ? truth.stateAt(atMs) : isHeld ? "bad" : "unknown";
}

/** The instants at which what is expected or what is true may change. */
function edges(
  { maxAgeMs }: Story,
  truth: Truth,
  probes: readonly ResultRecord[],
): readonly number[] {
  const loads = truth.loadsMs.flatMap((ms) => [ms, ms + maxAgeMs]);
  return [...loads, ...probes.flatMap(({ atMs, holdMs }) => [atMs, atMs + holdMs])];
}

function stateIn(timeline: readonly Interval[], atMs: number): TimeState | undefined {
  return timeline.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.state;
}

describe("after any story of loads, beats and restarts", () => {
  it("the SLO's time is what the rules say of it, and what it claims as a fact is true", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const truth = new Truth(story);
        const { nowMs, probes, timeline } = await live(story, truth);
        for (const { atMs, result } of probes) {
          expect(result.newestMs).toBe(truth.newest(atMs));
        }
        expect([timeline[0]?.fromMs ?? nowMs, timeline.at(-1)?.toMs ?? nowMs]).toEqual([
          noonMs,
          nowMs,
        ]);
        const [firstMs, lastMs] = [probes[0]?.atMs ?? nowMs, probes.at(-1)?.atMs ?? nowMs];
        const instants = edges(story, truth, probes)
          .flatMap((edgeMs) => [edgeMs - 1, edgeMs])
          .filter((ms) => ms >= noonMs && ms < nowMs)
          .map((atMs) => ({ atMs, where: iso(atMs), state: stateIn(timeline, atMs) }));
        // Good is a fact wherever it is claimed, and between two probes the history settles everything.
        const facts = instants.filter(
          ({ atMs, state }) =>
            state === "good" || (story.hasHistory && atMs >= firstMs && atMs < lastMs),
        );
        expect(facts).toEqual(facts.map((fact) => ({ ...fact, state: truth.stateAt(fact.atMs) })));
        expect(instants).toEqual(
          instants.map((instant) => ({
            ...instant,
            state: expectedAt(instant.atMs, story, truth, probes),
          })),
        );
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
