import type { Clock } from "../core/clock.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Delivery } from "../core/incident.ts";
import type { Logger } from "../core/logger.ts";
import type { DeliveryFailure, Notifier } from "../core/notifier.ts";
import type { Outbox } from "../core/store.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { deliverBounded } from "./bounded.ts";
import { failed, type Verdict, verdictOf } from "./verdict.ts";

export interface OutboxPumpOptions {
  readonly outbox: Outbox;
  /** The notifiers of the present configuration, by name. */
  readonly notifiers: () => ReadonlyMap<string, Notifier>;
  /** Whether some team still names this target; a delivery to one that nobody names fails. */
  readonly hasTarget?: (notifier: string, address: string | null) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For one attempt. */
  readonly timeoutMs: DurationMs;
  readonly onAttempt: (notifier: string, result: "sent" | "retry" | DeliveryFailure) => void;
  /** In [0, 1); spreads retries. */
  readonly random?: () => number;
}

/** A verdict that the store could not take yet. */
interface Owed {
  readonly delivery: Delivery;
  readonly verdict: Verdict;
  readonly atMs: EpochMs;
}

/**
 * Carries the outbox to the channels, at least once: a delivery is marked only after the provider's
 * answer. A channel is a notifier and an address.
 *
 *   idle ─ pump finds its head due ─► busy ─ sent or failed ─► busy with the next, or idle
 *                                      │ └── retry ─────────► idle until the head's next attempt
 *                                      └──── store refuses the verdict ─► owed ─ store takes it ─► idle
 *
 * Channels are independent: each does one delivery at a time, in order, bounded by `timeoutMs`. An owed
 * channel sends nothing, so that a full disk does not repeat one message every second.
 */
export class OutboxPump {
  readonly #o: OutboxPumpOptions;
  readonly #random: () => number;
  readonly #busy = new Set<string>();
  readonly #owed = new Map<string, Owed>();
  /** Channels that became idle while a pass was reading the outbox: what it read of them is stale. */
  readonly #freed = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #passes: Promise<void> = Promise.resolve();
  #waitingPasses = 0;
  #isStopping = false;
  #isStoreFailing = false;

  constructor(options: OutboxPumpOptions) {
    this.#o = options;
    this.#random = options.random ?? Math.random;
  }

  /** Nothing under way and nothing owed to the ledger; deliveries may wait there for their retry. */
  get isIdle(): boolean {
    return this.#running.size === 0 && this.#waitingPasses === 0 && this.#owed.size === 0;
  }

  /**
   * Starts every idle channel whose head is due; each goes on until nothing of it is due. Ends when they
   * are started, so that no channel can hold up the caller. Safe to call again at any time, and never
   * throws: a store that cannot be read is logged, and the next call tries again.
   */
  async pump(): Promise<void> {
    if (this.#isStopping) {
      return;
    }
    this.#waitingPasses += 1;
    const pass = this.#passes.then(() => this.#pass());
    this.#passes = pass;
    await pass;
    this.#waitingPasses -= 1;
  }

  /**
   * Starts no further channel and waits until those under way have nothing due. When `signal` aborts,
   * so do the deliveries under way, and what is left is for the next process.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#isStopping = true;
    const abort = () => this.#stop.abort();
    signal.addEventListener("abort", abort);
    if (signal.aborted) {
      abort();
    }
    try {
      await this.#passes;
      await Promise.all(this.#running);
      await this.#settleOwed();
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #pass(): Promise<void> {
    await this.#settleOwed();
    this.#freed.clear();
    for (const delivery of await this.#due()) {
      const channel = channelOf(delivery);
      if (!this.#stop.signal.aborted && !this.#freed.has(channel) && this.#isFree(channel)) {
        this.#start(channel, delivery);
      }
    }
  }

  #isFree(channel: string): boolean {
    return !this.#busy.has(channel) && !this.#owed.has(channel);
  }

  #start(channel: string, head: Delivery): void {
    this.#busy.add(channel);
    const run = this.#runChannel(channel, head)
      .catch(() => {
        this.#o.logger.error(
          { code: "TM_INTERNAL" },
          "A channel's run broke; the next pass resumes it",
        );
      })
      .finally(() => {
        this.#busy.delete(channel);
        this.#freed.add(channel);
        this.#running.delete(run);
      });
    this.#running.add(run);
  }

  async #runChannel(channel: string, head: Delivery): Promise<void> {
    let next: Delivery | undefined = head;
    while (next !== undefined) {
      const verdict = await this.#attempt(next);
      const isSettled = await this.#settle({
        delivery: next,
        verdict,
        atMs: this.#o.clock.now(),
      });
      if (!isSettled || verdict.outcome.kind === "retry" || this.#stop.signal.aborted) {
        return;
      }
      next = (await this.#due()).find((delivery) => channelOf(delivery) === channel);
    }
  }

  async #attempt(delivery: Delivery): Promise<Verdict> {
    const { notifier: name, address, notice } = delivery;
    const notifier = this.#o.notifiers().get(name);
    if (notifier === undefined || this.#o.hasTarget?.(name, address) === false) {
      return failed("no_such_address");
    }
    const externalId = await this.#externalId(delivery);
    const result = await deliverBounded(
      notifier,
      notice,
      // The row's id stands for the channel: an address has no business in a header or a log.
      { address, externalId, idempotencyKey: `${notice.id}.${delivery.id}` },
      { timeoutMs: this.#o.timeoutMs, stop: this.#stop.signal },
    );
    return verdictOf(result, delivery, this.#o.clock.now(), this.#random);
  }

  /** Writes an attempt down, then counts and logs it once; false when the store did not take it. */
  async #settle(owed: Owed): Promise<boolean> {
    const isWritten = await this.#write(owed);
    this.#tell(owed);
    return isWritten;
  }

  async #settleOwed(): Promise<void> {
    for (const owed of this.#owed.values()) {
      await this.#write(owed);
    }
  }

  async #write(owed: Owed): Promise<boolean> {
    const { delivery, verdict, atMs } = owed;
    const channel = channelOf(delivery);
    try {
      await this.#o.outbox.settle(delivery.id, verdict.outcome, atMs);
      this.#owed.delete(channel);
      this.#storeAnswered();
      return true;
    } catch (error) {
      this.#owed.set(channel, owed);
      this.#storeFailed(error);
      return false;
    }
  }

  async #due(): Promise<readonly Delivery[]> {
    try {
      const due = await this.#o.outbox.due(this.#o.clock.now());
      this.#storeAnswered();
      return due;
    } catch (error) {
      this.#storeFailed(error);
      return [];
    }
  }

  /** Without it a notice still gets through, only not in its thread. */
  async #externalId({ notice, notifier, address }: Delivery): Promise<string | null> {
    try {
      return await this.#o.outbox.externalId(notice.incidentId, notifier, address);
    } catch (error) {
      this.#storeFailed(error);
      return null;
    }
  }

  #tell({ delivery, verdict }: Owed): void {
    const { notifier, notice } = delivery;
    this.#o.onAttempt(notifier, verdict.label);
    const fields = {
      delivery: delivery.id,
      notifier,
      notice: notice.id,
      product: notice.product.name,
      owner: notice.owner.name,
      attempt: delivery.attempts + 1,
    };
    switch (verdict.outcome.kind) {
      case "sent":
        this.#o.logger.debug(fields, "Delivered a notice");
        break;
      case "retry":
        this.#o.logger.warn(
          {
            ...fields,
            reason: verdict.outcome.reason,
            nextAttemptMs: verdict.outcome.nextAttemptMs,
          },
          "Could not deliver a notice; it will be tried again",
        );
        break;
      case "failed":
        this.#o.logger.error(
          { ...fields, reason: verdict.outcome.reason },
          "Gave up on a notice: it was not delivered",
        );
        break;
    }
  }

  /** Logged when it begins to fail, not every second while it does. */
  #storeFailed(error: unknown): void {
    if (!this.#isStoreFailing) {
      this.#isStoreFailing = true;
      const code = error instanceof TidemarkError ? error.code : "TM_INTERNAL";
      this.#o.logger.error({ code }, "The outbox cannot be reached; deliveries wait");
    }
  }

  /** While a verdict is owed it still fails: a store may be read and not written. */
  #storeAnswered(): void {
    if (this.#isStoreFailing && this.#owed.size === 0) {
      this.#isStoreFailing = false;
      this.#o.logger.info({}, "The outbox can be reached again");
    }
  }
}

/** Names carry no colon, so that two channels never share a spelling. */
function channelOf({ notifier, address }: Delivery): string {
  return address === null ? notifier : `${notifier}:${address}`;
}
