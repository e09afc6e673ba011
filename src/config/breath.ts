import { setImmediate } from "node:timers/promises";

/**
 * Lets the event loop turn while a long load is under way, so that probes and scrapes are answered:
 * `spend` is called with the work done, and waits one turn whenever the budget is used up.
 */
export class Breath {
  readonly #budget: number;
  #spent = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  async spend(work: number): Promise<void> {
    this.#spent += work;
    if (this.#spent >= this.#budget) {
      this.#spent = 0;
      await setImmediate();
    }
  }
}
