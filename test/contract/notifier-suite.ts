import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogFields, Logger } from "../../src/core/logger.ts";
import type { DeliverOptions, Notifier, NotifierContext } from "../../src/core/notifier.ts";
import { hostileNotice, noticeOf } from "./notice.ts";

/** Something that reached the channel, as its reader sees it. */
interface Received {
  /** What a receiver tells repeats by. */
  readonly key: string;
  /** The same for all that belongs to one incident. */
  readonly thread: string;
  readonly text: string;
}

/** A notifier with its local counterpart. */
export interface NotifierUnderTest extends AsyncDisposable {
  readonly notifier: Notifier;
  readonly address: string | null;
  /** Must never show in a result, a stage or a log line: credentials, and what the counterpart says. */
  readonly secrets: readonly string[];
  /** The next delivery meets trouble that passes. */
  failTemporarily(): void;
  /** The next delivery meets a refusal that would come again. */
  failPermanently(): void;
  /** The next call is taken and never answered. */
  hang(): void;
  /** The counterpart goes away. */
  stop(): Promise<void>;
  /** How many connections the counterpart sees. */
  connections(): Promise<number>;
  received(): readonly Received[];
}

export interface TestContext extends NotifierContext {
  readonly logged: readonly string[];
}

export function contextOf(print: (text: string) => void = () => undefined): TestContext {
  const logged: string[] = [];
  const log = (fields: LogFields, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  return {
    name: "under-test",
    clock: { now: () => Date.UTC(2026, 6, 1, 6), monotonicMs: () => performance.now() },
    logger,
    print,
    logged,
  };
}

/** What every notifier on a network promises. `start` is called before each test. */
export function describeNotifier(
  name: string,
  start: (context: NotifierContext) => Promise<NotifierUnderTest>,
): void {
  describe(`the ${name} notifier`, () => {
    let context: TestContext;
    let subject: NotifierUnderTest;

    beforeEach(async () => {
      context = contextOf();
      subject = await start(context);
    });

    afterEach(async () => {
      await subject.notifier[Symbol.asyncDispose]();
      await subject[Symbol.asyncDispose]();
    });

    const optionsOf = (given: Partial<DeliverOptions> = {}): DeliverOptions => ({
      address: subject.address,
      externalId: null,
      idempotencyKey: "incident-1.1/under-test",
      signal: AbortSignal.timeout(10_000),
      ...given,
    });

    it("says who, what, since when, and where the runbook is", async () => {
      const result = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      expect(result).toMatchObject({ delivered: true });
      const texts = subject.received().map(({ text }) => text);
      expect(texts).toHaveLength(1);
      for (const words of [
        "orders",
        "Checkout data",
        "The newest row is 2 h old; at most 1 h was promised.",
        "2026-07-01T05:00:00",
        "https://example.com/runbooks/orders",
      ]) {
        expect(texts[0]).toContain(words);
      }
    });

    it("asks for a repeat after trouble that passes, and delivers then", async () => {
      subject.failTemporarily();
      const first = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      expect(first).toMatchObject({ delivered: false, isRetryable: true });
      const second = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      expect(second).toMatchObject({ delivered: true });
    });

    it("asks for no repeat after a refusal that would come again", async () => {
      subject.failPermanently();
      const result = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      expect(result).toMatchObject({ delivered: false, isRetryable: false });
    });

    it("ends at the deadline when nobody answers", async () => {
      subject.hang();
      const startedMs = performance.now();
      const signal = AbortSignal.timeout(300);
      const result = await subject.notifier.deliver(noticeOf("opened"), optionsOf({ signal }));
      expect(result).toEqual({ delivered: false, isRetryable: true, reason: "timeout" });
      expect(performance.now() - startedMs).toBeLessThan(2000);
    });

    it("sends nothing when the deadline has passed already", async () => {
      const signal = AbortSignal.abort();
      const result = await subject.notifier.deliver(noticeOf("opened"), optionsOf({ signal }));
      expect(result).toEqual({ delivered: false, isRetryable: true, reason: "timeout" });
      expect(subject.received()).toEqual([]);
    });

    it("asks for a repeat when nobody is there", async () => {
      await subject.stop();
      const result = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      expect(result).toEqual({ delivered: false, isRetryable: true, reason: "unreachable" });
    });

    it("carries the same key on a repeat, and another on another notice", async () => {
      await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      const idempotencyKey = "incident-1.4/under-test";
      await subject.notifier.deliver(noticeOf("resolved"), optionsOf({ idempotencyKey }));
      const [first, repeat, other] = subject.received().map(({ key }) => key);
      expect(first).toBeTruthy();
      expect(repeat).toBe(first);
      expect(other).not.toBe(first);
    });

    it("keeps the notices of one incident together", async () => {
      const first = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      const externalId = first.delivered ? (first.externalId ?? null) : null;
      const resolved = await subject.notifier.deliver(
        noticeOf("resolved"),
        optionsOf({ externalId, idempotencyKey: "incident-1.4/under-test" }),
      );
      expect(resolved).toMatchObject({ delivered: true });
      const threads = subject.received().map(({ thread }) => thread);
      expect(threads).toHaveLength(2);
      expect(new Set(threads).size).toBe(1);
      expect(threads[0]).toBeTruthy();
    });

    it("delivers hostile names without control characters", async () => {
      const result = await subject.notifier.deliver(hostileNotice("opened"), optionsOf());
      expect(result).toMatchObject({ delivered: true });
      const [received] = subject.received();
      expect(received?.text).toContain("alert(1)");
      for (const character of ["\u202E", "\u0007", "\u2028"]) {
        expect(received?.text).not.toContain(character);
      }
    });

    it("delivers a notice of enormous texts within bounds", async () => {
      const long = "x".repeat(1_000_000);
      const check = { ...noticeOf("opened").checks[0], id: long, summary: long, hint: long };
      const checks = Array.from({ length: 500 }, () => check) as never;
      const links = Object.fromEntries(
        Array.from({ length: 500 }, (_, index) => [`link${index}`, `https://example.com/${index}`]),
      );
      const result = await subject.notifier.deliver(
        noticeOf("opened", { checks, changed: checks, links, upstream: [long] }),
        optionsOf(),
      );
      expect(result).toMatchObject({ delivered: true });
      expect(subject.received()[0]?.text.length).toBeLessThan(600_000);
    });

    it("lets no secret and no word of the other side out", async () => {
      subject.failTemporarily();
      const temporary = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      subject.failPermanently();
      const permanent = await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      await subject.stop();
      const stages = await subject.notifier.test(optionsOf());
      const told = JSON.stringify([temporary, permanent, stages, context.logged]);
      expect(context.logged.length).toBeGreaterThanOrEqual(2);
      for (const secret of subject.secrets) {
        expect(told).not.toContain(secret);
      }
    });

    it("is reached in stages without sending anything", async () => {
      const stages = await subject.notifier.test(optionsOf());
      expect(stages.map(({ status }) => status)).not.toContain("failed");
      expect(stages[0]).toMatchObject({ name: "reach", status: "ok" });
      expect(subject.received()).toEqual([]);
    });

    it("says with a hint that nobody is there", async () => {
      await subject.stop();
      const stages = await subject.notifier.test(optionsOf());
      expect(stages[0]).toMatchObject({ name: "reach", status: "failed" });
      expect(stages[0]?.hint).toBeTruthy();
      expect(new Set(stages.slice(1).map(({ status }) => status))).not.toContain("ok");
    });

    it("ends what is under way when it is disposed of, and keeps no connection", async () => {
      subject.hang();
      const delivery = subject.notifier.deliver(noticeOf("opened"), optionsOf());
      await expect.poll(() => subject.connections()).toBe(1);
      const startedMs = performance.now();
      await subject.notifier[Symbol.asyncDispose]();
      expect(await delivery).toEqual({ delivered: false, isRetryable: true, reason: "timeout" });
      expect(performance.now() - startedMs).toBeLessThan(2000);
      await expect.poll(() => subject.connections()).toBe(0);
    });

    it("keeps no connection after a delivery", async () => {
      await subject.notifier.deliver(noticeOf("opened"), optionsOf());
      expect(subject.received()).toHaveLength(1);
      await expect.poll(() => subject.connections()).toBe(0);
    });
  });
}
