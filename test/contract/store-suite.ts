import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Slots, Store } from "../../src/core/store.ts";
import { describeIncidentsAndOutbox } from "./store-suite-alerts.ts";
import { describeCosts } from "./store-suite-costs.ts";
import { describePruning } from "./store-suite-prune.ts";
import { describeRenames } from "./store-suite-rename.ts";
import { describeExclusions, describeTimelines } from "./store-suite-timelines.ts";
import { describeTransactions } from "./store-suite-transactions.ts";
import {
  claimOne,
  errored,
  failedResult,
  minute,
  newSlot,
  passed,
  resultOf,
  t0,
} from "./store-things.ts";

/** One place where a store can be: opened again after it was disposed of, it holds what it held. */
export interface StorePlace {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

const anyId: unknown = expect.any(Number);

/** What every store promises, through its port alone. */
export function describeStore(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} store`, () => {
    let place: StorePlace;
    let store: Store;

    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
    });

    afterEach(async () => {
      await store[Symbol.asyncDispose]();
      await place.remove();
    });

    const current = () => store;
    describeSlots(current);
    describeResults(current);
    describeTimelines(current);
    describeExclusions(current);
    describeTransactions(current);
    describeIncidentsAndOutbox(current);
    describeCosts(current);
    describePruning(current);
    describeRenames(current);

    it("keeps everything when it is closed and opened again", async () => {
      const slotId = await claimOne(store, t0);
      await store.results.append([resultOf(slotId)]);
      await store.configuration.keep([{ path: "tidemark.yaml", text: "version: 1\n" }], t0);
      await store[Symbol.asyncDispose]();
      store = await place.open();
      expect(await store.results.history("orders/orders/fresh", t0, t0 + 1)).toEqual([
        resultOf(slotId),
      ]);
      expect(await store.configuration.lastGood()).toEqual([
        { path: "tidemark.yaml", text: "version: 1\n" },
      ]);
      expect((await store.slots.abandonClaimed(t0)).map(({ id }) => id)).toEqual([slotId]);
    });

    it("refuses calls after it was disposed of, and may be disposed of twice", async () => {
      await store[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await expect(store.slots.lastDue()).rejects.toMatchObject({ code: "TM_STORE_UNAVAILABLE" });
    });
  });
}

function describeSlots(store: () => Store): void {
  describe("slots", () => {
    it("claims a slot once, whoever asks again", async () => {
      const slots = [newSlot(), newSlot({ dueMs: t0 + minute })];
      const first = await store().slots.claim(slots, t0);
      expect(first).toEqual([
        { ...newSlot(), id: anyId },
        { ...newSlot({ dueMs: t0 + minute }), id: anyId },
      ]);
      expect(await store().slots.claim([...slots, newSlot({ dueMs: t0 + 2 })], t0)).toEqual([
        { ...newSlot({ dueMs: t0 + 2 }), id: anyId },
      ]);
    });

    it("tells slots apart by probe, due time and kind", async () => {
      const slots = [
        newSlot(),
        newSlot({ kind: "catch_up" }),
        newSlot({ probeId: "orders/orders@1h" }),
        newSlot({ dueMs: t0 + 1 }),
        newSlot({ checkIds: ["orders/orders/other"] }),
      ];
      expect(await store().slots.claim(slots, t0)).toHaveLength(4);
    });

    it("claims a slot once when several ask at the same time", async () => {
      const claims = await Promise.all(
        Array.from({ length: 5 }, () => store().slots.claim([newSlot()], t0)),
      );
      expect(claims.flat()).toHaveLength(1);
    });

    it("never gives an id again", async () => {
      const first = await claimOne(store(), t0);
      await store().slots.end([first], "done", t0);
      await store().prune(t0 + 1);
      expect(await claimOne(store(), t0)).toBeGreaterThan(first);
    });

    it("ends a slot once, and refuses a second ending or one of an unknown slot", async () => {
      const id = await claimOne(store(), t0);
      await store().slots.end([id], "done", t0 + 5);
      await expect(store().slots.end([id], "abandoned", t0 + 6)).rejects.toMatchObject({
        code: "TM_INTERNAL",
      });
      await expect(store().slots.end([id + 1000], "done", t0 + 6)).rejects.toMatchObject({
        code: "TM_INTERNAL",
      });
      expect(await store().slots.countByEnding()).toMatchObject({ done: 1, abandoned: 0, open: 0 });
    });

    it("ends none of the slots named when one of them has ended", async () => {
      const [first, second] = [await claimOne(store(), t0), await claimOne(store(), t0 + minute)];
      await store().slots.end([second], "done", t0);
      await expect(store().slots.end([first, second], "error", t0)).rejects.toMatchObject({
        code: "TM_INTERNAL",
      });
      expect(await store().slots.countByEnding()).toMatchObject({ open: 1, done: 1, error: 0 });
    });

    it("hands out scheduled slots when they are due, oldest first, and once", async () => {
      for (const dueMs of [t0 + 2 * minute, t0, t0 + minute, t0 + 3 * minute]) {
        await store().slots.schedule(newSlot({ dueMs, kind: "confirm" }));
      }
      const nobody = new Set<string>();
      expect(await dueTimes(store().slots.claimScheduled(t0 - 1, nobody, 10))).toEqual([]);
      expect(await dueTimes(store().slots.claimScheduled(t0 + 2 * minute, nobody, 2))).toEqual([
        t0,
        t0 + minute,
      ]);
      expect(await dueTimes(store().slots.claimScheduled(t0 + 2 * minute, nobody, 2))).toEqual([
        t0 + 2 * minute,
      ]);
    });

    it("passes over scheduled slots of busy datasets", async () => {
      await store().slots.schedule(newSlot({ datasetId: "orders/orders" }));
      await store().slots.schedule(newSlot({ datasetId: "orders/lines", dueMs: t0 + 1 }));
      const busy = new Set(["orders/orders"]);
      expect(await dueTimes(store().slots.claimScheduled(t0 + 5, busy, 1))).toEqual([t0 + 1]);
      expect(await dueTimes(store().slots.claimScheduled(t0 + 5, new Set(), 1))).toEqual([t0]);
    });

    it("leaves a slot as it is when it is scheduled again", async () => {
      await store().slots.schedule(newSlot({ kind: "confirm", checkIds: ["a/b/first"] }));
      await store().slots.schedule(newSlot({ kind: "confirm", checkIds: ["a/b/second"] }));
      const claimed = await store().slots.claimScheduled(t0, new Set(), 10);
      expect(claimed.map(({ checkIds }) => checkIds)).toEqual([["a/b/first"]]);
      await store().slots.schedule(newSlot({ kind: "confirm" }));
      expect(await store().slots.claimScheduled(t0, new Set(), 10)).toEqual([]);
    });

    it("abandons what was claimed and did not end, and nothing else", async () => {
      const ended = await claimOne(store(), t0);
      const lost = await claimOne(store(), t0 + minute);
      await store().slots.end([ended], "done", t0);
      await store().slots.schedule(newSlot({ dueMs: t0 + 2 * minute, kind: "confirm" }));
      expect(await store().slots.abandonClaimed(t0 + 3 * minute)).toEqual([
        { ...newSlot({ dueMs: t0 + minute }), id: lost },
      ]);
      expect(await store().slots.abandonClaimed(t0 + 3 * minute)).toEqual([]);
      expect(await store().slots.countByEnding()).toMatchObject({ done: 1, abandoned: 1, open: 1 });
    });

    it("withdraws the unclaimed slots of probes that are gone", async () => {
      await store().slots.schedule(newSlot({ probeId: "kept", kind: "confirm" }));
      await store().slots.schedule(newSlot({ probeId: "gone", kind: "confirm" }));
      await store().slots.claim([newSlot({ probeId: "gone", kind: "scheduled" })], t0);
      expect(await store().slots.withdraw(new Set(["kept"]), t0)).toBe(1);
      expect(await store().slots.withdraw(new Set(["kept"]), t0)).toBe(0);
      const due = await store().slots.claimScheduled(t0, new Set(), 10);
      expect(due.map(({ probeId }) => probeId)).toEqual(["kept"]);
      expect(await store().slots.countByEnding()).toMatchObject({ abandoned: 1, open: 2 });
    });

    it("counts a missed stretch by its due times, once", async () => {
      const missed = {
        probeId: "orders/orders@15m",
        datasetId: "orders/orders",
        fromMs: t0,
        toMs: t0 + 45 * minute,
        count: 4,
      };
      await store().slots.recordMissed(missed, t0 + 60 * minute);
      await store().slots.recordMissed(missed, t0 + 60 * minute);
      const id = await claimOne(store(), t0 + 60 * minute);
      await store().slots.end([id], "missed", t0 + 61 * minute);
      expect(await store().slots.countByEnding()).toEqual({
        open: 0,
        done: 0,
        error: 0,
        abandoned: 0,
        missed: 5,
        overlapped: 0,
      });
    });

    it("knows the last due time of each probe, missed ones included", async () => {
      await store().slots.claim(
        [
          newSlot({ probeId: "a", dueMs: t0 + minute }),
          newSlot({ probeId: "a", dueMs: t0 }),
          newSlot({ probeId: "b", dueMs: t0 }),
          newSlot({ probeId: "c", dueMs: t0 + 9 * minute, kind: "catch_up" }),
        ],
        t0,
      );
      const gap = { datasetId: "d", fromMs: t0, toMs: t0 + 5 * minute, count: 5 };
      await store().slots.recordMissed({ ...gap, probeId: "b" }, t0);
      await store().slots.recordMissed({ ...gap, probeId: "c" }, t0);
      await store().slots.recordMissed({ ...gap, probeId: "d" }, t0);
      expect(Object.fromEntries(await store().slots.lastDue())).toEqual({
        a: t0 + minute,
        b: t0 + 5 * minute,
        c: t0 + 9 * minute,
        d: t0 + 5 * minute,
      });
    });

    it("does not take a confirming probe for a due time of the schedule", async () => {
      await store().slots.claim([newSlot({ probeId: "a" })], t0);
      await store().slots.schedule(newSlot({ probeId: "a", dueMs: t0 + minute, kind: "confirm" }));
      await store().slots.schedule(newSlot({ probeId: "b", dueMs: t0 + minute, kind: "confirm" }));
      expect(Object.fromEntries(await store().slots.lastDue())).toEqual({ a: t0 });
    });

    it("is empty at first", async () => {
      expect(await store().slots.lastDue()).toEqual(new Map());
      expect(await store().slots.abandonClaimed(t0)).toEqual([]);
      expect(await store().slots.claim([], t0)).toEqual([]);
    });
  });
}

async function dueTimes(slots: ReturnType<Slots["claimScheduled"]>): Promise<readonly number[]> {
  return (await slots).map(({ dueMs }) => dueMs);
}

function describeResults(store: () => Store): void {
  describe("results", () => {
    it("gives back what was appended, whole", async () => {
      const slotId = await claimOne(store(), t0);
      const records = [
        resultOf(slotId, { checkId: "a/b/pass" }),
        resultOf(slotId, { checkId: "a/b/error", result: errored }),
      ];
      await store().results.append(records);
      expect([...(await store().results.latest()).values()]).toEqual(
        expect.arrayContaining(records),
      );
      expect((await store().results.latest()).size).toBe(2);
    });

    it("keeps figures that JSON has no number for as text", async () => {
      const slotId = await claimOne(store(), t0);
      const measured = {
        mean: Number.NaN,
        most: Number.NEGATIVE_INFINITY,
        rows: 9_007_199_254_740_993n as unknown as string,
        ['quote"\u0000\ud800']: "\u0000 \ud800 ☃",
      };
      await store().results.append([resultOf(slotId, { result: { ...passed, measured } })]);
      const latest = (await store().results.latest()).get("orders/orders/fresh");
      expect(latest?.result.measured).toEqual({
        mean: "NaN",
        most: "-Infinity",
        rows: "9007199254740993",
        ['quote"\u0000\ud800']: "\u0000 \ud800 ☃",
      });
    });

    it("knows the newest result of each check by its instant, not by when it was written", async () => {
      const newer = await claimOne(store(), t0 + minute);
      const older = await claimOne(store(), t0);
      await store().results.append([resultOf(newer, { atMs: t0 + minute, result: errored })]);
      await store().results.append([resultOf(older, { atMs: t0, result: failedResult })]);
      await store().results.append([resultOf(older, { checkId: "a/b/c", atMs: t0 + 7 })]);
      const latest = await store().results.latest();
      expect([...latest.keys()].sort()).toEqual(["a/b/c", "orders/orders/fresh"]);
      expect(latest.get("orders/orders/fresh")).toMatchObject({ slotId: newer, result: errored });
      const asked = await store().results.latest(["orders/orders/fresh", "a/b/unheard_of"]);
      expect([...asked.values()]).toEqual([latest.get("orders/orders/fresh")]);
    });

    it("takes the later written of two results of one instant", async () => {
      const slots = [await claimOne(store(), t0), await claimOne(store(), t0 + 1)] as const;
      await store().results.append([resultOf(slots[0], { result: passed })]);
      await store().results.append([resultOf(slots[1], { result: failedResult })]);
      const latest = (await store().results.latest()).get("orders/orders/fresh");
      expect(latest?.slotId).toBe(slots[1]);
    });

    it("knows when a check last gave an answer, whatever errors followed", async () => {
      const slots = [await claimOne(store(), t0), await claimOne(store(), t0 + minute)] as const;
      await store().results.append([
        resultOf(slots[0], { checkId: "a/b/failed", atMs: t0, result: failedResult }),
        resultOf(slots[1], { checkId: "a/b/failed", atMs: t0 + minute, result: errored }),
        resultOf(slots[0], { checkId: "a/b/warned", result: { ...passed, outcome: "warn" } }),
        resultOf(slots[0], { checkId: "a/b/skipped", result: { ...passed, outcome: "skip" } }),
      ]);
      expect(Object.fromEntries(await store().results.lastConclusive())).toEqual({
        "a/b/failed": t0,
        "a/b/warned": t0,
      });
      const asked = await store().results.lastConclusive(["a/b/warned", "a/b/skipped", "a/b/none"]);
      expect(Object.fromEntries(asked)).toEqual({ "a/b/warned": t0 });
    });

    it("gives the history of one check from an instant up to, not including, another", async () => {
      for (const at of [t0 + 3, t0, t0 + 1, t0 + 2]) {
        await store().results.append([resultOf(await claimOne(store(), at), { atMs: at })]);
      }
      const history = await store().results.history("orders/orders/fresh", t0 + 1, t0 + 3);
      expect(history.map(({ atMs }) => atMs)).toEqual([t0 + 1, t0 + 2]);
      expect(await store().results.history("a/b/other", 0, t0 + 9)).toEqual([]);
    });

    it("pages through one check's results, newest first, without loss or double while more are added", async () => {
      const checkId = "orders/orders/fresh";
      const slotIds: number[] = [];
      // Two of one instant, which only the slot tells apart, and one of another check.
      for (const [index, atMs] of [t0, t0 + 1, t0 + 1, t0 + 2, t0 + 3].entries()) {
        const slotId = await claimOne(store(), t0 + index);
        slotIds.push(slotId);
        const result = index === 0 ? failedResult : passed;
        await store().results.append([
          resultOf(slotId, { atMs, result }),
          resultOf(slotId, { checkId: "a/b/other", atMs }),
        ]);
      }
      const [oldest = 0, second = 0, third = 0, fourth = 0] = slotIds;
      const range = { checkId, fromMs: t0, toMs: t0 + 3, limit: 2 };
      const first = await store().results.page({ ...range, after: null });
      expect(first.map(({ slotId }) => slotId)).toEqual([fourth, third]);
      const added = await claimOne(store(), t0 + 9);
      await store().results.append([resultOf(added, { atMs: t0 + 2 })]);
      const next = await store().results.page({ ...range, after: first[1] ?? null });
      expect(next.map(({ slotId }) => slotId)).toEqual([second, oldest]);
      expect(next[1]).toEqual(resultOf(oldest, { atMs: t0, result: failedResult }));
      expect(await store().results.page({ ...range, after: next[1] ?? null })).toEqual([]);
      expect(await store().results.page({ ...range, checkId: "a/b/none", after: null })).toEqual(
        [],
      );
    });

    it("takes one result of a check in a slot, and none without a slot", async () => {
      const slotId = await claimOne(store(), t0);
      await store().results.append([resultOf(slotId)]);
      await expect(
        store().results.append([resultOf(slotId, { atMs: t0 + 1 })]),
      ).rejects.toMatchObject({ code: "TM_INTERNAL" });
      await expect(store().results.append([resultOf(slotId + 1000)])).rejects.toMatchObject({
        code: "TM_INTERNAL",
      });
      expect((await store().results.latest()).size).toBe(1);
    });
  });
}
