/**
 * What just-in-time probes cost and how soon they see, beside a fixed schedule. The load histories are real, the
 * clock is not: each probe is one call of the daemon's own reckoning, so that ninety days take seconds.
 */
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { types } from "../src/app/registries.ts";
import type { Check, Mesh, Probe } from "../src/core/mesh.ts";
import type { EpochMs } from "../src/core/vocabulary.ts";
import { lookOf } from "../src/engine/looks.ts";
import { reckon } from "../src/engine/reckon.ts";
import { WatchState } from "../src/engine/state.ts";
import { formatDuration } from "../src/time/duration.ts";
import { nextDue } from "../src/time/schedule.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { readMesh, writeMesh } from "./_shared/mesh.ts";
import type { Benchmark, Report } from "./_shared/report.ts";

const file = fileURLToPath(
  new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url),
);
const secondMs = 1_000;
const dayMs = 86_400_000;
const fromMs = Date.UTC(2001, 0, 2);
const toMs = fromMs + 90 * dayMs;

const fixed = { every: "15m" };
const justInTime = { just_in_time: true, at_least_every: "1d" };

interface Table {
  readonly name: string;
  /** When data was loaded: one instant a row, in order. */
  readonly loads: string;
  readonly maxAge: string;
  /** Of the probes of the fixed schedule. */
  readonly maxShare: number | null;
}

/** A load is the last departure of an hour or day, so that loads come when people fly and not on the dot. */
const tables: readonly Table[] = [
  {
    name: "hourly",
    loads: `select max(date) as t from '${file}' group by date_trunc('hour', date)`,
    maxAge: "2h",
    maxShare: 1 / 3,
  },
  {
    name: "daily",
    loads: `select max(date) as t from '${file}' group by date_trunc('day', date)`,
    maxAge: "24h",
    maxShare: 1 / 20,
  },
  {
    name: "irregular",
    loads: `select distinct date as t from '${file}' where origin = 'EYW'`,
    maxAge: "12h",
    maxShare: null,
  },
];
const maxMedianMs = 5_000;

export const justInTimeProbes: Benchmark = {
  name: "just-in-time",
  title: "just-in-time probes against every 15 minutes, 90 days of departures from US airports",

  async run(report) {
    await using folder = await TemporaryFolder.make();
    for (const table of tables) {
      const loads = await loadsOf(table);
      const [often, rarely] = [
        watch(loads, await meshOf(folder, table, fixed)),
        watch(loads, await meshOf(folder, table, justInTime)),
      ];
      tell(report, table, loads, often, rarely);
    }
  },
};

async function loadsOf({ loads }: Table): Promise<readonly EpochMs[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const sql = `select epoch_ms(t)::double from (${loads}) where t is not null order by t`;
    const rows = await connection.runAndReadAll(sql);
    return rows.getRows().map(([ms]) => Number(ms));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function meshOf(folder: TemporaryFolder, { maxAge }: Table, schedule: object): Promise<Mesh> {
  const fresh = { type: "freshness", column: "date", max_age: maxAge, schedule };
  const dataset = { files: file, columns: { date: { type: "timestamp" } }, checks: { fresh } };
  return readMesh(await writeMesh(folder, { type: "duckdb" }, { flights: { flights: dataset } }));
}

interface Watched {
  readonly probes: number;
  /** From each moment at which data became too old to the first probe that saw it so. */
  readonly delaysMs: readonly number[];
  /** Times that data was too old and fresh again before anybody looked. */
  readonly unseen: number;
}

/** Ninety days of one table, from probe to probe. */
function watch(loads: readonly EpochMs[], mesh: Mesh): Watched {
  const check = only(mesh.checks.values());
  const probe = only(mesh.probes.values());
  const isFixed = probe.schedule.kind === "every" && probe.schedule.everyMs < dayMs;
  const state = new WatchState();
  const seenStale: EpochMs[] = [];
  let probes = 0;
  let next = 0;
  let nowMs = fromMs;
  while (nowMs < toMs) {
    while ((loads[next] ?? toMs) <= nowMs) {
      next += 1;
    }
    const newestMs = loads[next - 1];
    if (look(nowMs, newestMs, check, probe, mesh, state)) {
      seenStale.push(nowMs);
    }
    probes += 1;
    const dueMs = nextDue(probe.schedule, probe.offsetMs, nowMs);
    const lookMs = isFixed ? null : (lookOf(check, probe, state, nowMs)?.dueMs ?? null);
    // The daemon's heart beats once a second.
    nowMs = Math.ceil(Math.min(dueMs, lookMs ?? dueMs) / secondMs) * secondMs;
  }
  return { probes, ...detections(loads, seenStale, maxAgeOf(check)) };
}

/** One probe, reckoned as the daemon does. True when it saw data that is too old. */
function look(
  atMs: EpochMs,
  newestMs: EpochMs | undefined,
  check: Check,
  probe: Probe,
  mesh: Mesh,
  state: WatchState,
): boolean {
  const dataset = only(mesh.datasets.values());
  const isStale = newestMs === undefined || atMs - newestMs > maxAgeOf(check);
  const result = {
    outcome: isStale ? ("fail" as const) : ("pass" as const),
    summary: "",
    measured: {},
    expected: {},
    ...(newestMs === undefined ? {} : { newestMs }),
  };
  const slot = { id: atMs, dueMs: atMs, kind: "scheduled" as const, probeId: probe.id };
  const evidence = { rung: "column" as const, queryIds: [] };
  const commit = reckon(
    { dataset, startedMs: atMs, durationMs: 0, checks: [{ check, atMs, result, evidence }] },
    [{ ...slot, datasetId: dataset.id, checkIds: [check.id] }],
    mesh,
    state,
    types,
    () => "",
  );
  state.apply(commit);
  return isStale;
}

function detections(
  loads: readonly EpochMs[],
  seenStale: readonly EpochMs[],
  maxAgeMs: number,
): Pick<Watched, "delaysMs" | "unseen"> {
  const delaysMs: number[] = [];
  let unseen = 0;
  let next = 0;
  for (const [index, loadMs] of loads.entries()) {
    const brokenMs = loadMs + maxAgeMs;
    const healedMs = loads[index + 1] ?? toMs;
    if (brokenMs < fromMs || brokenMs >= healedMs || brokenMs >= toMs) {
      continue;
    }
    while ((seenStale[next] ?? toMs) < brokenMs) {
      next += 1;
    }
    const seenMs = seenStale[next];
    if (seenMs === undefined || seenMs >= healedMs) {
      unseen += 1;
    } else {
      delaysMs.push(seenMs - brokenMs);
    }
  }
  return { delaysMs: delaysMs.sort((a, b) => a - b), unseen };
}

function tell(
  report: Report,
  table: Table,
  loads: readonly EpochMs[],
  often: Watched,
  rarely: Watched,
): void {
  const inside = loads.filter((ms) => ms >= fromMs && ms < toMs).length;
  report.note(
    `${table.name}: ${inside} loads, ${rarely.delaysMs.length + rarely.unseen} times older than ${table.maxAge}`,
  );
  const share = rarely.probes / often.probes;
  report.find({
    what: `${table.name}: probes`,
    measured: `${rarely.probes} (1/${(1 / share).toFixed(1)})`,
    baseline: `${often.probes} every 15m`,
    target: table.maxShare === null ? "none" : `<= 1/${(1 / table.maxShare).toFixed(0)}`,
    isMet: table.maxShare === null ? null : share <= table.maxShare,
  });
  const median = quantile(rarely.delaysMs, 0.5);
  report.find({
    what: `${table.name}: delay until seen, median and p99`,
    measured: delays(rarely),
    baseline: delays(often),
    target: `median < ${formatDuration(maxMedianMs)}`,
    isMet: median !== null && median < maxMedianMs,
  });
}

function delays({ delaysMs, unseen }: Watched): string {
  const words = [0.5, 0.99].map((share) => {
    const ms = quantile(delaysMs, share);
    return ms === null ? "none" : formatDuration(Math.round(ms / secondMs) * secondMs);
  });
  return `${words.join(", ")}; ${unseen} not seen`;
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

function maxAgeOf({ sli }: Check): number {
  return sli.kind === "freshness" ? sli.maxAgeMs : 0;
}

function only<T>(things: Iterable<T>): T {
  for (const thing of things) {
    return thing;
  }
  throw new Error("there is none");
}
