import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { DuckDBInstance } from "@duckdb/node-api";
import { duckdb } from "../../connectors/duckdb/index.ts";
import {
  type CallOptions,
  type Connector,
  ConnectorError,
  type DatasetRef,
} from "../../src/core/connector.ts";
import { callOptions, realClock } from "./connectors.ts";
import { silentLogger } from "./silent-logger.ts";

/** A connector with keys as in tidemark.yaml. */
export function duckdbConnector(given: object, datasets: readonly DatasetRef[] = []): Connector {
  return duckdb.create(duckdb.config.parse(given), {
    name: "lake",
    baseDir: "/",
    maxConcurrency: 4,
    clock: realClock,
    logger: silentLogger,
    datasets,
  });
}

/** Runs statements in a DuckDB without fences, as the owner of the data would; `path` is a database file. */
export async function asOwner(sql: string, path = ":memory:"): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  try {
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}

export function queryOptions(more: Partial<CallOptions & { maxRows: number }> = {}): CallOptions & {
  readonly maxRows: number;
} {
  return { ...callOptions(more), maxRows: more.maxRows ?? 100 };
}

/** The kind of failure that `work` ends with. */
export async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no failure";
  } catch (error) {
    return error instanceof ConnectorError ? error.kind : `not a ConnectorError: ${String(error)}`;
  }
}

const writerScript = `
  const { DuckDBInstance } = require("@duckdb/node-api");
  DuckDBInstance.create(process.argv[1]).then(
    (instance) => {
      process.stdout.write("writes");
      process.stdin.resume().on("end", () => instance.closeSync());
    },
    () => process.stdout.write("locked out"),
  );`;

/** Another process that has a database file open for writing until it is disposed of. */
export class Writer implements AsyncDisposable {
  readonly #process: ChildProcess;
  /** `writes`, or `locked out`. */
  readonly state: string;

  private constructor(process: ChildProcess, state: string) {
    this.#process = process;
    this.state = state;
  }

  static async open(path: string): Promise<Writer> {
    const child = spawn(process.execPath, ["-e", writerScript, path], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [state] = (await once(child.stdout, "data")) as [Buffer];
    return new Writer(child, state.toString());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.stdin?.end();
    await exit;
  }
}
