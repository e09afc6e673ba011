/** Backtests of the demo's flights, through the command line. */
import { once } from "node:events";
import { copyFile, cp, mkdir } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asOwner } from "../helpers/duckdb.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark, TidemarkProcess } from "../helpers/tidemark.ts";

const root = resolve(import.meta.dirname, "../..");
const archive = join(root, "node_modules/vega-datasets/data/flights-3m.parquet");

let folder: TemporaryFolder;

/** The demo's own files, with an hour of departures of which three minutes are missing. */
beforeAll(async () => {
  folder = await TemporaryFolder.make();
  await cp(join(root, "examples/demo/tidemark.yaml"), folder.at("tidemark.yaml"));
  await cp(join(root, "examples/demo/products"), folder.at("products"), { recursive: true });
  await mkdir(folder.at("data/flights-archive"), { recursive: true });
  await mkdir(folder.at("data/flights"), { recursive: true });
  await copyFile(archive, folder.at("data/flights-archive/flights-3m.parquet"));
  await asOwner(`set TimeZone = 'UTC'; copy (
    select loaded_at, cast(loaded_at as timestamp) as departed_at, 0 as delay
    from (
      select timestamptz '2026-01-01 10:00:00+00' + n * interval '10 seconds' as loaded_at
      from generate_series(0, 360) as loads(n) where n not between 101 and 118
    )
  ) to '${folder.at("data/flights/0001.parquet")}' (format parquet)`);
});

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
});

const tidemark = (...args: readonly string[]) => runTidemark(args, { cwd: folder.path });

interface BacktestJson {
  readonly window: Readonly<Record<string, unknown>>;
  readonly history: Readonly<Record<string, unknown>>;
  readonly thresholds: readonly Readonly<Record<string, unknown>>[];
  readonly proposal: unknown;
}

async function jsonOf(...args: readonly string[]): Promise<BacktestJson> {
  const { exitCode, stdout, stderr } = await tidemark("backtest", ...args, "--format", "json");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout) as BacktestJson;
}

describe("tidemark backtest on the flights of 2001", () => {
  it("ends with the data, and says so", async () => {
    const { exitCode, stdout, stderr } = await tidemark("backtest", "flights/archive/fresh");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(
      "90 days from 2001-04-02T04:00:00Z to 2001-07-01T04:00:00Z, the newest value: the data ends before",
    );
    expect(stdout).toMatch(/^1d +100\.00 % .* declared$/m);
    expect(stdout).toMatch(/^proposal {2}max_age: 2h with objective: 99\.9%, window: 30d$/m);
    // No plot in a pipe.
    expect(stdout).not.toContain("┤");
  });

  it("has the figures of a window function over every row", async () => {
    const { thresholds, history, proposal } = await jsonOf("flights/archive/fresh");
    expect(history).toMatchObject({ rows: 1_505_713, exact_from_seconds: 60 });
    const of = (threshold: string) => thresholds.find((one) => one["threshold"] === threshold);
    // Of `lag(date) over (order by date)` over all distinct times, in DuckDB.
    expect(of("5m")).toMatchObject({ breaches: 746, bad_seconds: 864_180, sli: 0.888866 });
    expect(of("1h")).toMatchObject({ breaches: 111, bad_seconds: 142_680, sli: 0.981651 });
    expect(of("2h")).toMatchObject({ breaches: 2, bad_seconds: 660, longest_breach_seconds: 600 });
    expect(proposal).toMatchObject({ objective: "99.9%", promises: [{ threshold: "2h" }] });
  });

  it("tries rows a day without a check", async () => {
    const asked = ["flights/archive", "--type", "volume", "--column", "date"];
    const { thresholds, proposal } = await jsonOf(...asked, "--until", "2001-07-01");
    // Of `group by date_trunc('day', date)`: 90 whole days in New York.
    expect(thresholds.at(-1)).toMatchObject({ judged_seconds: 90 * 86_400, sli: 1, rows: 12_000 });
    expect(thresholds).toContainEqual(
      expect.objectContaining({ rows: 15_000, bad_seconds: 4 * 86_400, breaches: 3 }),
    );
    expect(proposal).toMatchObject({ objective: "95%", window: "90d" });
  });

  it("tries the departures of the demo", async () => {
    const { window, thresholds } = await jsonOf("flights/departures/fresh", "--days", "1");
    expect(window).toMatchObject({ end: "newest", to: "2026-01-01T11:00:00.001Z" });
    // From 10:16:40 to 10:19:50 nothing was loaded.
    expect(thresholds).toContainEqual(
      expect.objectContaining({ threshold: "1m", bad_seconds: 130, breaches: 1, declared: true }),
    );
    const busy = await jsonOf("flights/departures/busy", "--days", "1");
    expect(busy.thresholds).toContainEqual(expect.objectContaining({ rows: 200, sli: 0 }));
  });
});

describe("tidemark backtest", () => {
  it.each([
    [["flights/archive/complete"], "TM_BACKTEST_SUBJECT"],
    [["flights/archive/shape"], "TM_BACKTEST_SUBJECT"],
    [["flights/archive/none"], "TM_SELECTOR"],
    [["flights/none", "--type", "freshness", "--column", "date"], "TM_SELECTOR"],
    [["flights/archive"], "TM_USAGE"],
    [["flights/archive/fresh", "--days", "0"], "TM_USAGE"],
    [["flights/archive/fresh", "--days", "401"], "TM_USAGE"],
    [["flights/archive/fresh", "--until", "yesterday"], "TM_USAGE"],
    [["flights/archive/fresh", "--type", "schema"], "TM_USAGE"],
  ])("refuses %j with %s", async (args, code) => {
    const { exitCode, stdout, stderr } = await tidemark("backtest", ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(code);
  });

  it.each([
    [["--column", "origin"], /^error invalid_query: The column origin holds no time\.$/m],
    [["--until", "2000-06-01"], /^error TM_BACKTEST_HISTORY: there is no load in the days/m],
    [["--column", "nowhere"], /^error invalid_query: /m],
  ])("says what could not be measured with exit code 3: %j", async (args, said) => {
    const { exitCode, stdout, stderr } = await tidemark(
      "backtest",
      "flights/archive/fresh",
      ...args,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toMatch(said);
  });

  it("is cancelled by SIGINT, in silence", async () => {
    // Accepts connections and never says a word.
    await using server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using silent = await TemporaryFolder.make();
    await silent.write({
      "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections:
  dwh: { type: postgres, url: "postgres://reader@127.0.0.1:${port}/dwh", statement_timeout: 10s }
teams: { shop: {} }
`,
      "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders:
    connection: dwh
    table: orders
    checks: { fresh: { type: freshness, column: loaded_at, max_age: 1h } }
`,
    });
    await using child = new TidemarkProcess(["backtest", "orders/orders/fresh"], {
      cwd: silent.path,
    });
    await once(server, "connection");
    child.send("SIGINT");
    expect(await child.ended()).toMatchObject({ exitCode: 130, stdout: "", stderr: "" });
  });
});
