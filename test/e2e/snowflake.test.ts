import { afterAll, beforeAll, expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { containing, matching } from "../helpers/matchers.ts";
import { privateKey, startSnowflake } from "../helpers/snowflake.ts";
import { runTidemark } from "../helpers/tidemark.ts";

const product = `version: 1
product: orders
owner: checkout
datasets:
  orders:
    connection: dwh
    table: shop.orders
    filter: status <> 'test'
    columns:
      id: { type: "number(38,0)", nullable: false }
      loaded_at: { type: timestamp_ltz }
      status: { type: text }
      '"lower"': { type: float }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      enough: { type: volume, column: loaded_at, window: 1d, min: 2 }
      shape: { type: schema, new_columns: fail }
  returns:
    connection: dwh
    table: shop.returns
    checks: { enough: { type: volume, min: 1 } }
  refunds:
    connection: dwh
    query: select * from shop.returns where id > 1
    checks: { none: { type: volume, max: 0 } }
`;

let running: Awaited<ReturnType<typeof startSnowflake>>;
let folder: TemporaryFolder;

beforeAll(async () => {
  running = await startSnowflake();
  const { engine } = running.server;
  await engine.execute('create schema "SHOP"');
  await engine.execute(
    'create table "SHOP"."ORDERS" (id number(38,0) not null, loaded_at timestamp_ltz, status varchar, "lower" float)',
  );
  await engine.execute(
    `insert into "SHOP"."ORDERS" values (1, now() - interval 30 hour, 'x', 1), (2, now(), 'x', 2)`,
  );
  await engine.execute('create table "SHOP"."RETURNS" (id number(38,0))');
  await engine.execute('insert into "SHOP"."RETURNS" values (1)');
  folder = await TemporaryFolder.make();
  await folder.write({
    "keys/tidemark.p8": privateKey.pem,
    "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections:
  dwh:
    type: snowflake
    account: tidemarktest
    access_url: "${running.server.origin}"
    user: tidemark_svc
    role: tidemark_reader
    warehouse: tidemark_wh
    database: tidemark_test
    private_key_path: keys/tidemark.p8
    private_key_passphrase: "${privateKey.passphrase}"
teams: { checkout: { display_name: Checkout } }
`,
    "orders.product.yaml": product,
  });
});

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
  await running?.[Symbol.asyncDispose]();
});

it("checks freshness, volume and columns of a Snowflake table, and ends its session", async () => {
  const { stdout } = await runTidemark(["check", "--format", "json"], { cwd: folder.path });
  const { results } = JSON.parse(stdout) as {
    results: { id: string; outcome: string; summary: string }[];
  };
  expect(results.map(({ id, outcome, summary }) => [id, outcome, summary])).toEqual([
    ["orders/orders/fresh", "pass", containing("newest")],
    ["orders/orders/enough", "fail", containing("1 row")],
    ["orders/orders/shape", "pass", "4 columns promised, and the dataset has exactly these."],
    ["orders/returns/enough", "pass", containing("1 row")],
    ["orders/refunds/none", "pass", containing("0 rows")],
  ]);
  expect(running.server.sessions.openCount).toBe(0);
});

it("asks all datasets in one statement, which is tagged with their names and those of the checks", async () => {
  const before = running.server.statements.length;
  await runTidemark(["check"], { cwd: folder.path });
  const asked = running.server.statements.slice(before).filter((one) => one.needsWarehouse);
  expect(asked.map(({ parameters }) => parameters["QUERY_TAG"])).toEqual([
    matching(
      "^tidemark orders/orders orders/returns orders/refunds checks=fresh,enough,none [0-9a-f]+$",
    ),
  ]);
});

it("estimates how long schedules keep the warehouse awake", async () => {
  const { stdout, exitCode } = await runTidemark(["plan", "--cost"], { cwd: folder.path });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^orders\/returns +dwh +1h +24 +1 +16B \(by the table's size, at most\)/mu,
  );
  expect(stdout).toMatch(/^orders\/refunds +dwh +1h +24 +1 +not known/mu);
  expect(stdout).toContain("dwh is awake for 24 minutes a day, woken 24 times");
});

it("is reached in stages by the doctor, who wakes no warehouse", async () => {
  const before = running.server.statements.length;
  const { stdout, exitCode } = await runTidemark(["doctor"], { cwd: folder.path });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("Datasets that can be read: 3.");
  const asked = running.server.statements.slice(before);
  expect(asked.filter(({ needsWarehouse }) => needsWarehouse)).toEqual([]);
});
