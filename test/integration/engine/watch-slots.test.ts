import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minuteMs, noonMs, Stage, Witness } from "./stage.ts";

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

/** Two probes of one dataset: at noon and every ten minutes, and at noon and every twenty. */
const productFile = `
version: 1
product: orders
tier: silver
owner: shop
datasets:
  orders:
    files: orders.csv
    columns: { id: { type: bigint } }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h, schedule: { cron: "*/10 * * * *" } }
      enough: { type: volume, min: 2, schedule: { cron: "*/20 * * * *" } }
`;

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

describe("slots of one dataset", () => {
  let stage: Stage;
  let witness: Witness;
  beforeEach(() => {
    stage = new Stage();
    witness = new Witness();
    stage.write({ "tidemark.yaml": daemonFile, "orders.product.yaml": productFile });
    loads(noonMs, noonMs);
  });
  afterEach(async () => {
    witness.release();
    await stage[Symbol.asyncDispose]();
  });

  /** Replaces the data: one row per load time. */
  function loads(...timesMs: readonly number[]): void {
    const rows = timesMs.map((ms, index) => `${index},${iso(ms)}\n`).join("");
    stage.write({ "orders.csv": `id,loaded_at\n${rows}` });
  }

  it("that fall due together run as one, and each of them ends", async () => {
    const { advance, endings, store } = await stage.start({ specs: witness.specs() });
    await advance(20 * minuteMs);
    expect(witness.statements).toHaveLength(1);
    expect(endings).toMatchObject({ done: 2, missed: 1 });
    expect(await store.slots.countByEnding()).toMatchObject({ done: 2, open: 0 });
    const results = await Promise.all(
      ["orders/orders/fresh", "orders/orders/enough"].map((id) =>
        store.results.history(id, 0, noonMs * 2),
      ),
    );
    expect(new Set(results.map(([result]) => result?.slotId)).size).toBe(2);
    for (const [result] of results) {
      expect(result?.evidence).toEqual({ rung: "column", queryIds: ["orders/orders id1"] });
    }
  });

  it("merge with a confirming one that falls due at the same time", async () => {
    const { advance, watch, store } = await stage.start({ specs: witness.specs() });
    loads(noonMs - 2 * 60 * minuteMs);
    // Both fail at twenty past and are to be confirmed a minute later; nobody beats until half past.
    await advance(20 * minuteMs);
    expect(witness.statements).toHaveLength(1);
    await advance(10 * minuteMs);
    expect(witness.statements).toHaveLength(2);
    expect(await store.slots.countByEnding()).toMatchObject({ done: 5, open: 0 });
    expect(watch.state.openIncidents()).toHaveLength(2);
    expect(await store.results.history("orders/orders/fresh", 0, noonMs * 2)).toHaveLength(2);
  });

  it("wait for the run under way when they are to confirm it", async () => {
    const { advance, watch, settle, endings } = await stage.start({ specs: witness.specs() });
    loads(noonMs - 2 * 60 * minuteMs);
    await advance(20 * minuteMs);
    witness.hold();
    stage.clock.nowMs += 10 * minuteMs;
    await watch.beat();
    // The confirming slots were claimed with the scheduled one of half past; another is due at twenty to.
    stage.clock.nowMs += 10 * minuteMs;
    await watch.beat();
    expect(endings).toMatchObject({ done: 2, overlapped: 2 });
    witness.release();
    await settle();
    expect(endings).toMatchObject({ done: 5, overlapped: 2 });
  });

  it("do not wait for a clock that is set back, but for what the schedule sees first", async () => {
    const { advance, watch } = await stage.start({ specs: witness.specs() });
    loads(noonMs - 3 * 60 * minuteMs);
    await advance(20 * minuteMs);
    await advance(-60 * minuteMs);
    expect(watch.state.openIncidents()).toEqual([]);
    // Half past eleven by the new time: suspected anew, and confirmed a minute later.
    await advance(10 * minuteMs);
    await advance(minuteMs);
    expect(watch.state.openIncidents().map(({ dimension }) => dimension)).toContain("timeliness");
  });
});
