import { existsSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark, TidemarkProcess } from "../helpers/tidemark.ts";
import { until } from "../helpers/until.ts";

const daemonFile = `version: 1
products: ["products/*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
http: { listen: "127.0.0.1:0" }
`;

const productFile = `version: 1
product: orders
tier: silver
owner: shop
datasets:
  orders:
    connection: files
    files: ../orders.csv
    schedule: { every: 1s }
    checks:
      enough: { type: volume, min: 3 }
slos:
  enough: { objective: 95%, window: 1d, checks: [orders.enough] }
`;

const kept = "order_id\n1\n2\n3\n";
const broken = "order_id\n1\n";

let folder: TemporaryFolder;
let daemons: TidemarkProcess[];

beforeEach(async () => {
  folder = await TemporaryFolder.make();
  daemons = [];
  await folder.write({
    "tidemark.yaml": daemonFile,
    "products/orders.product.yaml": productFile,
    "orders.csv": kept,
  });
});

afterEach(async () => {
  for (const daemon of daemons) {
    await daemon[Symbol.asyncDispose]();
  }
  await folder[Symbol.asyncDispose]();
});

function serve(): TidemarkProcess {
  const daemon = new TidemarkProcess(["serve"], { cwd: folder.path });
  daemons.push(daemon);
  return daemon;
}

async function stop(daemon: TidemarkProcess): Promise<void> {
  daemon.send("SIGTERM");
  expect(await daemon.ended()).toMatchObject({ exitCode: 0, signal: null });
}

/** The value of one series, or null where it is not exported. */
async function metric(origin: string, series: string): Promise<number | null> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length));
}

/** A scrape may be as old as a second, so the value is waited for. */
async function shows(origin: string, series: string, value: number | null): Promise<void> {
  await until(`${series} to be ${value}`, async () => (await metric(origin, series)) === value);
}

const good = 'tidemark_check_good{product="orders",dataset="orders",check="enough",type="volume"}';
const reloaded = "tidemark_config_last_reload_successful";
const openTickets = 'tidemark_incidents_open{product="orders",alert="ticket"}';

it("watches, tells of a promise that breaks and heals, and drains when it is stopped", async () => {
  const daemon = serve();
  const origin = await daemon.serves();
  await shows(origin, good, 1);
  await shows(origin, openTickets, 0);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  expect((await fetch(`${origin}/readyz`)).status).toBe(200);

  await folder.write({ "orders.csv": broken });
  await until("the notice", () => daemon.stdout.includes("[opened]"));
  expect(daemon.stdout).toContain("1 row in the dataset; at least 3 promised");
  await shows(origin, good, 0);
  await shows(origin, openTickets, 1);
  const during = await runTidemark(["status"], { cwd: folder.path });
  expect(during).toMatchObject({ exitCode: 0, stderr: "" });
  expect(during.stdout).toMatch(
    /orders\/orders: completeness broken for \w+ \(ticket\): orders\/orders\/enough/,
  );
  // DuckDB does not tell what it scans, which is not the same as nothing.
  expect(during.stdout).toMatch(/\n +orders +bytes not known +\w+ +bytes not known +\w+\n/);

  await folder.write({ "orders.csv": kept });
  await until("the all-clear", () => daemon.stdout.includes("[resolved]"));
  await shows(origin, openTickets, 0);
  await stop(daemon);

  const after = await runTidemark(["status", "--format", "json"], { cwd: folder.path });
  const { slos, incidents, costs } = JSON.parse(after.stdout) as StatusOutput;
  expect(costs).toMatchObject([{ product: "orders", last_30_days: { bytes: null } }]);
  expect(costs[0]?.last_30_days.statements).toBeGreaterThan(2);
  expect(incidents).toEqual([]);
  expect(slos[0]).toMatchObject({ id: "orders/enough", objective: "95%", window: "1d" });
  expect(slos[0]?.bad_seconds).toBeGreaterThan(0);
});

interface StatusOutput {
  readonly slos: readonly { readonly bad_seconds: number }[];
  readonly incidents: readonly unknown[];
  readonly costs: readonly { readonly last_30_days: { readonly statements: number } }[];
}

it("keeps what it watches when a reload is broken, and takes over what is mended", async () => {
  const daemon = serve();
  const origin = await daemon.serves();
  await shows(origin, good, 1);
  await shows(origin, reloaded, 1);

  await folder.write({ "products/orders.product.yaml": productFile.replace("min: 3", "mim: 3") });
  daemon.send("SIGHUP");
  const why = await daemon.logged("what was watched is still watched");
  expect(why.level).toBe("error");
  expect(daemon.stderr).toContain(
    "products/orders.product.yaml:11:31: error TM_CONFIG_UNKNOWN_KEY",
  );
  await shows(origin, reloaded, 0);
  await shows(origin, good, 1);

  await folder.write({
    "products/orders.product.yaml": productFile
      .replace("enough: {", "plenty: {")
      .replace("[orders.enough]", "[orders.plenty]"),
  });
  daemon.send("SIGHUP");
  await daemon.logged("configuration reloaded");
  await shows(origin, reloaded, 1);
  const renamed = good.replace("enough", "plenty");
  await shows(origin, renamed, 1);
  await shows(origin, good, null);
  await stop(daemon);
});

it("closes the incident of a check that is removed, and says so", async () => {
  await folder.write({ "orders.csv": broken });
  const daemon = serve();
  const origin = await daemon.serves();
  await until("the notice", () => daemon.stdout.includes("[opened]"));

  await folder.write({
    "products/orders.product.yaml": productFile
      .replace("enough: { type: volume, min: 3 }", "some: { type: volume, min: 1 }")
      .replace("[orders.enough]", "[orders.some]"),
  });
  daemon.send("SIGHUP");
  await until("the notice", () => daemon.stdout.includes("[withdrawn]"));
  await shows(origin, openTickets, 0);
  await stop(daemon);
  const { stdout } = await runTidemark(["status", "--format", "json"], { cwd: folder.path });
  expect((JSON.parse(stdout) as StatusOutput).incidents).toEqual([]);
});

it("starts from the last good files when those on disk are broken", async () => {
  const first = serve();
  await first.serves();
  await stop(first);
  await folder.write({ "products/orders.product.yaml": "version: 1\nproduct: [orders\n" });

  const second = serve();
  const origin = await second.serves();
  expect(second.stderr).toContain("products/orders.product.yaml:3:1: error TM_CONFIG_SYNTAX");
  expect(await second.logged("the last good one is used")).toMatchObject({ level: "error" });
  const standing = await runTidemark(["status"], { cwd: folder.path });
  expect(standing).toMatchObject({ exitCode: 0 });
  expect(standing.stdout).toContain("orders/");
  expect(standing.stderr).toContain("the last good one is used");
  await shows(origin, reloaded, 0);
  await shows(origin, good, 1);

  await folder.write({ "products/orders.product.yaml": productFile });
  second.send("SIGHUP");
  await shows(origin, reloaded, 1);
  await stop(second);
});

it("refuses a first start with broken files, and makes no store", async () => {
  await folder.write({ "products/orders.product.yaml": "version: 1\nproduct: [orders\n" });
  const refused = await runTidemark(["serve"], { cwd: folder.path });
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toContain("TM_CONFIG_SYNTAX");
  expect(existsSync(folder.at(".tidemark"))).toBe(false);
});

it("lets one daemon write to a store, and the first one go on", async () => {
  const first = serve();
  const origin = await first.serves();
  const second = await runTidemark(["serve"], { cwd: folder.path });
  expect(second).toMatchObject({ exitCode: 2, stdout: "" });
  expect(second.stderr).toContain("TM_STORE_LOCKED");
  await shows(origin, good, 1);
  await stop(first);
});

it("cancels what runs when it is asked to stop a second time", async () => {
  await folder.write({
    "products/orders.product.yaml": productFile.replace(
      "files: ../orders.csv",
      "query: SELECT i FROM range(1000000000000) AS t(i) WHERE hash(i) % 7 = 0",
    ),
  });
  const daemon = serve();
  await daemon.serves();
  daemon.send("SIGTERM");
  await daemon.logged("stopping");
  daemon.send("SIGTERM");
  const askedMs = performance.now();
  expect(await daemon.ended()).toMatchObject({ exitCode: 0, signal: null });
  expect(performance.now() - askedMs).toBeLessThan(10_000);
  expect(daemon.log.filter(({ level }) => level === "error")).toEqual([]);
});
