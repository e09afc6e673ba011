import type { Clock } from "../core/clock.ts";
import type { DurationMs } from "../core/vocabulary.ts";

/** How long a scrape works before probes, notices and other requests get their turn. */
const sliceMs: DurationMs = 10;

/** Cuts a long piece of work into slices: ask `isOver` after every step, and wait for `next` when it is. */
export class Slices {
  readonly #clock: Clock;
  #startMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  isOver(): boolean {
    return this.#clock.monotonicMs() - this.#startMs >= sliceMs;
  }

  /** Resolves when timers and I/O that were due had their turn. */
  async next(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#startMs = this.#clock.monotonicMs();
  }

  /** As `Array.map`. */
  async map<T, R>(items: Iterable<T>, of: (item: T) => R): Promise<readonly R[]> {
    const results: R[] = [];
    for (const item of items) {
      results.push(of(item));
      if (this.isOver()) {
        await this.next();
      }
    }
    return results;
  }
}
