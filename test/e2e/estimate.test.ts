import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asOwner } from "../helpers/duckdb.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres.ts";
import { runTidemark } from "../helpers/tidemark.ts";

describe("rows by estimate", () => {
  let folder: TemporaryFolder;
  let server: PostgresServer;

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    server = await startPostgres({ autovacuum: "off" });
    await server.admin.query(`
      create table orders as select n as id from generate_series(1, 5000) n;
      create table fresh_in as select n as id from generate_series(1, 5000) n;
      create view seen as select * from orders;
      analyze orders;
    `);
    await folder.write({ "parts/keep": "" });
    await asOwner(`copy (from range(777)) to '${folder.at("parts/a.parquet")}' (format parquet)`);
    await folder.write({
      "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections:
  dwh: { type: postgres, url: "\${env:DWH_URL}" }
  files: { type: duckdb }
teams: { shop: {} }
`,
      "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  analysed: { connection: dwh, table: orders, checks: { enough: { type: volume, min: 4500, rows: estimate } } }
  never: { connection: dwh, table: fresh_in, checks: { enough: { type: volume, min: 1, rows: estimate } } }
  view: { connection: dwh, table: seen, checks: { enough: { type: volume, min: 1, rows: estimate } } }
  missing: { connection: dwh, table: nowhere, checks: { enough: { type: volume, min: 1, rows: estimate } } }
  parts:
    connection: files
    files: parts/*.parquet
    checks:
      enough: { type: volume, min: 778, rows: estimate }
      counted: { type: volume, min: 777 }
`,
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const tidemark = (...args: readonly string[]) =>
    runTidemark(args, { cwd: folder.path, env: { DWH_URL: server.url() } });

  it("are judged without a row being read, and said to be estimates", async () => {
    const { exitCode, stdout } = await tidemark("check", "--format", "json");
    expect(exitCode).toBe(1);
    const { results } = JSON.parse(stdout) as { results: { id: string }[] };
    const byId = new Map(results.map((result) => [result.id, result]));
    expect(byId.get("orders/analysed/enough")).toMatchObject({
      outcome: "pass",
      summary:
        "About 5,000 rows in the dataset, by the warehouse's estimate; at least 4,500 promised.",
      measured: { rows: 5_000, is_estimate: true },
      evidence: { rung: "metadata", query_ids: [] },
    });
    expect(byId.get("orders/parts/enough")).toMatchObject({
      outcome: "fail",
      summary: "777 rows in the dataset, by the warehouse's metadata; at least 778 promised.",
      measured: { rows: 777, is_estimate: false },
      evidence: { rung: "metadata" },
    });
    expect(byId.get("orders/parts/counted")).toMatchObject({
      outcome: "pass",
      evidence: { rung: "column" },
    });
    for (const dataset of ["never", "view", "missing"]) {
      expect(byId.get(`orders/${dataset}/enough`)).toMatchObject({
        outcome: "error",
        measured: {},
        failure: { kind: "not_found", hint: expect.stringMatching(/./u) as string },
      });
    }
  });

  it("are planned as a question to the metadata", async () => {
    const { exitCode, stdout } = await tidemark("plan", "orders/analysed");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("asks the metadata; those of tables in one call");
    expect(stdout).not.toContain("select");
  });

  it.each([
    [
      "CSV files",
      "connection: files, files: 'parts/*.csv'",
      "these files through a connection of type duckdb",
    ],
    [
      "a query",
      "connection: dwh, query: select 1 as id",
      "a query through a connection of type postgres",
    ],
  ])("are refused of %s, which have none", async (_what, source, words) => {
    await using other = await TemporaryFolder.make();
    await other.write({
      "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections: { dwh: { type: postgres, url: "postgres://watch@localhost/dwh" }, files: { type: duckdb } }
teams: { shop: {} }
`,
      "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders: { ${source}, checks: { enough: { type: volume, min: 1, rows: estimate } } }
`,
    });
    const { exitCode, stdout, stderr } = await runTidemark(["validate"], { cwd: other.path });
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toContain(`no number of rows for \`orders\`: ${words}`);
  });
});
