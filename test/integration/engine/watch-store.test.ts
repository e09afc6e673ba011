import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../../src/core/store.ts";
import { until } from "../../helpers/until.ts";
import { FailingStore } from "./failing-store.ts";
import { minuteMs, noonMs, Stage, type Staged, Witness } from "./stage.ts";

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

function productFile(every: string): string {
  return `
version: 1
product: orders
tier: silver
owner: shop
datasets:
  orders:
    files: orders.csv
    schedule: ${every}
    columns: { id: { type: bigint } }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      enough: { type: volume, min: 1 }
`;
}

const fresh = "orders/orders/fresh";
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

describe("a store that fails", () => {
  let stage: Stage;
  let witness: Witness;
  let outage: FailingStore;
  beforeEach(() => {
    stage = new Stage();
    witness = new Witness();
    stage.write({
      "tidemark.yaml": daemonFile,
      "orders.product.yaml": productFile('{ cron: "*/10 * * * *" }'),
      "orders.csv": `id,loaded_at\n1,${iso(noonMs)}\n`,
    });
  });
  afterEach(async () => {
    witness.release();
    await stage[Symbol.asyncDispose]();
  });

  function start(): Promise<Staged> {
    return stage.start({
      specs: witness.specs(),
      wrapStore: (real: Store) => {
        outage = new FailingStore(real);
        return outage.store;
      },
    });
  }

  /** Begins a run at ten past, and the outage before it ends. */
  async function failInMidRun({ watch }: Staged, failing: FailingStore["failing"]): Promise<void> {
    witness.hold();
    stage.clock.nowMs += 10 * minuteMs;
    await watch.beat();
    outage.failing = failing;
    witness.release();
    await until("the store to refuse", () => outage.refusals > 0, { everyMs: 1 });
  }

  /** Beats until the store has refused once more; as long as it fails, it is never shown as writable. */
  async function beatInVain({ watch }: Staged): Promise<void> {
    const before = outage.refusals;
    await until("the store to refuse", async () => {
      stage.clock.nowMs += 1_000;
      await watch.beat();
      expect(watch.isStoreWritable).toBe(false);
      return outage.refusals > before;
    });
  }

  const history = (store: Store) => store.results.history(fresh, 0, noonMs * 2);

  it.each(["all", "commit", "results"] as const)(
    "(%s) loses no result, doubles none, and is not asked for more meanwhile",
    async (failing) => {
      const staged = await start();
      const { watch, store, endings } = staged;
      await failInMidRun(staged, failing);
      await beatInVain(staged);
      await beatInVain(staged);
      expect(watch.isStoreWritable).toBe(false);
      expect(watch.isIdle).toBe(false);
      expect(watch.state.latestOf(fresh)).toBeNull();

      outage.failing = "nothing";
      await staged.advance(1_000);
      expect(watch.isStoreWritable).toBe(true);
      expect(witness.statements).toHaveLength(1);
      expect(endings).toEqual({ done: 1, error: 0, abandoned: 0, missed: 0, overlapped: 0 });
      expect((await history(store)).map(({ atMs }) => atMs)).toEqual([noonMs + 10 * minuteMs]);
      expect(watch.state.latestOf(fresh)?.atMs).toBe(noonMs + 10 * minuteMs);
      expect(await store.slots.countByEnding()).toMatchObject({ open: 0, done: 1 });
    },
  );

  it("does not have its dataset measured twice, however often that falls due meanwhile", async () => {
    const staged = await start();
    await failInMidRun(staged, "results");
    await beatInVain(staged);
    // The claim of this due time fits into the store, the results of the run before do not.
    stage.clock.nowMs += 10 * minuteMs;
    await beatInVain(staged);
    expect(staged.endings).toMatchObject({ done: 0, overlapped: 1 });
    outage.failing = "nothing";
    await staged.advance(1_000);
    expect(witness.statements).toHaveLength(1);
    await staged.advance(10 * minuteMs);
    expect(staged.endings).toMatchObject({ done: 2, overlapped: 1 });
    expect(await history(staged.store)).toHaveLength(2);
  });

  it("finds what fell due in the outage claimed once when it is over", async () => {
    const staged = await start();
    outage.failing = "all";
    stage.clock.nowMs += 10 * minuteMs;
    await beatInVain(staged);
    expect(staged.watch.isStoreWritable).toBe(false);
    expect(staged.watch.isIdle).toBe(true);
    stage.clock.nowMs += 25 * minuteMs;
    await beatInVain(staged);
    expect(witness.statements).toEqual([]);
    outage.failing = "nothing";
    await staged.advance(1_000);
    expect(staged.watch.isStoreWritable).toBe(true);
    // Half past is caught up; ten and twenty past were watched by nobody.
    expect(staged.endings).toMatchObject({ done: 1, missed: 2 });
    expect(await history(staged.store)).toHaveLength(1);
  });

  it("costs no run that was to be made at once, at a start or after a reload", async () => {
    stage.write({ "orders.product.yaml": productFile("{ every: 6h }") });
    const staged = await stage.start({
      specs: witness.specs(),
      wrapStore: (real) => {
        outage = new FailingStore(real);
        outage.failing = "claims";
        return outage.store;
      },
    });
    expect(staged.watch.isStoreWritable).toBe(false);
    expect(witness.statements).toEqual([]);
    outage.failing = "nothing";
    await staged.advance(1_000);
    expect(staged.endings).toMatchObject({ done: 1 });

    outage.failing = "claims";
    await staged.watch.reload(
      await stage.mesh({ "orders.product.yaml": productFile("{ every: 5h }") }),
    );
    outage.failing = "nothing";
    await staged.advance(1_000);
    await staged.advance(1_000);
    expect(staged.endings).toMatchObject({ done: 2, overlapped: 0 });
  });

  it("opens an incident and tells of it once, whenever it can be written", async () => {
    stage.write({ "orders.csv": `id,loaded_at\n1,${iso(noonMs - 120 * minuteMs)}\n` });
    const staged = await start();
    await staged.advance(10 * minuteMs);
    witness.hold();
    stage.clock.nowMs += minuteMs;
    await staged.watch.beat();
    outage.failing = "commit";
    witness.release();
    await until("the store to refuse", () => outage.refusals > 0, { everyMs: 1 });
    await beatInVain(staged);
    await beatInVain(staged);
    expect(staged.watch.state.openIncidents()).toEqual([]);
    outage.failing = "nothing";
    await staged.advance(1_000);
    expect(staged.watch.state.openIncidents()).toHaveLength(1);
    const told = await staged.store.outbox.list(10);
    expect(told.map(({ notice }) => notice.change)).toEqual(["opened"]);
    expect(await staged.store.incidents.recent(10)).toHaveLength(1);
  });

  it("keeps the old mesh whole when it fails in a reload", async () => {
    const staged = await start();
    const next = await stage.mesh({ "orders.product.yaml": productFile("{ every: 1m }") });
    outage.failing = "all";
    await expect(staged.watch.reload(next)).rejects.toMatchObject({ code: "TM_STORE_UNAVAILABLE" });
    outage.failing = "nothing";
    expect([...staged.watch.mesh.probes.keys()]).toEqual(["orders/orders@*/10 * * * * UTC"]);
    await staged.advance(10 * minuteMs);
    expect(staged.endings).toMatchObject({ done: 1 });
  });

  it("ends a slot whose results can never be stored, and goes on with the dataset", async () => {
    const staged = await start();
    await failInMidRun(staged, "fault");
    await staged.settle();
    expect(staged.endings).toMatchObject({ done: 0, error: 1 });
    expect(staged.watch.isStoreWritable).toBe(true);
    outage.failing = "nothing";
    await staged.advance(10 * minuteMs);
    expect(staged.endings).toMatchObject({ done: 1, error: 1 });
  });

  it("holds up no stop, and what it did not take is measured again by the next start", async () => {
    const first = await start();
    await failInMidRun(first, "all");
    await beatInVain(first);
    const askedMs = performance.now();
    await first.watch.stop(20_000, new AbortController().signal);
    expect(performance.now() - askedMs).toBeLessThan(2_000);
    expect(first.endings).toMatchObject({ done: 0 });
    await first.kill();

    const second = await start();
    await second.settle();
    expect(second.endings).toMatchObject({ abandoned: 1, done: 1 });
    expect(await history(second.store)).toHaveLength(1);
  });
});
