import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { silentLogger } from "../helpers/silent-logger.ts";
import { type Ended, runTidemark } from "../helpers/tidemark.ts";

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await TemporaryFolder.make();
});
afterEach(() => folder[Symbol.asyncDispose]());

const tidemark = (...args: readonly string[]): Promise<Ended> =>
  runTidemark(args, { cwd: folder.path });

const daemonFile = (connections: string): string => `version: 1
products: ["*.product.yaml"]
connections: ${connections}
teams: { shop: {} }
`;

describe("plan --cost over files", () => {
  beforeEach(() =>
    folder.write({
      "tidemark.yaml": daemonFile("{ files: { type: duckdb } }"),
      "orders.csv": "id\n1\n2\n",
      "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders:
    files: orders.csv
    schedule: { every: 15m }
    columns: { id: { type: bigint } }
    checks: { enough: { type: volume, min: 1 }, shape: { type: schema } }
`,
      "sums.product.yaml": `version: 1
product: sums
owner: shop
datasets:
  sums:
    query: select 1 as id
    checks: { enough: { type: volume, min: 1 } }
`,
    }),
  );

  it("goes by the size of files, and says of a query that it is not known, rather than nothing", async () => {
    const { exitCode, stdout, stderr } = await tidemark("plan", "--cost");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^orders\/orders +files +15m +96 +1 +7B \(by the table's size, at most\) +672B$/m,
    );
    expect(stdout).toMatch(/^sums\/sums +files +1h +24 +1 +not known +not known$/m);
    expect(stdout).toMatch(/^orders +672B$/m);
    expect(stdout).toMatch(/^sums +not known$/m);
    expect(stdout).toMatch(/^files +672B and what is not known of 1 schedule$/m);
  });

  it("says so to programs as well", async () => {
    const { exitCode, stdout } = await tidemark("plan", "--cost", "sums", "--format", "json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      estimates: [
        {
          dataset: "sums/sums",
          product: "sums",
          connection: "files",
          checks: ["sums/sums/enough"],
          schedule: "1h",
          runs_per_day: 24,
          statements: 1,
          bytes_per_run: null,
          bytes_per_day: null,
          basis: null,
          may_stand: [],
          failure: null,
        },
      ],
      products: [{ name: "sums", bytes_per_day: null, schedules_not_known: 1 }],
      connections: [
        {
          name: "files",
          bytes_per_day: null,
          schedules_not_known: 1,
          max_bytes_per_day: null,
          awake: null,
        },
      ],
    });
  });

  it("keeps `--format` to itself, and tells in its help that it connects", async () => {
    const wrong = await tidemark("plan", "--format", "json");
    expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
    expect(wrong.stderr).toContain("TM_USAGE: `--format` goes with `--cost`");
    const help = await tidemark("plan", "--help");
    expect(help.stdout).toMatch(/Connects to nothing, unless --cost\s+is given/);
  });

  it("counts what commands cost, where there is a store", async () => {
    const path = folder.at(".tidemark/state.db");
    await tidemark("check");
    await (await openSqliteStore(path, { access: "serve", logger: silentLogger }))[
      Symbol.asyncDispose
    ]();
    const { exitCode } = await tidemark("check");
    expect(exitCode).toBe(0);
    await using store = await openSqliteStore(path, { access: "readOnly", logger: silentLogger });
    expect(await store.costs.between(0, Number.MAX_SAFE_INTEGER, null)).toMatchObject([
      { connection: "files", product: "orders", statements: 1, toldStatements: 0 },
      { connection: "files", product: "sums", statements: 1, toldStatements: 0 },
    ]);
  });
});

describe("plan --cost and budgets over BigQuery", () => {
  let server: BigqueryServer;
  beforeEach(async () => {
    server = await BigqueryServer.open();
    await server.engine.execute("create schema shop");
    await server.engine.execute(
      "create table shop.orders as select n as id from unnest(generate_array(1, 1000)) as n",
    );
    await write();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** `more` are further keys of the connection. */
  const write = (more = ""): Promise<void> =>
    folder.write({
      "tidemark.yaml": daemonFile(
        `{ lake: { type: bigquery, project: test-project, api_endpoint: "${server.origin}"${more} } }`,
      ),
      "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders:
    table: shop.orders
    filter: id > 0
    schedule: { every: 1h }
    checks: { enough: { type: volume, min: 1 } }
`,
    });

  it("asks a dry run for each statement, and runs none", async () => {
    const { exitCode, stdout } = await tidemark("plan", "--cost", "--format", "json");
    expect(exitCode).toBe(0);
    const { estimates, products, connections } = JSON.parse(stdout) as {
      readonly estimates: readonly { readonly bytes_per_run: number }[];
      readonly products: readonly unknown[];
      readonly connections: readonly unknown[];
    };
    const bytes = estimates[0]?.bytes_per_run ?? 0;
    expect(bytes).toBeGreaterThan(0);
    expect(estimates).toMatchObject([
      { basis: "dry_run", runs_per_day: 24, statements: 1, bytes_per_day: 24 * bytes },
    ]);
    expect(products).toMatchObject([{ name: "orders", bytes_per_day: 24 * bytes }]);
    expect(connections).toMatchObject([{ name: "lake", bytes_per_day: 24 * bytes }]);
    expect(server.jobs.size).toBe(0);
  });

  it("says which statement a warehouse refuses to estimate, and ends with 3", async () => {
    await server.engine.execute("drop table shop.orders");
    const { exitCode, stdout } = await tidemark("plan", "--cost");
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^orders\/orders +lake +1h +24 +1 +not known +not known$/m);
    expect(stdout).toMatch(/^ {2}orders\/orders: /m);
  });

  it("checks within a budget, and not beyond it", async () => {
    await tidemark("check");
    const ran = server.jobs.size;
    expect(ran).toBeGreaterThan(0);
    await write(", max_bytes_per_day: 1KB");
    const { exitCode, stdout } = await tidemark("check", "--format", "json");
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      results: [
        {
          outcome: "error",
          failure: { kind: "budget" },
          evidence: { query_ids: [] },
        },
      ],
    });
    expect(server.jobs.size).toBe(ran);
  });
});
