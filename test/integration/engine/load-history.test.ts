import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogFields, Logger } from "../../../src/core/logger.ts";
import { asOwner } from "../../helpers/duckdb.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { at, iso, statusOf, timelineOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

/** The same rows in each of the places that they can lie in. */
const sources = {
  CSV: { keys: "files: orders.csv", type: "timestamp" },
  Parquet: { keys: "files: 'orders/*.parquet'", type: "timestamp" },
  "a DuckDB table": { keys: "table: orders", type: "timestamptz" },
} as const;
type Source = keyof typeof sources;

function orders(source: Source, more = ""): string {
  const { keys } = sources[source];
  const text = productFile({
    schedule: "{ every: 10m }",
    checks: `      fresh: { type: freshness, column: loaded_at, max_age: 1h${more} }\n`,
    slos: "  fresh: { objective: 80%, window: 1d, checks: [orders.fresh] }",
  });
  return text.replace("files: orders.csv", keys);
}

const appendOnly = ", history: append_only";

describe("a daemon that was down", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  /** Adds rows to those that are there; a part of its own in Parquet. */
  async function load(source: Source, times: readonly string[]): Promise<void> {
    const rows = times.map((time) => `(1, TIMESTAMP '2026-01-05 ${time}')`).join(", ");
    const select = `SELECT * FROM (VALUES ${rows}) AS rows (id, loaded_at)`;
    if (source === "CSV") {
      const path = workshop.at("orders.csv");
      const known = `SELECT * FROM read_csv('${path}', columns = {id: 'BIGINT', loaded_at: 'TIMESTAMP'})`;
      await asOwner(`COPY (${known} UNION ALL ${select}) TO '${path}.new' (HEADER)`);
      await asOwner(`COPY (SELECT * FROM read_csv('${path}.new')) TO '${path}' (HEADER)`);
      rmSync(`${path}.new`);
    } else if (source === "Parquet") {
      const part = `part-${times[0]?.replaceAll(":", "")}.parquet`;
      await asOwner(`COPY (${select}) TO '${workshop.at("orders")}/${part}'`);
    } else {
      await asOwner(
        `SET TimeZone = 'UTC';
         CREATE TABLE IF NOT EXISTS orders (id BIGINT, loaded_at TIMESTAMPTZ);
         INSERT INTO orders ${select}`,
        workshop.at("lake.duckdb"),
      );
    }
  }

  /** Watched from noon to half past; then nobody looks until half past three, and things are loaded. */
  async function outage(source: Source, more: string, times: readonly string[]): Promise<Watched> {
    if (source === "a DuckDB table") {
      workshop.declare("", "{ type: duckdb, path: lake.duckdb }");
    }
    workshop.write({ "orders/.keep": "" });
    await load(source, ["11:50:00", "12:00:00"]);
    const before = await workshop.start(orders(source, more));
    await before.advance(30 * minuteMs);
    await workshop.stop();
    await load(source, times);
    workshop.clock.nowMs = at("2026-01-05T15:30:00");
    return workshop.start(orders(source, more));
  }

  describe.each(Object.keys(sources) as Source[])("over %s", (source) => {
    it("learns from rows that keep their load time what became of the data meanwhile", async () => {
      // Fresh until 13:50, stale until 14:20, fresh since: in bursts as well.
      const times = ["12:50:00", "14:20:00", "14:20:01", "14:30:00", "15:10:00"];
      const { watch, clock } = await outage(source, appendOnly, times);
      expect(timelineOf(watch, clock.nowMs)).toBe("good 1h50m, bad 30m, good 1h10m");
      expect(statusOf(watch, clock.nowMs)).toMatchObject({ unknown: 0, coverage: 1 });
    });

    it("knows nothing of the time after its data was too old where rows may have changed", async () => {
      const { watch, clock } = await outage(source, "", ["12:50:00", "14:20:00", "15:00:00"]);
      expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, unknown 2h, good 30m");
    });
  });

  it("finds that nothing was loaded, which needs no history", async () => {
    await workshop.start(orders("CSV"));
    await workshop.stop();
    workshop.clock.nowMs = at("2026-01-05T15:30:00");
    const { watch, clock } = await workshop.start(orders("CSV"));
    expect(timelineOf(watch, clock.nowMs)).toBe("good 1h, bad 2h30m");
  });

  it("finds by the history that all was well, down to the last instant", async () => {
    const { watch, clock } = await outage("CSV", appendOnly, ["13:00:00", "14:00:00", "15:00:00"]);
    expect(timelineOf(watch, clock.nowMs)).toBe("good 3h30m");
  });

  it("is not convicted by the history of what was stale when it was last seen", async () => {
    const product = orders("CSV", appendOnly);
    const before = await workshop.start(product);
    await before.advance(90 * minuteMs);
    await workshop.stop();
    // A load that should have been seen at half past one: it became visible later than its stamp says.
    workshop.rows([noonMs, at("2026-01-05T13:10:00"), at("2026-01-05T15:00:00")]);
    workshop.clock.nowMs = at("2026-01-05T15:30:00");
    const { watch, clock } = await workshop.start(product);
    const status = statusOf(watch, clock.nowMs);
    // Stale from one until it was seen to be, and held; the rest is not known until three.
    expect(status.timeline.map(({ state, fromMs }) => [state, iso(fromMs).slice(11)])).toEqual([
      ["good", "12:00:00"],
      ["bad", "13:00:00"],
      ["unknown", expect.any(String)],
      ["good", "15:00:00"],
    ]);
  });
});

describe("a rollback", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  it("is a warning, and the time in which it happened is unknown", async () => {
    const warnings: { readonly fields: LogFields; readonly message: string }[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (fields, message) => {
        warnings.push({ fields, message });
      },
    };
    const { watch, clock, advance } = await workshop.start(
      orders("CSV").replace("every: 10m", "every: 4h"),
      { logger },
    );
    const [probe] = watch.mesh.probes.values();
    workshop.rows([noonMs - 30 * minuteMs]);
    const dueMs = (watch.state.latestOf("orders/orders/fresh")?.nextDueMs ?? 0) - noonMs;
    expect(probe?.schedule).toMatchObject({ everyMs: 4 * 60 * minuteMs });
    await advance(dueMs);
    expect(warnings).toEqual([
      {
        fields: { check: "orders/orders/fresh", back_ms: 30 * minuteMs },
        message: "the newest load time is older than before; the time since is unknown",
      },
    ]);
    const [first] = statusOf(watch, clock.nowMs).timeline;
    expect(first).toMatchObject({ state: "unknown", fromMs: noonMs, toMs: clock.nowMs });
    await advance(0);
    expect(warnings).toHaveLength(1);
  });

  it("is shown by the check itself", async () => {
    const { watch, advance } = await workshop.start(orders("CSV"));
    workshop.rows([noonMs - 5 * minuteMs]);
    await advance(10 * minuteMs);
    expect(watch.state.latestOf("orders/orders/fresh")?.result).toMatchObject({
      outcome: "warn",
      newestMs: noonMs - 5 * minuteMs,
    });
    expect(watch.state.openIncidents()).toEqual([]);
    await advance(10 * minuteMs);
    expect(watch.state.latestOf("orders/orders/fresh")?.result.outcome).toBe("pass");
  });
});
