import { setTimeout as sleep } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { freePort } from "../test/helpers/postgres.ts";
import { until } from "../test/helpers/until.ts";
import { build, type Memory, NodeProcess } from "./_shared/child.ts";
import { type Datasets, writeMesh } from "./_shared/mesh.ts";
import { median } from "./_shared/pairs.ts";
import type { Benchmark } from "./_shared/report.ts";

const datasetCount = 50;
const rows = 10_000;
const maxMegabytes = 200;
const daemons = 3;
/** DuckDB is let go after 5 s without a query; what is measured is what stays. */
const idleMs = 15_000;

/** Ten for each dataset, 500 in all. */
const checks = {
  fresh: { type: "freshness", column: "loaded_at", max_age: "1000d" },
  fresh_or_warn: { type: "freshness", column: "loaded_at", warn: { max_age: "1000d" } },
  whole: { type: "volume", min: 1, max: rows },
  not_few: { type: "volume", min: rows },
  day: { type: "volume", column: "loaded_at", window: "1d", max: rows },
  week: { type: "volume", column: "loaded_at", window: "7d", max: rows },
  month: { type: "volume", column: "loaded_at", window: "30d", max: rows },
  year: { type: "volume", column: "loaded_at", window: "365d", max: rows },
  shape: { type: "schema" },
  shape_exact: { type: "schema", new_columns: "fail" },
};

const checkCount = datasetCount * Object.keys(checks).length;

/** A daemon that has probed everything once and has nothing to do for an hour. */
export const idleMemory: Benchmark = {
  name: "idle-memory",
  title: `an idle daemon with ${checkCount} checks over Parquet files`,

  async run(report) {
    await using folder = await TemporaryFolder.make();
    await using built = await build();
    await writeFiles(folder);
    const found: Memory[] = [];
    const bare: Memory[] = [];
    for (let daemon = 0; daemon < daemons; daemon += 1) {
      found.push(await memoryOfDaemon(folder, built.main));
      bare.push(await memoryOfNode());
    }
    const residentMb = medianOf(found, "residentMb");
    report.find({
      what: "resident memory (VmRSS)",
      measured: `${residentMb.toFixed(0)} MB (proportional, Pss: ${medianOf(found, "proportionalMb").toFixed(0)} MB)`,
      baseline: `${medianOf(bare, "residentMb").toFixed(0)} MB for node alone`,
      target: `at most ${maxMegabytes} MB`,
      isMet: residentMb <= maxMegabytes,
    });
    report.note(
      `median of ${daemons} daemons, ${idleMs / 1_000} s after every check had its result; ` +
        `the peak until then was ${medianOf(found, "peakMb").toFixed(0)} MB`,
    );
    report.note("/proc/<pid>/status and smaps_rollup; a megabyte is 1,000,000 bytes");
  },
};

function medianOf(found: readonly Memory[], figure: keyof Memory): number {
  return median(found.map((memory) => memory[figure]));
}

async function writeFiles(folder: TemporaryFolder): Promise<void> {
  await folder.write({ "data/readme.txt": "orders" });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (let at = 0; at < datasetCount; at += 1) {
    await connection.run(
      `copy (select n as id, now()::timestamp - to_minutes(n) as loaded_at
         from range(${rows}) as t (n)) to '${folder.at(`data/orders_${at}.parquet`)}'`,
    );
  }
  connection.closeSync();
  instance.closeSync();
}

async function memoryOfDaemon(folder: TemporaryFolder, main: string): Promise<Memory> {
  const port = await freePort();
  const config = await writeMesh(
    folder,
    { type: "duckdb" },
    { shop: datasets() },
    { http: { listen: `127.0.0.1:${port}` }, store: { type: "sqlite", path: `${port}.db` } },
  );
  await using daemon = new NodeProcess([main, "serve", "--config", config]);
  await until("every probe's end", () => hasProbed(port), { withinMs: 60_000, everyMs: 200 });
  await sleep(idleMs);
  const memory = await daemon.memory;
  await daemon.end("SIGTERM");
  return memory;
}

/** True once every check has passed: a benchmark of failing checks would measure something else. */
async function hasProbed(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    return (await answer.text()).match(/^tidemark_check_good\{.*\} 1$/gm)?.length === checkCount;
  } catch {
    return false;
  }
}

async function memoryOfNode(): Promise<Memory> {
  await using node = new NodeProcess(["-e", "console.log('up'); setTimeout(() => {}, 60_000)"]);
  await until("node's start", () => node.output.includes("up"));
  return await node.memory;
}

function datasets(): Datasets {
  const columns = { id: { type: "bigint" }, loaded_at: { type: "timestamp" } };
  return Object.fromEntries(
    Array.from({ length: datasetCount }, (_, at) => [
      `orders_${at}`,
      { files: `data/orders_${at}.parquet`, schedule: { every: "1h" }, columns, checks },
    ]),
  );
}
