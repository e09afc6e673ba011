import { describe, expect, it } from "vitest";
import type { Delivery } from "../../src/core/incident.ts";
import type { IncidentsPage, Store } from "../../src/core/store.ts";
import { deliveryOf, incidentOf, minute, noticeOf, stateOf, t0 } from "./store-things.ts";

const anyId: unknown = expect.any(Number);

export function describeIncidentsAndOutbox(store: () => Store): void {
  describeIncidents(store);
  describeOutbox(store);
  describeConfiguration(store);
}

function describeIncidents(store: () => Store): void {
  describe("incidents", () => {
    it("replaces an incident by its id, and knows which are open", async () => {
      await store().incidents.put(incidentOf({ id: "inc-1" }));
      await store().incidents.put(incidentOf({ id: "inc-2", openedMs: t0 }));
      expect(await store().incidents.open()).toEqual([
        incidentOf({ id: "inc-2", openedMs: t0 }),
        incidentOf({ id: "inc-1" }),
      ]);
      const resolved = incidentOf({
        id: "inc-1",
        endedMs: t0 + 9 * minute,
        ending: "resolved",
        checkIds: [],
        changes: 2,
      });
      await store().incidents.put(resolved);
      expect((await store().incidents.open()).map(({ id }) => id)).toEqual(["inc-2"]);
      expect(await store().incidents.recent(10)).toEqual([
        resolved,
        incidentOf({ id: "inc-2", openedMs: t0 }),
      ]);
    });

    it("lists the newest incidents first, open or not, up to a limit", async () => {
      for (const [id, openedMs] of [
        ["b", t0 + 1],
        ["a", t0 + 2],
        ["c", t0],
        ["d", t0 + 2],
      ] as const) {
        await store().incidents.put(incidentOf({ id, openedMs }));
      }
      expect((await store().incidents.recent(3)).map(({ id }) => id)).toEqual(["d", "a", "b"]);
    });

    it("pages through incidents, newest first, without loss or double while new ones open", async () => {
      for (const [id, openedMs] of [
        ["b", t0 + 1],
        ["a", t0 + 2],
        ["c", t0],
        ["d", t0 + 2],
      ] as const) {
        await store().incidents.put(incidentOf({ id, openedMs }));
      }
      const whole = { products: null, owner: null, isOpen: null, after: null, limit: 2 };
      const first = await store().incidents.page(whole);
      expect(first.map(({ id }) => id)).toEqual(["d", "a"]);
      await store().incidents.put(incidentOf({ id: "e", openedMs: t0 + 3 }));
      const second = await store().incidents.page({ ...whole, after: first[1] ?? null });
      expect(second.map(({ id }) => id)).toEqual(["b", "c"]);
      expect(await store().incidents.page({ ...whole, after: second[1] ?? null })).toEqual([]);
      expect(first[0]).toEqual(incidentOf({ id: "d", openedMs: t0 + 2 }));
    });

    it("picks incidents by product, owner and whether they are open", async () => {
      const over = { endedMs: t0 + 9 * minute, ending: "resolved" } as const;
      await store().incidents.put(incidentOf({ id: "a", product: "orders" }));
      await store().incidents.put(incidentOf({ id: "b", product: "orders", ...over }));
      await store().incidents.put(incidentOf({ id: "c", product: "visits", owner: "web" }));
      const pick = async (wanted: Partial<IncidentsPage>) => {
        const all = { products: null, owner: null, isOpen: null, after: null, limit: 9 };
        return (await store().incidents.page({ ...all, ...wanted })).map(({ id }) => id);
      };
      expect(await pick({})).toEqual(["c", "b", "a"]);
      expect(await pick({ products: ["orders", "other"] })).toEqual(["b", "a"]);
      expect(await pick({ products: [] })).toEqual([]);
      expect(await pick({ owner: "web" })).toEqual(["c"]);
      expect(await pick({ isOpen: true })).toEqual(["c", "a"]);
      expect(await pick({ isOpen: false })).toEqual(["b"]);
      expect(await pick({ isOpen: true, products: ["orders"], owner: "checkout" })).toEqual(["a"]);
    });

    it("keeps, replaces and removes the alert states of checks", async () => {
      const other = stateOf({
        checkId: "a/b/c",
        phase: "failing",
        incidentId: "inc-1",
        erroringSinceMs: t0 + 1,
        blindIncidentId: "inc-2",
      });
      await store().incidents.putStates([stateOf(), other]);
      await store().incidents.putStates([stateOf({ phase: "ok", sinceMs: null })]);
      expect([...(await store().incidents.states())]).toEqual(
        expect.arrayContaining([
          ["a/b/c", other],
          ["orders/orders/fresh", stateOf({ phase: "ok", sinceMs: null })],
        ]),
      );
      await store().incidents.removeStates(["a/b/c", "not/there/either"]);
      expect([...(await store().incidents.states()).keys()]).toEqual(["orders/orders/fresh"]);
    });
  });
}

function describeOutbox(store: () => Store): void {
  describe("outbox", () => {
    it("gives back a delivery whole, first due when it was made", async () => {
      await store().outbox.enqueue([deliveryOf(1)]);
      expect(await store().outbox.due(t0)).toEqual([
        {
          id: anyId,
          notifier: "slack",
          address: "#oncall",
          notice: noticeOf({ id: "inc-1.1" }),
          state: "pending",
          attempts: 0,
          createdMs: t0,
          nextAttemptMs: t0,
        },
      ]);
    });

    it("enqueues a notice to a channel once", async () => {
      await store().outbox.enqueue([deliveryOf(1), deliveryOf(1)]);
      await store().outbox.enqueue([deliveryOf(1, { createdMs: t0 + 1 })]);
      await store().outbox.enqueue([
        deliveryOf(1, { address: null }),
        deliveryOf(1, { address: "" }),
        deliveryOf(1, { notifier: "email" }),
      ]);
      expect(
        (await store().outbox.list(10)).map(({ notifier, address }) => [notifier, address]),
      ).toEqual([
        ["slack", "#oncall"],
        ["slack", null],
        ["slack", ""],
        ["email", "#oncall"],
      ]);
    });

    it("gives the oldest pending delivery of each channel", async () => {
      await store().outbox.enqueue([
        deliveryOf(1),
        deliveryOf(2),
        deliveryOf(1, { address: "#data" }),
        deliveryOf(2, { address: null }),
        deliveryOf(3, { address: null }),
      ]);
      const due = await store().outbox.due(t0);
      expect(due.map(({ address, notice }) => [address, notice.id])).toEqual([
        ["#oncall", "inc-1.1"],
        ["#data", "inc-1.1"],
        [null, "inc-1.2"],
      ]);
    });

    it("holds a channel back while its head waits for its retry, and no other channel", async () => {
      await store().outbox.enqueue([
        deliveryOf(1),
        deliveryOf(2),
        deliveryOf(1, { address: "#data" }),
      ]);
      const head = await headOf(store(), "#oncall", t0);
      const retry = { kind: "retry", nextAttemptMs: t0 + 30_000, reason: "rate_limited" } as const;
      await store().outbox.settle(head.id, retry, t0 + 1);
      const during = await store().outbox.due(t0 + 29_999);
      expect(during.map(({ address }) => address)).toEqual(["#data"]);
      expect(await headOf(store(), "#oncall", t0 + 30_000)).toMatchObject({
        id: head.id,
        attempts: 1,
        nextAttemptMs: t0 + 30_000,
      });
    });

    it.each([
      { kind: "sent", externalId: "1767592800.000100" },
      { kind: "failed", reason: "no_such_address" },
    ] as const)("lets the channel go on when its head is $kind", async (outcome) => {
      await store().outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
      const head = await headOf(store(), "#oncall", t0);
      await store().outbox.settle(head.id, outcome, t0 + 1);
      expect((await headOf(store(), "#oncall", t0 + 1)).notice.id).toBe("inc-1.2");
      expect(await store().outbox.list(1)).toMatchObject([
        {
          id: head.id,
          state: outcome.kind,
          attempts: 1,
          reason: outcome.kind === "failed" ? "no_such_address" : null,
        },
      ]);
    });

    it("does not let a channel fall silent when the clock is set back", async () => {
      await store().outbox.enqueue([deliveryOf(1)]);
      const head = await headOf(store(), "#oncall", t0);
      const retry = { kind: "retry", nextAttemptMs: t0 + 60_000, reason: "timeout" } as const;
      await store().outbox.settle(head.id, retry, t0);
      const anHourEarlier = t0 - 60 * minute;
      expect((await headOf(store(), "#oncall", anHourEarlier)).id).toBe(head.id);
      const again = { ...retry, nextAttemptMs: anHourEarlier + 2_000 };
      await store().outbox.settle(head.id, again, anHourEarlier);
      expect(await store().outbox.due(anHourEarlier + 1_999)).toEqual([]);
      expect(await store().outbox.due(anHourEarlier + 2_000)).toHaveLength(1);
    });

    it("settles a delivery finally once", async () => {
      await store().outbox.enqueue([deliveryOf(1)]);
      const head = await headOf(store(), "#oncall", t0);
      await store().outbox.settle(head.id, { kind: "sent" }, t0);
      const failed = { kind: "failed", reason: "auth" } as const;
      await expect(store().outbox.settle(head.id, failed, t0)).rejects.toMatchObject({
        code: "TM_INTERNAL",
      });
      await expect(store().outbox.settle(head.id + 1000, failed, t0)).rejects.toMatchObject({
        code: "TM_INTERNAL",
      });
      expect(await store().outbox.list(1)).toMatchObject([{ state: "sent", reason: null }]);
    });

    it("remembers what the first delivery of an incident to a channel returned", async () => {
      await store().outbox.enqueue([deliveryOf(1), deliveryOf(2), deliveryOf(3)]);
      expect(await store().outbox.externalId("inc-1", "slack", "#oncall")).toBeNull();
      for (const externalId of [undefined, "ts-2", "ts-3"]) {
        const head = await headOf(store(), "#oncall", t0);
        const sent = { kind: "sent", ...(externalId === undefined ? {} : { externalId }) } as const;
        await store().outbox.settle(head.id, sent, t0);
      }
      expect(await store().outbox.externalId("inc-1", "slack", "#oncall")).toBe("ts-2");
      expect(await store().outbox.externalId("inc-1", "slack", null)).toBeNull();
      expect(await store().outbox.externalId("inc-1", "email", "#oncall")).toBeNull();
      expect(await store().outbox.externalId("inc-2", "slack", "#oncall")).toBeNull();
    });

    it("counts what is pending by notifier", async () => {
      await store().outbox.enqueue([
        deliveryOf(1),
        deliveryOf(2, { address: null }),
        deliveryOf(1, { notifier: "email" }),
        deliveryOf(1, { notifier: "webhook" }),
      ]);
      const due = await store().outbox.due(t0);
      const webhook = due.find(({ notifier }) => notifier === "webhook");
      await store().outbox.settle(webhook?.id ?? 0, { kind: "sent" }, t0);
      expect(Object.fromEntries(await store().outbox.pendingByNotifier())).toEqual({
        email: 1,
        slack: 2,
      });
    });

    it("lists all rows, oldest first, up to a limit", async () => {
      await store().outbox.enqueue([deliveryOf(1), deliveryOf(2), deliveryOf(3)]);
      const [head] = await store().outbox.due(t0);
      await store().outbox.settle(head?.id ?? 0, { kind: "failed", reason: "auth" }, t0);
      const rows = await store().outbox.list(2);
      expect(rows.map(({ notice, state, reason }) => [notice.id, state, reason])).toEqual([
        ["inc-1.1", "failed", "auth"],
        ["inc-1.2", "pending", null],
      ]);
    });
  });
}

function describeConfiguration(store: () => Store): void {
  describe("configuration files", () => {
    it("keeps the last good files in their order, and knows nothing before the first", async () => {
      expect(await store().configuration.lastGood()).toBeNull();
      const first = [
        { path: "tidemark.yaml", text: "version: 1\nnotifiers: { token: ${env:TOKEN} }\n" },
        { path: "products/a.product.yaml", text: "" },
      ];
      await store().configuration.keep(first, t0);
      expect(await store().configuration.lastGood()).toEqual(first);
      const second = [{ path: "tidemark.yaml", text: "version: 1 # ünïcode ☃\r\n" }];
      await store().configuration.keep(second, t0 + 1);
      expect(await store().configuration.lastGood()).toEqual(second);
    });
  });
}

async function headOf(store: Store, address: string, nowMs: number): Promise<Delivery> {
  const head = (await store.outbox.due(nowMs)).find((delivery) => delivery.address === address);
  if (head === undefined) {
    throw new Error(`nothing is due for ${address}`);
  }
  return head;
}
