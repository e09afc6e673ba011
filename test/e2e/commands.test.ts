import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark, TidemarkProcess } from "../helpers/tidemark.ts";

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await TemporaryFolder.make();
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const tidemark = (...args: readonly string[]) => runTidemark(args, { cwd: folder.path });

describe("tidemark", () => {
  it("says what it can do", async () => {
    const { exitCode, stdout, stderr } = await tidemark("--help");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const command of ["init", "validate", "plan", "check", "serve", "status", "doctor"]) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    }
  });

  it("refuses a command that there is not, on stderr alone", async () => {
    const { exitCode, stdout, stderr } = await tidemark("chekc");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("unknown command 'chekc'");
    expect(stderr).toContain("Did you mean check?");
  });

  it.each([
    ["check", "--format", "junit"],
    ["check", "--record"],
  ])("refuses what is not built yet: %s %s", async (...args) => {
    const { exitCode, stdout, stderr } = await tidemark(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("TM_NOT_SUPPORTED");
  });

  it("says where it looked when there is no configuration", async () => {
    const { exitCode, stderr } = await tidemark("check");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^tidemark\.yaml:1:1: error TM_CONFIG_READ/);
  });
});

describe("a command", () => {
  it("ends in silence when nobody reads on", async () => {
    await using child = new TidemarkProcess(["schema"]);
    child.closeStdout();
    expect(await child.ended()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "cancels what runs on %s, a catalogue's read too, and says what it knows",
    async (signal) => {
      // Accepts connections and never says a word.
      await using server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      await folder.write({
        "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections:
  dwh: { type: postgres, url: "postgres://reader@127.0.0.1:${port}/dwh", statement_timeout: 3s }
teams: { shop: {} }
`,
        "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders:
    connection: dwh
    table: orders
    columns: { order_id: { type: bigint } }
    checks:
      shape: { type: schema }
`,
      });
      await using child = new TidemarkProcess(["check"], { cwd: folder.path });
      await once(server, "connection");
      child.send(signal);
      const { exitCode, stdout } = await child.ended();
      expect(exitCode).toBe(130);
      expect(stdout).toMatch(/^error {2}orders\/orders\/shape .*cancelled/);
    },
  );
});

describe("a new mesh", () => {
  it("is valid, keeps its promises, and is never written over", async () => {
    const made = await tidemark("init", "watch");
    expect(made).toMatchObject({ exitCode: 0, stdout: "" });
    expect(made.stderr).toContain("tidemark check -c watch/tidemark.yaml");

    const valid = await tidemark("validate", "-c", "watch/tidemark.yaml", "--strict");
    expect(valid).toMatchObject({ exitCode: 0, stderr: "" });
    expect(valid.stdout).toBe("valid: 1 product, 1 dataset, 3 checks, 1 SLO\n");

    const checked = await tidemark("check", "-c", "watch/tidemark.yaml");
    expect(checked).toMatchObject({ exitCode: 0, stderr: "" });
    expect(checked.stdout).toMatch(/^pass {2}orders\/orders\/enough {2}12 rows in the dataset/m);
    expect(checked.stdout).toMatch(/^3 pass in \d+\.\d s$/m);

    const again = await tidemark("init", "watch");
    expect(again).toMatchObject({ exitCode: 2, stdout: "" });
    expect(again.stderr).toContain("TM_INIT_EXISTS: watch already has tidemark.yaml");
  });

  it("has no history before a daemon has run, and says so", async () => {
    await tidemark("init", ".");
    const { exitCode, stdout, stderr } = await tidemark("status");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("TM_STORE_UNAVAILABLE: There is no store at");
    expect(stderr).toContain("`tidemark serve` makes it");
  });

  it("prints the statements that would run", async () => {
    await tidemark("init", ".");
    const { exitCode, stdout } = await tidemark("plan", "orders");
    expect(exitCode).toBe(0);
    expect(stdout).toContain('max("loaded_at")');
  });

  it("is judged the same in every zone that the host may be in", async () => {
    await folder.write({
      "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: {} }
`,
      "data.csv": "loaded_at\n2026-03-29 02:30:00\n",
      "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders:
    connection: files
    files: data.csv
    timezone: Europe/Berlin
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h, future_tolerance: 300y }
`,
    });
    const newest: unknown[] = [];
    for (const zone of ["UTC", "Pacific/Apia", "America/Los_Angeles"]) {
      const { stdout } = await runTidemark(["check", "--format", "json"], {
        cwd: folder.path,
        env: { TZ: zone },
      });
      newest.push((JSON.parse(stdout) as CheckOutput).results[0]?.measured["newest"]);
    }
    // The clocks of Berlin leap over that time, so that it is as far after the gap.
    const instant = "2026-03-29T01:30:00.000Z";
    expect(newest).toEqual([instant, instant, instant]);
  });
});

interface CheckOutput {
  readonly results: readonly { readonly measured: Readonly<Record<string, unknown>> }[];
}
