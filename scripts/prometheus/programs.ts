import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

export interface Programs {
  readonly promtool: string;
  readonly prometheus: string;
  readonly alertmanager: string;
}

/** What is installed; null for what is not. Debian calls its Alertmanager by another name. */
export function findPrograms(): { readonly [K in keyof Programs]: string | null } {
  const first = (...names: readonly string[]) =>
    names.find((name) => spawnSync(name, ["--version"]).status === 0) ?? null;
  return {
    promtool: first("promtool"),
    prometheus: first("prometheus"),
    alertmanager: first("alertmanager", "prometheus-alertmanager"),
  };
}

/** As in `promtool, version 3.16.0 (…)`. */
export function versionOf(command: string): string {
  // Some write it to the one stream, and some to the other.
  return run(command, ["--version"]).output.split("\n", 1).join();
}

export interface Ran {
  readonly exitCode: number | null;
  /** Of both streams. */
  readonly output: string;
}

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], input = ""): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", input });
  return { exitCode: status, output: `${stdout}${stderr}`.trim() };
}

/** A server that runs until it is disposed of; it does not outlive this process. */
export class Server implements AsyncDisposable {
  readonly origin: string;
  #log = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #kill = () => this.#child.kill("SIGKILL");

  /** `args` are given the address to listen at; on a free port unless said. */
  static async start(
    command: string,
    args: (address: string) => readonly string[],
    port?: number,
  ): Promise<Server> {
    const address = `127.0.0.1:${port ?? (await freePort())}`;
    return new Server(command, args(address), `http://${address}`);
  }

  private constructor(command: string, args: readonly string[], origin: string) {
    this.origin = origin;
    this.#child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
    this.#ended = once(this.#child, "close");
    process.once("exit", this.#kill);
  }

  /** What it has logged. */
  get log(): string {
    return this.#log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    const killing = setTimeout(this.#kill, 5_000);
    await this.#ended;
    clearTimeout(killing);
    process.off("exit", this.#kill);
  }
}

/** One that is free now, and taken at once. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) {
    throw new Error("the system gave no port");
  }
  return address.port;
}
