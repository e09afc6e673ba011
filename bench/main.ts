/**
 * `npm run bench [-- name…] [--strict]`: how fast and how large Tidemark is, beside what a person would do by
 * hand on the same machine in the same minute. Every benchmark by default. Exits 0 whatever it finds; with
 * `--strict` 1 when a target is missed.
 */
import { parseArgs } from "node:util";
import { Report } from "./_shared/report.ts";
import { cloudManyTables } from "./cloud-many-tables.ts";
import { configuration } from "./configuration.ts";
import { dueAtOnce } from "./due-at-once.ts";
import { idleMemory } from "./idle-memory.ts";
import { justInTimeProbes } from "./just-in-time.ts";
import { parquet } from "./parquet.ts";
import { postgresManyTables } from "./postgres-many-tables.ts";
import { postgresOneDataset } from "./postgres-one-dataset.ts";
import { sloStatuses } from "./slo-statuses.ts";

const benchmarks = [
  postgresOneDataset,
  postgresManyTables,
  cloudManyTables,
  parquet,
  idleMemory,
  dueAtOnce,
  configuration,
  justInTimeProbes,
  sloStatuses,
];

const { values, positionals } = parseArgs({
  options: { strict: { type: "boolean", default: false } },
  allowPositionals: true,
});
const unknown = positionals.find((asked) => !benchmarks.some(({ name }) => name === asked));
if (unknown === undefined) {
  process.exitCode = await run();
} else {
  const names = benchmarks.map(({ name }) => name).join(", ");
  console.error(`There is no benchmark ${unknown}. There are: ${names}.`);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const report = new Report();
  const chosen = benchmarks.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  for (const benchmark of chosen) {
    report.begin(benchmark);
    try {
      await benchmark.run(report);
    } catch (error) {
      report.fail(error);
    }
  }
  report.printTable();
  return values.strict && report.missed > 0 ? 1 : 0;
}
