import { describe, expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import {
  claimOne,
  deliveryOf,
  exclusionOf,
  incidentOf,
  minute,
  newSlot,
  resultOf,
  runOf,
  sightingOf,
  stateOf,
  t0,
} from "./store-things.ts";

const day = 24 * 60 * minute;

export function describePruning(store: () => Store): void {
  describe("pruning", () => {
    it("deletes slots that ended before the instant with their results, and counts the rows", async () => {
      const old = await claimOne(store(), t0);
      const recent = await claimOne(store(), t0 + day);
      await store().results.append([
        resultOf(old),
        resultOf(old, { checkId: "a/b/c" }),
        resultOf(recent, { atMs: t0 + day }),
      ]);
      await store().slots.end([old], "done", t0);
      await store().slots.end([recent], "done", t0 + day);
      expect(await store().prune(t0)).toBe(0);
      expect(await store().prune(t0 + day)).toBe(3);
      expect([...(await store().results.latest()).keys()]).toEqual(["orders/orders/fresh"]);
      expect(await store().slots.countByEnding()).toMatchObject({ done: 1 });
    });

    it("never deletes a slot without an ending", async () => {
      const claimed = await claimOne(store(), t0);
      await store().results.append([resultOf(claimed)]);
      await store().slots.schedule(newSlot({ kind: "confirm" }));
      expect(await store().prune(t0 + 365 * day)).toBe(0);
      expect(await store().slots.countByEnding()).toMatchObject({ open: 2 });
    });

    it("deletes missed stretches and timeline runs that are over, and no run that still holds", async () => {
      const missed = { probeId: "a", datasetId: "a/b", count: 2 };
      await store().slots.recordMissed({ ...missed, fromMs: t0, toMs: t0 + minute }, t0);
      await store().slots.recordMissed({ ...missed, fromMs: t0, toMs: t0 + day }, t0);
      const holding = runOf({ checkId: "a/b/c", toMs: t0 + day });
      await store().timelines.put([runOf(), holding]);
      expect(await store().prune(t0 + day)).toBe(2);
      expect(Object.fromEntries(await store().timelines.since(0))).toEqual({ "a/b/c": [holding] });
      expect((await store().slots.countByEnding()).missed).toBe(2);
    });

    it("deletes old sightings, but of each check the newest before the instant", async () => {
      const seen = [-3, -2, -1, 1].map((days, index) =>
        sightingOf({ number: index + 1, observedMs: t0 + days * day }),
      );
      const quiet = sightingOf({ checkId: "a/b/quiet", observedMs: t0 - 300 * day });
      await store().timelines.putSightings([...seen, quiet]);
      expect(await store().prune(t0)).toBe(2);
      expect(await store().prune(t0)).toBe(0);
      expect(Object.fromEntries(await store().timelines.sightingsSince(0))).toEqual({
        "orders/orders/by_seven": seen.slice(2),
        "a/b/quiet": [quiet],
      });
    });

    it("deletes what many checks have left behind, however many that is at once", async () => {
      const checkIds = Array.from({ length: 1_200 }, (_, index) => `a/b/${index}`);
      const spans = [-3, -2, 1].map((days) => ({ fromMs: t0 + days * day, toMs: t0 + days * day }));
      await store().timelines.put(
        checkIds.flatMap((checkId) => spans.map((span) => runOf({ checkId, ...span }))),
      );
      await store().timelines.putSightings(
        checkIds.flatMap((checkId) =>
          spans.map(({ fromMs }, index) =>
            sightingOf({ checkId, number: index + 1, fromMs, observedMs: fromMs }),
          ),
        ),
      );
      expect(await store().prune(t0)).toBe(1_200 * 2 + 1_200);
      const runs = await store().timelines.since(0);
      const sightings = await store().timelines.sightingsSince(0);
      expect([...runs.values()].map((own) => own.map(({ fromMs }) => fromMs))).toEqual(
        checkIds.map(() => [t0 + day]),
      );
      expect([...sightings.values()].map((own) => own.map(({ number }) => number))).toEqual(
        checkIds.map(() => [2, 3]),
      );
    });

    it("deletes exclusions that were over, ended or withdrawn long ago, and none that may still excuse", async () => {
      const old = { fromMs: t0 - 9 * day, createdMs: t0 - 9 * day, toMs: t0 - day };
      const withdrawal = { atMs: t0 - 2 * day, by: "li", reason: "The wrong SLO." };
      const kept = [
        exclusionOf({ ...old, id: "until ended", toMs: null }),
        exclusionOf({ ...old, id: "still running", toMs: t0 }),
        exclusionOf({ ...old, id: "corrected lately", createdMs: t0 }),
        exclusionOf({ ...old, id: "withdrawn lately", withdrawal: { ...withdrawal, atMs: t0 } }),
      ];
      const ended = { endedMs: t0 - 2 * day, endedBy: "li" };
      for (const one of [
        ...kept,
        exclusionOf({ ...old, id: "over" }),
        exclusionOf({ ...old, id: "ended", toMs: null, ...ended }),
        exclusionOf({ ...old, id: "withdrawn", toMs: null, withdrawal }),
      ]) {
        await store().exclusions.add(one);
      }
      expect(await store().prune(t0)).toBe(3);
      const left = (await store().exclusions.list()).map(({ id }) => id);
      expect(left.toSorted()).toEqual(kept.map(({ id }) => id).toSorted());
    });

    it("deletes incidents that ended and their settled deliveries", async () => {
      await store().incidents.put(incidentOf({ endedMs: t0, ending: "resolved" }));
      await store().outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
      await settleHead(store(), { kind: "sent", externalId: "ts" });
      await settleHead(store(), { kind: "failed", reason: "auth" });
      expect(await store().prune(t0 + day)).toBe(3);
      expect(await store().incidents.recent(9)).toEqual([]);
      expect(await store().outbox.list(9)).toEqual([]);
    });

    it("keeps an open incident and the thread of its messages", async () => {
      await store().incidents.put(incidentOf());
      await store().outbox.enqueue([deliveryOf(1)]);
      await settleHead(store(), { kind: "sent", externalId: "ts" });
      expect(await store().prune(t0 + 365 * day)).toBe(0);
      expect(await store().incidents.open()).toHaveLength(1);
      expect(await store().outbox.externalId("inc-1", "slack", "#oncall")).toBe("ts");
    });

    it("keeps a pending delivery, and its incident's earlier ones", async () => {
      await store().incidents.put(incidentOf({ endedMs: t0, ending: "resolved" }));
      await store().outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
      await settleHead(store(), { kind: "sent", externalId: "ts" });
      expect(await store().prune(t0 + 365 * day)).toBe(1);
      expect(await store().outbox.due(t0)).toHaveLength(1);
      expect(await store().outbox.externalId("inc-1", "slack", "#oncall")).toBe("ts");
    });

    it("keeps alert states, SLOs and the configuration, however old", async () => {
      await store().incidents.putStates([stateOf()]);
      await store().timelines.noteSlos(["orders/fresh"], t0);
      await store().configuration.keep([{ path: "tidemark.yaml", text: "version: 1" }], t0);
      expect(await store().prune(t0 + 365 * day)).toBe(0);
      expect((await store().incidents.states()).size).toBe(1);
      expect((await store().timelines.sloSince()).size).toBe(1);
      expect(await store().configuration.lastGood()).toHaveLength(1);
    });

    it("deletes more than fits one batch", async () => {
      const slots = await store().slots.claim(
        Array.from({ length: 1_201 }, (_, index) => newSlot({ dueMs: t0 + index })),
        t0,
      );
      await store().slots.end(
        slots.map(({ id }) => id),
        "done",
        t0,
      );
      expect(await store().prune(t0 + day)).toBe(1_201);
      expect(await store().slots.countByEnding()).toMatchObject({ done: 0, open: 0 });
    });
  });
}

async function settleHead(
  store: Store,
  outcome: Parameters<Store["outbox"]["settle"]>[1],
): Promise<void> {
  const [head] = await store.outbox.due(t0);
  if (head === undefined) {
    throw new Error("nothing is due");
  }
  await store.outbox.settle(head.id, outcome, t0);
}
