/** Backtests over the real connectors, of data whose figures are reckoned by hand. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backtest, backtest } from "../../src/app/backtest.ts";
import type { AskedTarget } from "../../src/app/backtest-target.ts";
import { loadMesh } from "../../src/app/configuration.ts";
import { ConnectorError } from "../../src/core/connector.ts";
import { TidemarkError } from "../../src/core/errors.ts";
import type { Mesh } from "../../src/core/mesh.ts";
import { asOwner } from "../helpers/duckdb.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres.ts";
import { silentLogger } from "../helpers/silent-logger.ts";

const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 2, 31, 12);

/**
 * Three rows an hour in ten days up to an hour ago, but none from 01:00 to 05:00 of the 25th, where there is a
 * row that the dataset's filter leaves out. Clocks leap forward in Berlin on the 29th.
 */
const tables = `
  create table loads as
  select came, came at time zone 'Europe/Berlin' as came_locally,
    cast(came at time zone 'Europe/Berlin' as date) as day,
    'a name' as name, cast(null as timestamptz) as never, status
  from (
    select cast('2026-03-21 12:00:00+00' as timestamptz) + n * interval '1 hour' as came, 'real' as status
    from generate_series(0, 239) as hours(n) cross join generate_series(1, 3) as copies(m)
    where n not between 85 and 89
    union all select cast('2026-03-25 03:00:00+00' as timestamptz), 'test'
  ) as given;
  create table nothing as select * from loads where status = 'none';
  create table once as select * from loads where came = '2026-03-31 11:00:00+00';
  create table many as
  select cast('2026-03-01 00:00:00+00' as timestamptz) + (n * 100 + n % 7) * interval '1 second' as came
  from generate_series(0, 14999) as numbers(n);
  create table outlasting as select * from many
  union all select cast('infinity' as timestamptz)`;

const product = `version: 1
product: orders
owner: shop
datasets:
  loads:
    connection: dwh
    table: loads
    timezone: Europe/Berlin
    filter: "status <> 'test'"
    schedule: { every: 15m }
    columns: { came: { type: timestamptz } }
    checks:
      fresh: { type: freshness, column: came, max_age: 1h }
      fresh_locally: { type: freshness, column: came_locally, max_age: 2h }
      fresh_by_day: { type: freshness, column: day, max_age: 1d }
      delivered: { type: freshness, column: came, by: "00:30" }
      daily: { type: volume, column: came, window: 1d, complete: true, min: 60 }
      daily_locally: { type: volume, column: came_locally, window: 1d, complete: true, min: 60, max: 80 }
      daily_by_day: { type: volume, column: day, window: 1d, complete: true, min: 60 }
      rolling: { type: volume, column: came, window: 6h, min: 18 }
      odd: { type: volume, column: came, window: 90s, min: 1 }
      all: { type: volume, min: 1 }
      shape: { type: schema, new_columns: allow }
  nothing: { connection: dwh, table: nothing, checks: { all: { type: volume, min: 1 } } }
  once: { connection: dwh, table: once, checks: { all: { type: volume, min: 1 } } }
  many: { connection: dwh, table: many, checks: { all: { type: volume, min: 1 } } }
  outlasting: { connection: dwh, table: outlasting, checks: { all: { type: volume, min: 1 } } }
  missing: { connection: dwh, table: missing, checks: { all: { type: volume, min: 1 } } }
`;

const meshFile = (connection: string) => `version: 1
products: ["*.product.yaml"]
connections:
  dwh: ${connection}
teams: { shop: {} }
`;

interface Made extends AsyncDisposable {
  readonly connection: string;
}

async function onPostgres(): Promise<Made> {
  const server: PostgresServer = await startPostgres();
  await server.admin.query("set time zone 'UTC'");
  await server.admin.query(tables);
  return {
    connection: `{ type: postgres, url: "${server.url()}" }`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function onDuckdb(): Promise<Made> {
  const folder = await TemporaryFolder.make();
  const path = folder.at("dwh.duckdb");
  await asOwner(`set TimeZone = 'UTC'; ${tables}`, path);
  return {
    connection: `{ type: duckdb, path: "${path}" }`,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe.each([
  ["Postgres", onPostgres],
  ["DuckDB", onDuckdb],
])("a backtest on %s", (_, make) => {
  let made: Made;
  let folder: TemporaryFolder;
  let mesh: Mesh;

  beforeAll(async () => {
    made = await make();
    folder = await TemporaryFolder.make();
    await folder.write({
      "tidemark.yaml": meshFile(made.connection),
      "orders.product.yaml": product,
    });
    ({ mesh } = await loadMesh(folder.at("tidemark.yaml"), {}));
  });
  afterAll(async () => {
    await folder?.[Symbol.asyncDispose]();
    await made?.[Symbol.asyncDispose]();
  });

  const tried = (
    target: string,
    more: Partial<AskedTarget> & { readonly days?: number; readonly until?: string } = {},
  ): Promise<Backtest> =>
    backtest(mesh, {
      target,
      days: 7,
      ...more,
      clock: { now: () => nowMs, monotonicMs: () => 0 },
      signal: new AbortController().signal,
      logger: silentLogger,
      onProgress: () => {},
    });
  const rung = ({ sides }: Backtest, threshold: number, side = 0) =>
    sides[side]?.ladder.find((one) => one.threshold === threshold);

  it.each(["fresh", "fresh_locally"])("of %s finds the outage, and nothing else", async (name) => {
    const found = await tried(`orders/loads/${name}`);
    expect(found).toMatchObject({
      window: { fromMs: nowMs - 168 * hourMs, toMs: nowMs, end: "now" },
      rows: 489,
      firstMs: nowMs - 168 * hourMs,
      lastMs: nowMs - hourMs,
      newestMs: nowMs - hourMs,
      beginsInWindow: false,
      exactFromMs: 5_000,
    });
    expect(rung(found, hourMs)).toMatchObject({
      bad: 5 * hourMs,
      breaches: 1,
      longest: 5 * hourMs,
      isExact: true,
    });
    expect(rung(found, 2 * hourMs)).toMatchObject({ bad: 4 * hourMs, sli: 1 - 4 / 168 });
    expect(rung(found, 6 * hourMs)).toMatchObject({ bad: 0, quantilesPpm: [1_000_000] });
    expect(found.queryIds).toHaveLength(2);
  });

  it("of ages says what is declared, and offers what would have held", async () => {
    const found = await tried("orders/loads/fresh");
    expect(found.sides[0]?.declared).toBe(hourMs);
    // Half of what 90 % allows in seven days are 8.4 hours, half of 95 % 4.2.
    expect(found.sides[0]?.offers.slice(-2)).toMatchObject([
      { objectivePpm: 950_000, threshold: 2 * hourMs },
      { objectivePpm: 900_000, threshold: hourMs },
    ]);
    expect(found.proposal).toMatchObject({ objectivePpm: 950_000 });
  });

  it("of a column of days counts each from its end", async () => {
    const found = await tried("orders/loads/fresh_by_day");
    expect(found).toMatchObject({ columnKind: "date", exactFromMs: 24 * hourMs });
    expect(rung(found, 24 * hourMs)).toMatchObject({ bad: 0, isDeclared: true });
  });

  it("begins with the data where nothing is older", async () => {
    const found = await tried("orders/loads/fresh", { days: 30 });
    expect(found).toMatchObject({ beginsInWindow: true, firstMs: nowMs - 240 * hourMs });
    expect(found.sides[0]?.judged).toBe(240 * hourMs);
  });

  it("ends where it is told to", async () => {
    const found = await tried("orders/loads/fresh", { days: 1, until: "2026-03-25T04:00:00Z" });
    // The load of midnight is an hour old at 01:00, and none follows.
    expect(rung(found, hourMs)).toMatchObject({ bad: 3 * hourMs });
    const later = await tried("orders/loads/fresh", { days: 1, until: "newest" });
    expect(later.window).toMatchObject({ end: "newest", toMs: nowMs - hourMs + 1 });
  });

  it.each(["daily", "daily_locally", "daily_by_day"])(
    "of %s counts whole local days, that of 23 hours too",
    async (name) => {
      const found = await tried(`orders/loads/${name}`);
      expect(found.sides[0]).toMatchObject({ key: "min", judged: (6 * 24 - 1) * hourMs });
      expect(rung(found, 60)).toMatchObject({ bad: 24 * hourMs, breaches: 1, isDeclared: true });
      expect(rung(found, 57)).toMatchObject({
        bad: 0,
        quantilesPpm: [1_000_000, 999_000, 995_000, 990_000, 980_000, 950_000, 900_000],
      });
    },
  );

  it("of two bounds tries both", async () => {
    const found = await tried("orders/loads/daily_locally");
    expect(found.sides.map(({ key, declared }) => [key, declared])).toEqual([
      ["min", 60],
      ["max", 80],
    ]);
    expect(rung(found, 72, 1)).toMatchObject({ bad: 0 });
    expect(rung(found, 60, 1)).toMatchObject({ bad: 5 * 24 * hourMs - hourMs });
  });

  it("of a rolling window looks at each quarter of an hour", async () => {
    const found = await tried("orders/loads/rolling");
    expect(found.sides[0]?.judged).toBe(168 * hourMs);
    // The load of 01:00 is missed from 01:15 on, and six are there again at 11:15.
    expect(rung(found, 18)).toMatchObject({ bad: 10 * hourMs, breaches: 1, longest: 10 * hourMs });
  });

  it("of deliveries tries other times of day", async () => {
    const found = await tried("orders/loads/delivered");
    expect(found.sides[0]).toMatchObject({ key: "by", unit: "deliveries", judged: 6 });
    // A load at midnight itself is that of the day before.
    expect(rung(found, hourMs / 2)).toMatchObject({ bad: 6, isDeclared: true });
    expect(rung(found, hourMs)).toMatchObject({ bad: 0, sli: 1 });
  });

  it("of a dataset needs no check", async () => {
    const ages = await tried("orders/loads", { type: "freshness", column: "came" });
    expect(ages.sides[0]?.declared).toBeNull();
    expect(rung(ages, 2 * hourMs)).toMatchObject({ bad: 4 * hourMs });
    const rows = await tried("orders/loads", { type: "volume", column: "came_locally" });
    expect(rows.sides).toMatchObject([{ key: "min", declared: null, judged: 143 * hourMs }]);
  });

  it("reads no more than the largest gaps, and says from where on they are all", async () => {
    const found = await tried("orders/many", { type: "freshness", column: "came", days: 40 });
    // Gaps are 101 seconds, and 94 after every seventh load; the tail is longer than either.
    expect(found.exactFromMs).toBe(101_000);
    expect(found.sides[0]?.ladder.every(({ isExact }) => isExact)).toBe(true);
    expect(found.sides[0]?.ladder[0]?.threshold).toBeGreaterThanOrEqual(101_000);
  });

  it("leaves infinite times out", async () => {
    const found = await tried("orders/outlasting", { type: "freshness", column: "came", days: 40 });
    expect(found).toMatchObject({ newestMs: null, rows: 15_000 });
  });

  it.each([
    ["a dataset without rows", "orders/nothing", "came"],
    ["a column of NULLs", "orders/loads", "never"],
    ["a single load", "orders/once", "came"],
  ])("says that there is no history: %s", async (__, target, column) => {
    const failed = tried(target, { type: "freshness", column });
    await expect(failed).rejects.toThrow(TidemarkError);
    await expect(failed).rejects.toMatchObject({ code: "TM_BACKTEST_HISTORY" });
  });

  it.each([
    [{ type: "freshness", until: "2026-03-20" }, "no load"],
    [{ type: "volume", until: "2026-03-20" }, "no row"],
    [{ type: "volume", days: 1 }, "no two windows of 1d"],
  ] as const)("says what there is not, of %o", async (asked, said) => {
    await expect(tried("orders/loads", { column: "came", ...asked })).rejects.toMatchObject({
      code: "TM_BACKTEST_HISTORY",
      message: `there is ${said} in the days looked at`,
    });
  });

  it.each([
    ["orders/loads", "name", "invalid_query"],
    ["orders/loads", "no_such_column", "invalid_query"],
    ["orders/missing", "came", "not_found"],
  ])("fails as a check would: %s, %s", async (target, column, kind) => {
    const failed = tried(target, { type: "freshness", column });
    await expect(failed).rejects.toThrow(ConnectorError);
    await expect(failed).rejects.toMatchObject({ kind });
  });

  it.each([
    ["orders/loads/all", "TM_BACKTEST_SUBJECT"],
    ["orders/loads/shape", "TM_BACKTEST_SUBJECT"],
    ["orders/loads/odd", "TM_BACKTEST_SUBJECT"],
    ["orders/loads/no_such_check", "TM_SELECTOR"],
    ["orders/no_such_dataset", "TM_SELECTOR"],
    ["orders", "TM_SELECTOR"],
    ["orders/loads", "TM_USAGE"],
  ])("refuses %s", async (target, code) => {
    await expect(tried(target)).rejects.toMatchObject({ code });
  });

  it("refuses deliveries in a column of days, and a type where a check has one", async () => {
    const byDay = tried("orders/loads/delivered", { column: "day" });
    await expect(byDay).rejects.toMatchObject({ code: "TM_BACKTEST_SUBJECT" });
    const typed = tried("orders/loads/fresh", { type: "volume" });
    await expect(typed).rejects.toMatchObject({ code: "TM_USAGE" });
  });
});
