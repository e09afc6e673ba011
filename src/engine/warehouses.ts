import pLimit, { type LimitFunction } from "p-limit";
import type { Clock } from "../core/clock.ts";
import type { Connector, ConnectorSpec, DatasetRef } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { ConnectionDefinition, Dataset, Mesh } from "../core/mesh.ts";
import { CatalogueReader } from "./catalogue.ts";
import type { PlanTarget } from "./plan.ts";

/** One connection in use: its connector, and what bounds the use of it. */
export interface Warehouse {
  readonly definition: ConnectionDefinition;
  readonly connector: Connector;
  readonly target: PlanTarget;
  /** At most `max_concurrency` statements at a time. */
  readonly gate: LimitFunction;
  readonly catalogue: CatalogueReader;
}

export interface WarehousesOptions {
  readonly specs: ReadonlyMap<string, ConnectorSpec>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStatement: (connection: string, bytesScanned: number | undefined) => void;
}

interface Opened {
  readonly warehouse: Warehouse;
  /** What the connector was made from; a reload replaces it only when this changes. */
  readonly fingerprint: string;
}

/** The connectors of a mesh, by connection. Makes them without I/O; they connect on first use. */
export class Warehouses implements AsyncDisposable {
  readonly #options: WarehousesOptions;
  readonly #abort = new AbortController();
  #opened = new Map<string, Opened>();

  constructor(options: WarehousesOptions) {
    this.#options = options;
  }

  /** Takes over a mesh. Connectors of connections that are gone or changed are closed when idle. */
  async reload(mesh: Mesh): Promise<void> {
    const next = new Map<string, Opened>();
    for (const definition of mesh.connections.values()) {
      const datasets = [...mesh.datasets.values()]
        .filter(({ connection }) => connection === definition.name)
        .map(refOf);
      const fingerprint = JSON.stringify([definition.fingerprint, datasets]);
      const kept = this.#opened.get(definition.name);
      next.set(
        definition.name,
        kept?.fingerprint === fingerprint
          ? kept
          : { fingerprint, warehouse: this.#open(definition, datasets, mesh.baseDir) },
      );
    }
    const retired = [...this.#opened].filter(([name, opened]) => next.get(name) !== opened);
    this.#opened = next;
    await Promise.all(retired.map(([, { warehouse }]) => closeWhenIdle(warehouse)));
  }

  /** Throws for a connection that the mesh does not have: a fault of the program. */
  of(connection: string): Warehouse {
    const opened = this.#opened.get(connection);
    if (opened === undefined) {
      throw new Error(`connection ${connection} is not open`);
    }
    return opened.warehouse;
  }

  /** Cancels catalogue reads, which belong to no single run. */
  cancel(): void {
    this.#abort.abort();
  }

  /** Cancels what runs and closes every connector; one that fails to close does not stop the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await Promise.allSettled(
      [...this.#opened.values()].map(({ warehouse }) => warehouse.connector[Symbol.asyncDispose]()),
    );
    this.#opened.clear();
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
    const connector = spec.create(definition.config, {
      name: definition.name,
      baseDir,
      maxConcurrency: definition.maxConcurrency,
      clock,
      logger: logger.child({ connection: definition.name }),
      datasets,
    });
    const gate = pLimit(definition.maxConcurrency);
    const catalogue = new CatalogueReader(gate, async (refs) => {
      onStatement(definition.name, undefined);
      return connector.describe(refs, {
        signal: this.#abort.signal,
        timeoutMs: definition.statementTimeoutMs,
        label: `catalogue of ${refs.length === 1 ? (refs[0]?.id ?? "") : `${refs.length} datasets`}`,
      });
    });
    return {
      definition,
      connector,
      target: { dialect: spec.dialect, capabilities: spec.capabilities },
      gate,
      catalogue,
    };
  }
}

export function refOf(dataset: Dataset): DatasetRef {
  return { id: dataset.id, source: dataset.source };
}

/** Waits for the statements under way by taking every place of the gate, then closes. */
async function closeWhenIdle(warehouse: Warehouse): Promise<void> {
  const { gate, connector, definition } = warehouse;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let taken = 0;
  await new Promise<void>((resolve) => {
    for (let place = 0; place < definition.maxConcurrency; place += 1) {
      void gate(async () => {
        taken += 1;
        if (taken === definition.maxConcurrency) {
          resolve();
        }
        await released;
      });
    }
  });
  await connector[Symbol.asyncDispose]();
  release();
}
