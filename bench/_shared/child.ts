import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Tidemark as users get it, compiled: stripping types while it starts costs time and 30 MB. */
export interface Built extends AsyncDisposable {
  /** The file that the command line runs. */
  readonly main: string;
  readonly folder: string;
}

/** Compiles to a folder under node_modules, where packages are found from. Disposing of it removes it. */
export async function build(name = "whole"): Promise<Built> {
  const folder = `${root}node_modules/.cache/tidemark-bench-${process.pid}-${name}`;
  const tsc = `${root}node_modules/.bin/tsc`;
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const args = ["-p", "tsconfig.build.json", "--outDir", folder];
  await promisify(execFile)(tsc, args, { cwd: root }).catch(async (error: { stdout?: string }) => {
    await remove();
    throw new Error(`tsc failed:\n${error.stdout}`, { cause: error });
  });
  return { main: `${folder}/src/main.js`, folder, [Symbol.asyncDispose]: remove };
}

/** A node process of its own. Disposing of it kills it. */
export class NodeProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"], ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.#closed = once(this.#child, "close");
  }

  /** Both streams so far. */
  get output(): string {
    return this.#output;
  }

  get memory(): Promise<Memory> {
    return memoryOf(this.#child.pid ?? 0);
  }

  /** Waits for its end. Throws unless it exits 0. */
  async end(signal?: NodeJS.Signals): Promise<void> {
    if (signal !== undefined) {
      this.#child.kill(signal);
    }
    await this.#closed;
    if (this.#child.exitCode !== 0) {
      throw new Error(`exit code ${this.#child.exitCode}:\n${this.#output.slice(-2_000)}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}

/** In megabytes of 1,000,000 bytes. */
export interface Memory {
  /** All pages in memory, those of shared libraries included. */
  readonly residentMb: number;
  /** The same, with each shared page divided by those who share it. */
  readonly proportionalMb: number;
  readonly peakMb: number;
}

async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return {
    residentMb: megabytes(status, "VmRSS"),
    proportionalMb: megabytes(rollup, "Pss"),
    peakMb: megabytes(status, "VmHWM"),
  };
}

function megabytes(text: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  return (Number(kibibytes) * 1_024) / 1_000_000;
}
