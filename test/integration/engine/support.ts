/** A watch over a CSV file through the real DuckDB and a real store, with a clock that the test moves. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { registries, types } from "../../../src/app/registries.ts";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Clock } from "../../../src/core/clock.ts";
import type { Mesh } from "../../../src/core/mesh.ts";
import type { Store } from "../../../src/core/store.ts";
import type { SlotEnding } from "../../../src/core/vocabulary.ts";
import { Warehouses } from "../../../src/engine/warehouses.ts";
import { Watch } from "../../../src/engine/watch.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";

export const noonMs = Date.UTC(2026, 0, 5, 12);
export const minuteMs = 60_000;

class HandClock implements Clock {
  nowMs = noonMs;
  now(): number {
    return this.nowMs;
  }
  monotonicMs(): number {
    return performance.now();
  }
}

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { page: [console], ticket: [console] } } }
notifiers: { console: { type: console } }
`;

/** One product over one CSV file; checks and SLOs as the test says. */
export function productFile(given: { checks: string; schedule?: string; slos?: string }): string {
  return `
version: 1
product: orders
owner: shop
tier: silver
datasets:
  orders:
    files: orders.csv
    schedule: ${given.schedule ?? "{ every: 10m }"}
    columns: { id: { type: bigint }, loaded_at: { type: timestamp } }
    checks:
${given.checks}
${given.slos === undefined ? "" : `slos:\n${given.slos}`}
`;
}

export const freshAndEnough = `
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      enough: { type: volume, min: 2 }
`;

export interface Watched {
  readonly dir: string;
  readonly clock: HandClock;
  readonly store: Store;
  readonly watch: Watch;
  readonly endings: Record<SlotEnding, number>;
  /** Moves the clock and beats, then waits for the runs that the beat started. */
  readonly advance: (ms: number) => Promise<void>;
  readonly settle: () => Promise<void>;
  readonly load: (product: string) => Promise<Mesh>;
}

export class Workshop implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), "tidemark-watch-"));
  readonly clock = new HandClock();
  readonly #closers: (() => unknown)[] = [];
  #ids = 0;

  constructor() {
    mkdirSync(join(this.dir, ".tidemark"));
    writeFileSync(join(this.dir, "tidemark.yaml"), daemonFile);
    this.rows([noonMs, noonMs]);
  }

  /** Replaces the data: one row per load time. */
  rows(loadTimesMs: readonly number[]): void {
    const lines = loadTimesMs.map(
      (ms, index) => `${index},${new Date(ms).toISOString().slice(0, 19)}`,
    );
    writeFileSync(join(this.dir, "orders.csv"), `id,loaded_at\n${lines.join("\n")}\n`);
  }

  /** Replaces the data by a file without the columns: what reads one cannot be measured. */
  breakData(): void {
    writeFileSync(join(this.dir, "orders.csv"), "other\n1\n");
  }

  async mesh(product: string): Promise<Mesh> {
    writeFileSync(join(this.dir, "orders.product.yaml"), product);
    const loader = new ConfigurationLoader(registries, {});
    const { mesh, problems } = await loader.load(join(this.dir, "tidemark.yaml"));
    if (mesh === null) {
      throw new Error(problems.map(formatProblem).join("\n"));
    }
    return mesh;
  }

  /** A second call is a restart: the same store, a new watch. */
  async start(product: string): Promise<Watched> {
    const mesh = await this.mesh(product);
    const store = await openSqliteStore(mesh.store.path, { access: "serve", logger: silentLogger });
    const warehouses = new Warehouses({
      specs: registries.connectors,
      clock: this.clock,
      logger: silentLogger,
      onStatement: () => {},
    });
    await warehouses.reload(mesh);
    const endings = { done: 0, error: 0, abandoned: 0, missed: 0, overlapped: 0 };
    const watch = new Watch(mesh, {
      store,
      warehouses,
      types,
      clock: this.clock,
      logger: silentLogger,
      newId: () => {
        this.#ids += 1;
        return `id${this.#ids}`;
      },
      events: {
        probeFinished: () => {},
        statementRan: () => {},
        slotsEnded: (ending, count) => {
          endings[ending] += count;
        },
      },
    });
    this.#closers.push(
      () => watch.stop(10_000, new AbortController().signal),
      () => warehouses[Symbol.asyncDispose](),
      () => store[Symbol.asyncDispose](),
    );
    await watch.start();
    const settle = async (): Promise<void> => {
      while (!watch.isIdle) {
        await turn();
      }
    };
    await settle();
    return {
      dir: this.dir,
      clock: this.clock,
      store,
      watch,
      endings,
      settle,
      load: (text) => this.mesh(text),
      advance: async (ms) => {
        this.clock.nowMs += ms;
        await watch.beat();
        await settle();
      },
    };
  }

  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0)) {
      await close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
