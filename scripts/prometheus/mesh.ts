import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { scenesBetween } from "../../examples/demo/story.ts";
import { openWorkspace, type Workspace } from "../../examples/demo/workspace.ts";
import { BigqueryServer } from "../../test/counterparts/bigquery-server.ts";

const daemonFile = z.looseObject({
  connections: z.record(z.string(), z.unknown()),
  teams: z.record(z.string(), z.unknown()),
  notifiers: z.record(z.string(), z.unknown()),
});

const loadEveryMs = 500;

/**
 * The demo's mesh over data that keep arriving, while the demo's story is played, with what the demo lacks: the products
 * of products/, a warehouse that cannot be reached, one that says what it scans, and a notifier that nobody listens to.
 */
export class LiveMesh implements AsyncDisposable {
  readonly configPath: string;
  readonly #stack: AsyncDisposableStack;
  readonly #workspace: Workspace;
  readonly #loading: NodeJS.Timeout;
  readonly #startMs = Date.now();
  #playedMs = 0;
  #working: Promise<void> = Promise.resolve();
  #isTideIn = true;

  static async open(): Promise<LiveMesh> {
    await using stack = new AsyncDisposableStack();
    const workspace = stack.use(await openWorkspace());
    const archive = stack.use(await openArchive());
    const dir = dirname(workspace.configPath);
    await mkdir(join(dir, "data/tide"));
    await cp(join(import.meta.dirname, "products"), join(dir, "products"), { recursive: true });
    await extend(workspace.configPath, archive.origin);
    await loadTide(dir);
    return new LiveMesh(workspace, stack.move());
  }

  private constructor(workspace: Workspace, stack: AsyncDisposableStack) {
    this.configPath = workspace.configPath;
    this.#workspace = workspace;
    this.#stack = stack;
    this.#loading = setInterval(() => {
      this.#working = this.#working.then(() => this.#load());
    }, loadEveryMs);
  }

  /** From now on tide and swell are late. */
  stopTide(): void {
    this.#isTideIn = false;
  }

  resumeTide(): void {
    this.#isTideIn = true;
  }

  async #load(): Promise<void> {
    const nowMs = Date.now();
    // A clock that is set back plays no scene twice.
    const elapsedMs = Math.max(this.#playedMs, nowMs - this.#startMs);
    for (const scene of scenesBetween(this.#playedMs, elapsedMs)) {
      await scene.act(this.#workspace.producerOf(scene.feed), nowMs);
    }
    this.#playedMs = elapsedMs;
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
    await this.#stack.disposeAsync();
  }
}

/** BigQuery's API over an engine of its own, since no other warehouse here says what its queries scan. */
async function openArchive(): Promise<BigqueryServer> {
  const server = await BigqueryServer.open();
  await server.engine.execute("create schema sea");
  await server.engine.execute("create table sea.soundings (loaded_at timestamp)");
  await server.engine.execute("insert into sea.soundings values (now()), (now())");
  return server;
}

/** Adds to the daemon's file what the products here need. */
async function extend(configPath: string, archiveOrigin: string): Promise<void> {
  const demo = daemonFile.parse(parse(await readFile(configPath, "utf8")));
  const extended = {
    ...demo,
    connections: {
      ...demo.connections,
      // Nobody listens at these ports.
      trench: { type: "postgres", url: "postgres://tidemark@127.0.0.1:1/sea" },
      archive: { type: "bigquery", project: "test-project", api_endpoint: archiveOrigin },
    },
    teams: {
      ...demo.teams,
      coast: { notify: { page: ["console"], ticket: ["console", "siren"] } },
      "deep-sea": { notify: { page: ["console"] } },
    },
    notifiers: {
      ...demo.notifiers,
      siren: { type: "webhook", url: "http://127.0.0.1:1/", allow_private_addresses: true },
    },
  };
  await writeFile(configPath, stringify(extended));
}

/** Moved into place, so that a probe never reads half of it. */
async function loadTide(dir: string): Promise<void> {
  const staged = join(dir, "data/tide.new");
  await writeFile(staged, `loaded_at,metres\n${new Date().toISOString()},1.25\n`);
  await rename(staged, join(dir, "data/tide/levels.csv"));
}
