import { Counter, Histogram, Registry } from "prom-client";
import type { CallCost } from "../core/cost.ts";
import type { DurationMs, SlotEnding } from "../core/vocabulary.ts";
import { slotEndings } from "../core/vocabulary.ts";
import { labelValue } from "./labels.ts";
import type { DeliveryResultLabel, MetricDefinition } from "./names.ts";
import { deliveryResults, metrics } from "./names.ts";
import type { Sample } from "./samples.ts";
import type { Slices } from "./slices.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** Whose calls cost something: the labels of what they cost. */
interface Spender {
  readonly connection: string;
  readonly product: string;
}

/** What has series at one moment. */
export interface Subjects {
  readonly connections: ReadonlySet<string>;
  readonly spenders: ReadonlyMap<string, Spender>;
  readonly notifiers: ReadonlySet<string>;
}

/** Counters and histograms: what only grows, and is lost with the process. */
export class Counters {
  readonly registry = new Registry();
  readonly #probeDuration = histogram(metrics.probeDuration, this.registry);
  readonly #probeLag = histogram(metrics.probeLag, this.registry);
  readonly #slots = counter(metrics.slots, this.registry);
  readonly #queries = counter(metrics.queries, this.registry);
  readonly #bytesScanned = counter(metrics.bytesScanned, this.registry);
  readonly #warehouseSeconds = counter(metrics.warehouseSeconds, this.registry);
  readonly #deliveries = counter(metrics.deliveries, this.registry);
  readonly #seriesDropped = counter(metrics.seriesDropped, this.registry);
  readonly #connections = new Set<string>();
  readonly #spenders = new Map<string, Spender>();
  readonly #notifiers = new Set<string>();

  constructor() {
    for (const ending of slotEndings) {
      this.#slots.inc({ ending }, 0);
    }
  }

  /** The series of a counter, oldest first, as they are now. */
  async samplesOf({ name, labels }: MetricDefinition): Promise<readonly Sample[]> {
    const values = (await this.registry.getSingleMetric(name)?.get())?.values ?? [];
    return values.map((of) => ({
      labels: labels.map((label) => of.labels[label]),
      value: of.value,
    }));
  }

  /** Series that a render left out. */
  seriesDropped(count: number): void {
    this.#seriesDropped.inc(count);
  }

  probeFinished(connection: string, durationMs: DurationMs, lagMs: DurationMs): void {
    const labels = this.#connection(connection);
    this.#probeDuration.observe(labels, atLeastZero(durationMs) / 1000);
    this.#probeLag.observe(labels, atLeastZero(lagMs) / 1000);
  }

  slotsEnded(ending: SlotEnding, count: number): void {
    this.#slots.inc({ ending: labelValue(ending) }, atLeastZero(count));
  }

  /** One query, or one read of metadata for several products. */
  queryRan(connection: string, costs: readonly CallCost[]): void {
    this.#queries.inc(this.#connection(connection), 1);
    for (const { product, bytes, busyMs } of costs) {
      const spender = this.#spender(connection, product);
      this.#warehouseSeconds.inc({ ...spender }, atLeastZero(busyMs) / 1000);
      if (bytes !== null) {
        this.#bytesScanned.inc({ ...spender }, atLeastZero(bytes));
      }
    }
  }

  deliveryAttempted(notifier: string, result: DeliveryResultLabel): void {
    this.#deliveries.inc({ ...this.#notifier(notifier), result: labelValue(result) }, 1);
  }

  subjects(): Subjects {
    return {
      connections: new Set(this.#connections),
      spenders: new Map(this.#spenders),
      notifiers: new Set(this.#notifiers),
    };
  }

  /**
   * Starts the series of configured connections at 0, so that their first increase shows, and removes the others of
   * `before`: what has come since the snapshot was begun may be of a newer configuration, and counts.
   */
  keepConnections(connections: readonly string[], before: Subjects): void {
    const kept = new Set(connections.map((name) => this.#connection(name).connection));
    for (const connection of before.connections.difference(kept)) {
      this.#connections.delete(connection);
      this.#probeDuration.remove({ connection });
      this.#probeLag.remove({ connection });
      this.#queries.remove({ connection });
    }
  }

  /**
   * As `keepConnections`, for the products that are looked at through them. Bytes start at 0 where they are told;
   * elsewhere they are unknown until some are.
   */
  async keepSpenders(
    spenders: MetricsSnapshot["spenders"],
    before: Subjects,
    slices: Slices,
  ): Promise<void> {
    const keys = await slices.map(spenders, ({ connection, product, reportsBytes }) => {
      const spender = this.#spender(connection, product);
      if (reportsBytes) {
        this.#bytesScanned.inc({ ...spender }, 0);
      }
      return keyOf(spender);
    });
    const kept = new Set(keys);
    await slices.map(before.spenders, ([key, spender]) => {
      if (!kept.has(key)) {
        this.#spenders.delete(key);
        this.#warehouseSeconds.remove({ ...spender });
        this.#bytesScanned.remove({ ...spender });
      }
    });
  }

  /** As `keepConnections`, for the notifiers that deliveries may be pending at. */
  keepNotifiers(pending: MetricsSnapshot["deliveriesPending"], before: Subjects): void {
    const kept = new Set(pending.map(({ notifier }) => this.#notifier(notifier).notifier));
    for (const notifier of before.notifiers.difference(kept)) {
      this.#notifiers.delete(notifier);
      for (const result of deliveryResults) {
        this.#deliveries.remove({ notifier, result });
      }
    }
  }

  #connection(name: string): { connection: string } {
    const connection = labelValue(name);
    if (!this.#connections.has(connection)) {
      this.#connections.add(connection);
      this.#probeDuration.zero({ connection });
      this.#probeLag.zero({ connection });
      this.#queries.inc({ connection }, 0);
    }
    return { connection };
  }

  #spender(connectionName: string, productName: string): Spender {
    const spender = { connection: labelValue(connectionName), product: labelValue(productName) };
    const key = keyOf(spender);
    if (!this.#spenders.has(key)) {
      this.#spenders.set(key, spender);
      this.#warehouseSeconds.inc({ ...spender }, 0);
    }
    return spender;
  }

  #notifier(name: string): { notifier: string } {
    const notifier = labelValue(name);
    if (!this.#notifiers.has(notifier)) {
      this.#notifiers.add(notifier);
      for (const result of deliveryResults) {
        this.#deliveries.inc({ notifier, result }, 0);
      }
    }
    return { notifier };
  }
}

/** Label values hold no control characters. */
function keyOf({ connection, product }: Spender): string {
  return `${connection}\n${product}`;
}

function counter({ name, help, labels }: MetricDefinition, registry: Registry): Counter {
  return new Counter({ name, help, labelNames: labels, registers: [registry] });
}

function histogram(definition: MetricDefinition, registry: Registry): Histogram {
  const { name, help, labels, buckets = [] } = definition;
  return new Histogram({
    name,
    help,
    labelNames: labels,
    buckets: [...buckets],
    registers: [registry],
  });
}

/** A clock that is put back makes lags negative; what is no number would spoil a sum for good. */
function atLeastZero(value: number): number {
  return Number.isFinite(value) ? Math.max(0, value) : 0;
}
