import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WatchState } from "../../../src/engine/state.ts";
import { dayMs, hourMs, iso, secondMs, sloOf, statusOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

const startMs = noonMs - 12 * hourMs;

/** Deliveries are due at seven in UTC, and open at midnight or some hours before; the daemon begins at noon. */
interface Story {
  readonly opensMs: number | null;
  readonly schedule: string;
  readonly hasHistory: boolean;
  /** From the midnight before the start, ascending. */
  readonly loadsMs: readonly number[];
  readonly events: readonly { readonly kind: "beat" | "restart"; readonly untilMs: number }[];
}

/** Whole seconds within eight days, more often than not near a deadline or an opening. */
const moments = fc
  .tuple(
    fc.integer({ min: 0, max: 7 }),
    fc.oneof(
      fc.constantFrom(0, 1, 4 * 3_600, 7 * 3_600 - 1, 7 * 3_600, 7 * 3_600 + 1, 7 * 3_600 + 30),
      fc.integer({ min: 0, max: 86_399 }),
    ),
  )
  .map(([day, second]) => startMs + day * dayMs + second * secondMs);

const stories: fc.Arbitrary<Story> = fc.record({
  opensMs: fc.constantFrom(null, 3 * hourMs, 30 * hourMs),
  schedule: fc.constantFrom(
    "{ every: 1h }",
    '{ cron: "0 6,20 * * *" }',
    "{ just_in_time: true, at_least_every: 1d }",
  ),
  hasHistory: fc.boolean(),
  loadsMs: fc.array(moments, { minLength: 1, maxLength: 12 }).map(ascending),
  events: fc
    .array(
      fc.tuple(moments, fc.constantFrom("beat" as const, "beat" as const, "restart" as const)),
      {
        minLength: 3,
        maxLength: 25,
        size: "max",
      },
    )
    .map((events) =>
      events
        .map(([untilMs, kind]) => ({ kind, untilMs }))
        .filter(({ untilMs }) => untilMs >= noonMs)
        .sort((a, b) => a.untilMs - b.untilMs),
    ),
});

function ascending(ms: readonly number[]): readonly number[] {
  return [...new Set(ms)].sort((a, b) => a - b);
}

function productOf({ opensMs, schedule, hasHistory }: Story): string {
  const opens = opensMs === null ? "" : `, opens: ${opensMs / minuteMs}m`;
  const history = hasHistory ? ", history: append_only" : "";
  return productFile({
    schedule,
    checks: `      due: { type: freshness, column: loaded_at, by: "07:00"${opens}${history} }\n`,
    slos: "  due: { objective: 50%, window: 30d, checks: [orders.due] }",
  });
}

/** Whether a delivery that is due then is there in time, whatever anybody saw of it. */
function truthOf(dueMs: number, { opensMs, loadsMs }: Story): "good" | "bad" {
  const openingMs = opensMs === null ? dueMs - 7 * hourMs : dueMs - opensMs;
  const fromMs = Math.max(openingMs, dueMs - dayMs);
  return loadsMs.some((ms) => ms > fromMs && ms <= dueMs) ? "good" : "bad";
}

/** Lives through a story; returns when anything was seen, and what became of the deliveries. */
async function live(story: Story) {
  await using workshop = new Workshop();
  const product = productOf(story);
  const show = () => {
    workshop.rows(story.loadsMs.filter((ms) => ms <= workshop.clock.nowMs));
  };
  show();
  let watched: Watched = await workshop.start(product);
  for (const { kind, untilMs } of story.events) {
    if (kind === "restart") {
      await watched.kill();
    }
    workshop.clock.nowMs = untilMs;
    show();
    if (kind === "restart") {
      watched = await workshop.start(product);
    } else {
      await watched.advance(0);
    }
  }
  const { nowMs } = workshop.clock;
  const { watch, store } = watched;
  const status = statusOf(watch, nowMs, "orders/due");
  const stored = await WatchState.load(store, watch.mesh, nowMs);
  expect(status).toEqual(stored.statusOf(sloOf(watch, "orders/due"), nowMs));
  const results = await store.results.history("orders/orders/due", 0, nowMs + 1);
  return {
    nowMs,
    seenMs: results.filter(({ result }) => result.outcome !== "skip").map(({ atMs }) => atMs),
    deliveries: status.timeline,
  };
}

describe("after any story of loads, beats and restarts", () => {
  it("no delivery is called good or bad that was not, and history leaves none unknown that was watched", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const { nowMs, seenMs, deliveries } = await live(story);
        const due = deliveries.map(({ toMs: dueMs, state }) => ({ dueMs, due: iso(dueMs), state }));
        const all = Array.from({ length: 9 }, (_, day) => startMs + day * dayMs + 7 * hourMs);
        expect(due.map(({ dueMs }) => dueMs)).toEqual(
          all.filter((dueMs) => dueMs >= noonMs && dueMs < nowMs),
        );
        const [firstMs, lastMs] = [seenMs[0] ?? nowMs, seenMs.at(-1) ?? nowMs];
        const settled = due.filter(
          ({ dueMs, state }) =>
            state !== "unknown" || (story.hasHistory && dueMs > firstMs && dueMs <= lastMs),
        );
        expect(settled).toEqual(
          settled.map((one) => ({ ...one, state: truthOf(one.dueMs, story) })),
        );
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
