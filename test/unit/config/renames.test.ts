import { expect, test } from "vitest";
import type { Renames } from "../../../src/core/mesh.ts";
import { loadTexts, meshOf } from "./load-texts.ts";

function product(lines: {
  readonly product?: string;
  readonly dataset?: string;
  readonly check?: string;
  readonly slo?: string;
}): string {
  const line = (indent: string, text: string | undefined): string =>
    text === undefined ? "" : `${indent}renamed_from: ${text}\n`;
  return `version: 1
product: sales
owner: checkout
${line("", lines.product)}datasets:
  orders:
    table: analytics.orders
${line("    ", lines.dataset)}    checks:
      enough:
        type: volume
        min: 1
        schedule: { every: 5m }
${line("        ", lines.check)}slos:
  whole:
    objective: 95%
    window: 30d
    checks: [orders.enough]
${line("    ", lines.slo)}`;
}

async function renamesOf(
  lines: Parameters<typeof product>[0],
): Promise<Record<keyof Renames, Readonly<Record<string, string>>>> {
  const { renames } = await meshOf([product(lines)]);
  return {
    products: Object.fromEntries(renames.products),
    datasets: Object.fromEntries(renames.datasets),
    checks: Object.fromEntries(renames.checks),
    slos: Object.fromEntries(renames.slos),
  };
}

test("without a former name nothing was renamed", async () => {
  expect(await renamesOf({})).toEqual({ products: {}, datasets: {}, checks: {}, slos: {} });
});

test("a product that was renamed takes everything in it along", async () => {
  expect(await renamesOf({ product: "shop" })).toEqual({
    products: { shop: "sales" },
    datasets: { "shop/orders": "sales/orders" },
    checks: { "shop/orders/enough": "sales/orders/enough" },
    slos: { "shop/whole": "sales/whole" },
  });
});

test("a dataset that was renamed takes its checks along, and no SLO", async () => {
  expect(await renamesOf({ dataset: "raw" })).toEqual({
    products: {},
    datasets: { "sales/raw": "sales/orders" },
    checks: { "sales/raw/enough": "sales/orders/enough" },
    slos: {},
  });
});

test("a check and an SLO that were renamed are alone in it", async () => {
  expect(await renamesOf({ check: "count", slo: "complete" })).toEqual({
    products: {},
    datasets: {},
    checks: { "sales/orders/count": "sales/orders/enough" },
    slos: { "sales/complete": "sales/whole" },
  });
});

test("names that changed on several levels are followed in every combination", async () => {
  const { checks, datasets, products } = await renamesOf({
    product: "[shop, store]",
    dataset: "raw",
    check: "count",
  });

  expect(products).toEqual({ shop: "sales", store: "sales" });
  expect(Object.keys(datasets).sort()).toEqual([
    "sales/raw",
    "shop/orders",
    "shop/raw",
    "store/orders",
    "store/raw",
  ]);
  expect(new Set(Object.values(checks))).toEqual(new Set(["sales/orders/enough"]));
  expect(Object.keys(checks).sort()).toEqual([
    "sales/orders/count",
    "sales/raw/count",
    "sales/raw/enough",
    "shop/orders/count",
    "shop/orders/enough",
    "shop/raw/count",
    "shop/raw/enough",
    "store/orders/count",
    "store/orders/enough",
    "store/raw/count",
    "store/raw/enough",
  ]);
});

test("an entry of a list is told with its own place", async () => {
  const { mesh, told } = await loadTexts([product({ check: "[old, enough]" })]);

  expect(mesh).toBeNull();
  expect(told).toEqual([
    "0.product.yaml:12:29: error TM_CONFIG_RENAME: `enough` is the name that this check has now",
  ]);
});

test("two products cannot claim one history", async () => {
  const first = product({ product: "shop" });
  const second = first.replace("product: sales", "product: returns");

  expect((await loadTexts([first, second])).told).toEqual([
    "1.product.yaml:4:15: error TM_CONFIG_RENAME: the product `sales` claims the history of `shop` already",
  ]);
});

test("a former name may be that of a dataset in another product", async () => {
  const other = product({}).replace("product: sales", "product: returns");

  const { renames } = await meshOf([
    product({ dataset: "raw" }),
    other.replace("orders:", "raw:").replace("orders.enough", "raw.enough"),
  ]);

  expect([...renames.datasets]).toEqual([["sales/raw", "sales/orders"]]);
});
