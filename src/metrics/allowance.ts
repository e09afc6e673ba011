/** Counts down how many series a render may still show, and up how many it had to leave out. */
export class Allowance {
  #left: number;
  #dropped = 0;

  constructor(limit: number) {
    this.#left = limit;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** False when there is no room for one more series. */
  take(): boolean {
    if (this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    this.#dropped += 1;
    return false;
  }
}
