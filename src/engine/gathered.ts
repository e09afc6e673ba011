/**
 * Work that is dear by the call and cheap by the piece, such as a transaction that is synced to the disk: it
 * is done once for all pieces that come within a short time of one another.
 *
 * One call of `work` is under way at a time, and the event loop turns between two of them, because the
 * store holds it up while it writes.
 */
import { turnOfEventLoop } from "./turn.ts";

export interface GatheredOptions<T> {
  readonly work: (items: readonly T[]) => Promise<void>;
  /** True when there is nobody to wait for: `waiting` items are all that can come. */
  readonly isComplete: (waiting: number) => boolean;
  /** True for an error that every item would meet alone as well. */
  readonly isShared: (error: unknown) => boolean;
}

/** Longer than most probes take, so that those of one tick meet; a result is not waited for by anybody. */
const withinMs = 25;

/** So many runs of ten checks are written in about 20 ms. */
const mostItems = 50;

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Gathered<T> {
  readonly #options: GatheredOptions<T>;
  #waiting: Waiting<T>[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isWorking = false;

  constructor(options: GatheredOptions<T>) {
    this.#options = options;
  }

  /** Resolves when `work` has done it. Throws what `work` threw for the item's own sake, or for everybody's. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#consider();
    });
  }

  #consider(): void {
    const { length } = this.#waiting;
    if (this.#isWorking || length === 0) {
      return;
    }
    if (length >= mostItems || this.#options.isComplete(length)) {
      void this.#work();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        void this.#work();
      }, withinMs);
    }
  }

  async #work(): Promise<void> {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    if (this.#isWorking) {
      return;
    }
    this.#isWorking = true;
    await this.#workOn(this.#waiting.splice(0, mostItems));
    await turnOfEventLoop();
    this.#isWorking = false;
    this.#consider();
  }

  async #workOn(group: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#options.work(group.map(({ item }) => item));
      for (const { resolve } of group) {
        resolve();
      }
    } catch (error) {
      if (group.length > 1 && !this.#options.isShared(error)) {
        for (const one of group) {
          await this.#workOn([one]);
        }
        return;
      }
      for (const { reject } of group) {
        reject(error);
      }
    }
  }
}
