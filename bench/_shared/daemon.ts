import { setTimeout as sleep } from "node:timers/promises";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import type { TemporaryFolder } from "../../test/helpers/folder.ts";
import { freePort } from "../../test/helpers/postgres.ts";
import { until } from "../../test/helpers/until.ts";
import { type Memory, NodeProcess } from "./child.ts";
import { type Datasets, writeMesh } from "./mesh.ts";

export interface DaemonOptions {
  readonly folder: TemporaryFolder;
  /** The compiled program. */
  readonly main: string;
  readonly datasets: Datasets;
  readonly checkCount: number;
  /** From the moment at which every check has passed to the look at its memory. */
  readonly idleMs: DurationMs;
  /** Other than that to files, which is called `warehouse`. */
  readonly connections?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Of a daemon that has probed everything once, and has nothing to do since. */
export async function memoryOfDaemon(options: DaemonOptions): Promise<Memory> {
  const { folder, main, datasets, checkCount, idleMs, connections, env } = options;
  const port = await freePort();
  const files = { type: "duckdb" };
  const config = await writeMesh(
    folder,
    files,
    { shop: datasets },
    {
      connections: { warehouse: files, ...connections },
      http: { listen: `127.0.0.1:${port}` },
      store: { type: "sqlite", path: `${port}.db` },
    },
  );
  await using daemon = new NodeProcess([main, "serve", "--config", config], env);
  await until("every check to pass", () => hasPassed(port, checkCount), {
    withinMs: 60_000,
    everyMs: 200,
  });
  await sleep(idleMs);
  const memory = await daemon.memory;
  await daemon.end("SIGTERM");
  return memory;
}

/** True once every check has passed: a benchmark of failing checks would measure something else. */
async function hasPassed(port: number, checkCount: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    const passed = (await answer.text()).match(/^tidemark_check_good\{.*\} 1$/gm);
    return passed?.length === checkCount;
  } catch {
    return false;
  }
}
