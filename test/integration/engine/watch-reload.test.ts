import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { present } from "../../unit/engine/mesh-of.ts";
import { FailingStore } from "./failing-store.ts";
import {
  freshAndEnough,
  minuteMs,
  noonMs,
  productFile,
  type Watched,
  Workshop,
} from "./support.ts";

const product = productFile({
  checks: freshAndEnough,
  slos: "  fresh: { objective: 99%, window: 1d, checks: [orders.fresh] }",
});
const dayMs = 86_400_000;

describe("a reload while a run is under way", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  it("drops the verdict of a check that is judged otherwise from now on", async () => {
    const { watch, clock, load, settle, store } = await workshop.start(product);
    const next = await load(product.replace("max_age: 1h", "max_age: 2d"));
    clock.nowMs += 70 * minuteMs;
    await watch.beat();
    await watch.reload(next);
    await settle();
    // By the old promise it was a failure; by the new one nothing has been measured yet.
    expect(watch.state.latestOf("orders/orders/fresh")?.atMs).toBe(noonMs);
    expect(watch.state.alertStateOf("orders/orders/fresh")?.phase).toBe("ok");
    expect(watch.state.latestOf("orders/orders/enough")?.atMs).toBe(noonMs + 70 * minuteMs);
    expect(await store.slots.countByEnding()).toMatchObject({ done: 2, open: 0 });
  });

  it("reckons by the schedule that the check has now", async () => {
    const { watch, clock, load, settle } = await workshop.start(product);
    const [before] = watch.mesh.probes.values();
    const next = await load(product.replace("{ every: 10m }", "{ every: 8h }"));
    clock.nowMs += 10 * minuteMs;
    await watch.beat();
    await watch.reload(next);
    await settle();
    const [now] = watch.mesh.probes.values();
    const latest = watch.state.latestOf("orders/orders/fresh");
    expect(latest?.atMs).toBe(noonMs + 10 * minuteMs);
    expect(now?.offsetMs).not.toBe(before?.offsetMs);
    expect(((latest?.nextDueMs ?? 0) - (now?.offsetMs ?? 0)) % (480 * minuteMs)).toBe(0);
    expect(latest?.holdMs).toBe((latest?.nextDueMs ?? 0) - clock.nowMs + 240 * minuteMs);
  });

  it("drops the verdict of a check that is disabled from now on", async () => {
    const { watch, clock, load, settle, advance } = await workshop.start(product);
    await advance(70 * minuteMs);
    const next = await load(
      product.replace("max_age: 1h }", "max_age: 1h, enabled: false, reason: Being rebuilt }"),
    );
    clock.nowMs += minuteMs;
    await watch.beat();
    await watch.reload(next);
    await settle();
    expect(watch.state.openIncidents()).toEqual([]);
    expect(watch.state.alertStateOf("orders/orders/fresh")).toBeNull();
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

  it.each([
    [
      "joins a probe",
      product.replace("min: 2 }", "min: 2 }\n      some: { type: volume, min: 1 }"),
    ],
    ["is judged otherwise from now on", product.replace("min: 2", "min: 1")],
  ])("measures at once a check that %s", async (_, text) => {
    const { watch, clock, load, settle, endings } = await workshop.start(product);
    clock.nowMs += minuteMs;
    await watch.reload(await load(text));
    await settle();
    expect(endings.done).toBe(2);
    for (const { id, generation } of watch.mesh.checks.values()) {
      expect(watch.state.latestOf(id)?.generation).toBe(generation);
    }
    await watch.reload(await load(`${text}# the same promises\n`));
    await settle();
    expect(endings.done).toBe(2);
  });

  describe("that enables a check again", () => {
    const disabled = product.replace("min: 2", "min: 2, enabled: false, reason: Rebuilt");

    async function disabledForAMinute(): Promise<Watched> {
      const watched = await workshop.start(product);
      await watched.watch.reload(await watched.load(disabled));
      watched.clock.nowMs += minuteMs;
      return watched;
    }
    const measuredMs = ({ watch }: Watched) => watch.state.latestOf("orders/orders/enough")?.atMs;

    it("measures it at once", async () => {
      const watched = await disabledForAMinute();
      await watched.watch.reload(await watched.load(product));
      await watched.settle();
      expect(measuredMs(watched)).toBe(noonMs + minuteMs);
    });

    it("measures it at once also when the daemon was down", async () => {
      await disabledForAMinute();
      await workshop.stop();
      expect(measuredMs(await workshop.start(product))).toBe(noonMs + minuteMs);
    });
  });

  it("forgets a check that is gone, and knows it again when it comes back", async () => {
    const { watch, clock, load, settle } = await workshop.start(product);
    const known = () => ({
      latest: watch.state.latestOf("orders/orders/fresh"),
      conclusiveMs: watch.state.lastConclusiveOf("orders/orders/fresh"),
      runs: watch.state.history.runsOf("orders/orders/fresh"),
    });
    const before = known();
    const [slo] = watch.mesh.slos.values();
    const without = productFile({ checks: "      enough: { type: volume, min: 2 }" });
    await watch.reload(await load(without));
    expect(known()).toEqual({ latest: null, conclusiveMs: null, runs: [] });
    expect(watch.state.latestOf("orders/orders/enough")).not.toBeNull();

    clock.nowMs += minuteMs;
    await watch.reload(await load(product));
    expect(before.runs).toHaveLength(1);
    expect(known()).toEqual(before);
    expect(slo && watch.state.sinceOf(slo, clock.nowMs)).toBe(noonMs);
    await settle();
  });

  it("leaves what it replaces as it was, for whoever is still showing it", async () => {
    const { watch, load } = await workshop.start(product);
    const shown = watch.state;
    const latest = shown.latestOf("orders/orders/fresh");
    await watch.reload(
      await load(productFile({ checks: "      enough: { type: volume, min: 2 }" })),
    );
    expect(latest).not.toBeNull();
    expect(shown.latestOf("orders/orders/fresh")).toEqual(latest);
    expect(shown.history.runsOf("orders/orders/fresh")).toHaveLength(1);
    expect(watch.state.latestOf("orders/orders/fresh")).toBeNull();
  });

  it("that the store refuses changes nothing of what is known, and the next one reads all", async () => {
    let failing: FailingStore | null = null;
    const setFailing = (how: FailingStore["failing"]) => {
      present(failing, "the store").failing = how;
    };
    const { watch, load, advance } = await workshop.start(product, {
      wrapStore: (real) => {
        failing = new FailingStore(real);
        return failing.store;
      },
    });
    await advance(70 * minuteMs);
    const before = watch.state.history.runsOf("orders/orders/fresh");
    await watch.reload(
      await load(productFile({ checks: "      enough: { type: volume, min: 2 }" })),
    );
    const wanted = await load(product.replace("window: 1d", "window: 60d"));
    setFailing("commit");
    await expect(watch.reload(wanted)).rejects.toMatchObject({ code: "TM_STORE_UNAVAILABLE" });
    expect(watch.state.history.runsOf("orders/orders/fresh")).toEqual([]);
    setFailing("nothing");
    await watch.reload(wanted);
    expect(before.length).toBeGreaterThan(1);
    expect(watch.state.history.runsOf("orders/orders/fresh")).toEqual(before);
  });

  it("measures what changed in mid-run as soon as that run is over", async () => {
    const { watch, clock, load, settle, advance, endings } = await workshop.start(product);
    const next = await load(product.replace("min: 2", "min: 1"));
    clock.nowMs += 10 * minuteMs;
    await watch.beat();
    await watch.reload(next);
    await settle();
    expect(watch.state.latestOf("orders/orders/enough")?.atMs).toBe(noonMs);
    await advance(1_000);
    expect(watch.state.latestOf("orders/orders/enough")?.atMs).toBe(noonMs + 10 * minuteMs + 1_000);
    expect(endings).toMatchObject({ done: 3, overlapped: 0 });
  });

  it("leaves a cron time to be waited for", async () => {
    const daily = product.replace("{ every: 10m }", '{ cron: "0 6 * * *" }');
    const { watch, load, settle, endings } = await workshop.start(daily);
    await watch.reload(await load(daily.replace("min: 2", "min: 1")));
    await settle();
    expect(endings.done).toBe(0);
  });

  it("sees as far back as a window that has grown", async () => {
    const held = product.replace("max_age: 1h", "max_age: 1h, hold: 15m");
    await workshop.start(held);
    await workshop.stop();
    workshop.clock.nowMs += 10 * dayMs;
    const { watch, load } = await workshop.start(held);
    const next = await load(held.replace("window: 1d", "window: 30d"));
    const slo = next.slos.get("orders/fresh");
    await watch.reload(next);
    expect(slo).toBeDefined();
    // The load of ten days ago was fresh for an hour, however short a verdict on it held.
    expect(slo && watch.state.statusOf(slo, workshop.clock.nowMs).good).toBe(60 * minuteMs);
  });

  it("reads all that a window that has grown reaches back to", async () => {
    const first = await workshop.start(product);
    for (const minutes of [70, 60, 50]) {
      workshop.rows([noonMs, workshop.clock.nowMs]);
      await first.advance(minutes * minuteMs);
    }
    await workshop.stop();
    workshop.clock.nowMs += 10 * dayMs;
    const { watch, load, store } = await workshop.start(product);
    const runs = () => watch.state.history.runsOf("orders/orders/fresh");
    const kept = (await store.timelines.since(0)).get("orders/orders/fresh") ?? [];
    expect(runs().length).toBeLessThan(kept.length);
    await watch.reload(await load(product.replace("window: 1d", "window: 30d")));
    expect(runs()).toEqual(kept);
  });
});
