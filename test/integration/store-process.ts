import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("store-child.ts", import.meta.url));

/** A running `store-child.ts`. Disposing of it kills it. */
export class StoreProcess implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #wake = () => {};

  /** `isPowerless`: as a user who owns nothing, where the tests run as root. */
  constructor(job: string, path: string, options: { readonly isPowerless?: boolean } = {}) {
    const rights = options.isPowerless === true ? "powerless" : "own";
    this.#child = spawn(process.execPath, [script, job, path, rights], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#closed = once(this.#child, "close");
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on("line", (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
  }

  /** Waits until it has said so many lines, or has ended. */
  async said(count: number): Promise<void> {
    while (this.lines.length < count && this.#child.exitCode === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await Promise.race([promise, this.#closed]);
    }
  }

  /** Waits until it ends; returns what it said last and its exit code. */
  async ended(): Promise<{ readonly last: string | undefined; readonly exitCode: number | null }> {
    await this.#closed;
    return { last: this.lines.at(-1), exitCode: this.#child.exitCode };
  }

  /** kill −9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
