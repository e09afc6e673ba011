import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The command that users run, from source. */
const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

const endWithParent = new URL("./end-with-parent.ts", import.meta.url).href;

export interface Finished {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runTidemark(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], {
    ...shared(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exitOf(child),
  ]);
  return { exitCode, stdout, stderr };
}

/** A command that runs until it is stopped. It does not outlive this process. */
export class ServedMesh {
  readonly #child: ChildProcessWithoutNullStreams;
  /** The exit code; null when it was killed. */
  readonly exit: Promise<number | null>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, ["--import", endWithParent, main, ...args], {
      ...shared(env),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.exit = exitOf(this.#child);
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  get stderr(): Readable {
    return this.#child.stderr;
  }

  /** Asks it to end; a second time, to end at once. */
  stop(): void {
    this.#child.kill("SIGTERM");
  }
}

/** A process group of its own: Ctrl-C then reaches the demo alone, which asks the daemon to stop once. */
function shared(env: NodeJS.ProcessEnv) {
  return { env: { ...process.env, ...env }, detached: true };
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}
