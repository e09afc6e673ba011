import { expect, test } from "vitest";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import type { ConnectorSpec } from "../../../src/core/connector.ts";
import { daemonText, ordersText } from "./mesh-folder.ts";
import { clock, registries } from "./registries.ts";

/** The built-in kinds, with Postgres as one that tells what it scans. */
const telling = {
  ...registries,
  connectors: new Map<string, ConnectorSpec>(
    [...registries.connectors].map(([type, spec]) => [
      type,
      type === "postgres"
        ? { ...spec, capabilities: { ...spec.capabilities, reportsBytes: true } }
        : spec,
    ]),
  ),
};

async function load(daemon: string, product: string) {
  const { mesh, problems } = await new ConfigurationLoader(telling, {}, clock).loadFiles(
    "tidemark.yaml",
    [
      { path: "tidemark.yaml", text: daemon },
      { path: "orders.product.yaml", text: product },
    ],
  );
  expect(problems).toEqual([]);
  return mesh;
}

const bounded = daemonText.replace("type: postgres,", "type: postgres, max_bytes_per_day: 10GB,");

test("a connection and a product may each have a budget of bytes", async () => {
  const mesh = await load(bounded, `${ordersText}max_bytes_per_day: 500MiB\n`);
  expect(mesh?.connections.get("dwh")?.maxBytesPerDay).toBe(10_000_000_000);
  expect(mesh?.connections.get("dwh")?.reportsBytes).toBe(true);
  expect(mesh?.products.get("orders")?.maxBytesPerDay).toBe(524_288_000);
});

test("neither has one unless it says so", async () => {
  const mesh = await load(daemonText, ordersText);
  expect(mesh?.connections.get("dwh")?.maxBytesPerDay).toBeNull();
  expect(mesh?.products.get("orders")?.maxBytesPerDay).toBeNull();
});

test("a changed budget makes nobody reconnect, nor forgets what is known", async () => {
  const before = await load(daemonText, ordersText);
  const after = await load(bounded, `${ordersText}max_bytes_per_day: 500MiB\n`);
  expect(after?.connections.get("dwh")?.fingerprint).toBe(
    before?.connections.get("dwh")?.fingerprint,
  );
  expect(after?.checks.get("orders/orders/fresh")?.generation).toBe(
    before?.checks.get("orders/orders/fresh")?.generation,
  );
});
