/** How fast and how large Tidemark is, beside what a person would do by hand on the same machine in the same minute. */
import { parseArgs } from "node:util";
import { table } from "../src/cli/terminal.ts";
import { Report } from "./_shared/report.ts";
import { cloudManyTables } from "./cloud-many-tables.ts";
import { configuration } from "./configuration.ts";
import { driversUnloaded } from "./drivers-unloaded.ts";
import { dueAtOnce } from "./due-at-once.ts";
import { idleMemory } from "./idle-memory.ts";
import { justInTimeProbes } from "./just-in-time.ts";
import { ladderDay } from "./ladder-day.ts";
import { parquet } from "./parquet.ts";
import { postgresManyTables } from "./postgres-many-tables.ts";
import { postgresOneDataset } from "./postgres-one-dataset.ts";
import { removedProducts } from "./removed-products.ts";
import { scrape } from "./scrape.ts";
import { sloStatuses } from "./slo-statuses.ts";

const benchmarks = [
  postgresOneDataset,
  postgresManyTables,
  cloudManyTables,
  parquet,
  idleMemory,
  driversUnloaded,
  dueAtOnce,
  configuration,
  justInTimeProbes,
  ladderDay,
  sloStatuses,
  scrape,
  removedProducts,
];

const asked = readArguments();
if (typeof asked === "string") {
  console.error(`${asked}\n\n${usage()}`);
  process.exitCode = 2;
} else if (asked.help) {
  console.log(usage());
} else {
  process.exitCode = await run(asked);
}

interface Asked {
  readonly names: readonly string[];
  readonly strict: boolean;
  readonly help: boolean;
}

/** Or what is wrong with them. */
function readArguments(): Asked | string {
  // Not strict, so that what is unknown is told in our own words.
  const { values, positionals } = parseArgs({
    options: { strict: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    allowPositionals: true,
    strict: false,
  });
  const { strict = false, help = false, ...others } = values;
  const [option] = Object.keys(others);
  if (option !== undefined) {
    return `There is no option ${option.length === 1 ? "-" : "--"}${option}.`;
  }
  if (typeof strict === "string" || typeof help === "string") {
    return "Options take no value.";
  }
  const unknown = positionals.find((name) => !benchmarks.some((one) => one.name === name));
  return unknown === undefined
    ? { names: positionals, strict, help }
    : `There is no benchmark ${unknown}.`;
}

function usage(): string {
  const listed = benchmarks.map(({ name, title }) => [`  ${name}`, title]);
  return `npm run bench [-- name… --strict]

Runs the benchmarks that are named, or all. Exits 0 whatever it finds; with --strict 1 when a target is missed.

${table(listed)}`;
}

async function run({ names, strict }: Asked): Promise<number> {
  const report = new Report();
  for (const benchmark of benchmarks) {
    if (names.length > 0 && !names.includes(benchmark.name)) {
      continue;
    }
    report.begin(benchmark);
    try {
      await benchmark.run(report);
    } catch (error) {
      report.fail(error);
    }
  }
  report.printTable();
  return strict && report.missed > 0 ? 1 : 0;
}
