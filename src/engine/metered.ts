/**
 * A connector that counts what it is asked to do, and asks nothing that a budget of bytes has no room for.
 *
 * Statements that fail or are cancelled have kept the warehouse busy all the same, and are counted; those that never
 * reached it are not. Dry runs are free. Reads of metadata count by their time, and where one had to scan something, as a
 * statement for the products concerned. No budget stops them.
 */
import type { Clock } from "../core/clock.ts";
import {
  type CallOptions,
  type Connector,
  ConnectorError,
  type DatasetRef,
  type DatasetStatistics,
} from "../core/connector.ts";
import type { CallCost } from "../core/cost.ts";
import type { DurationMs, EpochMs, FailureKind } from "../core/vocabulary.ts";
import { utcDayOf } from "../time/utc-day.ts";
import type { CostBook, Spender } from "./cost-book.ts";

export interface MeterOptions {
  /** The connection's name. */
  readonly connection: string;
  readonly clock: Clock;
  readonly book: CostBook;
  /** Called once for each call that reached the warehouse, when it has ended. */
  readonly onStatement: (connection: string, costs: readonly CallCost[]) => void;
}

/** Failures with which nothing has reached the warehouse. */
const neverSent: ReadonlySet<FailureKind> = new Set([
  "unreachable",
  "tls",
  "auth",
  "driver_missing",
]);

export function metered(connector: Connector, options: MeterOptions): Connector {
  const meter = new Meter(options);
  const statistics = connector.statistics?.bind(connector);
  const estimate = connector.estimate?.bind(connector);
  return {
    testConnection: (o) => connector.testConnection(o),
    query: (sql, o) => meter.query(connector, sql, o),
    describe: (datasets, o) => meter.metadata(datasets, () => connector.describe(datasets, o)),
    ...(statistics === undefined
      ? {}
      : {
          statistics: (datasets: readonly DatasetRef[], o: CallOptions) =>
            meter.metadata(datasets, () => statistics(datasets, o), scannedFor),
        }),
    ...(estimate === undefined ? {} : { estimate }),
    [Symbol.asyncDispose]: () => connector[Symbol.asyncDispose](),
  };
}

interface Admission {
  readonly estimated: number | null;
  readonly release: () => void;
}

type Query = Parameters<Connector["query"]>[1];

class Meter {
  readonly #options: MeterOptions;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  async query(connector: Connector, sql: string, options: Query): ReturnType<Connector["query"]> {
    const { connection, clock } = this.#options;
    const dayMs = utcDayOf(clock.now());
    const products = options.products ?? [""];
    // Only where no bytes are told, and none can be bounded, is a statement sent for several products.
    const spender = { connection, product: products[0] ?? "", dayMs };
    const { estimated, release } = await this.#admit(connector, sql, options, spender);
    const startedMs = clock.monotonicMs();
    const count = (bytes: number | null, warehouseMs?: DurationMs): void => {
      const busyMs = warehouseMs ?? clock.monotonicMs() - startedMs;
      this.#count(dayMs, split({ bytes, busyMs }, products), "statement");
    };
    try {
      const answer = await connector.query(sql, options);
      count(answer.bytesScanned ?? null, answer.warehouseMs);
      return answer;
    } catch (error) {
      if (hasCost(error)) {
        // What it scanned until then is not told, and may be charged: a budget must not be outrun by failures.
        count(estimated);
      }
      throw error;
    } finally {
      release();
    }
  }

  /** Its time is split evenly over the datasets that it is read for; what it scanned is told for each. */
  async metadata<T>(
    datasets: readonly DatasetRef[],
    read: () => Promise<T>,
    scanned: (answer: T) => ReadonlyMap<string, number> = () => new Map(),
  ): Promise<T> {
    const { clock } = this.#options;
    const dayMs = utcDayOf(clock.now());
    const startedMs = clock.monotonicMs();
    const count = (bytes: ReadonlyMap<string, number>): void => {
      const busyMs = clock.monotonicMs() - startedMs;
      const costs = split({ bytes: null, busyMs }, datasets.map(productOf));
      const told = costs.map((cost) => ({ ...cost, bytes: bytes.get(cost.product) ?? null }));
      this.#count(dayMs, told, "metadata");
    };
    try {
      const answer = await read();
      count(scanned(answer));
      return answer;
    } catch (error) {
      if (hasCost(error)) {
        count(new Map());
      }
      throw error;
    }
  }

  /** Sets aside what the statement would scan, where that can be known; throws when a budget has no room for it. */
  async #admit(
    connector: Connector,
    sql: string,
    options: Query,
    spender: Spender,
  ): Promise<Admission> {
    const { book } = this.#options;
    if (!book.isBounded(spender)) {
      return { estimated: null, release: () => {} };
    }
    refuse(book.refusalOf(spender, null));
    const estimated = (await connector.estimate?.(sql, options))?.bytes ?? null;
    // Judged again and set aside at once, because others may have been let in meanwhile.
    refuse(book.refusalOf(spender, estimated));
    return { estimated, release: book.reserve(spender, estimated ?? 0) };
  }

  #count(dayMs: EpochMs, costs: readonly CallCost[], kind: "statement" | "metadata"): void {
    const { connection, book, onStatement } = this.#options;
    book.add(
      costs.map(({ product, bytes, busyMs }) => ({
        connection,
        product,
        dayMs,
        statements: kind === "statement" || bytes !== null ? 1 : 0,
        toldStatements: bytes === null ? 0 : 1,
        bytes: bytes ?? 0,
        busyMs,
      })),
    );
    onStatement(connection, costs);
  }
}

/** The bytes that reads of statistics scanned, by product. */
function scannedFor(answers: readonly DatasetStatistics[]): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  for (const { datasetId, bytesScanned } of answers) {
    if (bytesScanned !== undefined) {
      const product = productOf({ id: datasetId });
      bytes.set(product, (bytes.get(product) ?? 0) + bytesScanned);
    }
  }
  return bytes;
}

function productOf({ id }: Pick<DatasetRef, "id">): string {
  return id.slice(0, id.indexOf("/"));
}

/** What each product bears of a call, by how often it is among `products`. */
function split(
  { bytes, busyMs }: Omit<CallCost, "product">,
  products: readonly string[],
): readonly CallCost[] {
  return [...Map.groupBy(products, (product) => product)].map(([product, own]) => {
    const share = own.length / products.length;
    return { product, bytes: bytes === null ? null : bytes * share, busyMs: busyMs * share };
  });
}

function refuse(failure: ReturnType<CostBook["refusalOf"]>): void {
  if (failure !== null) {
    throw new ConnectorError(failure);
  }
}

function hasCost(error: unknown): boolean {
  return !(error instanceof ConnectorError && neverSent.has(error.kind));
}
