/** A watch over files of the test's own, through real connectors and a real store; parts may be wrapped. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { registries, types } from "../../../src/app/registries.ts";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Clock } from "../../../src/core/clock.ts";
import type { Connector, ConnectorSpec } from "../../../src/core/connector.ts";
import type { Logger } from "../../../src/core/logger.ts";
import type { Mesh } from "../../../src/core/mesh.ts";
import type { Store } from "../../../src/core/store.ts";
import type { SlotEnding } from "../../../src/core/vocabulary.ts";
import { Warehouses } from "../../../src/engine/warehouses.ts";
import { Watch } from "../../../src/engine/watch.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { until } from "../../helpers/until.ts";

/** 2026-01-05T12:00:00Z. */
export const noonMs = Date.UTC(2026, 0, 5, 12);
export const minuteMs = 60_000;

/** A wall clock that the test moves; durations are real. */
export class HandClock implements Clock {
  nowMs = noonMs;
  now(): number {
    return this.nowMs;
  }
  monotonicMs(): number {
    return performance.now();
  }
}

/** What a connector was asked, in order; `holding` makes `query` wait before it asks. */
export class Witness {
  readonly created: string[] = [];
  readonly closed: string[] = [];
  readonly statements: string[] = [];
  readonly described: (readonly string[])[] = [];
  #gate: PromiseWithResolvers<void> | null = null;

  /** From now on queries wait until `release`. */
  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  /** The real connectors, watched. */
  specs(): ReadonlyMap<string, ConnectorSpec> {
    return new Map([...registries.connectors].map(([type, spec]) => [type, this.#watched(spec)]));
  }

  #watched(spec: ConnectorSpec): ConnectorSpec {
    return {
      ...spec,
      create: (config, context) => {
        this.created.push(context.name);
        const real = spec.create(config, context);
        const watched: Connector = {
          testConnection: (options) => real.testConnection(options),
          query: async (sql, options) => {
            await this.#gate?.promise;
            this.statements.push(sql);
            return real.query(sql, options);
          },
          describe: (datasets, options) => {
            this.described.push(datasets.map(({ id }) => id));
            return real.describe(datasets, options);
          },
          [Symbol.asyncDispose]: async () => {
            await real[Symbol.asyncDispose]();
            this.closed.push(context.name);
          },
        };
        return watched;
      },
    };
  }
}

export interface StartOptions {
  readonly clock?: Clock;
  readonly specs?: ReadonlyMap<string, ConnectorSpec>;
  readonly wrapStore?: (store: Store) => Store;
  readonly logger?: Logger;
}

export interface Staged {
  readonly watch: Watch;
  /** As the watch has it: wrapped. */
  readonly store: Store;
  readonly endings: Record<SlotEnding, number>;
  readonly probes: {
    readonly connection: string;
    readonly durationMs: number;
    readonly lagMs: number;
  }[];
  /** Waits until no run is under way. */
  readonly settle: () => Promise<void>;
  /** Moves the stage's clock and beats, then waits for the runs. */
  readonly advance: (ms: number) => Promise<void>;
  /** Ends the process: what runs is cancelled, the store is closed. */
  readonly kill: () => Promise<void>;
}

export class Stage implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), "tidemark-stage-"));
  readonly clock = new HandClock();
  readonly #closers: (() => Promise<void>)[] = [];
  #specs: ReadonlyMap<string, ConnectorSpec> = registries.connectors;
  #ids = 0;

  constructor() {
    mkdirSync(join(this.dir, ".tidemark"));
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, path)), { recursive: true });
      writeFileSync(join(this.dir, path), text);
    }
  }

  /** The mesh as it stands on disk. */
  async mesh(
    files: Readonly<Record<string, string>> = {},
    connectors: ReadonlyMap<string, ConnectorSpec> = this.#specs,
  ): Promise<Mesh> {
    this.write(files);
    const known = { ...registries, connectors };
    const loader = new ConfigurationLoader(known, {}, this.clock);
    const { mesh, problems } = await loader.load(join(this.dir, "tidemark.yaml"));
    if (mesh === null) {
      throw new Error(problems.map(formatProblem).join("\n"));
    }
    return mesh;
  }

  /** A second call, after `kill`, is a restart. */
  async start(options: StartOptions = {}): Promise<Staged> {
    const { clock = this.clock, specs = registries.connectors, logger = silentLogger } = options;
    this.#specs = specs;
    const mesh = await this.mesh();
    const real = await openSqliteStore(mesh.store.path, { access: "serve", logger });
    const store = options.wrapStore?.(real) ?? real;
    const warehouses = new Warehouses({ specs, clock, logger, onStatement: () => {} });
    const endings = { done: 0, error: 0, abandoned: 0, missed: 0, overlapped: 0 };
    const probes: Staged["probes"] = [];
    const watch = new Watch(mesh, {
      store,
      warehouses,
      types,
      clock,
      logger,
      newId: () => {
        this.#ids += 1;
        return `id${this.#ids}`;
      },
      events: {
        probeFinished: (connection, durationMs, lagMs) => {
          probes.push({ connection, durationMs, lagMs });
        },
        slotsEnded: (ending, count) => {
          endings[ending] += count;
        },
      },
    });
    const kill = once(async () => {
      await watch.stop(0, AbortSignal.abort());
      await warehouses[Symbol.asyncDispose]();
      await real[Symbol.asyncDispose]();
    });
    this.#closers.push(kill);
    await warehouses.reload(mesh);
    await watch.open();
    await watch.start();
    const settle = () => until("all runs to end", () => watch.isIdle, { everyMs: 1 });
    return {
      watch,
      store,
      endings,
      probes,
      settle,
      kill,
      advance: async (ms) => {
        this.clock.nowMs += ms;
        await watch.beat();
        await settle();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers) {
      await close();
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}
