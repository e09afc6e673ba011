/** What several datasets are asked together goes into one statement where the warehouse bills the time it is awake. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { types } from "../../../src/app/registries.ts";
import type { CallCost } from "../../../src/core/cost.ts";
import type { Mesh } from "../../../src/core/mesh.ts";
import { type DatasetRun, runDataset } from "../../../src/engine/run.ts";
import { Warehouses } from "../../../src/engine/warehouses.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { AwakeWarehouse } from "./awake-warehouse.ts";
import { noonMs, Stage } from "./stage.ts";

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb, max_concurrency: 2, statement_timeout: 5s } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

const productOf = (product: string, datasets: Readonly<Record<string, string>>): string => `
version: 1
product: ${product}
owner: shop
datasets:
${Object.entries(datasets)
  .map(([name, keys]) => `  ${name}: { ${keys} }`)
  .join("\n")}
`;

const enough = "checks: { enough: { type: volume, min: 2 } }";
const both =
  "checks: { enough: { type: volume, min: 2 }, fresh: { type: freshness, column: loaded_at, max_age: 1h } }";
const stamp = new Date(noonMs - 60_000).toISOString().slice(0, 19);

describe("probes of several datasets at the same time", () => {
  let stage: Stage;
  let warehouse: AwakeWarehouse;
  let warehouses: Warehouses;
  let costs: (readonly CallCost[])[];
  beforeEach(() => {
    stage = new Stage();
    warehouse = new AwakeWarehouse();
    costs = [];
    warehouses = new Warehouses({
      specs: warehouse.specs(),
      clock: stage.clock,
      logger: silentLogger,
      onStatement: (_connection, told) => costs.push(told),
    });
    stage.write({
      "tidemark.yaml": daemonFile,
      "few.csv": `id,loaded_at\n1,${stamp}\n`,
      "many.csv": `id,loaded_at\n1,${stamp}\n2,${stamp}\n3,${stamp}\n`,
    });
  });
  afterEach(async () => {
    await warehouses[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  /** Every dataset of the mesh at once, after `warehouse` has forgotten what it was asked. */
  async function run(): Promise<readonly DatasetRun[]> {
    const mesh = await stage.mesh({}, warehouse.specs());
    await warehouses.reload(mesh);
    return runAll(mesh);
  }

  async function runAll(mesh: Mesh): Promise<readonly DatasetRun[]> {
    warehouse.statements.length = 0;
    warehouse.labels.length = 0;
    const { signal } = new AbortController();
    let ids = 0;
    return Promise.all(
      [...mesh.datasets.values()].map((dataset) =>
        runDataset(
          dataset,
          dataset.checkIds.flatMap((id) => mesh.checks.get(id) ?? []),
          {
            warehouse: warehouses.of("files"),
            types,
            clock: stage.clock,
            logger: silentLogger,
            signal,
            last: () => null,
            newId: () => {
              ids += 1;
              return `id${ids}`;
            },
          },
        ),
      ),
    );
  }

  function writeThree(filesOfSecond: string): void {
    stage.write({
      "orders.product.yaml": productOf("orders", {
        first: `files: many.csv, ${both}`,
        second: `files: ${filesOfSecond}, ${enough}`,
      }),
      "returns.product.yaml": productOf("returns", { third: `files: many.csv, ${enough}` }),
    });
  }

  it("share one statement, of which each has its own figures", async () => {
    writeThree("few.csv");
    const runs = await run();
    expect(outcomesOf(runs)).toEqual({
      "orders/first/enough": "pass",
      "orders/first/fresh": "pass",
      "orders/second/enough": "fail",
      "returns/third/enough": "pass",
    });
    expect(measuredOf(runs)).toEqual({
      "orders/first/enough": { rows: 3 },
      "orders/first/fresh": { age_seconds: 60, newest: "2026-01-05T11:59:00.000Z" },
      "orders/second/enough": { rows: 1 },
      "returns/third/enough": { rows: 3 },
    });
    expect(warehouse.statements).toHaveLength(1);
    expect(warehouse.labels).toEqual(["orders/first orders/second returns/third id1"]);
    for (const { evidence } of runs.flatMap(({ checks }) => checks)) {
      expect(evidence).toEqual({ rung: "column", queryIds: warehouse.labels });
    }
  });

  it("split its cost by how many datasets of each product it asked for", async () => {
    writeThree("few.csv");
    await run();
    const [[orders, returns] = []] = costs;
    expect(costs).toHaveLength(1);
    expect(orders).toMatchObject({ product: "orders", bytes: null });
    expect(returns).toMatchObject({ product: "returns", bytes: null });
    expect(orders?.busyMs).toBeCloseTo(2 * (returns?.busyMs ?? Number.NaN));
  });

  it("are asked one by one when one spoils the statement, and the spoiler alone until it answers", async () => {
    writeThree("gone.csv");
    const spoiled = await run();
    expect(outcomesOf(spoiled)).toMatchObject({
      "orders/first/enough": "pass",
      "orders/second/enough": "error",
      "returns/third/enough": "pass",
    });
    expect(warehouse.statements).toHaveLength(4);
    const [, second] = spoiled;
    expect(second?.checks[0]?.evidence.queryIds).toHaveLength(2);

    await run();
    expect(warehouse.labels.map((label) => label.replace(/ id\d+$/u, "")).toSorted()).toEqual([
      "orders/first returns/third",
      "orders/second",
    ]);

    stage.write({ "gone.csv": "id\n1\n2\n" });
    expect(outcomesOf(await run())["orders/second/enough"]).toBe("pass");
    expect(warehouse.statements).toHaveLength(2);
    await run();
    expect(warehouse.statements).toHaveLength(1);
  });

  it.each(["unreachable", "tls", "auth", "driver_missing", "cancelled"] as const)(
    "are not asked one by one after a failure that is everybody's: %s",
    async (kind) => {
      writeThree("few.csv");
      warehouse.failure = () => kind;
      const runs = await run();
      const failures = runs.flatMap(({ checks }) => checks.map(({ result }) => result.failure));
      expect(failures.map((failure) => failure?.kind)).toEqual([kind, kind, kind, kind]);
      expect(warehouse.statements).toHaveLength(1);
      warehouse.failure = () => null;
      expect(new Set(Object.values(outcomesOf(await run())))).toEqual(new Set(["pass", "fail"]));
      expect(warehouse.statements).toHaveLength(1);
    },
  );

  it("are asked fewer at a time after a statement that took too long, and again more when it does not", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    stage.write({
      "orders.product.yaml": productOf(
        "orders",
        Object.fromEntries(names.map((name) => [name, `files: many.csv, ${enough}`])),
      ),
    });
    warehouse.failure = (sql) => (sql.includes("p3.") ? "timeout" : null);
    expect(new Set(Object.values(outcomesOf(await run())))).toEqual(new Set(["pass"]));
    expect(warehouse.statements).toHaveLength(1 + 6);
    await run();
    expect(datasetsAsked()).toEqual([3, 3]);
    warehouse.failure = () => null;
    await run();
    expect(datasetsAsked()).toEqual([5, 1]);
    await run();
    expect(datasetsAsked()).toEqual([6]);
  });

  it("are asked fewer at a time, too, where each answers alone what was too much together", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    stage.write({
      "orders.product.yaml": productOf(
        "orders",
        Object.fromEntries(names.map((name) => [name, `files: many.csv, ${enough}`])),
      ),
    });
    warehouse.failure = (sql) => (sql.includes("p3.") ? "resource" : null);
    await run();
    await run();
    expect(datasetsAsked()).toEqual([3, 3]);
  });

  it("do not share a statement with datasets of another time zone", async () => {
    stage.write({
      "orders.product.yaml": productOf("orders", {
        first: `files: many.csv, ${both}`,
        second: `files: many.csv, timezone: Europe/Berlin, ${both}`,
        third: `files: many.csv, ${both}`,
      }),
    });
    await run();
    expect(datasetsAsked()).toEqual([2, 1]);
  });

  it("read all rows of their own where no row lies within a narrower condition", async () => {
    const window = "checks: { some: { type: volume, column: loaded_at, window: 1h, min: 1 } }";
    stage.write({
      "old.csv": "id,loaded_at\n1,2020-01-01T00:00:00\n",
      "orders.product.yaml": productOf("orders", {
        first: `files: old.csv, ${window}`,
        second: `files: many.csv, ${window}`,
      }),
    });
    const runs = await run();
    expect(outcomesOf(runs)).toEqual({ "orders/first/some": "fail", "orders/second/some": "pass" });
  });

  it("are all answered by the connector they were asked of, though a reload replaces it meanwhile", async () => {
    const names = Array.from({ length: 60 }, (_, at) => `d${at}`);
    stage.write({
      "orders.product.yaml": productOf(
        "orders",
        Object.fromEntries(
          names.map((name, at) => [name, `files: ${at === 3 ? "gone" : "many"}.csv, ${enough}`]),
        ),
      ),
    });
    const mesh = await stage.mesh({}, warehouse.specs());
    await warehouses.reload(mesh);
    const held = Promise.withResolvers<void>();
    warehouse.held = held.promise;
    const asked = runAll(mesh);
    const changed = daemonFile.replace("max_concurrency: 2", "max_concurrency: 1");
    const reloaded = warehouses.reload(
      await stage.mesh({ "tidemark.yaml": changed }, warehouse.specs()),
    );
    held.resolve();
    const outcomes = Object.entries(outcomesOf(await asked));
    expect(outcomes.filter(([, outcome]) => outcome !== "pass")).toEqual([
      ["orders/d3/enough", "error"],
    ]);
    await reloaded;
  });

  function datasetsAsked(): readonly number[] {
    return warehouse.labels.map((label) => label.split(" ").length - 1);
  }
});

function outcomesOf(runs: readonly DatasetRun[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    runs.flatMap(({ checks }) => checks.map(({ check, result }) => [check.id, result.outcome])),
  );
}

function measuredOf(runs: readonly DatasetRun[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    runs.flatMap(({ checks }) => checks.map(({ check, result }) => [check.id, result.measured])),
  );
}
