/** What status and reports say of costs, from what a real store keeps. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { budgetStandings, recentCosts } from "../../../src/app/costs.ts";
import { reportFrom } from "../../../src/app/report.ts";
import type { DailyCost } from "../../../src/core/cost.ts";
import { ScriptedWarehouse } from "../engine/scripted-warehouse.ts";
import { noonMs, Stage, type Staged } from "../engine/stage.ts";

const dayMs = 86_400_000;
const todayMs = noonMs - dayMs / 2;
const gigabyte = 1_000_000_000;

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections:
  lake: { type: duckdb, max_bytes_per_day: 10GB }
  attic: { type: duckdb, max_bytes_per_day: 1GB }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

const productFile = (name: string, connection: string, more = ""): string => `
version: 1
product: ${name}
owner: shop
${more}
datasets:
  rows:
    connection: ${connection}
    files: ${name}.csv
    schedule: { cron: "0 0 1 1 *" }
    checks: { some: { type: volume, min: 1 } }
`;

let stage: Stage;
let staged: Staged;

beforeEach(async () => {
  stage = new Stage();
  stage.write({
    "tidemark.yaml": daemonFile,
    "orders.product.yaml": productFile("orders", "lake", "max_bytes_per_day: 2GB"),
    "refunds.product.yaml": productFile("refunds", "lake"),
    "old.product.yaml": productFile("old", "attic"),
  });
  const warehouse = new ScriptedWarehouse({ capabilities: { reportsBytes: true } });
  staged = await stage.start({ specs: warehouse.specs() });
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

function cost(changes: Partial<DailyCost>): DailyCost {
  return {
    connection: "lake",
    product: "orders",
    dayMs: todayMs,
    statements: 1,
    toldStatements: 1,
    bytes: gigabyte,
    busyMs: 100,
    ...changes,
  };
}

describe("recent costs", () => {
  it("are those of today and of thirty days with it, over all connections", async () => {
    await staged.store.costs.add([
      cost({}),
      cost({ connection: "attic" }),
      cost({ dayMs: todayMs - 29 * dayMs }),
      cost({ dayMs: todayMs - 30 * dayMs }),
      cost({ product: "refunds", toldStatements: 0, bytes: 0 }),
    ]);
    const none = { statements: 0, toldStatements: 0, bytes: null, busyMs: 0 };
    const untold = { statements: 1, toldStatements: 0, bytes: null, busyMs: 100 };
    expect(await recentCosts(staged.store, ["old", "orders", "refunds"], noonMs)).toEqual([
      { product: "old", today: none, recent: none },
      {
        product: "orders",
        today: { statements: 2, toldStatements: 2, bytes: 2 * gigabyte, busyMs: 200 },
        recent: { statements: 3, toldStatements: 3, bytes: 3 * gigabyte, busyMs: 300 },
      },
      { product: "refunds", today: untold, recent: untold },
    ]);
  });
});

describe("budgets", () => {
  it("are shown where they bound a product, with what all products spent of them today", async () => {
    await staged.store.costs.add([
      cost({}),
      cost({ product: "refunds" }),
      cost({ dayMs: todayMs - dayMs, bytes: 9 * gigabyte }),
    ]);
    const { mesh } = staged.watch;
    const of = async (...products: readonly string[]) =>
      (await budgetStandings(mesh, staged.store, new Set(products), noonMs)).map(
        ({ scope, name, bytesToday }) => `${scope} ${name}: ${bytesToday / gigabyte}`,
      );
    expect(await of("orders")).toEqual(["connection lake: 2", "product orders: 1"]);
    expect(await of("refunds")).toEqual(["connection lake: 2"]);
    expect(await of("old")).toEqual(["connection attic: 0"]);
    expect(await of()).toEqual([]);
  });
});

describe("a report", () => {
  const costIn = async (period: string, timezone: string) => {
    const { products } = await reportFrom(
      staged.watch.mesh,
      staged.store,
      { selectors: ["orders"], period, timezone },
      noonMs + 1,
    );
    const found = products[0]?.cost ?? null;
    return found === null
      ? null
      : {
          from: new Date(found.fromMs).toISOString().slice(0, 10),
          to: new Date(found.toMs).toISOString().slice(0, 10),
          bytes: found.bytes,
        };
  };

  it.each([
    ["2026-01-04", "UTC", "2026-01-04", "2026-01-05", 2],
    ["2026-01-04", "Europe/Berlin", "2026-01-04", "2026-01-05", 2],
    ["2026-01-04", "America/Los_Angeles", "2026-01-04", "2026-01-05", 2],
    ["2025", "America/New_York", "2025-01-01", "2026-01-01", 4],
    ["2026", "Asia/Tokyo", "2026-01-01", "2027-01-01", 3],
    ["2d", "UTC", "2026-01-04", "2026-01-06", 3],
  ])("on %s in %s has the costs of the UTC days %s until %s", async (period, zone, from, to, n) => {
    await staged.store.costs.add([
      cost({ dayMs: Date.UTC(2025, 11, 31), bytes: 4 * gigabyte }),
      cost({ dayMs: todayMs - dayMs, bytes: 2 * gigabyte }),
      cost({}),
    ]);
    expect(await costIn(period, zone)).toEqual({ from, to, bytes: n * gigabyte });
  });

  it("on an hour without a noon does not say", async () => {
    stage.clock.nowMs = noonMs;
    await staged.store.costs.add([cost({})]);
    expect(await costIn("2026-01-05T08:00:00Z/2026-01-05T09:00:00Z", "UTC")).toBeNull();
  });
});
