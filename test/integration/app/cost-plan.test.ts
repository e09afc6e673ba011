/** What schedules are estimated to cost, over warehouses that estimate and such that do not. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CostPlan, planCost } from "../../../src/app/cost-plan.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { ScriptedWarehouse } from "../engine/scripted-warehouse.ts";
import { Stage } from "../engine/stage.ts";

const gigabyte = 1_000_000_000;

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { lake: { type: duckdb }, attic: { type: duckdb } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

const ordersFile = `
version: 1
product: orders
owner: shop
datasets:
  orders:
    connection: lake
    files: orders.csv
    filter: id > 0
    schedule: { every: 15m }
    columns: { id: { type: bigint }, at: { type: timestamp } }
    checks:
      enough: { type: volume, min: 1 }
      fresh: { type: freshness, column: at, max_age: 1h }
      daily: { type: freshness, column: at, max_age: 1d, schedule: { cron: "0 6 * * *" } }
      off: { type: volume, min: 1, enabled: false, reason: Being moved., schedule: { every: 1m } }
  shape:
    connection: attic
    files: shape.csv
    columns: { id: { type: bigint } }
    schedule: { every: 1h }
    checks: { shape: { type: schema } }
`;

describe("the cost of schedules", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
  });

  async function plan(
    warehouse: ScriptedWarehouse,
    selectors: readonly string[] = [],
    orders = ordersFile,
  ): Promise<CostPlan> {
    const specs = warehouse.specs();
    const files = { "tidemark.yaml": daemonFile, "o.product.yaml": orders };
    const mesh = await stage.mesh(files, specs);
    const { signal } = new AbortController();
    return planCost(mesh, { selectors, signal, clock: stage.clock, logger: silentLogger, specs });
  }

  it("is what a dry run of each statement says, as often as it is due", async () => {
    const warehouse = new ScriptedWarehouse({ estimatedBytes: gigabyte });
    const { probes, products, connections } = await plan(warehouse);
    expect(
      probes.map((probe) => [
        probe.dataset,
        probe.checkIds.join(" "),
        probe.schedule,
        probe.runsPerDay,
        probe.statements,
        probe.bytesPerRun,
        probe.basis,
      ]),
    ).toEqual([
      [
        "orders/orders",
        "orders/orders/enough orders/orders/fresh",
        "15m",
        96,
        1,
        gigabyte,
        "dry_run",
      ],
      ["orders/orders", "orders/orders/daily", "0 6 * * * UTC", 1, 1, gigabyte, "dry_run"],
      ["orders/shape", "orders/shape/shape", "1h", 24, 0, 0, null],
    ]);
    expect(products).toEqual([{ name: "orders", bytesPerDay: 97 * gigabyte, notKnown: 0 }]);
    expect(connections).toEqual([
      { name: "lake", bytesPerDay: 97 * gigabyte, notKnown: 0, awake: null },
      { name: "attic", bytesPerDay: 0, notKnown: 0, awake: null },
    ]);
    expect(warehouse.asked).toEqual([]);
  });

  it("is not known where nothing says, and is no zero", async () => {
    const { probes, products } = await plan(new ScriptedWarehouse());
    expect(probes.map(({ bytesPerRun, failure }) => [bytesPerRun, failure])).toEqual([
      [null, null],
      [null, null],
      [0, null],
    ]);
    expect(products).toEqual([{ name: "orders", bytesPerDay: 0, notKnown: 2 }]);
  });

  it("is of the selected checks", async () => {
    const warehouse = new ScriptedWarehouse({ estimatedBytes: gigabyte });
    const { probes, connections } = await plan(warehouse, ["orders/orders/daily"]);
    expect(probes.map(({ checkIds }) => checkIds)).toEqual([["orders/orders/daily"]]);
    expect(connections.map(({ name }) => name)).toEqual(["lake"]);
  });

  it("is also the time that a warehouse is awake, where that is billed", async () => {
    const warehouse = new ScriptedWarehouse({
      capabilities: { billsWakeTime: true },
      estimatedBytes: gigabyte,
    });
    const { connections } = await plan(warehouse);
    expect(connections.map(({ name, awake }) => [name, awake])).toEqual([
      ["lake", { wakeUps: 96, awakeMs: 96 * 60_000, autoSuspendMs: 60_000 }],
      // What the catalogue answers wakes nobody.
      ["attic", { wakeUps: 0, awakeMs: 0, autoSuspendMs: 60_000 }],
    ]);
  });

  it("is that time for statistics alone, too", async () => {
    const warehouse = new ScriptedWarehouse({ capabilities: { billsWakeTime: true } });
    const estimated = ordersFile
      .replace("shape.csv", "shape.parquet")
      .replace("{ shape: { type: schema } }", "{ some: { type: volume, rows: estimate, min: 1 } }");
    const { probes, connections } = await plan(warehouse, ["orders/shape"], estimated);
    expect(probes.map(({ statements, wakes }) => [statements, wakes])).toEqual([[0, true]]);
    expect(connections[0]?.awake).toMatchObject({ wakeUps: 24 });
  });
});
