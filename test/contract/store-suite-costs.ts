import { describe, expect, it } from "vitest";
import type { DailyCost } from "../../src/core/cost.ts";
import type { Store } from "../../src/core/store.ts";
import { costOf, day0 } from "./store-things.ts";

const day = 86_400_000;

export function describeCosts(store: () => Store): void {
  const all = () => store().costs.between(0, Number.MAX_SAFE_INTEGER, null);

  describe("costs", () => {
    it("adds to what is kept of the same day, connection and product", async () => {
      await store().costs.add([costOf(), costOf({ busyMs: 0.25 })]);
      await store().costs.add([
        costOf({ statements: 1, toldStatements: 0, bytes: 0, busyMs: 1_000 }),
      ]);
      expect(await all()).toEqual([
        costOf({ statements: 7, toldStatements: 4, bytes: 2_000_000_000, busyMs: 2_500.75 }),
      ]);
    });

    it("keeps days, connections and products apart, the oldest day first", async () => {
      const costs: readonly DailyCost[] = [
        costOf({ dayMs: day0 + day }),
        costOf(),
        costOf({ product: "payments" }),
        costOf({ connection: "lake" }),
        costOf({ product: "" }),
      ];
      await store().costs.add(costs);
      expect(await all()).toEqual([
        costOf({ product: "" }),
        costOf(),
        costOf({ product: "payments" }),
        costOf({ connection: "lake" }),
        costOf({ dayMs: day0 + day }),
      ]);
    });

    it("gives the days that begin in a stretch, of some products or of all", async () => {
      await store().costs.add([
        costOf(),
        costOf({ dayMs: day0 + day }),
        costOf({ dayMs: day0 + 2 * day, product: "payments" }),
        costOf({ dayMs: day0 + 3 * day }),
      ]);
      const days = async (fromMs: number, toMs: number, products: readonly string[] | null) =>
        (await store().costs.between(fromMs, toMs, products)).map(
          ({ dayMs }) => (dayMs - day0) / day,
        );
      expect(await days(day0, day0 + 3 * day, null)).toEqual([0, 1, 2]);
      expect(await days(day0 + 1, day0 + 3 * day + 1, null)).toEqual([1, 2, 3]);
      expect(await days(0, day0 + 9 * day, ["orders"])).toEqual([0, 1, 3]);
      expect(await days(0, day0 + 9 * day, ["orders", "payments"])).toEqual([0, 1, 2, 3]);
      expect(await days(0, day0 + 9 * day, [])).toEqual([]);
    });

    it("holds more bytes than fit 32 bits, to the byte", async () => {
      await store().costs.add([costOf({ bytes: 4_503_599_627_370_497 })]);
      await store().costs.add([costOf({ bytes: 4_503_599_627_370_494 })]);
      expect(await all()).toMatchObject([{ bytes: Number.MAX_SAFE_INTEGER }]);
    });

    it("counts nothing of a transaction that fails", async () => {
      const failing = store().transaction(async (parts) => {
        await parts.costs.add([costOf()]);
        throw new Error("the results cannot be stored");
      });
      await expect(failing).rejects.toThrow("the results cannot be stored");
      expect(await all()).toEqual([]);
      await store().transaction((parts) => parts.costs.add([costOf()]));
      expect(await all()).toEqual([costOf()]);
    });

    it("are pruned once their day is over, and not while the instant lies in it", async () => {
      await store().costs.add([costOf(), costOf({ dayMs: day0 + day })]);
      expect(await store().prune(day0 + day - 1)).toBe(0);
      expect(await store().prune(day0 + day)).toBe(1);
      expect(await all()).toEqual([costOf({ dayMs: day0 + day })]);
    });

    it("go on under the new name of a product, and are not mixed with those of another", async () => {
      const none = new Map<string, string>();
      const renames = (products: readonly (readonly [string, string])[]) => ({
        products: new Map(products),
        datasets: none,
        checks: none,
        slos: none,
      });
      await store().costs.add([costOf(), costOf({ product: "payments" })]);
      expect(await store().rename(renames([["orders", "sales"]]))).toBe(1);
      expect(await store().rename(renames([["sales", "payments"]]))).toBe(0);
      expect((await all()).map(({ product }) => product)).toEqual(["payments", "sales"]);
    });
  });
}
