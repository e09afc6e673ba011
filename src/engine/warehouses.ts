import pLimit, { type LimitFunction } from "p-limit";
import type { Clock } from "../core/clock.ts";
import type { Connector, ConnectorSpec, DatasetRef, DatasetStatistics } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { ConnectionDefinition, Dataset, Mesh } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { CatalogueReader, StatisticsReader } from "./catalogue.ts";
import { CostBook } from "./cost-book.ts";
import type { PlanTarget } from "./figure.ts";
import { JoinedMeasuring } from "./joined.ts";
import { type MeasuredFigures, type Measuring, measuringApart } from "./measure.ts";
import { type MeterOptions, metered } from "./metered.ts";
import { StandingFigures } from "./standing.ts";
import { turnOfEventLoop } from "./turn.ts";

/** One connection in use: its connector, and what bounds the use of it. */
export interface Warehouse {
  readonly definition: ConnectionDefinition;
  readonly connector: Connector;
  readonly target: PlanTarget;
  /** At most `max_concurrency` statements at a time. */
  readonly gate: LimitFunction;
  /** Sends a probe's statements when there is a place for them. Never rejects for what the warehouse does. */
  readonly measure: (measuring: Measuring) => Promise<MeasuredFigures>;
  readonly catalogue: CatalogueReader;
  readonly metadata: StatisticsReader;
  readonly standing: StandingFigures;
}

export interface WarehousesOptions {
  readonly specs: ReadonlyMap<string, ConnectorSpec>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStatement: MeterOptions["onStatement"];
}

interface Opened {
  readonly warehouse: Warehouse;
  /** What the connector was made from; a reload replaces it only when this changes. */
  readonly fingerprint: string;
}

/** The connectors of a mesh, by connection. Makes them without I/O; they connect on first use. */
export class Warehouses implements AsyncDisposable {
  /** What all of them cost. */
  readonly costs = new CostBook();
  readonly #options: WarehousesOptions;
  readonly #abort = new AbortController();
  #opened: ReadonlyMap<string, Opened> = new Map();
  /** Connectors that a reload left without a connection, until they are closed. */
  readonly #closing = new Set<Promise<void>>();

  constructor(options: WarehousesOptions) {
    this.#options = options;
  }

  /** Takes over a mesh; ends when what it no longer needs is closed. */
  async reload(mesh: Mesh): Promise<void> {
    this.prepare(mesh)();
    await Promise.all(this.#closing);
  }

  /**
   * Makes the connectors that the mesh needs and that are not there, and throws when one cannot be made. The
   * mesh is taken over when the function is called that this returns: connectors of connections that are gone
   * or changed get no new runs then, and are closed when those that have them are done.
   */
  prepare(mesh: Mesh): () => void {
    const byConnection = Map.groupBy(mesh.datasets.values(), ({ connection }) => connection);
    const next = new Map<string, Opened>();
    for (const definition of mesh.connections.values()) {
      const datasets = (byConnection.get(definition.name) ?? []).map(refOf);
      const fingerprint = this.#fingerprintOf(definition, datasets);
      const kept = this.#opened.get(definition.name);
      const isKept = kept?.fingerprint === fingerprint;
      const opened = isKept
        ? kept
        : { fingerprint, warehouse: this.#open(definition, datasets, mesh.baseDir) };
      next.set(definition.name, opened);
    }
    return () => {
      const retired = [...this.#opened].filter(([name, opened]) => next.get(name) !== opened);
      this.#opened = next;
      this.costs.takeBudgets(mesh);
      for (const [name, { warehouse }] of next) {
        warehouse.standing.keepOnly(byConnection.get(name) ?? []);
      }
      for (const [, { warehouse }] of retired) {
        this.#retire(warehouse);
      }
    };
  }

  /** Throws for a connection that the mesh does not have: a fault of the program. */
  of(connection: string): Warehouse {
    const opened = this.#opened.get(connection);
    if (opened === undefined) {
      throw new Error(`connection ${connection} is not open`);
    }
    return opened.warehouse;
  }

  /** Cancels reads of the catalogue and of the metadata, which belong to no single run. */
  cancel(): void {
    this.#abort.abort();
  }

  /** Cancels what runs and closes every connector; one that fails to close does not stop the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await Promise.allSettled(
      [...this.#opened.values()].map(({ warehouse }) => warehouse.connector[Symbol.asyncDispose]()),
    );
    this.#opened = new Map();
    await Promise.all(this.#closing);
  }

  #retire(warehouse: Warehouse): void {
    const closing = closeWhenIdle(warehouse)
      .catch((error: unknown) => {
        const { name } = warehouse.definition;
        this.#options.logger.error({ connection: name, error }, "a connection did not close");
      })
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** A connector that reads files may read those of its datasets and no others, so it changes with them. */
  #fingerprintOf({ type, fingerprint }: ConnectionDefinition, refs: readonly DatasetRef[]): string {
    const readsFiles = this.#options.specs.get(type)?.capabilities.sources.includes("files");
    return JSON.stringify([fingerprint, readsFiles === true ? refs : []]);
  }

  #open(
    definition: ConnectionDefinition,
    datasets: readonly DatasetRef[],
    baseDir: string,
  ): Warehouse {
    const { clock, logger, onStatement, specs } = this.#options;
    const spec = specs.get(definition.type);
    if (spec === undefined) {
      throw new Error(`connector ${definition.type} is not registered`);
    }
    const created = spec.create(definition.config, {
      name: definition.name,
      baseDir,
      maxConcurrency: definition.maxConcurrency,
      clock,
      logger: logger.child({ connection: definition.name }),
      datasets,
    });
    const meter = { connection: definition.name, clock, book: this.costs, onStatement };
    const connector = metered(created, meter);
    const gate = pLimit(definition.maxConcurrency);
    const catalogue = new CatalogueReader(gate, logger, (refs) =>
      connector.describe(refs, {
        signal: this.#abort.signal,
        timeoutMs: definition.statementTimeoutMs,
        label: `catalogue of ${shownRefs(refs)}`,
      }),
    );
    const metadata = new StatisticsReader(gate, logger, async (refs) =>
      connector.statistics === undefined
        ? nothingKnown(refs, clock.now())
        : connector.statistics(refs, {
            signal: this.#abort.signal,
            timeoutMs: definition.statementTimeoutMs,
            label: `metadata of ${shownRefs(refs)}`,
          }),
    );
    return {
      definition,
      connector,
      target: spec,
      gate,
      measure: joinsDatasets(spec) ? new JoinedMeasuring(gate).measure : measuringApart(gate),
      catalogue,
      metadata,
      standing: new StandingFigures(),
    };
  }
}

/**
 * Where bytes are told they are counted, and may be bounded, for each product: those of one statement for several could
 * not be told apart.
 */
function joinsDatasets({ capabilities }: ConnectorSpec): boolean {
  return capabilities.billsWakeTime && !capabilities.reportsBytes;
}

function shownRefs(refs: readonly DatasetRef[]): string {
  return refs.length === 1 ? (refs[0]?.id ?? "") : `${refs.length} datasets`;
}

function nothingKnown(refs: readonly DatasetRef[], atMs: EpochMs): readonly DatasetStatistics[] {
  return refs.map(({ id }) => ({ datasetId: id, statistics: { ok: true, value: {}, atMs } }));
}

export function refOf(dataset: Dataset): DatasetRef {
  return { id: dataset.id, source: dataset.source };
}

/** Waits until nothing is under way and nothing that follows from it waits for a place, then closes. */
async function closeWhenIdle({ gate, connector, definition }: Warehouse): Promise<void> {
  for (;;) {
    const release = await takeEveryPlace(gate, definition.maxConcurrency);
    try {
      // A run asks for what follows from one statement within a turn of the event loop.
      await turnOfEventLoop();
      if (gate.pendingCount === 0) {
        await connector[Symbol.asyncDispose]();
        return;
      }
    } finally {
      release();
    }
  }
}

async function takeEveryPlace(gate: LimitFunction, count: number): Promise<() => void> {
  const released = Promise.withResolvers<void>();
  const places = Array.from({ length: count }, () => {
    const taken = Promise.withResolvers<void>();
    void gate(() => {
      taken.resolve();
      return released.promise;
    });
    return taken.promise;
  });
  await Promise.all(places);
  return released.resolve;
}
