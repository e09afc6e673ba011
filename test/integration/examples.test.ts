import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { differences, readExpected } from "../../examples/demo/expectation.ts";
import { scenesBetween, storyMs } from "../../examples/demo/story.ts";
import { loadConfiguration } from "../../src/app/configuration.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { until } from "../helpers/until.ts";

const root = resolve(import.meta.dirname, "../..");
const meshes = globSync("examples/**/tidemark.yaml", { cwd: root });
const products = globSync("examples/**/*.product.yaml", { cwd: root });

describe("every example mesh", () => {
  it("is found", () => {
    expect(meshes).toContain("examples/demo/tidemark.yaml");
    expect(products.length).toBeGreaterThanOrEqual(4);
  });

  it.each(meshes)("%s is valid, without a warning", async (path) => {
    const { mesh, problems } = await loadConfiguration(join(root, path), {});
    expect(problems).toEqual([]);
    expect(mesh?.checks.size).toBeGreaterThan(0);
  });

  it.each([...meshes, ...products])(
    "%s tells editors its schema in the first line",
    async (path) => {
      const [firstLine = ""] = (await readFile(join(root, path), "utf8")).split("\n");
      const target = /^# yaml-language-server: \$schema=(\S+)$/.exec(firstLine)?.[1] ?? "";
      const file = resolve(root, dirname(path), target);
      expect(basename(file)).toBe(
        path.endsWith(".product.yaml") ? "product.schema.json" : "tidemark.schema.json",
      );
      expect(existsSync(file)).toBe(true);
    },
  );
});

describe("the demo", () => {
  it("declares passes, warnings and failures, each with its reason", async () => {
    const declared = Object.values(await readExpected());
    const outcomes = new Set(declared.map(({ outcome }) => outcome));
    expect(outcomes).toEqual(new Set(["pass", "warn", "fail"]));
    expect(declared.filter(({ why }) => why.length < 10)).toEqual([]);
  });

  it("names what came out differently, was not declared, or did not run", () => {
    const expected = {
      "a/b/same": { outcome: "fail", why: "" },
      "a/b/other": { outcome: "pass", why: "" },
      "a/b/absent": { outcome: "warn", why: "" },
    } as const;
    const results = [
      { id: "a/b/same", outcome: "fail", summary: "Too old." },
      { id: "a/b/other", outcome: "error", summary: "No answer." },
      { id: "a/b/new", outcome: "pass", summary: "Fine." },
    ] as const;
    expect(differences(expected, { results: [...results] })).toEqual([
      "a/b/other: error instead of pass. No answer.",
      "a/b/new: pass, and nothing is declared of it. Fine.",
      "a/b/absent: did not run; warn is declared.",
    ]);
  });

  it("tells its story anew when it has ended, each scene once", () => {
    const told = (fromMs: number, toMs: number) =>
      scenesBetween(fromMs, toMs).map(({ atMs }) => atMs);
    expect(told(0, 39_999)).toEqual([]);
    expect(told(39_999, 40_000)).toEqual([40_000]);
    expect(told(40_000, 165_000)).toEqual([130_000, 165_000]);
    expect(told(storyMs - 1, storyMs + 40_000)).toEqual([40_000]);
    expect(told(200_000, storyMs + 40_000)).toEqual([240_000, 270_000, 40_000]);
  });

  it("loads, checks once, finds every outcome as declared, and leaves nothing behind", async () => {
    await using folder = await TemporaryFolder.make();
    await using demo = new Demo(["--once"], folder.path);
    expect(await demo.ended()).toBe(0);
    expect(demo.output).toContain("3,000,000 rows in the dataset");
    expect(demo.output).toMatch(/^fail {2}wildlife-strikes\/reports\/fresh {5}The newest/m);
    expect(demo.output).toContain("All 19 outcomes are as");
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("ends its daemon and removes its data when it is interrupted", async () => {
    await using folder = await TemporaryFolder.make();
    await using demo = new Demo([], folder.path);
    await until("the daemon watches", () => demo.output.includes("metrics at"));
    const [, origin = ""] = /metrics at (\S+)\/metrics/.exec(demo.output) ?? [];
    await until("the daemon is ready", async () => (await fetch(`${origin}/readyz`)).ok);
    demo.interrupt();
    // npm hands on the signal that the terminal has already sent.
    demo.interrupt();
    expect(await demo.ended()).toBe(0);
    expect(demo.output).toContain("INFO: stopped");
    await expect(fetch(`${origin}/readyz`)).rejects.toThrow("fetch failed");
    expect(await readdir(folder.path)).toEqual([]);
  });
});

/** The demo as a child process whose temporary files are made in `tmpdir`. */
class Demo implements AsyncDisposable {
  output = "";
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], tmpdir: string) {
    this.#child = spawn(process.execPath, [join(root, "examples/demo/demo.ts"), ...args], {
      env: { PATH: process.env["PATH"], TMPDIR: tmpdir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    this.#closed = once(this.#child, "close");
  }

  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** The exit code; null when it was killed. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  /** Asks it to end, since only it can end its daemon. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#closed;
  }
}
