import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openWorkspace, type Workspace } from "../../examples/demo/workspace.ts";

/** A product beside those of the demo, whose promise breaks five seconds after its loads stop. */
const tide = `version: 1
product: tide
domain: hazards
tier: gold
owner: seismology
links: { runbook: https://example.com/runbooks/tide }
datasets:
  levels:
    connection: lake
    files: ../data/tide/*.csv
    schedule: { every: 1s }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 5s }
slos:
  fresh:
    description: The level of the sea is never older than five seconds.
    objective: 99%
    window: 30d
    checks: [levels.fresh]
`;

/** The demo's mesh over real data that keeps arriving, with one product more. */
export class LiveMesh implements AsyncDisposable {
  readonly configPath: string;
  readonly #workspace: Workspace;
  readonly #loading: NodeJS.Timeout;
  #working: Promise<void> = Promise.resolve();
  #isTideIn = true;

  static async open(): Promise<LiveMesh> {
    const workspace = await openWorkspace();
    const dir = dirname(workspace.configPath);
    await mkdir(join(dir, "data/tide"));
    await writeFile(join(dir, "products/tide.product.yaml"), tide);
    await loadTide(dir);
    return new LiveMesh(workspace);
  }

  private constructor(workspace: Workspace) {
    this.configPath = workspace.configPath;
    this.#workspace = workspace;
    this.#loading = setInterval(() => {
      this.#working = this.#working.then(() => this.#load());
    }, 500);
  }

  /** From now on the tide is late. */
  stopTide(): void {
    this.#isTideIn = false;
  }

  async #load(): Promise<void> {
    const nowMs = Date.now();
    for (const producer of this.#workspace.producers) {
      await producer.advance(nowMs);
    }
    if (this.#isTideIn) {
      await loadTide(dirname(this.configPath));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#loading);
    await this.#working;
    await this.#workspace[Symbol.asyncDispose]();
  }
}

/** Moved into place, so that a probe never reads half of it. */
async function loadTide(dir: string): Promise<void> {
  const staged = join(dir, "data/tide.new");
  await writeFile(staged, `loaded_at,metres\n${new Date().toISOString()},1.25\n`);
  await rename(staged, join(dir, "data/tide/levels.csv"));
}
