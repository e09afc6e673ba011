import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { until } from "./until.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

export interface TidemarkOptions {
  readonly cwd?: string;
  /** All that the child sees of an environment, besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is run, with the arguments behind it; from the sources unless said. */
  readonly program?: readonly [file: string, ...args: string[]];
}

export interface Ended {
  readonly exitCode: number | null;
  /** What killed it, or null. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of the daemon's log, as JSON. */
export interface LogLine {
  readonly msg: string;
  readonly level: string | number;
  readonly [field: string]: unknown;
}

/** The real command line as a child process, from the sources. Disposing of it kills it, and so does this process' end. */
export class TidemarkProcess implements AsyncDisposable {
  stdout = "";
  stderr = "";
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(
    args: readonly string[],
    { cwd, env = {}, program = [process.execPath, main] }: TidemarkOptions = {},
  ) {
    const [file, ...before] = program;
    this.#child = spawn(file, [...before, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        ...env,
      },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    const kill = () => this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#closed = once(this.#child, "close").finally(() => process.off("exit", kill));
  }

  /** Of what was spawned: that of the command itself, unless the program stays in between. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The lines of its log so far. */
  get log(): readonly LogLine[] {
    const whole = this.stderr.slice(0, this.stderr.lastIndexOf("\n") + 1).split("\n");
    return whole.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as LogLine] : []));
  }

  /** The first line of the log, after the first `from`, whose message holds `text`. Throws when it ends without. */
  async logged(text: string, from = 0): Promise<LogLine> {
    const find = (): LogLine | undefined =>
      this.log.slice(from).find(({ msg }) => msg.includes(text));
    await until(`a log line with "${text}"`, () => find() !== undefined || this.hasEnded);
    const line = find();
    if (line === undefined) {
      throw new Error(`tidemark ended before it logged "${text}":\n${this.stderr}`);
    }
    return line;
  }

  /** Waits until `serve` watches; returns the origin of its HTTP server. */
  async serves(): Promise<string> {
    const { address } = await this.logged("metrics at");
    return String(address);
  }

  /** As a reader that has seen enough. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until it has ended and all that it wrote has been read. */
  async ended(): Promise<Ended> {
    await this.#closed;
    const { exitCode, signalCode } = this.#child;
    return { exitCode, signal: signalCode, stdout: this.stdout, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}

/** Runs one command to its end. */
export async function runTidemark(
  args: readonly string[],
  options: TidemarkOptions = {},
): Promise<Ended> {
  await using child = new TidemarkProcess(args, options);
  return await child.ended();
}
