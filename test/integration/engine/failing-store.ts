import { TidemarkError } from "../../../src/core/errors.ts";
import type { Store, StoreParts } from "../../../src/core/store.ts";

/**
 * - all: nothing can be read or written.
 * - commit: every transaction is taken to its end and then rolled back, as when the disk fills up.
 * - results, claims: what is small still fits, but results, or new slots, do not.
 * - fault: results are refused for what they are, which no waiting mends.
 */
type Failing = "nothing" | "all" | "commit" | "results" | "claims" | "fault";

/** The real store, with an outage that a test begins and ends. */
export class FailingStore {
  failing: Failing = "nothing";
  /** How often something was refused so far. */
  refusals = 0;
  readonly store: Store;

  constructor(real: Store) {
    this.store = withMethods(real, {
      transaction: async (work) => {
        this.#failIf("all");
        return real.transaction(async (parts) => {
          const value = await work(this.#partsOf(parts));
          this.#failIf("commit");
          return value;
        });
      },
    });
  }

  #partsOf(parts: StoreParts): StoreParts {
    return {
      ...parts,
      results: withMethods(parts.results, {
        append: async (records) => {
          this.#failIf("results");
          if (this.failing === "fault") {
            this.refusals += 1;
            throw new TypeError("a result that the store cannot hold");
          }
          await parts.results.append(records);
        },
      }),
      slots: withMethods(parts.slots, {
        claim: async (slots, atMs) => {
          if (slots.length > 0) {
            this.#failIf("claims");
          }
          return parts.slots.claim(slots, atMs);
        },
      }),
    };
  }

  #failIf(failing: Failing): void {
    if (this.failing === failing) {
      this.refusals += 1;
      throw new TidemarkError("TM_STORE_UNAVAILABLE", "The disk of the store is full.");
    }
  }
}

/** `target` with some of its methods replaced. */
function withMethods<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get: (real, key) => {
      const own: unknown = Reflect.get(methods, key);
      const value: unknown = own ?? Reflect.get(real, key, real);
      return typeof value === "function" && own === undefined
        ? (value.bind(real) as unknown)
        : value;
    },
  });
}
