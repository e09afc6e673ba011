import type { Logger } from "../core/logger.ts";

/** What was opened, by name; closed in reverse order, each tried whatever the others do. */
export class Cleanups {
  readonly #logger: Logger;
  readonly #steps: { readonly name: string; readonly close: () => unknown }[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(name: string, close: () => unknown): void {
    this.#steps.push({ name, close });
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        this.#logger.error({ step: step.name, error }, "a part did not close");
      }
    }
  }
}
