/**
 * The daemon: what `tidemark serve` runs.
 *
 * Started in the order configuration, store, warehouses, notifiers, state, HTTP, watch, heartbeat, and stopped in
 * the reverse. A part that fails to start undoes those before it.
 */
import pLimit from "p-limit";
import type { ConfigurationLoader } from "../config/load.ts";
import { historyMs } from "../core/history.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import type { ConfigurationFile, Store } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { OutboxPump } from "../delivery/pump.ts";
import { Heartbeat } from "../engine/heartbeat.ts";
import { snapshotOf } from "../engine/snapshot.ts";
import { Warehouses } from "../engine/warehouses.ts";
import { Watch } from "../engine/watch.ts";
import { type HttpServer, startHttpServer } from "../http/server.ts";
import { Metrics } from "../metrics/registry.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { apiReads } from "./api.ts";
import { Cleanups } from "./cleanups.ts";
import { systemClock } from "./clock.ts";
import { createLoader, type Environment } from "./configuration.ts";
import { newId } from "./ids.ts";
import { Notifiers } from "./notifiers.ts";
import { processFigures } from "./process-figures.ts";
import { registries, types } from "./registries.ts";
import { reloadMesh, startingMesh } from "./starting-mesh.ts";
import { Targets } from "./targets.ts";
import { version } from "./version.ts";

export interface DaemonOptions {
  readonly configPath: string;
  readonly env: Environment;
  readonly logger: Logger;
  /** Where the console notifier writes. */
  readonly print: (text: string) => void;
}

/** How long a stop waits for queries, then for notices, then for each part to close. */
const drainMs = { runs: 20_000, notices: 5_000, part: 5_000 };

/** One attempt to deliver a notice ends within this. */
const deliveryTimeoutMs = 15_000;

/** A heartbeat that is silent this long means a loop that does not turn. */
const stalledAfterMs = 10_000;

const pruneEveryMs = 3_600_000;

export class Daemon {
  readonly #logger: Logger;
  readonly #cleanups: Cleanups;
  readonly #loader: ConfigurationLoader;
  readonly #options: DaemonOptions;
  readonly #store: Store;
  readonly #watch: Watch;
  readonly #notifiers: Notifiers;
  readonly #targets = new Targets();
  readonly #metrics: Metrics;
  readonly #pump: OutboxPump;
  readonly #reloads = pLimit(1);
  #http: HttpServer | null = null;
  #pending: ReadonlyMap<string, number> = new Map();
  #prunedMs = 0;
  #isStopping = false;

  /** Throws `TidemarkError`; what was opened by then is closed again. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const cleanups = new Cleanups(options.logger, drainMs.part);
    try {
      const loader = createLoader(options.env);
      const starting = await startingMesh(
        loader,
        options.configPath,
        options.logger,
        async (path) => {
          const store = await openSqliteStore(path, { access: "serve", logger: options.logger });
          cleanups.add("store", () => store[Symbol.asyncDispose]());
          return store;
        },
      );
      const daemon = new Daemon(options, loader, starting.mesh, starting.store, cleanups);
      daemon.#metrics.configReloaded(starting.isFromDisk, systemClock.now());
      await daemon.#open(starting.isFromDisk ? starting.files : null);
      return daemon;
    } catch (error) {
      await cleanups.run();
      throw error;
    }
  }

  private constructor(
    options: DaemonOptions,
    loader: ConfigurationLoader,
    mesh: Mesh,
    store: Store,
    cleanups: Cleanups,
  ) {
    const { logger, print } = options;
    this.#options = options;
    this.#logger = logger;
    this.#loader = loader;
    this.#store = store;
    this.#cleanups = cleanups;
    this.#metrics = new Metrics({
      version,
      node: process.version,
      process: processFigures,
      clock: systemClock,
      logger,
    });
    const warehouses = new Warehouses({
      specs: registries.connectors,
      clock: systemClock,
      logger,
      onStatement: (connection, costs) => this.#metrics.queryRan(connection, costs),
    });
    cleanups.add("warehouses", () => warehouses[Symbol.asyncDispose]());
    this.#notifiers = new Notifiers({ clock: systemClock, logger, print });
    cleanups.add("notifiers", () => this.#notifiers[Symbol.asyncDispose]());
    this.#watch = new Watch(mesh, {
      store,
      warehouses,
      types,
      clock: systemClock,
      logger,
      newId,
      events: {
        probeFinished: (connection, durationMs, lagMs) =>
          this.#metrics.probeFinished(connection, durationMs, lagMs),
        slotsEnded: (ending, count) => this.#metrics.slotsEnded(ending, count),
      },
    });
    this.#pump = new OutboxPump({
      outbox: store.outbox,
      notifiers: () => this.#notifiers.byName,
      hasTarget: (notifier, address) => this.#targets.has(notifier, address),
      clock: systemClock,
      logger,
      timeoutMs: deliveryTimeoutMs,
      onAttempt: (notifier, result) => this.#metrics.deliveryAttempted(notifier, result),
    });
    this.#metrics.attach((slices) =>
      snapshotOf(this.mesh, this.#watch.state, this.#pending, systemClock.now(), slices),
    );
    this.#warehouses = warehouses;
  }

  readonly #warehouses: Warehouses;

  get mesh(): Mesh {
    return this.#watch.mesh;
  }

  /** Where the HTTP server listens in fact, e.g. `http://127.0.0.1:9464`. */
  get address(): string {
    return this.#http?.address ?? "";
  }

  /**
   * Reads the configuration again and swaps it in whole, or keeps what is watched and says why. Asked while
   * a reload is under way, it does one more, because the files may have changed after they were read.
   */
  async reload(): Promise<void> {
    if (this.#reloads.pendingCount === 0) {
      await this.#reloads(() => this.#reloadOnce());
    }
  }

  /** Drains within a grace period; `force` ends the wait at once. */
  async stop(force: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#logger.info({}, "stopping: running checks may finish, nothing new is started");
    await this.#watch.stop(drainMs.runs, force);
    // A reload under way opens things; those after it see that the daemon stops.
    await this.#reloads(() => {});
    await this.#pump.pump();
    await this.#pump.drain(AbortSignal.any([force, AbortSignal.timeout(drainMs.notices)]));
    await this.#cleanups.run();
    this.#logger.info({}, "stopped");
  }

  async #open(files: readonly ConfigurationFile[] | null): Promise<void> {
    const { mesh } = this;
    await this.#warehouses.reload(mesh);
    this.#notifiers.reload(mesh);
    this.#targets.take(mesh);
    await this.#watch.open();
    const heartbeat = new Heartbeat({
      clock: systemClock,
      logger: this.#logger,
      beat: () => this.#beat(),
    });
    const isAlive = (): boolean => heartbeat.silenceMs() < stalledAfterMs;
    this.#http = await startHttpServer({
      ...mesh.http,
      logger: this.#logger,
      metrics: () => this.#metrics.render(),
      api: apiReads({
        mesh: () => this.mesh,
        state: () => this.#watch.state,
        store: this.#store,
        clock: systemClock,
      }),
      health: () => ({ isStalled: !isAlive() }),
      ready: async () => ({
        isStoreReachable: this.#watch.isStoreWritable,
        isConfigurationLoaded: true,
        isSchedulerAlive: isAlive(),
      }),
    });
    this.#cleanups.add("http", () => this.#http?.close());
    if (files !== null) {
      await this.#store.configuration.keep(files, systemClock.now());
    }
    await this.#watch.start();
    heartbeat.start();
    this.#cleanups.add("heartbeat", () => heartbeat.stop());
  }

  async #beat(): Promise<void> {
    await this.#watch.beat();
    try {
      await this.#pump.pump();
      this.#pending = await this.#store.outbox.pendingByNotifier();
    } catch (error) {
      this.#logger.error({ error }, "the store cannot be read; trying again with the next beat");
    }
    const nowMs = systemClock.now();
    if (nowMs - this.#prunedMs >= pruneEveryMs && !this.#isStopping) {
      this.#prunedMs = nowMs;
      // Not waited for: it may take longer than the next beats can wait.
      void this.#prune(nowMs - historyMs);
    }
  }

  async #prune(beforeMs: EpochMs): Promise<void> {
    try {
      this.#watch.state.history.forgetBefore(beforeMs);
      const rows = await this.#store.prune(beforeMs);
      this.#logger.debug({ rows }, "old history was pruned");
    } catch (error) {
      if (!this.#isStopping) {
        this.#logger.error({ error }, "old history cannot be pruned; trying again in an hour");
      }
    }
  }

  async #reloadOnce(): Promise<void> {
    const reloaded = await reloadMesh(
      this.#loader,
      this.#options.configPath,
      this.mesh,
      this.#logger,
    );
    if (this.#isStopping) {
      return;
    }
    if (reloaded === null) {
      this.#metrics.configReloaded(false, systemClock.now());
      return;
    }
    await this.#swap(reloaded.mesh);
    this.#metrics.configReloaded(true, systemClock.now());
    try {
      await this.#store.configuration.keep(reloaded.files, systemClock.now());
    } catch (error) {
      this.#logger.error(
        { error },
        "the files are watched, but not kept for a start with broken ones",
      );
    }
  }

  /** The channels are there before the first notice that may name one, and those of before when it fails. */
  async #swap(mesh: Mesh): Promise<void> {
    this.#notifiers.reload(mesh);
    this.#targets.take(this.mesh, mesh);
    try {
      await this.#watch.reload(mesh);
    } catch (error) {
      this.#notifiers.reload(this.mesh);
      this.#metrics.configReloaded(false, systemClock.now());
      throw error;
    } finally {
      this.#targets.take(this.mesh);
    }
  }
}
