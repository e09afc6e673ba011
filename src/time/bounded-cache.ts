/**
 * Values that are dear to make and depend on their key alone. It forgets everything when full: a mesh has a
 * handful of schedules and zones, and only a hostile or changing one has more.
 */
export class BoundedCache<T> {
  readonly #values = new Map<string, T>();
  readonly #maxSize: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** `make` must not return undefined; what it throws is not kept. */
  get(key: string, make: () => T): T {
    const known = this.#values.get(key);
    if (known !== undefined) {
      return known;
    }
    const value = make();
    if (this.#values.size >= this.#maxSize) {
      this.#values.clear();
    }
    this.#values.set(key, value);
    return value;
  }
}
