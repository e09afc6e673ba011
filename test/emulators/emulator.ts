import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Where `npm run test:emulators` has put each emulator's Python packages. */
export function environmentOf(name: string): string {
  return fileURLToPath(
    new URL(`../../node_modules/.cache/tidemark-emulators/${name}`, import.meta.url),
  );
}

const startBoundMs = 60_000;
const pollMs = 100;

/** An emulator in a process of its own: `start_<name>.py` of this folder, which prints its port first. */
export class Emulator implements AsyncDisposable {
  readonly origin: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, origin: string) {
    this.#process = process;
    this.origin = origin;
  }

  static async start(name: string): Promise<Emulator> {
    const script = fileURLToPath(new URL(`start_${name}.py`, import.meta.url));
    const child = spawn(`${environmentOf(name)}/bin/python`, [script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const [port] = (await Promise.race([once(lines, "line"), failedStart(child)])) as [string];
    const emulator = new Emulator(child, `http://127.0.0.1:${port}`);
    await answering(emulator.origin);
    return emulator;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }
}

async function failedStart(child: ChildProcess): Promise<never> {
  const [cause] = (await Promise.race([once(child, "exit"), once(child, "error")])) as [unknown];
  throw new Error("the emulator did not start; `npm run test:emulators` sets it up", { cause });
}

async function answering(origin: string): Promise<void> {
  const signal = AbortSignal.timeout(startBoundMs);
  for (;;) {
    const isUp = await fetch(origin, { signal }).then(
      () => true,
      () => false,
    );
    if (isUp) {
      return;
    }
    await wait(pollMs, undefined, { signal });
  }
}
