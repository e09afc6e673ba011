import type { DurationMs } from "../../src/core/vocabulary.ts";

/** Why a call is given up: its caller aborted it, or its time is over. */
export type StopReason = "aborted" | "overdue";

/** Either what the work returned, or why it was not waited for any longer. */
export type RaceEnd<T> =
  | { readonly isStopped: false; readonly value: T }
  | { readonly isStopped: true; readonly reason: StopReason };

/**
 * One call's bound: whichever comes first of the caller's signal and `afterMs` milliseconds. It is a
 * class rather than `AbortSignal.any` because the reason is needed, and because a daemon's signal lives
 * for months and must not gather listeners: call `end` when the call is over.
 */
export class CallDeadline {
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #stopped = Promise.withResolvers<StopReason>();
  readonly #onAbort = (): void => this.#stop("aborted");
  #reason: StopReason | null = null;

  constructor(signal: AbortSignal, afterMs: DurationMs) {
    this.#signal = signal;
    this.#timer = setTimeout(() => this.#stop("overdue"), afterMs);
    if (signal.aborted) {
      this.#stop("aborted");
    } else {
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  /** Null while the call may go on. */
  get reason(): StopReason | null {
    return this.#reason;
  }

  /** Ends as `work` does or when the call is stopped; the work itself goes on, and its late error is swallowed. */
  async race<T>(work: Promise<T>): Promise<RaceEnd<T>> {
    work.catch(() => undefined);
    return Promise.race([
      this.#stopped.promise.then((reason) => ({ isStopped: true, reason }) as const),
      work.then((value) => ({ isStopped: false, value }) as const),
    ]);
  }

  /** Ends the call also for what of it has not ended: nothing is waited for any longer that it raced. */
  giveUp(): void {
    this.#stop("aborted");
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  #stop(reason: StopReason): void {
    if (this.#reason === null) {
      this.#reason = reason;
      this.end();
      this.#stopped.resolve(reason);
    }
  }
}
