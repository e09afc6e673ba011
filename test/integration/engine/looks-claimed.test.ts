import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FailingStore } from "./failing-store.ts";
import { duesIn, hourMs, secondMs, slotsIn } from "./promises.ts";
import { Witness } from "./stage.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

const rarely = "{ just_in_time: true, at_least_every: 1d }";
const product = productFile({
  schedule: rarely,
  checks: "      fresh: { type: freshness, column: loaded_at, max_age: 1h }\n",
});
/** Two probes of one dataset: their freshness is broken at one moment. */
const twoProbes = productFile({
  schedule: rarely,
  checks: `
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      alike: { type: freshness, column: loaded_at, max_age: 1h, schedule: { every: 4h } }
`,
});
const lookMs = noonMs + hourMs + 2 * secondMs;

describe("the slot of a look", () => {
  let workshop: Workshop;
  let witness: Witness;
  beforeEach(() => {
    workshop = new Workshop();
    witness = new Witness();
  });
  afterEach(async () => {
    witness.release();
    await workshop[Symbol.asyncDispose]();
  });

  const start = (text = product) => workshop.start(text, { specs: witness.specs() });
  const looks = () =>
    slotsIn(workshop.storePath, "just_in_time").map(({ due, ending }) => `${due} ${ending}`);
  const to = ({ advance, clock }: Watched, ms: number) => advance(ms - clock.nowMs);

  it("is claimed once, however often the heart beats while it runs", async () => {
    const { watch, clock, settle } = await start();
    witness.hold();
    clock.nowMs = lookMs;
    for (let beat = 0; beat < 4; beat += 1) {
      await watch.beat();
      clock.nowMs += secondMs;
    }
    expect(looks()).toEqual(["2026-01-05T13:00:02 null"]);
    witness.release();
    await settle();
    await watch.beat();
    expect(looks()).toEqual(["2026-01-05T13:00:02 done"]);
    expect(witness.statements).toHaveLength(2);
  });

  it("that a killed process had claimed ends as abandoned, and the look is taken at the next start", async () => {
    const killed = await start();
    witness.hold();
    killed.clock.nowMs = lookMs;
    await killed.watch.beat();
    const isKilled = killed.kill();
    // The kill cancels what runs in this turn of the loop, before the warehouse answers.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    witness.release();
    await isKilled;
    const before = looks();
    const { endings, watch, clock } = await start();
    expect(before).toEqual(["2026-01-05T13:00:02 null"]);
    expect(looks()).toEqual(["2026-01-05T13:00:02 abandoned"]);
    expect(endings).toMatchObject({ abandoned: 1, done: 1, error: 0 });
    expect(watch.state.latestOf("orders/orders/fresh")).toMatchObject({
      atMs: lookMs,
      result: { outcome: "fail" },
    });
    clock.nowMs += 5 * secondMs;
    await watch.beat();
    expect(looks()).toEqual(["2026-01-05T13:00:02 abandoned", "2026-01-05T13:00:07 null"]);
  });

  it("is taken late by a process that was not there, and then the intervals go on", async () => {
    await start();
    await workshop.stop();
    workshop.clock.nowMs = noonMs + hourMs + 10 * secondMs;
    const watched = await start();
    expect(looks()).toEqual(["2026-01-05T13:00:02 done"]);
    await to(watched, noonMs + hourMs + 22 * secondMs);
    expect(looks()).toEqual(["2026-01-05T13:00:02 done", "2026-01-05T13:00:22 done"]);
    expect(watched.endings).toMatchObject({ abandoned: 0, missed: 0 });
  });

  it("is not there when the restart has seen new data by its schedule", async () => {
    const often = product.replace(rarely, "{ every: 10m }");
    await start(often);
    await workshop.stop();
    workshop.clock.nowMs = noonMs + 2 * hourMs;
    workshop.rows([noonMs, noonMs + 90 * minuteMs]);
    const { endings } = await start(often);
    expect(looks()).toEqual([]);
    expect(endings).toMatchObject({ done: 1, missed: 11 });
  });

  describe("at a dataset that is busy", () => {
    /** A check that joins is measured at once; that run is under way while the look falls due. */
    async function meanwhile(joining: string): Promise<Watched> {
      const watched = await start();
      const { watch, clock, load } = watched;
      witness.hold();
      clock.nowMs = lookMs - 3 * secondMs;
      await watch.reload(await load(product.replace("    checks:\n", `    checks:\n${joining}`)));
      clock.nowMs = lookMs + secondMs;
      await watch.beat();
      expect(watch.isIdle).toBe(false);
      expect(looks()).toEqual([]);
      return watched;
    }

    it("waits, and is taken when nothing new was seen", async () => {
      const { watch, settle } = await meanwhile(
        "      enough: { type: volume, min: 1, schedule: { every: 4h } }\n",
      );
      witness.release();
      await settle();
      await watch.beat();
      await settle();
      expect(looks()).toEqual(["2026-01-05T13:00:02 done"]);
    });

    it("waits, and is not taken when that run saw new data", async () => {
      const watched = await meanwhile("      enough: { type: volume, min: 1 }\n");
      workshop.rows([noonMs, lookMs - minuteMs]);
      witness.release();
      await watched.settle();
      await watched.watch.beat();
      expect(looks()).toEqual([]);
      await to(watched, lookMs - minuteMs + hourMs + 2 * secondMs);
      expect(looks()).toEqual(["2026-01-05T13:59:04 done"]);
    });
  });

  it("is taken in place of a due time that a busy dataset lost", async () => {
    workshop.clock.nowMs = noonMs - minuteMs;
    workshop.rows([noonMs - minuteMs]);
    const checks = "      fresh: { type: freshness, column: loaded_at, max_age: 1h1m }\n";
    const schedule = '{ cron: "0 * * * *" }';
    const watched = await start(productFile({ checks, schedule }));
    const { watch, clock, load, settle } = watched;
    await to(watched, noonMs);
    witness.hold();
    clock.nowMs = noonMs + hourMs - secondMs;
    const joining = "      enough: { type: volume, min: 1, schedule: { every: 4h } }\n";
    await watch.reload(await load(productFile({ checks: `${checks}${joining}`, schedule })));
    clock.nowMs = noonMs + hourMs;
    await watch.beat();
    expect(slotsIn(workshop.storePath, "scheduled").at(-1)).toMatchObject({ ending: "overlapped" });
    witness.release();
    await settle();
    // A reload must not wait for that due time again.
    await watch.reload(watch.mesh);
    await to(watched, lookMs);
    expect(looks()).toEqual(["2026-01-05T13:00:02 done"]);
  });

  it("of several probes of a dataset costs one statement", async () => {
    const watched = await start(twoProbes);
    const before = witness.statements.length;
    await to(watched, lookMs);
    expect(looks()).toEqual(["2026-01-05T13:00:02 done", "2026-01-05T13:00:02 done"]);
    expect(witness.statements).toHaveLength(before + 1);
  });

  it("whose results cannot be kept is not taken again with every beat", async () => {
    const stores: FailingStore[] = [];
    const watched = await workshop.start(product, {
      wrapStore: (real) => {
        const failing = new FailingStore(real);
        stores.push(failing);
        return failing.store;
      },
    });
    for (const failing of stores) {
      failing.failing = "fault";
    }
    for (let second = 0; second < 5; second += 1) {
      await to(watched, lookMs + second * secondMs);
    }
    expect(looks()).toEqual(["2026-01-05T13:00:02 error"]);
    await to(watched, lookMs + 5 * secondMs);
    expect(looks()).toEqual(["2026-01-05T13:00:02 error", "2026-01-05T13:00:07 error"]);
    expect(duesIn(workshop.storePath, "catch_up")).toEqual(["2026-01-05T12:00:00"]);
  });
});
