import { beforeEach, describe, expect, it } from "vitest";
import { type Connector, ConnectorError, type QueryResult } from "../../../src/core/connector.ts";
import type { CallCost } from "../../../src/core/cost.ts";
import type { ConnectionDefinition } from "../../../src/core/mesh.ts";
import type { FailureKind } from "../../../src/core/vocabulary.ts";
import { CostBook } from "../../../src/engine/cost-book.ts";
import { metered } from "../../../src/engine/metered.ts";

const dayMs = Date.UTC(2026, 0, 5);
const call = { signal: new AbortController().signal, timeoutMs: 1_000, label: "orders/orders id" };
const asked = { ...call, products: ["orders"], maxRows: 1 };

/** A warehouse whose every call takes 200 ms by the clock, and that answers as it is told. */
class Scripted {
  readonly clock = { nowMs: dayMs + 3_600_000, elapsedMs: 0 };
  readonly book = new CostBook();
  readonly sent: string[] = [];
  readonly seen: (readonly CallCost[])[] = [];
  answer: Partial<QueryResult> | FailureKind = {};
  estimatedBytes: number | FailureKind | null = null;
  readonly connector: Connector;

  constructor(more: Partial<Connector> = {}) {
    const raw: Connector = {
      testConnection: async () => [],
      query: async (sql) => {
        this.sent.push(sql);
        return this.#told(this.answer, { columns: [], rows: [], isTruncated: false });
      },
      describe: async () => this.#told(this.answer, []),
      [Symbol.asyncDispose]: async () => {},
      ...more,
    };
    this.connector = metered(raw, {
      connection: "dwh",
      book: this.book,
      clock: { now: () => this.clock.nowMs, monotonicMs: () => this.clock.elapsedMs },
      onStatement: (_connection, costs) => this.seen.push(costs),
    });
  }

  bound(maxBytesPerDay: number): void {
    const dwh = { name: "dwh", maxBytesPerDay } as ConnectionDefinition;
    this.book.takeBudgets({ connections: new Map([["dwh", dwh]]), products: new Map() });
  }

  async #told<T>(answer: Partial<QueryResult> | FailureKind, value: T): Promise<T> {
    this.clock.elapsedMs += 200;
    if (typeof answer === "string") {
      throw new ConnectorError({ kind: answer, message: "As told." });
    }
    return { ...value, ...answer };
  }
}

describe("a metered connector", () => {
  let warehouse: Scripted;
  beforeEach(() => {
    warehouse = new Scripted();
  });

  it("counts a statement to its product, with the bytes that the warehouse tells", async () => {
    warehouse.answer = { bytesScanned: 1_024 };
    const answer = await warehouse.connector.query("select 1", asked);
    expect(answer.bytesScanned).toBe(1_024);
    expect(warehouse.seen).toEqual([[{ product: "orders", bytes: 1_024, busyMs: 200 }]]);
    expect(warehouse.book.beginWriting()).toEqual([
      {
        connection: "dwh",
        product: "orders",
        dayMs,
        statements: 1,
        toldStatements: 1,
        bytes: 1_024,
        busyMs: 200,
      },
    ]);
  });

  it("knows no bytes where the warehouse tells none, and takes its time where it tells that", async () => {
    warehouse.answer = { warehouseMs: 12.5 };
    await warehouse.connector.query("select 1", asked);
    expect(warehouse.seen).toEqual([[{ product: "orders", bytes: null, busyMs: 12.5 }]]);
    expect(warehouse.book.beginWriting()).toMatchObject([
      { statements: 1, toldStatements: 0, bytes: 0, busyMs: 12.5 },
    ]);
  });

  it.each(["timeout", "cancelled", "invalid_query", "permission", "resource"] as const)(
    "counts the time of a statement that ends as %s",
    async (kind) => {
      warehouse.answer = kind;
      await expect(warehouse.connector.query("select 1", asked)).rejects.toMatchObject({ kind });
      expect(warehouse.seen).toEqual([[{ product: "orders", bytes: null, busyMs: 200 }]]);
    },
  );

  it.each(["unreachable", "tls", "auth", "driver_missing"] as const)(
    "counts nothing of a statement that never was sent: %s",
    async (kind) => {
      warehouse.answer = kind;
      await expect(warehouse.connector.query("select 1", asked)).rejects.toMatchObject({ kind });
      expect(warehouse.seen).toEqual([]);
      expect(warehouse.book.beginWriting()).toEqual([]);
    },
  );

  it("splits the time of a catalogue read over the datasets that it is for", async () => {
    const refs = ["orders/orders", "orders/lines", "payments/ledger", "orders/refunds"];
    await warehouse.connector.describe(
      refs.map((id) => ({ id, source: { kind: "table", parts: [id] } })),
      call,
    );
    expect(warehouse.seen).toEqual([
      [
        { product: "orders", bytes: null, busyMs: 150 },
        { product: "payments", bytes: null, busyMs: 50 },
      ],
    ]);
    expect(warehouse.book.beginWriting()).toMatchObject([
      { product: "orders", statements: 0, busyMs: 150 },
      { product: "payments", statements: 0, busyMs: 50 },
    ]);
  });

  it("counts reads of statistics, and passes on only what the connector has", async () => {
    expect(Object.keys(warehouse.connector)).not.toContain("statistics");
    expect(Object.keys(warehouse.connector)).not.toContain("estimate");
    const telling = new Scripted({ statistics: async () => [] });
    await telling.connector.statistics?.(
      [{ id: "orders/orders", source: { kind: "table", parts: ["orders"] } }],
      call,
    );
    expect(telling.seen).toEqual([[{ product: "orders", bytes: null, busyMs: 0 }]]);
  });

  it("counts what a read of statistics had to scan as a statement of the products concerned", async () => {
    const value = { ok: true, value: {}, atMs: dayMs } as const;
    const scanned = [4_096, undefined, 1_024, undefined];
    const ids = ["orders/orders", "orders/lines", "orders/refunds", "payments/ledger"];
    const telling = new Scripted({
      statistics: async (refs) =>
        refs.map(({ id }, place) => {
          const bytesScanned = scanned[place];
          const answer = { datasetId: id, statistics: value };
          return bytesScanned === undefined ? answer : { ...answer, bytesScanned };
        }),
    });
    await telling.connector.statistics?.(
      ids.map((id) => ({ id, source: { kind: "table", parts: [id] } })),
      call,
    );
    expect(telling.seen).toEqual([
      [
        { product: "orders", bytes: 5_120, busyMs: 0 },
        { product: "payments", bytes: null, busyMs: 0 },
      ],
    ]);
    expect(telling.book.beginWriting()).toMatchObject([
      { product: "orders", statements: 1, toldStatements: 1, bytes: 5_120 },
      { product: "payments", statements: 0, toldStatements: 0, bytes: 0 },
    ]);
  });

  it("counts a statement to the day on which it was sent", async () => {
    const slow = new Scripted({
      query: async () => {
        slow.clock.nowMs = dayMs + 86_400_000;
        return { columns: [], rows: [], isTruncated: false, bytesScanned: 1 };
      },
    });
    slow.clock.nowMs = dayMs + 86_399_999;
    await slow.connector.query("select 1", asked);
    expect(slow.book.beginWriting()).toMatchObject([{ dayMs }]);
  });
});

describe("a budget", () => {
  it("lets nothing be sent once it is spent, but reads of metadata", async () => {
    const warehouse = new Scripted();
    warehouse.bound(1_000);
    warehouse.answer = { bytesScanned: 1_500 };
    await warehouse.connector.query("select 1", asked);
    await expect(warehouse.connector.query("select 2", asked)).rejects.toMatchObject({
      kind: "budget",
      failure: { code: "connection:dwh" },
    });
    await warehouse.connector.describe([], call);
    expect(warehouse.sent).toEqual(["select 1"]);
    expect(warehouse.seen).toHaveLength(2);
    warehouse.clock.nowMs += 86_400_000;
    await warehouse.connector.query("select 3", asked);
    expect(warehouse.sent).toEqual(["select 1", "select 3"]);
  });

  it("asks for an estimate only where there is a budget, and once for each statement", async () => {
    const asks: string[] = [];
    const warehouse = new Scripted({
      estimate: async (sql) => {
        asks.push(sql);
        return { bytes: 10 };
      },
    });
    await warehouse.connector.query("select 1", asked);
    expect(asks).toEqual([]);
    warehouse.bound(1_000);
    await warehouse.connector.query("select 2", asked);
    expect(asks).toEqual(["select 2"]);
  });

  it("keeps back a statement that would scan more than is left", async () => {
    const warehouse = new Scripted({ estimate: async () => ({ bytes: 700 }) });
    warehouse.bound(1_000);
    warehouse.answer = { bytesScanned: 700 };
    await warehouse.connector.query("select 1", asked);
    await expect(warehouse.connector.query("select 2", asked)).rejects.toMatchObject({
      kind: "budget",
    });
    expect(warehouse.sent).toEqual(["select 1"]);
  });

  it("is not outrun by statements that are sent at once", async () => {
    const warehouse = new Scripted({ estimate: async () => ({ bytes: 400 }) });
    warehouse.bound(1_000);
    warehouse.answer = { bytesScanned: 400 };
    const sent = ["a", "b", "c", "d"].map((sql) => warehouse.connector.query(sql, asked));
    const ends = await Promise.allSettled(sent);
    expect(ends.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
  });

  it("is charged with the estimate of a statement that fails, which does not tell what it scanned", async () => {
    const warehouse = new Scripted({ estimate: async () => ({ bytes: 600 }) });
    warehouse.bound(1_000);
    warehouse.answer = "timeout";
    await expect(warehouse.connector.query("select 1", asked)).rejects.toMatchObject({
      kind: "timeout",
    });
    await expect(warehouse.connector.query("select 2", asked)).rejects.toMatchObject({
      kind: "budget",
    });
    expect(warehouse.book.beginWriting()).toMatchObject([{ statements: 1, bytes: 600 }]);
  });

  it("costs nothing where the dry run already finds the statement wrong", async () => {
    const warehouse = new Scripted({
      estimate: async () => {
        throw new ConnectorError({ kind: "invalid_query", message: "As told." });
      },
    });
    warehouse.bound(1_000);
    await expect(warehouse.connector.query("select", asked)).rejects.toMatchObject({
      kind: "invalid_query",
    });
    expect(warehouse.sent).toEqual([]);
    expect(warehouse.seen).toEqual([]);
  });
});
