import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MetadataWarehouse } from "./metadata-warehouse.ts";
import { secondMs, timelineOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

const product = (keys: string, more = "") =>
  productFile({
    checks: `      fresh: { type: freshness, column: loaded_at, max_age: 2h${keys} }\n`,
    slos: "  fresh: { objective: 80%, window: 1d, checks: [orders.fresh] }",
  }).replace("    files: orders.csv\n", `    files: orders.csv\n${more}`);

describe("freshness by what the metadata say", () => {
  let workshop: Workshop;
  let warehouse: MetadataWarehouse;
  beforeEach(() => {
    workshop = new Workshop();
    warehouse = new MetadataWarehouse();
    warehouse.says = { lastChangeMs: noonMs };
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  const start = (keys = "", more = ""): Promise<Watched> =>
    workshop.start(product(keys, more), { specs: warehouse.specs() });
  /** Another row, which the metadata know of. */
  const load = (): void => {
    const { nowMs } = workshop.clock;
    workshop.rows([noonMs, nowMs]);
    warehouse.says = { lastChangeMs: nowMs };
  };
  /** Statements of the probes that the next so many ten minutes bring. */
  const probed = async ({ advance }: Watched, times: number): Promise<number> => {
    const before = warehouse.statements.length;
    for (let time = 0; time < times; time += 1) {
      await advance(10 * minuteMs);
    }
    return warehouse.statements.length - before;
  };
  const newest = async ({ store }: Watched) => {
    const results = await store.results.history("orders/orders/fresh", 0, workshop.clock.nowMs + 1);
    const last = results.at(-1);
    return last && { atMs: last.atMs, ...last.result };
  };

  it("reads the column once, and not again while no row changes", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    expect(warehouse.statements).toHaveLength(1);
    expect(await probed(watched, 6)).toBe(0);
    expect(await newest(watched)).toMatchObject({
      atMs: workshop.clock.nowMs,
      outcome: "pass",
      newestMs: noonMs,
      measured: { age_seconds: 65 * 60, newest: "2026-01-05T12:00:00.000Z" },
    });
  });

  it("reads it after a load, and once more when the load is a minute old", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    await watched.advance(5 * minuteMs);
    load();
    expect(await probed(watched, 1)).toBe(1);
    expect((await newest(watched))?.newestMs).toBe(noonMs + 10 * minuteMs);
    expect(await probed(watched, 3)).toBe(0);
  });

  it("reads it again when it was read within a minute of the last change: there may be another", async () => {
    workshop.clock.nowMs = noonMs + minuteMs;
    const watched = await start();
    workshop.rows([noonMs, noonMs + minuteMs]);
    expect(await probed(watched, 1)).toBe(1);
    expect((await newest(watched))?.newestMs).toBe(noonMs + minuteMs);
    expect(await probed(watched, 3)).toBe(0);
  });

  it("reads it once where metadata move without a row having changed", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    warehouse.says = { lastChangeMs: noonMs + 6 * minuteMs };
    expect(await probed(watched, 4)).toBe(1);
  });

  it("reads it where another table has taken its place, whose last change is earlier", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    workshop.rows([noonMs - 60 * minuteMs]);
    warehouse.says = { lastChangeMs: noonMs - 60 * minuteMs };
    expect(await probed(watched, 1)).toBe(1);
    expect((await newest(watched))?.newestMs).toBe(noonMs - 60 * minuteMs);
  });

  it.each([
    ["say nothing of changes, as of a view or of rows that are streaming in", {}],
    ["cannot be read", null],
  ])("reads it each time while the metadata %s", async (_why, says) => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    warehouse.says = says;
    const watched = await start();
    expect(await probed(watched, 3)).toBe(3);
    expect(warehouse.asked).toBe(4);
  });

  it("reads it when metadata that said nothing for a while say the same as before", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    warehouse.says = {};
    workshop.rows([noonMs, noonMs + 6 * minuteMs]);
    expect(await probed(watched, 1)).toBe(1);
    warehouse.says = { lastChangeMs: noonMs };
    expect(await probed(watched, 3)).toBe(1);
    expect((await newest(watched))?.newestMs).toBe(noonMs + 6 * minuteMs);
  });

  it("asks no metadata where the check says so, or a filter lets rows in and out by itself", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start(", source: column");
    expect(await probed(watched, 3)).toBe(3);
    await watched.kill();
    const filtered = await start("", "    filter: loaded_at > now() - interval 7 days\n");
    expect(await probed(filtered, 3)).toBe(3);
    expect(warehouse.asked).toBe(0);
  });

  it("reads it after a restart, and after the definition of the connection has changed", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const first = await start();
    expect(await probed(first, 2)).toBe(0);
    await first.kill();
    const second = await start();
    expect(await probed(second, 1)).toBe(1);
    workshop.declare("", "{ type: duckdb, memory_limit: 512MB }");
    await second.watch.reload(await second.load(product("")));
    expect(await probed(second, 2)).toBe(1);
  });

  it("gives no worse verdict without reading: metadata may lag behind the rows", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    await watched.advance(100 * minuteMs);
    workshop.rows([noonMs, workshop.clock.nowMs]);
    await watched.advance(20 * minuteMs);
    expect(warehouse.statements).toHaveLength(2);
    expect(await newest(watched)).toMatchObject({
      outcome: "pass",
      newestMs: noonMs + 105 * minuteMs,
    });
  });

  it("finds a change that the metadata tell late, however often they were asked meanwhile", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    await watched.advance(10 * minuteMs);
    const loadedMs = workshop.clock.nowMs;
    workshop.rows([noonMs, loadedMs]);
    expect(await probed(watched, 2)).toBe(0);
    warehouse.says = { lastChangeMs: loadedMs };
    expect(await probed(watched, 1)).toBe(1);
    expect((await newest(watched))?.newestMs).toBe(loadedMs);
  });

  it("convicts at the very second, and reads once for it", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    expect(await probed(watched, 11)).toBe(0);
    await watched.advance(5 * minuteMs + 2 * secondMs);
    expect(warehouse.statements).toHaveLength(2);
    expect(await newest(watched)).toMatchObject({ outcome: "fail", newestMs: noonMs });
    expect(await probed(watched, 3)).toBe(0);
    expect(timelineOf(watched.watch, workshop.clock.nowMs)).toBe("good 1h55m, bad 30m2s");
  });

  it("sees rows that were deleted", async () => {
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    workshop.rows([noonMs - 30 * minuteMs, noonMs]);
    const watched = await start();
    workshop.rows([noonMs - 30 * minuteMs]);
    warehouse.says = { lastChangeMs: noonMs + 6 * minuteMs };
    await watched.advance(10 * minuteMs);
    expect(await newest(watched)).toMatchObject({
      outcome: "warn",
      newestMs: noonMs - 30 * minuteMs,
    });
  });

  it("reads of partitions only those with the newest value seen, and all when nothing is left there", async () => {
    const partitions = { column: "loaded_at", newestFromMs: noonMs - 12 * 60 * minuteMs };
    warehouse.says = { lastChangeMs: noonMs, partitions };
    workshop.clock.nowMs = noonMs + 5 * minuteMs;
    const watched = await start();
    expect(warehouse.statements[0]).toContain("'2026-01-05 00:00:00.000");
    workshop.rows([noonMs, noonMs + 6 * minuteMs]);
    warehouse.says = { lastChangeMs: noonMs + 6 * minuteMs, partitions };
    expect(await probed(watched, 1)).toBe(1);
    expect(warehouse.statements[1]).toContain("'2026-01-05 11:59:59.999");
    expect((await newest(watched))?.newestMs).toBe(noonMs + 6 * minuteMs);
    workshop.rows([noonMs]);
    warehouse.says = { lastChangeMs: noonMs + 16 * minuteMs, partitions };
    expect(await probed(watched, 1)).toBe(2);
    expect(warehouse.statements[3]).not.toContain("11:59:59.999");
    expect((await newest(watched))?.newestMs).toBe(noonMs);
  });
});
