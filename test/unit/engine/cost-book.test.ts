import { beforeEach, describe, expect, it } from "vitest";
import type { DailyCost } from "../../../src/core/cost.ts";
import type { ConnectionDefinition, Product } from "../../../src/core/mesh.ts";
import { type Bounded, CostBook } from "../../../src/engine/cost-book.ts";

const dayMs = Date.UTC(2026, 0, 5);
const nextDayMs = Date.UTC(2026, 0, 6);
const gigabyte = 1_000_000_000;

/** The connection `dwh` may scan 10 GB a day, and the product `orders` 4 GB. */
function bounded(connectionBytes: number | null = 10 * gigabyte): Bounded {
  const dwh = { name: "dwh", maxBytesPerDay: connectionBytes } as ConnectionDefinition;
  const orders = { name: "orders", maxBytesPerDay: 4 * gigabyte } as Product;
  const payments = { name: "payments", maxBytesPerDay: null } as Product;
  return {
    connections: new Map([["dwh", dwh]]),
    products: new Map([
      ["orders", orders],
      ["payments", payments],
    ]),
  };
}

function cost(changes: Partial<DailyCost> = {}): DailyCost {
  return {
    connection: "dwh",
    product: "orders",
    dayMs,
    statements: 1,
    toldStatements: 1,
    bytes: gigabyte,
    busyMs: 250,
    ...changes,
  };
}

const orders = { connection: "dwh", product: "orders", dayMs };
const payments = { connection: "dwh", product: "payments", dayMs };

describe("the cost book", () => {
  let book: CostBook;
  beforeEach(() => {
    book = new CostBook();
    book.takeBudgets(bounded());
  });

  describe("what it refuses", () => {
    it("nothing while a budget is not spent, and nothing where there is none", () => {
      book.add([cost({ bytes: 4 * gigabyte - 1 }), cost({ product: "payments", connection: "x" })]);
      expect(book.refusalOf(orders, null)).toBeNull();
      expect(book.isBounded(payments)).toBe(true);
      expect(book.isBounded({ ...payments, connection: "lake" })).toBe(false);
    });

    it("what is sent for a product whose budget is spent to the byte, and says which", () => {
      book.add([cost({ bytes: 4 * gigabyte })]);
      expect(book.refusalOf(orders, null)).toEqual({
        kind: "budget",
        message: "The product orders may scan 4GB a day: 4GB were scanned today (UTC).",
        hint: expect.stringContaining("00:00 UTC") as string,
        code: "product:orders",
      });
      expect(book.refusalOf(payments, null)).toBeNull();
    });

    it("what is sent through a connection whose budget several products have spent", () => {
      book.add([cost({ bytes: 3 * gigabyte }), cost({ product: "payments", bytes: 7 * gigabyte })]);
      expect(book.refusalOf(payments, null)).toMatchObject({
        message: "The connection dwh may scan 10GB a day: 10GB were scanned today (UTC).",
        code: "connection:dwh",
      });
      expect(book.refusalOf(orders, null)).toMatchObject({ code: "connection:dwh" });
    });

    it("a statement that would scan more than is left, and not one that just fits", () => {
      book.add([cost({ bytes: 3 * gigabyte })]);
      expect(book.refusalOf(orders, gigabyte)).toBeNull();
      expect(book.refusalOf(orders, gigabyte + 1)).toMatchObject({
        message:
          "The product orders may scan 4GB a day: 3GB were scanned today (UTC), and the statement would scan 1GB.",
        code: "product:orders",
      });
    });

    it("what has no room beside the statements under way, until they have ended", () => {
      const release = book.reserve(orders, 3 * gigabyte);
      expect(book.refusalOf(orders, 2 * gigabyte)).toMatchObject({
        message:
          "The product orders may scan 4GB a day: 0B were scanned today (UTC) and 3GB are being scanned, and the statement would scan 2GB.",
      });
      release();
      expect(book.refusalOf(orders, 2 * gigabyte)).toBeNull();
    });

    it("nothing on the next day", () => {
      book.add([cost({ bytes: 9 * gigabyte })]);
      expect(book.refusalOf(orders, null)).not.toBeNull();
      expect(book.refusalOf({ ...orders, dayMs: nextDayMs }, null)).toBeNull();
    });

    it("by the budgets of a reloaded mesh, of which what was spent is spent", () => {
      book.add([cost({ product: "payments", bytes: 9 * gigabyte })]);
      expect(book.refusalOf(payments, null)).toBeNull();
      book.takeBudgets(bounded(9 * gigabyte));
      expect(book.refusalOf(payments, null)).toMatchObject({ code: "connection:dwh" });
      book.takeBudgets(bounded(null));
      expect(book.refusalOf(payments, null)).toBeNull();
    });
  });

  describe("what it has written down", () => {
    it("each cost once, added up by day, connection and product", () => {
      book.add([cost(), cost({ toldStatements: 0, bytes: 0 })]);
      book.add([cost({ product: "payments" })]);
      expect(book.beginWriting()).toEqual([
        cost({ statements: 2, busyMs: 500 }),
        cost({ product: "payments" }),
      ]);
      book.add([cost({ busyMs: 1 })]);
      book.written();
      expect(book.beginWriting()).toEqual([cost({ busyMs: 1 })]);
      book.written();
      expect(book.beginWriting()).toEqual([]);
    });

    it("again what could not be written, with what came meanwhile", () => {
      book.add([cost()]);
      book.beginWriting();
      book.add([cost()]);
      book.notWritten();
      expect(book.beginWriting()).toEqual([
        cost({ statements: 2, toldStatements: 2, bytes: 2 * gigabyte, busyMs: 500 }),
      ]);
    });

    it("never what was read back, which counts towards the budgets beside what is not written yet", () => {
      book.add([cost()]);
      book.takeKept([cost({ bytes: 3 * gigabyte })]);
      expect(book.refusalOf(orders, null)).toMatchObject({ code: "product:orders" });
      expect(book.beginWriting()).toEqual([cost()]);
      book.written();
      book.takeKept([cost({ bytes: 2 * gigabyte })]);
      expect(book.refusalOf(orders, 2 * gigabyte)).toBeNull();
      expect(book.refusalOf(orders, 2 * gigabyte + 1)).not.toBeNull();
    });
  });
});
