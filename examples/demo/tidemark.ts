import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The command that users run, from source. */
const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

type Child = ChildProcessByStdio<null, Readable, Readable>;

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
  const child = start(args, env);
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exitOf(child),
  ]);
  return { exitCode, stdout, stderr };
}

/** A command that runs until it is stopped. It does not outlive this process. */
export class ServedMesh {
  readonly #child: Child;
  /** The exit code; null when it was killed. */
  readonly exit: Promise<number | null>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = start(args, env);
    const kill = (): void => {
      child.kill("SIGKILL");
    };
    process.once("exit", kill);
    this.#child = child;
    this.exit = exitOf(child).finally(() => process.off("exit", kill));
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
function start(args: readonly string[], env: NodeJS.ProcessEnv): Child {
  return spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

function exitOf(child: Child): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}
