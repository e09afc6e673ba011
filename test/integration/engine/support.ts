/** A watch over a CSV file through the real DuckDB and a real store, with a clock that the test moves. */
import { join } from "node:path";
import type { Mesh } from "../../../src/core/mesh.ts";
import { type HandClock, noonMs, Stage, type Staged, type StartOptions } from "./stage.ts";

export { minuteMs, noonMs } from "./stage.ts";

function daemonFile(more: string, connection = "{ type: duckdb }"): string {
  return `
version: 1
products: ["*.product.yaml"]
connections: { files: ${connection} }
teams: { shop: { notify: { page: [console], ticket: [console] } } }
notifiers: { console: { type: console } }
${more}`;
}

/** One product over one CSV file, and what of it the test says otherwise; `more` are further keys of the product. */
export function productFile(given: {
  checks: string;
  schedule?: string;
  slos?: string;
  more?: string;
}): string {
  return `
version: 1
product: orders
owner: shop
tier: silver
${given.more ?? ""}
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

export interface Watched extends Staged {
  readonly clock: HandClock;
  /** The mesh with this product instead. */
  readonly load: (product: string) => Promise<Mesh>;
}

export class Workshop implements AsyncDisposable {
  readonly #stage = new Stage();
  #staged: Staged | null = null;

  /** `more` are further keys of tidemark.yaml. */
  constructor(more = "") {
    this.declare(more);
    this.rows([noonMs, noonMs]);
  }

  /** The state database. */
  get storePath(): string {
    return this.at(".tidemark/state.db");
  }

  at(path: string): string {
    return join(this.#stage.dir, path);
  }

  /** Other keys of tidemark.yaml beside the usual ones; for the next load or start. */
  declare(more: string, connection?: string): void {
    this.write({ "tidemark.yaml": daemonFile(more, connection) });
  }

  write(files: Readonly<Record<string, string>>): void {
    this.#stage.write(files);
  }

  get clock(): HandClock {
    return this.#stage.clock;
  }

  /** Replaces the data: one row per load time. */
  rows(loadTimesMs: readonly number[]): void {
    const lines = loadTimesMs.map(
      (ms, index) => `${index},${new Date(ms).toISOString().slice(0, 19)}\n`,
    );
    this.#stage.write({ "orders.csv": `id,loaded_at\n${lines.join("")}` });
  }

  /** Replaces the data by a file without the columns: what reads one cannot be measured. */
  breakData(): void {
    this.#stage.write({ "orders.csv": "other\n1\n" });
  }

  /** Starts, and waits for what is run at once. A second call, after `stop`, is a restart. */
  async start(product: string, options: StartOptions = {}): Promise<Watched> {
    this.#stage.write({ "orders.product.yaml": product });
    const staged = await this.#stage.start(options);
    this.#staged = staged;
    await staged.settle();
    return {
      ...staged,
      clock: this.clock,
      load: (text) => this.#stage.mesh({ "orders.product.yaml": text }),
    };
  }

  async stop(): Promise<void> {
    await this.#staged?.watch.stop(10_000, new AbortController().signal);
    await this.#staged?.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stage[Symbol.asyncDispose]();
  }
}
