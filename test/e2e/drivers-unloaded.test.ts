/** A daemon pays for the drivers of those warehouses only that it watches. */
import { expect, it } from "vitest";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { packagesIn, traceModules } from "../helpers/packages.ts";
import { settingsFor, startSnowflake, users } from "../helpers/snowflake.ts";
import { TidemarkProcess } from "../helpers/tidemark.ts";
import { until } from "../helpers/until.ts";

const drivers = ["@duckdb/node-api", "@google-cloud/bigquery", "pg", "snowflake-sdk"];

const meshOf = (connection: object, source: string) => ({
  "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections: { dwh: ${JSON.stringify(connection)} }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
http: { listen: "127.0.0.1:0" }
`,
  "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders: { ${source}, checks: { enough: { type: volume, min: 1 } } }
`,
  "orders.csv": "order_id\n1\n",
});

/** The packages that a daemon has loaded once its check has passed. */
async function loaded(files: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  await using folder = await TemporaryFolder.make();
  await folder.write(files);
  const trace = folder.at("modules.txt");
  await using daemon = new TidemarkProcess(["serve"], {
    cwd: folder.path,
    env: { NODE_OPTIONS: traceModules, MODULE_TRACE: trace },
  });
  const origin = await daemon.serves();
  await until("the check to pass", async () => {
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    return /^tidemark_check_good\{.*\} 1$/m.test(metrics);
  });
  daemon.send("SIGTERM");
  expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
  return packagesIn(trace);
}

it("a daemon that only reads files loads DuckDB, and nothing of the other drivers", async () => {
  const packages = await loaded(meshOf({ type: "duckdb" }, "files: orders.csv"));
  expect(drivers.filter((name) => packages.has(name))).toEqual(["@duckdb/node-api"]);
  // What the clouds' clients bring along.
  expect([...packages].filter((name) => /google|gaxios|snowflake|aws|azure/u.test(name))).toEqual(
    [],
  );
});

it("a daemon that watches BigQuery loads its client, and no other driver", async () => {
  await using server = await BigqueryServer.open();
  await server.engine.execute("create schema shop");
  await server.engine.execute("create table shop.orders (id INT64)");
  await server.engine.execute("insert into shop.orders values (1)");
  const connection = { type: "bigquery", project: "test-project", api_endpoint: server.origin };
  const packages = await loaded(meshOf(connection, "table: shop.orders"));
  expect(drivers.filter((name) => packages.has(name))).toEqual(["@google-cloud/bigquery"]);
});

it("a daemon that watches Snowflake loads its driver, and no other one", async () => {
  await using running = await startSnowflake();
  const { server } = running;
  await server.engine.execute("create schema SHOP");
  await server.engine.execute("create table SHOP.ORDERS (ID number(38,0))");
  await server.engine.execute("insert into SHOP.ORDERS values (1)");
  const { password } = users;
  const connection = { type: "snowflake", ...settingsFor(server.origin), password };
  const packages = await loaded(meshOf(connection, "table: shop.orders"));
  expect(drivers.filter((name) => packages.has(name))).toEqual(["snowflake-sdk"]);
});
