import { afterAll, beforeAll, expect, it } from "vitest";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark } from "../helpers/tidemark.ts";

const product = `version: 1
product: orders
owner: checkout
datasets:
  orders:
    connection: dwh
    table: shop.orders
    filter: loaded_at >= '2020-01-01'
    columns:
      id: { type: int64, nullable: false }
      loaded_at: { type: timestamp }
      address.city: { type: string }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      enough: { type: volume, column: loaded_at, window: 1d, min: 2 }
      shape: { type: schema, new_columns: fail }
`;

const unfiltered = `version: 1
product: loads
owner: checkout
datasets:
  loads:
    connection: dwh
    table: shop.loads
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
  nested:
    connection: dwh
    table: shop.nested
    checks:
      fresh: { type: freshness, column: meta.loaded_at, max_age: 1h }
      enough: { type: volume, column: meta.loaded_at, window: 2d, min: 2 }
`;

let server: BigqueryServer;
let folder: TemporaryFolder;

beforeAll(async () => {
  server = await BigqueryServer.open();
  await server.engine.execute("create schema shop");
  await server.engine.execute(
    "create table shop.orders (id int64 not null, loaded_at timestamp, address struct(city string))",
  );
  await server.engine.execute(
    "insert into shop.orders values (1, now() - interval 30 hour, null), (2, now(), {'city': 'Ulm'})",
  );
  server.engine.facts.set("shop.orders", {
    requiresPartitionFilter: true,
    partitionColumn: "loaded_at",
  });
  await server.engine.execute("create table shop.loads (loaded_at timestamp)");
  await server.engine.execute("insert into shop.loads values (now() - interval 30 hour), (now())");
  await server.engine.execute("create table shop.nested (meta struct(loaded_at timestamp))");
  await server.engine.execute(
    "insert into shop.nested values ({'loaded_at': now() - interval 30 hour}), ({'loaded_at': now()})",
  );
  server.engine.facts.set("shop.loads", {
    requiresPartitionFilter: true,
    partitionColumn: "loaded_at",
  });
  folder = await TemporaryFolder.make();
  await folder.write({
    "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections:
  dwh: { type: bigquery, project: test-project, api_endpoint: "${server.origin}" }
teams: { checkout: { display_name: Checkout } }
`,
    "orders.product.yaml": product,
    "loads.product.yaml": unfiltered,
  });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface Result {
  readonly id: string;
  readonly outcome: string;
  readonly summary: string;
  readonly failure?: { readonly kind: string; readonly message: string; readonly hint?: string };
  readonly evidence: { readonly rung: string };
}

async function check(selector: string): Promise<readonly Result[]> {
  const { stdout } = await runTidemark(["check", selector, "--format", "json"], {
    cwd: folder.path,
  });
  return (JSON.parse(stdout) as { readonly results: readonly Result[] }).results;
}

it("checks freshness, volume and nested columns of a BigQuery table", async () => {
  const results = await check("orders");
  expect(results.map(({ id, outcome, summary }) => [id, outcome, summary])).toEqual([
    ["orders/orders/fresh", "pass", expect.stringContaining("newest")],
    ["orders/orders/enough", "fail", expect.stringContaining("1 row")],
    ["orders/orders/shape", "pass", "3 columns promised, and the dataset has exactly these."],
  ]);
});

it("checks freshness of a table that wants a condition on its partitions, by the newest of them", async () => {
  const [result] = await check("loads/loads");
  expect(result).toMatchObject({ outcome: "pass", evidence: { rung: "partition" } });
});

it("checks columns that are fields of a struct", async () => {
  const results = await check("loads/nested");
  expect(results.map(({ id, outcome }) => [id, outcome])).toEqual([
    ["loads/nested/fresh", "pass"],
    ["loads/nested/enough", "pass"],
  ]);
});

it("says what to do where it may not look for the newest partition of such a table", async () => {
  server.engine.facts.set("INFORMATION_SCHEMA.PARTITIONS", { isForbidden: true });
  const [result] = await check("loads/loads");
  expect(result).toMatchObject({
    outcome: "error",
    failure: {
      kind: "invalid_query",
      message: "The table may only be queried with a condition on its partitioning column.",
    },
  });
  expect(result?.failure?.hint).toContain("Give the dataset a `filter` on loaded_at");
});
