import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Statistics } from "../../../src/core/connector.ts";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { dayMs, deliveriesOf, hourMs, secondMs, statusOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

/** What happens to the table, or to what is told of it; and the daemon is started anew. */
const happenings = [
  "nothing",
  "load",
  "late load",
  "load stamped ahead",
  "update of no row",
  "maintenance",
  "delete the newest",
  "delete all",
  "swap with an older table",
  "rows that stream in",
  "loss of the metadata",
  "restart",
] as const;
type Happening = (typeof happenings)[number];

interface Story {
  readonly keys: string;
  readonly schedule: string;
  /** The warehouse's clock less the daemon's. */
  readonly skewMs: number;
  /** Whether the metadata say that the table is partitioned by the column, by days. */
  readonly isPartitioned: boolean;
  /** What the metadata round the time of a change up to. */
  readonly grainMs: number;
  readonly events: readonly { readonly afterMs: number; readonly what: Happening }[];
}

const pauses = fc.constantFrom(1, 5, 30, 61, 300, 600, 1_800, 5_000).map((s) => s * secondMs);
const stories: fc.Arbitrary<Story> = fc.record({
  keys: fc.constantFrom(
    "max_age: 30m",
    "warn: { max_age: 20m }, fail: { max_age: 1h }",
    "max_age: 1h, history: append_only",
    "max_age: 1h, time: event, when_empty: pass",
    'by: "13:00"',
    'by: "13:00", history: append_only, when_empty: skip',
  ),
  schedule: fc.constantFrom(
    "{ every: 5m }",
    '{ cron: "*/15 * * * *" }',
    "{ just_in_time: true, at_least_every: 6h }",
  ),
  skewMs: fc.constantFrom(0, 40, -40, 3_000, -3_000).map((s) => s * secondMs),
  isPartitioned: fc.boolean(),
  grainMs: fc.constantFrom(1, 1_000, 60_000),
  events: fc.array(
    fc.record({
      afterMs: pauses,
      what: fc.oneof(
        { weight: 5, arbitrary: fc.constant("nothing" as const) },
        { weight: 2, arbitrary: fc.constantFrom(...happenings) },
      ),
    }),
    { minLength: 30, maxLength: 80, size: "max" },
  ),
});

/** The table, and the truth that its metadata tell of it: never an earlier change than the last one. */
class Table {
  rowsMs: readonly number[] = [noonMs - 40 * minuteMs, noonMs - 10 * minuteMs];
  #lastChangeMs: number;
  #isStreaming = false;
  #isLost = false;
  readonly #story: Story;

  constructor(story: Story) {
    this.#story = story;
    this.#lastChangeMs = this.#stamp(noonMs - 10 * minuteMs);
  }

  says(): Statistics | null {
    if (this.#isLost) {
      return null;
    }
    const newestFromMs = Math.floor(Math.max(...this.rowsMs, 0) / dayMs) * dayMs;
    return {
      ...(this.#isStreaming ? {} : { lastChangeMs: this.#lastChangeMs }),
      ...(this.#story.isPartitioned ? { partitions: { column: "loaded_at", newestFromMs } } : {}),
    };
  }

  undergo(what: Happening, nowMs: number): void {
    const rows = this.rowsMs;
    const changed: Partial<Record<Happening, readonly number[]>> = {
      load: [...rows, nowMs],
      "late load": [...rows, nowMs - 7 * minuteMs],
      "load stamped ahead": [...rows, nowMs + 3 * minuteMs],
      "update of no row": rows,
      maintenance: rows,
      "delete the newest": rows.toSorted((a, b) => a - b).slice(0, -1),
      "delete all": [],
      "swap with an older table": [nowMs - 5 * hourMs],
      "rows that stream in": [...rows, nowMs],
    };
    const next = changed[what];
    if (next !== undefined) {
      const isSwapped = what === "swap with an older table";
      this.rowsMs = next;
      this.#lastChangeMs = this.#stamp(isSwapped ? nowMs - 5 * hourMs : nowMs);
    }
    this.#isStreaming = what === "rows that stream in" || (this.#isStreaming && what !== "nothing");
    this.#isLost = what === "loss of the metadata";
  }

  #stamp(nowMs: number): number {
    const { grainMs, skewMs } = this.#story;
    return Math.ceil((nowMs + skewMs) / grainMs) * grainMs;
  }
}

/** Lives through a story, reading what `source` says. */
async function live(story: Story, source: "auto" | "partition" | "column") {
  await using workshop = new Workshop();
  const warehouse = new MemoryWarehouse();
  const options = { specs: warehouse.specs() };
  const product = productFile({
    schedule: story.schedule,
    checks: `      fresh: { type: freshness, column: loaded_at, ${story.keys}, source: ${source} }\n`,
    slos: "  fresh: { objective: 50%, window: 30d, checks: [orders.fresh] }",
  });
  const table = new Table(story);
  const show = (): void => {
    warehouse.rowsMs = table.rowsMs;
    warehouse.says = table.says();
  };
  show();
  let watched: Watched = await workshop.start(product, options);
  for (const { afterMs, what } of story.events) {
    workshop.clock.nowMs += afterMs;
    table.undergo(what, workshop.clock.nowMs);
    show();
    if (what === "restart") {
      await watched.kill();
      watched = await workshop.start(product, options);
    } else {
      await watched.advance(0);
    }
  }
  const { nowMs } = workshop.clock;
  const { watch, store } = watched;
  const results = await store.results.history("orders/orders/fresh", 0, nowMs + 1);
  return {
    statements: warehouse.statements,
    seen: {
      generation: watch.mesh.checks.get("orders/orders/fresh")?.generation,
      results: results.map(({ atMs, nextDueMs, holdMs, result }) => ({
        atMs,
        nextDueMs,
        holdMs,
        result,
      })),
      status: statusOf(watch, nowMs),
      deliveries: deliveriesOf(watch, nowMs),
      runs: watch.state.history.runsOf("orders/orders/fresh"),
      sightings: watch.state.history.sightingsOf("orders/orders/fresh"),
    },
  };
}

describe("after any story of a table and its metadata", () => {
  it("all is known that would be known if the column had been read each time", async () => {
    let spared = 0;
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const always = await live(story, "column");
        const ladder = await live(story, "auto");
        expect(ladder.seen).toEqual(always.seen);
        const partition = await live(story, "partition");
        expect(partition.seen).toEqual(always.seen);
        spared += always.statements - ladder.statements;
      }),
      { numRuns: 25 },
    );
    expect(spared).toBeGreaterThan(100);
  }, 120_000);
});
