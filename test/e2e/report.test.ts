import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { readHtml } from "../helpers/strict-html.ts";
import { runTidemark, TidemarkProcess } from "../helpers/tidemark.ts";
import { until } from "../helpers/until.ts";

const files = {
  "tidemark.yaml": `version: 1
products: ["products/*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: {} }
http: { listen: "127.0.0.1:0" }
`,
  "products/orders.product.yaml": `version: 1
product: orders
description: "One row per <confirmed> order."
tier: bronze
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
`,
  "orders.csv": "id\n1\n",
};

interface ReportAsJson {
  readonly version: number;
  readonly period: { readonly text: string; readonly running: boolean };
  readonly products: readonly {
    readonly name: string;
    readonly slos: readonly {
      readonly id: string;
      readonly verdict: string;
      readonly sli: number;
      readonly incidents: readonly { readonly spent_seconds: number }[];
      readonly exclusions: readonly { readonly author: string }[];
    }[];
  }[];
}

let folder: TemporaryFolder;

const tidemark = (...args: readonly string[]) => runTidemark(args, { cwd: folder.path });

/** A store in which a promise is broken, and some time is excused. */
beforeAll(async () => {
  folder = await TemporaryFolder.make();
  await folder.write(files);
  await using daemon = new TidemarkProcess(["serve"], { cwd: folder.path });
  const origin = await daemon.serves();
  await until("an incident", async () => {
    const answer = await fetch(`${origin}/api/v1/incidents`);
    return ((await answer.json()) as { readonly items: readonly unknown[] }).items.length > 0;
  });
  daemon.send("SIGTERM");
  await daemon.ended();
  const said = ["--reason", "A <wrong> file", "--author", "ana"];
  await tidemark("exclude", "add", "orders", "--from", "now", ...said);
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** Runs it; it must be made without a word on stderr. */
async function made(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tidemark("report", ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout;
}

describe("tidemark report", () => {
  it("prints text", async () => {
    const text = await made("--period", "1h");
    expect(text).toMatch(/^Tidemark report 1h\n.*, all times in UTC\nMade at /);
    expect(text).toContain("\norders (bronze, owned by shop)\n  One row per <confirmed> order.\n");
    expect(text).toMatch(/^ {6}\S+ +completeness of orders\/orders, incident [0-9a-f]{12}$/m);
    expect(text).toMatch(/^ {6}\S+ \S+ to \S+ \S+: \S+ taken out\n {8}A <wrong> file\n/m);
    expect(text).toMatch(/[^\n]\n$/);
  });

  it("prints JSON of what selectors name", async () => {
    const document = JSON.parse(
      await made("orders/enough", "--period", "1d", "--format", "json"),
    ) as ReportAsJson;
    expect(document).toMatchObject({
      version: 1,
      period: { text: "1d", running: false },
      products: [
        {
          name: "orders",
          slos: [
            {
              id: "orders/enough",
              sli: 0,
              incidents: [{ dimension: "completeness" }],
              exclusions: [{ author: "ana", mode: "remove" }],
            },
          ],
        },
      ],
    });
    expect(document.products[0]?.slos[0]?.incidents[0]?.spent_seconds).toBeGreaterThan(0);
  });

  it("writes a page to a file, over an earlier one, and says so", async () => {
    await folder.write({ "report.html": "an earlier report\n".repeat(9_999) });
    const args = ["--period", "1h", "--timezone", "Europe/Berlin", "--format", "html"];
    const written = await tidemark("report", ...args, "--out", "report.html");
    expect(written).toMatchObject({ exitCode: 0, stdout: "", stderr: "wrote report.html\n" });
    const source = await readFile(folder.at("report.html"), "utf8");
    const { text } = readHtml(source);
    expect(text).toContain("One row per <confirmed> order.");
    expect(text).toContain("A <wrong> file");
    expect(text).toContain("all times in Europe/Berlin");
    expect(source).not.toContain("an earlier report");
  });

  it("goes by the last good configuration while the one on disk is broken", async () => {
    await folder.write({ "products/orders.product.yaml": "version: 1\n" });
    const { exitCode, stdout } = await tidemark("report", "--period", "1h");
    await folder.write({ "products/orders.product.yaml": files["products/orders.product.yaml"] });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("\norders (bronze, owned by shop)\n");
  });

  it.each([
    [[], "TM_USAGE: required option '--period <period>' not specified"],
    [["--period", "1h", "--format", "pdf"], "TM_USAGE: option '--format <format>'"],
    [["--period", "soon"], "TM_USAGE: `soon` is no period"],
    [["--period", "9990"], "TM_USAGE: the period `9990` begins at 9990-01-01T00:00:00.000Z"],
    [["--period", "2026", "--timezone", "Mars/Base"], "TM_USAGE: there is no time zone `Mars/"],
    [["--period", "1h", "nothing"], "TM_SELECTOR: `nothing` matches no check and no SLO"],
    [["--period", "1h", "--out", "no/such/folder"], "TM_OUTPUT_WRITE: no/such/folder cannot be"],
    [["--period", "1h", "--out", "products"], "TM_OUTPUT_WRITE: products cannot be written"],
  ])("refuses %j, and writes nothing", async (args, message) => {
    const before = await readdir(folder.path);
    const { exitCode, stdout, stderr } = await tidemark("report", ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(await readdir(folder.path)).toEqual(before);
  });

  it("needs a store, and makes none", async () => {
    await using other = await TemporaryFolder.make();
    await other.write(files);
    const args = ["report", "--period", "1h"];
    const { exitCode, stdout, stderr } = await runTidemark(args, { cwd: other.path });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("TM_STORE_UNAVAILABLE: There is no store at");
    expect(await readdir(other.path)).not.toContain(".tidemark");
  });
});
