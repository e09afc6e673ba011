import type { Logger } from "../core/logger.ts";
import type { DurationMs } from "../core/vocabulary.ts";

/** What was opened, by name; closed in reverse order, each tried whatever the others do, and none waited for long. */
export class Cleanups {
  readonly #logger: Logger;
  readonly #stepMs: DurationMs;
  readonly #steps: { readonly name: string; readonly close: () => unknown }[] = [];

  /** A part that has not closed after `stepMs` is left behind. */
  constructor(logger: Logger, stepMs: DurationMs) {
    this.#logger = logger;
    this.#stepMs = stepMs;
  }

  add(name: string, close: () => unknown): void {
    this.#steps.push({ name, close });
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await within(this.#stepMs, step.close);
      } catch (error) {
        this.#logger.error({ step: step.name, error }, "a part did not close");
      }
    }
  }
}

async function within(ms: DurationMs, close: () => unknown): Promise<void> {
  const { promise: isOver, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it took too long")), ms);
  try {
    await Promise.race([Promise.resolve(close()), isOver]);
  } finally {
    clearTimeout(timer);
  }
}
