/**
 * What freshness costs on a warehouse that bills for looking: a day of a product whose tables are loaded hourly, with
 * the metadata asked first (`source: auto`) beside reading the column each time (`source: column`). The engine, its
 * schedules and its store are the real ones; clock and warehouse are simulated.
 */
import type { DurationMs, EpochMs } from "../src/core/vocabulary.ts";
import { minuteMs, noonMs, Stage } from "../test/integration/engine/stage.ts";
import { type LoadedTables, LoadsWarehouse } from "./_shared/loads-warehouse.ts";
import type { Benchmark, Report } from "./_shared/report.ts";

const tables = 10;
const rowsPerLoad = 1_000_000;
const daysBefore = 30;
const hourMs: DurationMs = 60 * minuteMs;
const dayMs: DurationMs = 24 * hourMs;
/** How often the simulated heart beats: looks that fall between two beats are late by up to this. */
const beatMs: DurationMs = 10_000;
/** The shortest that Snowflake bills for a wake-up. */
const autoSuspendMs: DurationMs = minuteMs;

interface Schedule {
  readonly name: string;
  readonly yaml: string;
  /** Of the statements that reading each time needs. */
  readonly maxStatements: number;
}

const schedules: readonly Schedule[] = [
  // Of four probes in an hour one finds the load, and the next reads again where that was within a minute of it.
  { name: "every 15m", yaml: "{ every: 15m }", maxStatements: 0.55 },
  // Each probe finds a load: nothing can be saved, and nothing must be added.
  { name: "every 1h", yaml: "{ every: 1h }", maxStatements: 1 },
  { name: "just in time", yaml: "{ just_in_time: true, at_least_every: 1d }", maxStatements: 1 },
];

interface Warehouse extends Pick<LoadedTables, "bills" | "isPartitioned"> {
  readonly name: string;
}

const warehouses: readonly Warehouse[] = [
  { name: "bytes billed", bills: "bytes", isPartitioned: false },
  { name: "bytes billed, partitioned", bills: "bytes", isPartitioned: true },
  { name: "wake time billed", bills: "wake time", isPartitioned: false },
];

export const ladderDay: Benchmark = {
  name: "ladder-day",
  title: `a day of freshness of ${tables} tables with hourly loads: metadata first against always reading`,

  async run(report) {
    for (const schedule of schedules) {
      for (const warehouse of warehouses) {
        const always = await liveThrough(schedule, warehouse, "column");
        const ladder = await liveThrough(schedule, warehouse, "auto");
        tell(report, { schedule, warehouse, always, ladder });
      }
    }
    report.note(
      `${rowsPerLoad / 1e6} M rows a load, ${daysBefore} days of them before; freshness checks with ` +
        "max_age: 2h only; the first probes, which read every table once, are counted",
    );
    report.note("bytes billed, as BigQuery does: metadata cost nothing; partitions are days");
    report.note(
      "wake time billed, as Snowflake does: awake from each statement or read of metadata until " +
        `${autoSuspendMs / 1_000} s after it; nobody else uses the warehouse`,
    );
    report.note(
      "just in time each table is looked at when it would be too old, so that fewer statements may wake it more often",
    );
  },
};

interface Day {
  readonly bytes: number;
  readonly statements: number;
  readonly metadataReads: number;
  readonly awakeMinutes: number;
}

async function liveThrough(
  schedule: Schedule,
  { bills, isPartitioned }: Warehouse,
  source: "auto" | "column",
): Promise<Day> {
  await using stage = new Stage();
  const names = Array.from({ length: tables }, (_, at) => `orders_${at}`);
  const loads = new Map(names.map((name, at) => [`shop.${name}`, loadsOf(at)]));
  const warehouse = new LoadsWarehouse({ loads, rowsPerLoad, bills, isPartitioned });
  stage.write({
    "tidemark.yaml": daemonFile,
    "shop.product.yaml": productFile(names, schedule, source),
  });
  const staged = await stage.start({ specs: warehouse.specs() });
  await staged.settle();
  for (let beat = 0; beat < dayMs / beatMs; beat += 1) {
    await staged.advance(beatMs);
  }
  const { scans, metadataReadsMs } = warehouse;
  return {
    bytes: scans.reduce((sum, { bytes }) => sum + bytes, 0),
    statements: scans.length,
    metadataReads: metadataReadsMs.length,
    awakeMinutes: awakeMs([...scans.map(({ atMs }) => atMs), ...metadataReadsMs]) / minuteMs,
  };
}

/** A pipeline that loads one table after another, from two past the hour on, some minutes earlier or later each hour. */
function loadsOf(table: number): readonly EpochMs[] {
  const hours = (daysBefore + 1) * 24;
  return Array.from({ length: hours }, (_, at) => {
    const jitterMs = ((at * 7 + table * 3) % 5) * minuteMs;
    return noonMs - daysBefore * dayMs + at * hourMs + (2 + table) * minuteMs + jitterMs;
  });
}

function awakeMs(usesMs: readonly EpochMs[]): DurationMs {
  let sum = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const ms of usesMs.toSorted((a, b) => a - b)) {
    sum += ms + autoSuspendMs - Math.max(ms, untilMs);
    untilMs = ms + autoSuspendMs;
  }
  return sum;
}

interface Told {
  readonly schedule: Schedule;
  readonly warehouse: Warehouse;
  readonly always: Day;
  readonly ladder: Day;
}

function tell(report: Report, { schedule, warehouse, always, ladder }: Told): void {
  const what = `${schedule.name}, ${warehouse.name}`;
  const statements = ladder.statements / always.statements;
  report.find({
    what: `${what}: statements`,
    measured: `${ladder.statements} (${statements.toFixed(2)} ×), and ${ladder.metadataReads} reads of metadata`,
    baseline: String(always.statements),
    target: `at most ${schedule.maxStatements} ×`,
    isMet: statements <= schedule.maxStatements,
  });
  if (warehouse.bills === "bytes") {
    const share = ladder.bytes / always.bytes;
    report.find({
      what: `${what}: scanned`,
      measured: `${gigabytes(ladder.bytes)} (${share.toFixed(3)} ×)`,
      baseline: gigabytes(always.bytes),
      target: "none",
      isMet: null,
    });
  } else {
    const share = ladder.awakeMinutes / always.awakeMinutes;
    report.find({
      what: `${what}: awake`,
      measured: `${ladder.awakeMinutes.toFixed(0)} min (${share.toFixed(2)} ×)`,
      baseline: `${always.awakeMinutes.toFixed(0)} min`,
      target: "at most 1 ×",
      isMet: share <= 1,
    });
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { lake: { type: duckdb } }
teams: { shop: { display_name: Shop } }
`;

function productFile(names: readonly string[], { yaml }: Schedule, source: string): string {
  const datasets = names.map(
    (name) => `
  ${name}:
    table: shop.${name}
    schedule: ${yaml}
    columns: { loaded_at: { type: timestamp } }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 2h, source: ${source} }
`,
  );
  return `
version: 1
product: shop
owner: shop
datasets:
${datasets.join("")}`;
}
