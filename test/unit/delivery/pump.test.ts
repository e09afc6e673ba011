import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliveryResult } from "../../../src/core/notifier.ts";
import { deliveryOf, minute, t0 } from "../../contract/store-things.ts";
import { PostOffice, sent, silent, ToldNotifier, unreachable } from "./post-office.ts";

const hour = 60 * minute;

let office: PostOffice;

beforeEach(async () => {
  office = await PostOffice.open();
});

afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

function notifierThat(answer: ToldNotifier["answer"], name = "slack"): ToldNotifier {
  const notifier = new ToldNotifier(answer);
  office.notifiers.set(name, notifier);
  return notifier;
}

describe("a delivery", () => {
  it("is marked sent after the provider's answer, not before", async () => {
    const answer = Promise.withResolvers<DeliveryResult>();
    notifierThat(() => answer.promise);
    await office.store.outbox.enqueue([deliveryOf(1)]);
    const pump = office.pump();
    await pump.pump();
    expect(await office.ledger()).toEqual(["inc-1.1 pending"]);
    expect(pump.isIdle).toBe(false);
    answer.resolve({ delivered: true, externalId: "ts-1" });
    await office.pumped(pump);
    expect(await office.ledger()).toEqual(["inc-1.1 sent"]);
    expect(office.attempts).toEqual(["slack sent"]);
    expect(await office.store.outbox.externalId("inc-1", "slack", "#oncall")).toBe("ts-1");
  });

  it("is handed its address and what the incident's first delivery to that channel returned", async () => {
    const slack = notifierThat(({ id }) => ({ delivered: true, externalId: `ts of ${id}` }));
    await office.store.outbox.enqueue([
      deliveryOf(1),
      deliveryOf(2),
      deliveryOf(3),
      deliveryOf(3, { address: null }),
    ]);
    await office.pumped(office.pump());
    const told = slack.asked.map(({ noticeId, options }) => [
      noticeId,
      options.address,
      options.externalId,
    ]);
    expect(told).toHaveLength(4);
    expect(told).toEqual(
      expect.arrayContaining([
        ["inc-1.1", "#oncall", null],
        ["inc-1.2", "#oncall", "ts of inc-1.1"],
        ["inc-1.3", "#oncall", "ts of inc-1.1"],
        ["inc-1.3", null, null],
      ]),
    );
  });

  it("has one idempotency key for all its repeats, and another than any other delivery", async () => {
    const slack = notifierThat(() => unreachable);
    await office.store.outbox.enqueue([
      deliveryOf(1),
      deliveryOf(1, { address: "#data" }),
      deliveryOf(2, { address: "#other" }),
    ]);
    const pump = office.pump();
    for (let pass = 0; pass < 3; pass += 1) {
      await office.pumped(pump);
      office.nowMs += hour;
    }
    const keys = slack.asked.map(({ options }) => options.idempotencyKey);
    expect(keys).toHaveLength(9);
    expect(new Set(keys).size).toBe(3);
    expect(keys.join()).not.toContain("#");
  });

  it("is tried again by the next process when this one ends before it is marked", async () => {
    const slack = notifierThat(() => sent);
    await office.store.outbox.enqueue([deliveryOf(1)]);
    const broken = office.break();
    await office.pump().pump();
    await vi.waitFor(() => expect(office.attempts).toHaveLength(1));
    broken.mend();
    await office.pumped(office.pump());
    expect(slack.noticeIds).toEqual(["inc-1.1", "inc-1.1"]);
    expect(slack.asked[1]?.options.idempotencyKey).toBe(slack.asked[0]?.options.idempotencyKey);
    expect(await office.ledger()).toEqual(["inc-1.1 sent"]);
  });
});

describe("a failure", () => {
  it("that may pass is tried again after its backoff, and holds the channel's later notices back", async () => {
    const slack = notifierThat(() => unreachable);
    await office.store.outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
    const pump = office.pump();
    await office.pumped(pump);
    expect(await office.ledger()).toEqual(["inc-1.1 pending unreachable", "inc-1.2 pending"]);
    // Half way between 1 s and the first ceiling of 2 s.
    office.nowMs = t0 + 1_499;
    await office.pumped(pump);
    expect(slack.noticeIds).toEqual(["inc-1.1"]);
    slack.answer = () => sent;
    office.nowMs = t0 + 1_500;
    await office.pumped(pump);
    expect(slack.noticeIds).toEqual(["inc-1.1", "inc-1.1", "inc-1.2"]);
    expect(await office.ledger()).toEqual(["inc-1.1 sent", "inc-1.2 sent"]);
    expect(office.attempts).toEqual(["slack retry", "slack sent", "slack sent"]);
  });

  it("waits as long as the provider asks", async () => {
    notifierThat(() => ({
      delivered: false,
      isRetryable: true,
      reason: "rate_limited",
      retryAfterMs: 30_000,
    }));
    await office.store.outbox.enqueue([deliveryOf(1)]);
    await office.pumped(office.pump());
    expect(await office.store.outbox.due(t0 + 29_999)).toEqual([]);
    expect(await office.store.outbox.due(t0 + 30_000)).toHaveLength(1);
  });

  it("that is permanent is final at once, counted and logged, and the channel goes on", async () => {
    const slack = notifierThat(({ id }) =>
      id === "inc-1.1" ? { delivered: false, isRetryable: false, reason: "auth" } : sent,
    );
    await office.store.outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
    await office.pumped(office.pump());
    expect(slack.noticeIds).toEqual(["inc-1.1", "inc-1.2"]);
    expect(await office.ledger()).toEqual(["inc-1.1 failed auth", "inc-1.2 sent"]);
    expect(office.attempts).toEqual(["slack auth", "slack sent"]);
    expect(office.logged.filter(({ level }) => level === "error")).toMatchObject([
      { fields: { notifier: "slack", notice: "inc-1.1", reason: "auth", owner: "checkout" } },
    ]);
  });

  it("of the notifier itself is retried as internal, and its text goes nowhere", async () => {
    notifierThat(() => {
      throw new Error("cannot read 'token' of xoxb-secret");
    });
    await office.store.outbox.enqueue([deliveryOf(1)]);
    await office.pumped(office.pump());
    expect(await office.ledger()).toEqual(["inc-1.1 pending internal"]);
    expect(office.attempts).toEqual(["slack retry"]);
    expect(JSON.stringify(office.logged)).not.toContain("xoxb-secret");
  });

  it("that lasts a day is given up, counted and logged, and the channel goes on", async () => {
    const slack = notifierThat(() => unreachable);
    await office.store.outbox.enqueue([deliveryOf(1), deliveryOf(2, { createdMs: t0 + hour })]);
    const pump = office.pump();
    office.nowMs = t0 + 24 * hour - 1;
    await office.pumped(pump);
    expect(await office.ledger()).toEqual(["inc-1.1 pending unreachable", "inc-1.2 pending"]);
    office.nowMs = t0 + 24 * hour + 10_000;
    await office.pumped(pump);
    expect(await office.ledger()).toEqual([
      "inc-1.1 failed unreachable",
      "inc-1.2 pending unreachable",
    ]);
    expect(slack.noticeIds).toEqual(["inc-1.1", "inc-1.1", "inc-1.2"]);
    expect(office.attempts).toEqual(["slack retry", "slack unreachable", "slack retry"]);
    expect(office.logged.map(({ level }) => level)).toEqual(["warn", "error", "warn"]);
  });

  it("of configuration is final: the notifier, or the target, is no longer there", async () => {
    const slack = notifierThat(() => sent);
    await office.store.outbox.enqueue([
      deliveryOf(1),
      deliveryOf(1, { address: "#gone" }),
      deliveryOf(1, { notifier: "pager", address: null }),
    ]);
    await office.pumped(office.pump({ hasTarget: (_name, address) => address !== "#gone" }));
    expect(await office.ledger()).toEqual([
      "inc-1.1 sent",
      "inc-1.1 failed no_such_address",
      "inc-1.1 failed no_such_address",
    ]);
    expect([...office.attempts].sort()).toEqual([
      "pager no_such_address",
      "slack no_such_address",
      "slack sent",
    ]);
    expect(slack.asked).toHaveLength(1);
  });
});

describe("channels", () => {
  it("do one delivery at a time, in order, however often the pump is called", async () => {
    const slack = notifierThat(async () => {
      await Promise.resolve();
      return sent;
    });
    await office.store.outbox.enqueue([1, 2, 3, 4, 5].map((number) => deliveryOf(number)));
    const pump = office.pump();
    await Promise.all([pump.pump(), pump.pump(), pump.pump()]);
    await office.pumped(pump);
    expect(slack.noticeIds).toEqual(["inc-1.1", "inc-1.2", "inc-1.3", "inc-1.4", "inc-1.5"]);
    expect(slack.mostUnderWay).toBe(1);
  });

  it("do not repeat a delivery that ended while a slow store was still reading what is due", async () => {
    const answer = Promise.withResolvers<DeliveryResult>();
    const slack = notifierThat(() => answer.promise);
    const { outbox } = office.store;
    await outbox.enqueue([deliveryOf(1)]);
    const slow = Promise.withResolvers<void>();
    let reads = 0;
    const due = async (nowMs: number) => {
      reads += 1;
      const isSecond = reads === 2;
      const rows = await outbox.due(nowMs);
      await (isSecond ? slow.promise : undefined);
      return rows;
    };
    const pump = office.pump({
      outbox: {
        due,
        enqueue: (deliveries) => outbox.enqueue(deliveries),
        settle: (...args) => outbox.settle(...args),
        externalId: (...args) => outbox.externalId(...args),
        pendingByNotifier: () => outbox.pendingByNotifier(),
        list: (limit) => outbox.list(limit),
      },
    });
    await pump.pump();
    const second = pump.pump();
    await vi.waitUntil(() => reads === 2, { interval: 1 });
    answer.resolve(sent);
    await vi.waitUntil(() => reads === 3, { interval: 1 });
    slow.resolve();
    await second;
    await office.pumped(pump);
    expect(slack.noticeIds).toEqual(["inc-1.1"]);
  });

  it("go on while one of them hangs, which is ended by its deadline", async () => {
    const slack = notifierThat(silent);
    const email = notifierThat(() => sent, "email");
    await office.store.outbox.enqueue([
      deliveryOf(1),
      deliveryOf(2),
      deliveryOf(1, { notifier: "email", address: "a@example.com" }),
      deliveryOf(2, { notifier: "email", address: "a@example.com" }),
    ]);
    const pump = office.pump({ timeoutMs: 300 });
    await pump.pump();
    await vi.waitFor(() => expect(office.attempts).toEqual(["email sent", "email sent"]), {
      interval: 1,
    });
    await office.store.outbox.enqueue([
      deliveryOf(3, { notifier: "email", address: "a@example.com" }),
    ]);
    await pump.pump();
    await vi.waitFor(() => expect(email.asked).toHaveLength(3), { interval: 1 });
    expect(slack.underWay).toBe(1);
    await office.pumped(pump);
    expect(office.attempts.at(-1)).toBe("slack retry");
    expect(slack.noticeIds).toEqual(["inc-1.1"]);
    expect((await office.ledger())[0]).toBe("inc-1.1 pending timeout");
  });

  it("of one notifier are as independent as those of several", async () => {
    const slack = notifierThat((notice, options) =>
      options.address === "#hangs" ? silent(notice, options) : sent,
    );
    await office.store.outbox.enqueue([
      deliveryOf(1, { address: "#hangs" }),
      ...["#a", "#b", "#c"].map((address) => deliveryOf(1, { address })),
    ]);
    const pump = office.pump({ timeoutMs: 300 });
    await pump.pump();
    await vi.waitFor(() => expect(office.attempts).toHaveLength(3), { interval: 1 });
    expect(slack.underWay).toBe(1);
    await office.pumped(pump);
  });

  it("leave a notifier behind that does not answer its signal", async () => {
    const never = new Promise<DeliveryResult>(() => {});
    notifierThat(() => never);
    await office.store.outbox.enqueue([deliveryOf(1)]);
    await office.pumped(office.pump({ timeoutMs: 20 }));
    expect(await office.ledger()).toEqual(["inc-1.1 pending timeout"]);
  });

  it("take the answer that a notifier gives when its signal is raised", async () => {
    notifierThat(async (notice, options) => {
      await silent(notice, options);
      return sent;
    });
    await office.store.outbox.enqueue([deliveryOf(1)]);
    await office.pumped(office.pump({ timeoutMs: 20 }));
    expect(await office.ledger()).toEqual(["inc-1.1 sent"]);
  });
});

describe("a store that cannot be written", () => {
  it("does not make the channel repeat itself: the answer is kept and written down later", async () => {
    const slack = notifierThat(() => sent);
    await office.store.outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
    const broken = office.break();
    const pump = office.pump();
    for (let pass = 0; pass < 3; pass += 1) {
      await pump.pump();
    }
    await vi.waitFor(() => expect(office.attempts).toEqual(["slack sent"]));
    await pump.pump();
    expect(slack.noticeIds).toEqual(["inc-1.1"]);
    expect(pump.isIdle).toBe(false);
    expect(await office.ledger()).toEqual(["inc-1.1 pending", "inc-1.2 pending"]);
    broken.mend();
    await office.pumped(pump);
    expect(slack.noticeIds).toEqual(["inc-1.1", "inc-1.2"]);
    expect(await office.ledger()).toEqual(["inc-1.1 sent", "inc-1.2 sent"]);
    const told = office.logged.filter(({ text }) => text.includes("outbox"));
    expect(told.map(({ level }) => level)).toEqual(["error", "info"]);
  });

  it("is logged once when it cannot be read either, and the pump does not throw", async () => {
    const pump = office.pump();
    await office.store[Symbol.asyncDispose]();
    await pump.pump();
    await pump.pump();
    expect(office.logged).toMatchObject([
      { level: "error", fields: { code: "TM_STORE_UNAVAILABLE" } },
    ]);
  });
});

describe("draining", () => {
  it("waits for what is under way and what its channels still have due, and starts nothing after", async () => {
    const answer = Promise.withResolvers<DeliveryResult>();
    const slack = notifierThat(() => answer.promise);
    await office.store.outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
    const pump = office.pump();
    await pump.pump();
    const drained = pump.drain(new AbortController().signal);
    await office.store.outbox.enqueue([deliveryOf(1, { address: "#late" })]);
    await pump.pump();
    answer.resolve(sent);
    await drained;
    expect(pump.isIdle).toBe(true);
    expect(slack.noticeIds).toEqual(["inc-1.1", "inc-1.2"]);
    expect(await office.ledger()).toEqual(["inc-1.1 sent", "inc-1.2 sent", "inc-1.1 pending"]);
  });

  it("ends at once when its signal is raised, and leaves the rest to the next process", async () => {
    const slack = notifierThat(silent);
    await office.store.outbox.enqueue([deliveryOf(1), deliveryOf(2)]);
    const pump = office.pump();
    await pump.pump();
    await vi.waitFor(() => expect(slack.underWay).toBe(1), { interval: 1 });
    const force = new AbortController();
    const drained = pump.drain(force.signal);
    force.abort();
    await drained;
    expect(pump.isIdle).toBe(true);
    expect(await office.ledger()).toEqual(["inc-1.1 pending timeout", "inc-1.2 pending"]);
  });
});
