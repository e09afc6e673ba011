import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExclusionRecord } from "../../../src/core/exclusion.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { at, hourMs, secondMs, sloGaugesOf, sloOf, statusOf, timelineOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

const product = productFile({
  schedule: "{ just_in_time: true, at_least_every: 1d }",
  checks: "      fresh: { type: freshness, column: loaded_at, max_age: 1h }\n",
  slos: `
  fresh: { objective: 90%, window: 1d, checks: [orders.fresh] }
  other: { objective: 90%, window: 1d, checks: [orders.fresh] }
`,
});

/** From one to two on the day of the tests: the first hour in which the data is too old. */
function exclusion(given: Partial<ExclusionRecord> = {}): ExclusionRecord {
  return {
    id: "exc-1",
    target: "orders/fresh",
    fromMs: noonMs + hourMs,
    toMs: noonMs + 2 * hourMs,
    mode: "remove",
    reason: "The warehouse moved",
    author: "ana",
    createdMs: noonMs + 3 * hourMs,
    endedMs: null,
    endedBy: null,
    withdrawal: null,
    ...given,
  };
}

describe("an exclusion made beside the running daemon", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  /** As a command does: another connection to the store, which writes and is gone. */
  async function command(
    work: (store: Awaited<ReturnType<typeof openSqliteStore>>) => Promise<unknown>,
  ): Promise<void> {
    await using store = await openSqliteStore(workshop.storePath, {
      access: "command",
      logger: silentLogger,
    });
    await work(store);
  }

  /** Three hours of which two are bad, one second before three o'clock. */
  async function threeHours(): Promise<Watched> {
    const watched = await workshop.start(product);
    await watched.advance(hourMs + 2 * secondMs);
    await watched.advance(2 * hourMs - 2 * secondMs);
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe("good 1h, bad 2h");
    return watched;
  }

  it("reaches back, and holds from the next beat", async () => {
    const { watch, clock, advance } = await threeHours();
    await command((store) => store.exclusions.add(exclusion()));
    expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, bad 2h");
    await advance(0);
    expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, excluded 1h, bad 1h");
    expect(timelineOf(watch, clock.nowMs, "orders/other")).toBe("good 1h, bad 2h");
    const status = statusOf(watch, clock.nowMs);
    expect(status).toMatchObject({ good: hourMs, bad: hourMs, excluded: hourMs, sli: 0.5 });
    // A tenth of the day without that hour.
    expect(status.budget.allowed).toBe(8_280_000);
    expect(watch.state.exclusionsOf(sloOf(watch), noonMs, clock.nowMs)).toMatchObject([
      { mode: "remove", reason: "The warehouse moved", record: { author: "ana" } },
    ]);
  });

  it("counts as good where it corrects, and leaves the budget whole", async () => {
    const { watch, clock, advance } = await threeHours();
    await command((store) => store.exclusions.add(exclusion({ mode: "good" })));
    await advance(0);
    expect(timelineOf(watch, clock.nowMs)).toBe("good 2h, bad 1h");
    expect(statusOf(watch, clock.nowMs)).toMatchObject({
      good: 2 * hourMs,
      excluded: 0,
      budget: { allowed: 8_640_000 },
    });
    expect((await sloGaugesOf(watch, clock.nowMs))?.sli).toBeCloseTo(2 / 3, 12);
  });

  it("of a product excuses all of its SLOs", async () => {
    const { watch, clock, advance } = await threeHours();
    await command((store) => store.exclusions.add(exclusion({ target: "orders" })));
    await advance(0);
    for (const id of ["orders/fresh", "orders/other"]) {
      expect(timelineOf(watch, clock.nowMs, id)).toBe("good 1h, excluded 1h, bad 1h");
    }
  });

  it("that is ended excuses what lies before its end", async () => {
    const { watch, clock, advance } = await threeHours();
    await command((store) => store.exclusions.add(exclusion({ toMs: null })));
    await advance(30 * minuteMs);
    expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, excluded 2h30m");
    await command((store) => store.exclusions.end("exc-1", clock.nowMs, "ben"));
    await advance(30 * minuteMs);
    expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, excluded 2h30m, bad 30m");
  });

  it("that is withdrawn excuses nothing any more, and is still named", async () => {
    const { watch, clock, advance } = await threeHours();
    await command((store) => store.exclusions.add(exclusion()));
    await advance(0);
    const withdrawal = { atMs: clock.nowMs, by: "ben", reason: "The wrong table" };
    await command((store) => store.exclusions.withdraw("exc-1", withdrawal));
    await advance(0);
    expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, bad 2h");
    expect(watch.state.exclusionsOf(sloOf(watch), noonMs, clock.nowMs)).toMatchObject([
      { record: { withdrawal }, times: [] },
    ]);
  });

  it("that is to come takes what it excuses out of the window from its start", async () => {
    const { watch, clock, advance } = await workshop.start(product);
    await command((store) => store.exclusions.add(exclusion({ createdMs: noonMs })));
    await advance(hourMs + 2 * secondMs);
    await advance(hourMs - 2 * secondMs);
    await advance(hourMs);
    expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, excluded 1h, bad 1h");
  });

  it("is there after a restart, and reckoned to the same figures", async () => {
    const before = await threeHours();
    await command((store) => store.exclusions.add(exclusion()));
    await before.advance(0);
    const known = statusOf(before.watch, before.clock.nowMs);
    await workshop.stop();
    const { watch, clock } = await workshop.start(product);
    expect(clock.nowMs).toBe(before.clock.nowMs);
    expect(statusOf(watch, clock.nowMs)).toEqual(known);
  });
});

describe("an exclusion of deliveries", () => {
  it("excuses those whose deadline lies in it", async () => {
    await using workshop = new Workshop();
    const deliveries = productFile({
      schedule: "{ just_in_time: true, at_least_every: 1d }",
      checks: '      due: { type: freshness, column: loaded_at, by: "07:00" }\n',
      slos: `  due:
    objective: 50%
    window: 30d
    checks: [orders.due]
    exclusions: [{ from: 2026-01-07, to: 2026-01-08, reason: The shop is closed. }]`,
    });
    const { watch, clock, advance } = await workshop.start(deliveries);
    for (const day of ["06", "07", "08"]) {
      await advance(at(`2026-01-${day}T07:00:30`) - clock.nowMs);
    }
    expect(statusOf(watch, clock.nowMs, "orders/due")).toMatchObject({
      good: 0,
      bad: 2,
      excluded: 1,
      unknown: 0,
    });
  });
});
