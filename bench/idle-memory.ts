import { DuckDBInstance } from "@duckdb/node-api";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { until } from "../test/helpers/until.ts";
import { build, type Memory, NodeProcess } from "./_shared/child.ts";
import { memoryOfDaemon } from "./_shared/daemon.ts";
import type { Datasets } from "./_shared/mesh.ts";
import { median } from "./_shared/pairs.ts";
import type { Benchmark } from "./_shared/report.ts";
import { tenPatientChecks } from "./_shared/ten-checks.ts";

const datasetCount = 50;
const rows = 10_000;
const maxMegabytes = 200;
const daemons = 3;
/** DuckDB is let go after 5 s without a query; what is measured is what stays. */
const idleMs = 15_000;

const checks = tenPatientChecks(rows);
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
      found.push(
        await memoryOfDaemon({
          folder,
          main: built.main,
          datasets: datasets(),
          checkCount,
          idleMs,
        }),
      );
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
