import type { Clock } from "../core/clock.ts";
import type { CallCost } from "../core/cost.ts";
import type { Logger } from "../core/logger.ts";
import type { DurationMs, EpochMs, SlotEnding } from "../core/vocabulary.ts";
import { Allowance } from "./allowance.ts";
import { Counters, type Subjects } from "./counters.ts";
import { contentType, renderFamily } from "./exposition.ts";
import {
  families,
  familiesOfDaemon,
  familiesOfProducts,
  isKeyOf,
  type MetricKey,
} from "./families.ts";
import type { DeliveryResultLabel, MetricDefinition } from "./names.ts";
import { metrics } from "./names.ts";
import type { DaemonFacts, ProcessFigures, Sample } from "./samples.ts";
import { daemonSamplers, snapshotSamplers } from "./samples.ts";
import { Slices } from "./slices.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** How long a render serves all scrapes once it is done. */
const freshForMs: DurationMs = 1000;

/**
 * Series that one render shows of products, half as many again as 20,000 checks and 6,000 SLOs have: about 30 MB. More would make
 * Prometheus give up on the scrape, and lose the metrics of the daemon with the rest.
 */
const maxSeries = 300_000;

/** One scrape's answer. */
export interface Exposition {
  readonly contentType: string;
  /** In order; some hundred, because one of them all would be 20 MB once more, and a scrape with gzip needs none. */
  readonly chunks: readonly Buffer[];
}

/** Reads what the gauges show, in slices. */
type TakeSnapshot = (slices: Slices) => Promise<MetricsSnapshot>;

/**
 * What the daemon tells Prometheus. Gauges are made anew from a snapshot at each render, so that
 * nothing removed lingers; counters and histograms are kept. No method throws, because a metric that
 * fails must never fail a check: it is left out and logged once.
 */
export class Metrics {
  readonly #counters = new Counters();
  readonly #clock: Clock;
  readonly #logger: Logger | null;
  readonly #reported = new Set<string>();
  #isDropReported = false;
  #facts: DaemonFacts;
  #snapshot: TakeSnapshot | null = null;
  readonly #maxSeries: number;
  readonly #process: (() => ProcessFigures) | null;
  #rendering: Promise<Exposition> | null = null;
  #rendered: { readonly exposition: Exposition; readonly atMs: number } | null = null;

  constructor(o: {
    version: string;
    node: string;
    clock: Clock;
    logger?: Logger;
    maxSeries?: number;
    /** Asked once per render. */
    process?: () => ProcessFigures;
  }) {
    this.#clock = o.clock;
    this.#maxSeries = o.maxSeries ?? maxSeries;
    this.#logger = o.logger ?? null;
    this.#process = o.process ?? null;
    const { version, node } = o;
    const unknown = { isReloadSuccessful: null, reloadSucceededMs: null, process: null };
    this.#facts = { version, node, ...unknown };
  }

  /** Says where the gauges come from. `snapshot` is called once per render, at most once a second. */
  attach(snapshot: TakeSnapshot): void {
    this.#snapshot = snapshot;
  }

  /** Renders everything, or hands out what another scrape is rendering or has rendered within a second. */
  async render(): Promise<Exposition> {
    const last = this.#rendered;
    if (last !== null && this.#clock.monotonicMs() - last.atMs < freshForMs) {
      return last.exposition;
    }
    this.#rendering ??= this.#renderAll().finally(() => {
      this.#rendering = null;
    });
    return this.#rendering;
  }

  probeFinished(connection: string, durationMs: DurationMs, lagMs: DurationMs): void {
    this.#guard("probes", () => this.#counters.probeFinished(connection, durationMs, lagMs));
  }

  slotsEnded(ending: SlotEnding, count: number): void {
    this.#guard("slots", () => this.#counters.slotsEnded(ending, count));
  }

  queryRan(connection: string, costs: readonly CallCost[]): void {
    this.#guard("queries", () => this.#counters.queryRan(connection, costs));
  }

  deliveryAttempted(notifier: string, result: DeliveryResultLabel): void {
    this.#guard("deliveries", () => this.#counters.deliveryAttempted(notifier, result));
  }

  /** `atMs` becomes the last success only when `isSuccessful`. */
  configReloaded(isSuccessful: boolean, atMs: EpochMs): void {
    const reloadSucceededMs = isSuccessful ? atMs : this.#facts.reloadSucceededMs;
    this.#facts = { ...this.#facts, isReloadSuccessful: isSuccessful, reloadSucceededMs };
  }

  async #renderAll(): Promise<Exposition> {
    const slices = new Slices(this.#clock);
    const before = this.#counters.subjects();
    const snapshot = await this.#takeSnapshot(slices);
    if (snapshot !== null) {
      await this.#keep(snapshot, before, slices);
    }
    const allowance = new Allowance(this.#maxSeries);
    const rendered = new Map<MetricKey, readonly Buffer[]>();
    for (const [key, definition] of familiesOfProducts) {
      const limits = { slices, allowance };
      rendered.set(key, await this.#renderFamily(key, definition, snapshot, limits));
    }
    this.#dropped(allowance.dropped);
    this.#facts = { ...this.#facts, process: null };
    this.#guard("process", () => {
      this.#facts = { ...this.#facts, process: this.#process?.() ?? null };
    });
    for (const [key, definition] of familiesOfDaemon) {
      const limits = { slices, allowance: null };
      rendered.set(key, await this.#renderFamily(key, definition, snapshot, limits));
    }
    const chunks = families.flatMap(([key]) => rendered.get(key) ?? []);
    const exposition = { contentType, chunks };
    this.#rendered = { exposition, atMs: this.#clock.monotonicMs() };
    return exposition;
  }

  async #keep(snapshot: MetricsSnapshot, before: Subjects, slices: Slices): Promise<void> {
    const { connections, spenders, deliveriesPending } = snapshot;
    this.#guard("connections", () => this.#counters.keepConnections(connections, before));
    this.#guard("notifiers", () => this.#counters.keepNotifiers(deliveriesPending, before));
    try {
      await this.#counters.keepSpenders(spenders, before, slices);
    } catch {
      this.#report("spenders");
    }
  }

  /** Empty when the family cannot be shown at all; the rest of the exposition is served without it. */
  async #renderFamily(
    key: MetricKey,
    definition: MetricDefinition,
    snapshot: MetricsSnapshot | null,
    limits: { readonly slices: Slices; readonly allowance: Allowance | null },
  ): Promise<readonly Buffer[]> {
    const { name, type } = definition;
    try {
      if (type === "histogram") {
        return [Buffer.from(`${await this.#counters.registry.getSingleMetricAsString(name)}\n`)];
      }
      const samples =
        type === "gauge" || isKeyOf(daemonSamplers, key)
          ? this.#samplesOf(key, snapshot)
          : await this.#counters.samplesOf(definition);
      return await renderFamily(definition, samples, limits);
    } catch {
      this.#report(name);
      return [];
    }
  }

  #samplesOf(key: MetricKey, snapshot: MetricsSnapshot | null): Iterable<Sample> {
    if (isKeyOf(daemonSamplers, key)) {
      return daemonSamplers[key](this.#facts);
    }
    if (snapshot === null || !isKeyOf(snapshotSamplers, key)) {
      return [];
    }
    return snapshotSamplers[key](snapshot, () => this.#report(metrics[key].name));
  }

  async #takeSnapshot(slices: Slices): Promise<MetricsSnapshot | null> {
    try {
      return (await this.#snapshot?.(slices)) ?? null;
    } catch {
      this.#report("snapshot");
      return null;
    }
  }

  #dropped(count: number): void {
    this.#guard("dropped series", () => this.#counters.seriesDropped(count));
    if (count > 0 && !this.#isDropReported) {
      this.#isDropReported = true;
      this.#logger?.warn(
        { dropped: count, limit: this.#maxSeries },
        "there are more series of products than /metrics shows; the last checks are left out",
      );
    }
  }

  #guard(what: string, work: () => void): void {
    try {
      work();
    } catch {
      this.#report(what);
    }
  }

  #report(what: string): void {
    if (!this.#reported.has(what)) {
      this.#reported.add(what);
      this.#logger?.warn({ metric: what }, "a metric could not be kept or shown in full");
    }
  }
}
