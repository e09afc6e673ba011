import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freshAndEnough, minuteMs, noonMs, productFile, Workshop } from "./support.ts";

const product = productFile({
  checks: freshAndEnough,
  slos: "  fresh: { objective: 99%, window: 1d, checks: [orders.fresh] }",
});
const hourMs = 60 * minuteMs;

describe("the watch", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  it("probes a new interval at once, and then at its due times", async () => {
    const { endings, store, advance } = await workshop.start(product);
    expect(endings.done).toBe(1);
    await advance(10 * minuteMs);
    expect(endings.done).toBe(2);
    await advance(1_000);
    expect(endings.done).toBe(2);
    expect([...(await store.results.latest()).keys()].toSorted()).toEqual([
      "orders/orders/enough",
      "orders/orders/fresh",
    ]);
  });

  it("waits for a cron time, also at a first start", async () => {
    const { endings, advance } = await workshop.start(
      productFile({ checks: freshAndEnough, schedule: '{ cron: "30 12 * * *" }' }),
    );
    expect(endings.done).toBe(0);
    await advance(30 * minuteMs);
    expect(endings.done).toBe(1);
  });

  it("confirms a failure after a minute before it opens an incident", async () => {
    const { advance, watch } = await workshop.start(product);
    workshop.rows([noonMs]);
    await advance(10 * minuteMs);
    await advance(59_000);
    expect(watch.state.openIncidents()).toEqual([]);
    await advance(1_000);
    expect(watch.state.openIncidents()).toMatchObject([
      {
        dimension: "completeness",
        sinceMs: noonMs + 10 * minuteMs,
        openedMs: noonMs + 11 * minuteMs,
        checkIds: ["orders/orders/enough"],
      },
    ]);
  });

  it("confirms data that is too old after ten seconds, and says since when it has been", async () => {
    const { store, advance, watch } = await workshop.start(product);
    workshop.rows([noonMs, noonMs, noonMs]);
    await advance(70 * minuteMs);
    expect(watch.state.openIncidents()).toEqual([]);
    await advance(9_000);
    expect(watch.state.openIncidents()).toEqual([]);
    await advance(1_000);
    expect(watch.state.openIncidents()).toMatchObject([
      {
        product: "orders",
        dimension: "timeliness",
        sinceMs: noonMs + 60 * minuteMs,
        openedMs: noonMs + 70 * minuteMs + 10_000,
        checkIds: ["orders/orders/fresh"],
      },
    ]);
    const [told, ...others] = await store.outbox.list(10);
    expect(others).toEqual([]);
    expect(told?.notice).toMatchObject({
      change: "opened",
      alert: "ticket",
      checks: [{ id: "orders/orders/fresh", outcome: "fail" }],
      budgets: [{ slo: "orders/fresh", objective: "99%" }],
    });
  });

  it("confirms with the suspect check alone", async () => {
    const { store, advance } = await workshop.start(product);
    await advance(70 * minuteMs);
    await advance(minuteMs);
    const results = (id: string) => store.results.history(id, 0, noonMs + 2 * hourMs);
    expect(await results("orders/orders/fresh")).toHaveLength(3);
    expect(await results("orders/orders/enough")).toHaveLength(2);
  });

  it("resolves with the next pass, and tells that too", async () => {
    const { store, advance, watch } = await workshop.start(product);
    await advance(70 * minuteMs);
    await advance(minuteMs);
    workshop.rows([noonMs, noonMs + 75 * minuteMs]);
    await advance(9 * minuteMs);
    expect(watch.state.openIncidents()).toEqual([]);
    const told = await store.outbox.list(10);
    expect(told.map(({ notice }) => notice.change)).toEqual(["opened", "resolved"]);
    const [incident] = await store.incidents.recent(1);
    expect(incident).toMatchObject({ ending: "resolved", endedMs: noonMs + 80 * minuteMs });
  });

  it("opens nothing for a failure that the confirming probe does not find", async () => {
    const { store, advance } = await workshop.start(product);
    await advance(70 * minuteMs);
    workshop.rows([noonMs, noonMs + 70 * minuteMs]);
    await advance(minuteMs);
    expect(await store.incidents.recent(1)).toEqual([]);
    expect(await store.outbox.list(1)).toEqual([]);
  });

  it("tells two checks of different dimensions as two incidents", async () => {
    const { advance, watch } = await workshop.start(product);
    workshop.rows([noonMs]);
    await advance(70 * minuteMs);
    await advance(minuteMs);
    expect(
      watch.state
        .openIncidents()
        .map(({ dimension }) => dimension)
        .sort(),
    ).toEqual(["completeness", "timeliness"]);
  });

  it("records a long gap as one row and catches up once", async () => {
    const { endings, advance, store } = await workshop.start(product);
    workshop.rows([noonMs, noonMs + 6 * hourMs]);
    await advance(6 * hourMs);
    expect(endings).toMatchObject({ done: 2, missed: 35 });
    expect(await store.slots.countByEnding()).toMatchObject({ done: 2, open: 0 });
  });

  it("takes a leap of thirty days in one beat", async () => {
    const { endings, advance } = await workshop.start(
      productFile({ checks: freshAndEnough, schedule: "{ every: 1s }" }),
    );
    const startedMs = performance.now();
    await advance(30 * 24 * hourMs);
    expect(endings).toMatchObject({ done: 2, missed: 30 * 86_400 - 1 });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("is not silenced by a clock that is set back", async () => {
    const { endings, advance } = await workshop.start(product);
    await advance(20 * minuteMs);
    const before = endings.done;
    await advance(-hourMs);
    await advance(10 * minuteMs);
    await advance(10 * minuteMs);
    expect(endings.done - before).toBeGreaterThanOrEqual(2);
    expect(endings.missed).toBe(1);
  });

  it("goes on after a restart where it stopped, with the gap as missed", async () => {
    await workshop.start(product);
    await workshop.stop();
    workshop.clock.nowMs += hourMs;
    const { endings, advance } = await workshop.start(product);
    await advance(1_000);
    expect(endings).toMatchObject({ done: 1, missed: 5 });
  });

  it("ends a due time as overlapped while the dataset is still running", async () => {
    const { endings, watch, settle } = await workshop.start(product);
    workshop.clock.nowMs += 10 * minuteMs;
    const first = watch.beat();
    await first;
    workshop.clock.nowMs += 10 * minuteMs;
    await watch.beat();
    await settle();
    expect(endings).toMatchObject({ done: 2, overlapped: 1 });
  });

  it("leaves an incident open while the check cannot be measured", async () => {
    const { advance, watch } = await workshop.start(
      productFile({ checks: "      fresh: { type: freshness, column: loaded_at, max_age: 1h }" }),
    );
    await advance(70 * minuteMs);
    await advance(minuteMs);
    workshop.breakData();
    await advance(9 * minuteMs);
    expect(watch.state.latestOf("orders/orders/fresh")?.result.outcome).toBe("error");
    expect(watch.state.openIncidents()).toHaveLength(1);
  });

  it("tells once that a check has been blind for three cadences, and when it sees again", async () => {
    const { advance, store } = await workshop.start(
      productFile({ checks: "      fresh: { type: freshness, column: loaded_at, max_age: 1h }" }),
    );
    workshop.breakData();
    for (let probe = 0; probe < 6; probe += 1) {
      await advance(10 * minuteMs);
    }
    workshop.rows([workshop.clock.nowMs, workshop.clock.nowMs]);
    await advance(10 * minuteMs);
    const told = (await store.outbox.list(10)).map(({ notice }) => [
      notice.kind,
      notice.dimension,
      notice.change,
    ]);
    expect(told).toEqual([
      ["blind", "timeliness", "opened"],
      ["blind", "timeliness", "resolved"],
    ]);
  });
});

describe("a reload", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  it("closes the incident of a removed check as withdrawn, with a notice", async () => {
    const { advance, watch, load, store } = await workshop.start(product);
    await advance(70 * minuteMs);
    await advance(minuteMs);
    await watch.reload(
      await load(productFile({ checks: "      enough: { type: volume, min: 2 }" })),
    );
    expect(watch.state.openIncidents()).toEqual([]);
    const told = await store.outbox.list(10);
    expect(told.map(({ notice }) => notice.change)).toEqual(["opened", "withdrawn"]);
  });

  it("ends the hold of a check that is judged otherwise from now on", async () => {
    const { watch, load, clock } = await workshop.start(product);
    clock.nowMs += 5 * minuteMs;
    await watch.reload(await load(product.replace("max_age: 1h", "max_age: 2h")));
    expect(watch.state.history.lastRunOf("orders/orders/fresh")).toMatchObject({
      fromMs: noonMs,
      toMs: noonMs + 5 * minuteMs,
    });
    expect(watch.state.history.lastRunOf("orders/orders/enough")?.toMs).toBeGreaterThan(
      noonMs + 10 * minuteMs,
    );
  });

  it("keeps the hold when only the words about a check change", async () => {
    const { watch, load, clock } = await workshop.start(product);
    const before = watch.state.history.lastRunOf("orders/orders/fresh");
    clock.nowMs += 5 * minuteMs;
    await watch.reload(
      await load(product.replace("max_age: 1h", "max_age: 60m, description: The same promise")),
    );
    expect(watch.state.history.lastRunOf("orders/orders/fresh")).toEqual(before);
  });

  it("probes what is new at once and goes on with what is not", async () => {
    const { watch, load, endings, settle } = await workshop.start(product);
    const more = `${freshAndEnough}      often: { type: volume, min: 1, schedule: { every: 1m } }\n`;
    await watch.reload(await load(productFile({ checks: more })));
    await settle();
    expect(endings.done).toBe(2);
    expect(watch.state.latestOf("orders/orders/often")?.result.outcome).toBe("pass");
  });
});
