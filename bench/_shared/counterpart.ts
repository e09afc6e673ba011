/** A cloud's counterpart in a process of its own: this file is also what runs there, with the connector's type. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Asked, type Cloud, clouds } from "./clouds.ts";

const file = fileURLToPath(import.meta.url);

/** Disposing of it ends the process. */
export class CounterpartProcess implements AsyncDisposable {
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
  }

  static async start({ type }: Cloud, tables: number, rows: number): Promise<CounterpartProcess> {
    const child = fork(file, [type, String(tables), String(rows)]);
    const died = once(child, "exit").then(() => {
      throw new Error(`the counterpart of ${type} did not start`);
    });
    const [origin] = (await Promise.race([once(child, "message"), died])) as [string];
    return new CounterpartProcess(child, origin);
  }

  /** What it was asked since the last call. */
  async look(): Promise<Asked> {
    const answer = once(this.#child, "message");
    this.#child.send("look");
    return ((await answer) as [Asked])[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }
}

async function serve([type, tables, rows]: readonly string[]): Promise<void> {
  const cloud = clouds.find((one) => one.type === type);
  if (cloud === undefined) {
    throw new Error(`there is no counterpart of ${type}`);
  }
  const counterpart = await cloud.start();
  await counterpart.fill(Number(tables), Number(rows));
  process.on("message", () => process.send?.(counterpart.look()));
  // Whoever asked is gone, however that was.
  process.once("disconnect", () => process.exit());
  process.send?.(counterpart.origin);
}

if (process.argv[1] === file) {
  await serve(process.argv.slice(2));
}
