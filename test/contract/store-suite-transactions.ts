import { describe, expect, it } from "vitest";
import type { Store, StoreParts } from "../../src/core/store.ts";
import { claimOne, resultOf, runOf, t0 } from "./store-things.ts";

export function describeTransactions(store: () => Store): void {
  describe("transactions", () => {
    it("commits all parts together and returns what the work returned", async () => {
      const id = await store().transaction(async (parts) => {
        const slotId = await claimOne(parts, t0);
        await parts.results.append([resultOf(slotId)]);
        expect((await parts.results.latest()).size).toBe(1);
        await parts.slots.end([slotId], "done", t0);
        return slotId;
      });
      expect((await store().results.latest()).get("orders/orders/fresh")?.slotId).toBe(id);
    });

    it("rolls back everything when the work throws, and passes the error on", async () => {
      const fault = new Error("the work broke");
      const work = store().transaction(async (parts) => {
        await claimOne(parts, t0);
        await parts.timelines.put([runOf()]);
        throw fault;
      });
      await expect(work).rejects.toBe(fault);
      expect((await store().slots.countByEnding()).open).toBe(0);
      expect(await store().timelines.since(0)).toEqual(new Map());
    });

    it("keeps two overlapping transactions apart when one of them is rolled back", async () => {
      const [entered, enter] = gate();
      const [released, release] = gate();
      const doomed = store().transaction(async (parts) => {
        await parts.timelines.noteSlos(["orders/doomed"], t0);
        enter();
        await released;
        await parts.timelines.noteSlos(["orders/doomed-too"], t0);
        throw new Error("rolled back");
      });
      await entered;
      const kept = store().transaction(async (parts) => {
        const seen = [...(await parts.timelines.sloSince()).keys()];
        await parts.timelines.noteSlos(["orders/kept"], t0);
        return seen;
      });
      const alone = store().timelines.noteSlos(["orders/alone"], t0);
      release();
      await expect(doomed).rejects.toThrow("rolled back");
      expect(await kept).toEqual([]);
      await alone;
      expect([...(await store().timelines.sloSince()).keys()].sort()).toEqual([
        "orders/alone",
        "orders/kept",
      ]);
    });

    it("lets a read outside wait, so that it never sees what may be rolled back", async () => {
      const [entered, enter] = gate();
      const [released, release] = gate();
      const running = store().transaction(async (parts) => {
        await parts.timelines.noteSlos(["orders/first"], t0);
        enter();
        await released;
        await parts.timelines.noteSlos(["orders/second"], t0);
      });
      await entered;
      const read = store().timelines.sloSince();
      release();
      await running;
      expect((await read).size).toBe(2);
    });

    it("rolls back when a part failed, even if the work swallows its error", async () => {
      const work = store().transaction(async (parts) => {
        await parts.timelines.noteSlos(["orders/fresh"], t0);
        await parts.slots.end([12_345], "done", t0).catch(() => {});
      });
      await expect(work).rejects.toMatchObject({ code: "TM_INTERNAL" });
      expect(await store().timelines.sloSince()).toEqual(new Map());
    });

    it("refuses the store itself inside a transaction instead of waiting for ever", async () => {
      const uses: readonly (() => Promise<unknown>)[] = [
        () => store().timelines.sloSince(),
        () => store().timelines.noteSlos(["orders/inner"], t0),
        () => store().transaction(async () => {}),
        () => store().prune(t0),
      ];
      for (const use of uses) {
        await expect(store().transaction(use)).rejects.toMatchObject({ code: "TM_INTERNAL" });
      }
      expect(await store().timelines.sloSince()).toEqual(new Map());
    });

    it("refuses a transaction's parts when it is over", async () => {
      const kept = await store().transaction(async (parts: StoreParts) => parts);
      await expect(kept.timelines.noteSlos(["orders/late"], t0)).rejects.toMatchObject({
        code: "TM_INTERNAL",
      });
      expect(await store().timelines.sloSince()).toEqual(new Map());
    });

    it("goes on after a transaction that was rolled back", async () => {
      await expect(store().transaction(() => Promise.reject(new Error("no")))).rejects.toThrow(
        "no",
      );
      await store().transaction((parts) => parts.timelines.noteSlos(["orders/fresh"], t0));
      expect((await store().timelines.sloSince()).size).toBe(1);
    });
  });
}

/** A promise, and what resolves it. */
function gate(): readonly [Promise<void>, () => void] {
  const { promise, resolve } = Promise.withResolvers<void>();
  return [promise, resolve];
}
