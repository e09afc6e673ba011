import type { Clock } from "../core/clock.ts";
import type { CallCost } from "../core/cost.ts";
import type { Logger } from "../core/logger.ts";
import type { DurationMs, EpochMs, SlotEnding } from "../core/vocabulary.ts";
import { Counters } from "./counters.ts";
import { renderGauge } from "./exposition.ts";
import type { DeliveryResultLabel, MetricDefinition } from "./names.ts";
import { metrics } from "./names.ts";
import type { DaemonFacts, Sample } from "./samples.ts";
import { daemonSamplers, snapshotSamplers } from "./samples.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** How long one render serves all scrapes. */
const freshForMs: DurationMs = 1000;

/** One scrape's answer. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

type MetricKey = keyof typeof metrics;

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
  #facts: DaemonFacts;
  #snapshot: (() => MetricsSnapshot) | null = null;
  #rendering: Promise<Exposition> | null = null;
  #rendered: { readonly exposition: Exposition; readonly atMs: number } | null = null;

  constructor(o: { version: string; node: string; clock: Clock; logger?: Logger }) {
    this.#clock = o.clock;
    this.#logger = o.logger ?? null;
    const { version, node } = o;
    this.#facts = { version, node, isReloadSuccessful: null, reloadSucceededMs: null };
  }

  /** Says where the gauges come from. `snapshot` is called once per render, at most once a second. */
  attach(snapshot: () => MetricsSnapshot): void {
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
    const snapshot = this.#takeSnapshot();
    if (snapshot !== null) {
      this.#guard("connections", () => this.#counters.keepConnections(snapshot.connections));
      this.#guard("spenders", () => this.#counters.keepSpenders(snapshot.spenders));
      this.#guard("notifiers", () => this.#counters.keepNotifiers(snapshot.deliveriesPending));
    }
    const families: string[] = [];
    for (const [key, definition] of definitions) {
      const text = await this.#renderFamily(key, definition, snapshot);
      families.push(...(text === null ? [] : [text]));
    }
    const { contentType } = this.#counters.registry;
    const exposition = { contentType, text: `${families.join("\n")}\n` };
    this.#rendered = { exposition, atMs: this.#clock.monotonicMs() };
    return exposition;
  }

  /** Null when the family cannot be shown at all; the rest of the exposition is served without it. */
  async #renderFamily(
    key: MetricKey,
    definition: MetricDefinition,
    snapshot: MetricsSnapshot | null,
  ): Promise<string | null> {
    const { name, type } = definition;
    try {
      return type === "gauge"
        ? await renderGauge(definition, this.#samplesOf(key, snapshot))
        : await this.#counters.registry.getSingleMetricAsString(name);
    } catch {
      this.#report(name);
      return null;
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

  #takeSnapshot(): MetricsSnapshot | null {
    try {
      return this.#snapshot?.() ?? null;
    } catch {
      this.#report("snapshot");
      return null;
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

const definitions = Object.entries(metrics).flatMap(([key, definition]) =>
  isKeyOf(metrics, key) ? [[key, definition] as const] : [],
);

function isKeyOf<T extends object>(record: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(record, key);
}
