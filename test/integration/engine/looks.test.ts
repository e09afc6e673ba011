import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, duesIn, gaugesOf, hourMs, secondMs, slotsIn, timelineOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

const fresh = "      fresh: { type: freshness, column: loaded_at, max_age: 1h }\n";
const slos = "  fresh: { objective: 90%, window: 1d, checks: [orders.fresh] }";
const rarely = "{ just_in_time: true, at_least_every: 1d }";

/** Moves the clock to an instant, and beats. */
function to({ advance, clock }: Watched, text: string): Promise<void> {
  return advance(at(`2026-01-05T${text}`) - clock.nowMs);
}

describe("a look just in time", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  const looks = () => duesIn(workshop.storePath, "just_in_time");

  it.each([
    ["an interval", "{ every: 4h }"],
    ["a cron time", '{ cron: "30 12 * * *" }'],
    ["nothing but just in time", rarely],
  ])("is taken when data that was fresh is too old, beside %s", async (_, schedule) => {
    const watched = await workshop.start(productFile({ checks: fresh, schedule }));
    await to(watched, "12:30:00");
    await to(watched, "13:00:01");
    expect(looks()).toEqual([]);
    await to(watched, "13:00:02");
    expect(looks()).toEqual(["2026-01-05T13:00:02"]);
    expect((await gaugesOf(watched.watch, watched.clock.nowMs))?.good).toBe(false);
  });

  it("is taken again at growing intervals until data arrives, and then when that is too old", async () => {
    const watched = await workshop.start(productFile({ checks: fresh, schedule: rarely, slos }));
    const growing = ["13:00:02", "13:00:07", "13:00:22", "13:01:22", "13:06:22", "13:21:22"];
    for (const [index, time] of growing.entries()) {
      await to(watched, time);
      await watched.advance(secondMs);
      expect(looks()).toHaveLength(index + 1);
    }
    workshop.rows([noonMs, at("2026-01-05T13:30:00")]);
    await to(watched, "14:21:22");
    await to(watched, "14:30:01");
    expect(looks()).toEqual([...growing, "14:21:22"].map((time) => `2026-01-05T${time}`));
    await to(watched, "14:30:02");
    expect(looks().at(-1)).toBe("2026-01-05T14:30:02");
    // Stale as seen until a load that nobody saw come; what that load proves is good from its own time on.
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe(
      "good 1h, bad 30m, good 1h, bad 2s",
    );
  });

  it("waits as long as the check says that loads take to be visible", async () => {
    const slow = fresh.replace("max_age: 1h", "max_age: 1h, visibility_delay: 40s");
    const watched = await workshop.start(productFile({ checks: slow, schedule: rarely }));
    await to(watched, "13:00:39");
    expect(looks()).toEqual([]);
    await to(watched, "13:00:40");
    expect(looks()).toEqual(["2026-01-05T13:00:40"]);
  });

  it("is not taken when the schedule has seen new data before", async () => {
    const watched = await workshop.start(
      productFile({ checks: fresh, schedule: "{ every: 20m }" }),
    );
    await to(watched, "12:30:00");
    workshop.rows([noonMs, at("2026-01-05T12:45:00")]);
    for (const time of ["12:45:00", "12:58:00", "13:00:02", "13:20:00", "13:45:01"]) {
      await to(watched, time);
      expect(looks()).toEqual([]);
    }
    await to(watched, "13:45:02");
    expect(looks()).toEqual(["2026-01-05T13:45:02"]);
  });

  it("goes on through errors", async () => {
    const watched = await workshop.start(productFile({ checks: fresh, schedule: rarely, slos }));
    workshop.breakData();
    await to(watched, "13:00:02");
    expect(watched.watch.state.latestOf("orders/orders/fresh")?.result.outcome).toBe("error");
    await to(watched, "13:00:07");
    workshop.rows([noonMs]);
    await to(watched, "13:00:22");
    expect(looks()).toHaveLength(3);
    expect(watched.watch.state.latestOf("orders/orders/fresh")?.result.outcome).toBe("fail");
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe("good 1h, bad 22s");
  });

  it("looks for an answer, and for a first row, as for data that is late", async () => {
    workshop.breakData();
    const watched = await workshop.start(productFile({ checks: fresh, schedule: rarely, slos }));
    await to(watched, "12:00:05");
    expect(watched.watch.state.latestOf("orders/orders/fresh")?.result.outcome).toBe("error");
    workshop.rows([]);
    await to(watched, "12:00:20");
    expect(watched.watch.state.latestOf("orders/orders/fresh")?.result.outcome).toBe("fail");
    workshop.rows([at("2026-01-05T12:00:22")]);
    await to(watched, "12:00:25");
    expect(watched.watch.state.latestOf("orders/orders/fresh")?.result.outcome).toBe("pass");
    expect(looks()).toEqual(
      ["12:00:05", "12:00:20", "12:00:25"].map((time) => `2026-01-05T${time}`),
    );
    // Empty until the first load.
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe("unknown 20s, bad 2s, good 3s");
  });

  it("leaves data that has long been too old to the schedule", async () => {
    const watched = await workshop.start(
      productFile({ checks: fresh, schedule: "{ every: 10m }" }),
    );
    for (let minute = 0; minute < 240; minute += 1) {
      await watched.advance(minuteMs);
    }
    // The heart beats once a minute here; the interval after the last would be as long as the schedule's.
    expect(looks()).toEqual(
      ["13:00:02", "13:01:22", "13:06:22"].map((time) => `2026-01-05T${time}`),
    );
    expect(slotsIn(workshop.storePath, "confirm")).toHaveLength(1);
    expect(watched.endings).toMatchObject({ done: 1 + 24 + 3 + 1, missed: 0, overlapped: 0 });
  });

  it("is one for all checks of a probe that share the moment", async () => {
    const checks = `${fresh}      soon: { type: freshness, column: loaded_at, warn: { max_age: 30m }, fail: { max_age: 1h } }
      later: { type: freshness, column: loaded_at, max_age: 2h }
      enough: { type: volume, min: 1 }
`;
    const watched = await workshop.start(productFile({ checks, schedule: "{ every: 4h }" }));
    await to(watched, "13:00:02");
    expect(slotsIn(workshop.storePath, "just_in_time")).toEqual([
      { due: "2026-01-05T13:00:02", ending: "done", checks: ["fresh", "soon"] },
    ]);
  });

  it("ends the hold of a verdict no sooner than the schedule would", async () => {
    const watched = await workshop.start(productFile({ checks: fresh, schedule: "{ every: 4h }" }));
    const first = watched.watch.state.latestOf("orders/orders/fresh");
    await to(watched, "13:00:02");
    const look = watched.watch.state.latestOf("orders/orders/fresh");
    expect(look?.nextDueMs).toBe(first?.nextDueMs);
    expect((look?.atMs ?? 0) + (look?.holdMs ?? 0)).toBe((first?.nextDueMs ?? 0) + 2 * hourMs);
  });

  it("is reckoned anew by a clock that is set back", async () => {
    const watched = await workshop.start(productFile({ checks: fresh, schedule: rarely }));
    await to(watched, "12:50:00");
    workshop.rows([noonMs, noonMs - 30 * minuteMs]);
    await to(watched, "11:00:00");
    workshop.rows([at("2026-01-05T10:30:00")]);
    expect(looks()).toEqual([]);
    await to(watched, "13:00:02");
    expect(looks()).toEqual(["2026-01-05T13:00:02"]);
  });

  it("opens the incident of stale data with the second of it, since the data was too old", async () => {
    const watched = await workshop.start(productFile({ checks: fresh, schedule: rarely, slos }));
    await to(watched, "13:00:02");
    expect(watched.watch.state.openIncidents()).toEqual([]);
    await to(watched, "13:00:07");
    expect(watched.watch.state.openIncidents()).toMatchObject([
      { sinceMs: at("2026-01-05T13:00:00"), openedMs: at("2026-01-05T13:00:07") },
    ]);
    expect(slotsIn(workshop.storePath, "confirm")).toEqual([]);
    const told = await watched.store.outbox.list(10);
    expect(told.map(({ notice }) => [notice.change, notice.sinceMs])).toEqual([
      ["opened", at("2026-01-05T13:00:00")],
    ]);
    workshop.rows([noonMs, at("2026-01-05T13:00:20")]);
    await to(watched, "13:00:22");
    expect(watched.watch.state.openIncidents()).toEqual([]);
  });

  it("leaves a confirmation to a slot of its own where no look comes in time", async () => {
    const watched = await workshop.start(
      productFile({ checks: fresh, schedule: "{ every: 10m }" }),
    );
    workshop.rows([noonMs - 3 * hourMs]);
    await to(watched, "12:20:00");
    const failedMs = watched.watch.state.latestOf("orders/orders/fresh")?.atMs ?? 0;
    await watched.advance(9 * secondMs);
    expect(watched.watch.state.openIncidents()).toEqual([]);
    await watched.advance(secondMs);
    expect(slotsIn(workshop.storePath, "confirm")).toHaveLength(1);
    expect(watched.watch.state.openIncidents()).toMatchObject([
      { openedMs: failedMs + 10 * secondMs },
    ]);
  });
});
