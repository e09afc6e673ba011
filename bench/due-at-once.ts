import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import pLimit from "p-limit";
import { newId } from "../src/app/ids.ts";
import { types } from "../src/app/registries.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Mesh } from "../src/core/mesh.ts";
import { planProbe } from "../src/engine/plan.ts";
import { byDataset, selectChecks } from "../src/engine/select.ts";
import { spellStatement } from "../src/engine/spell.ts";
import type { Warehouses } from "../src/engine/warehouses.ts";
import { Watch } from "../src/engine/watch.ts";
import { openSqliteStore } from "../src/store/sqlite/store.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import { watchLoop } from "./_shared/loop-stall.ts";
import { type Datasets, openWarehouses, readMesh, writeMesh } from "./_shared/mesh.ts";
import { median, timed } from "./_shared/pairs.ts";
import { asMs, type Benchmark } from "./_shared/report.ts";
import { tenPatientChecks } from "./_shared/ten-checks.ts";

const probes = 1_000;
const rows = 100;
const concurrency = 4;
const rounds = 5;
const hourMs = 3_600_000;
const noonMs = Date.UTC(2026, 0, 5, 12);

const checks = tenPatientChecks(rows);
const checksPerRound = probes * Object.keys(checks).length;

/** Everything falls due in one second: what is due is a row of the store, so that nothing is lost or doubled. */
export const dueAtOnce: Benchmark = {
  name: "due-at-once",
  title: `${checksPerRound} checks of ${probes} probes due in one second, on DuckDB`,

  async run(report) {
    await using folder = await TemporaryFolder.make();
    await writeFiles(folder);
    const mesh = await readMesh(await writeMesh(folder, connection, products()));
    await using warehouses = await openWarehouses(mesh);
    const statements = statementsOf(mesh, warehouses);
    const clock = new RunningClock(noonMs - 1_000);
    const found: { readonly tookMs: number; readonly stallMs: number }[] = [];
    const raw: number[] = [];
    {
      await using store = await openSqliteStore(mesh.store.path, {
        access: "serve",
        logger: silentLogger,
      });
      const watch = new Watch(mesh, {
        store,
        warehouses,
        types,
        clock,
        logger: silentLogger,
        newId,
        events: {
          probeFinished: () => undefined,
          slotsEnded: () => undefined,
        },
      });
      await watch.open();
      await watch.start();
      for (let round = 0; round < rounds; round += 1) {
        clock.set(noonMs + round * hourMs);
        found.push(await watchLoop(() => beatUntilIdle(watch)));
        raw.push(await timed(() => askByHand(statements)));
      }
      await watch.stop(1_000, new AbortController().signal);
    }
    const counted = countIn(mesh.store.path);
    report.find({
      what: `slots of ${rounds} rounds, from the store`,
      measured: `${counted.done} done, ${counted.slots - counted.done} otherwise; ${counted.distinct} results, ${counted.results - counted.distinct} doubled`,
      baseline: `${rounds * probes} due, ${rounds * checksPerRound} checks that pass`,
      target: "none lost, none doubled",
      isMet:
        counted.done === rounds * probes &&
        counted.slots === rounds * probes &&
        counted.results === rounds * checksPerRound &&
        counted.distinct === rounds * checksPerRound &&
        counted.passed === rounds * checksPerRound,
    });
    const tookMs = median(found.map((round) => round.tookMs));
    report.find({
      what: "time until the last result is stored",
      measured: `${asMs(tookMs)}, ${Math.round(checksPerRound / (tookMs / 1_000))} checks/s`,
      baseline: `${asMs(median(raw))} for DuckDB with the same ${statements.length} statements`,
      target: "none",
      isMet: null,
    });
    const stalls = found.map(({ stallMs }) => stallMs);
    report.find({
      what: "longest stall of the event loop",
      measured: `${asMs(median(stalls))} (worst round ${asMs(Math.max(...stalls))})`,
      baseline: "0 ms",
      target: "printed",
      isMet: null,
    });
    report.note(`medians of ${rounds} rounds; ${concurrency} statements at a time on both sides`);
  },
};

const connection = { type: "duckdb", max_concurrency: concurrency };

function products(): Readonly<Record<string, Datasets>> {
  const columns = { id: { type: "bigint" }, loaded_at: { type: "timestamp" } };
  return Object.fromEntries(
    Array.from({ length: probes }, (_, at) => {
      const files = `data/orders_${at}.parquet`;
      return [
        `shop_${at}`,
        { orders: { files, schedule: { cron: "0 * * * *" }, columns, checks } },
      ];
    }),
  );
}

async function writeFiles(folder: TemporaryFolder): Promise<void> {
  await folder.write({ "data/readme.txt": "orders" });
  const instance = await DuckDBInstance.create(":memory:");
  const client = await instance.connect();
  for (let at = 0; at < probes; at += 1) {
    await client.run(
      `copy (select n as id, timestamp '2026-01-05 11:00:00' - to_minutes(n) as loaded_at
         from range(${rows}) as t (n)) to '${folder.at(`data/orders_${at}.parquet`)}'`,
    );
  }
  client.closeSync();
  instance.closeSync();
}

/** Beats every second, as the heartbeat does, until nothing is under way. */
async function beatUntilIdle(watch: Watch): Promise<void> {
  await watch.beat();
  let nextBeatMs = performance.now() + 1_000;
  while (!watch.isIdle) {
    await sleep(5);
    if (performance.now() >= nextBeatMs) {
      nextBeatMs += 1_000;
      await watch.beat();
    }
  }
}

/** Goes on by itself from where it is set. */
class RunningClock implements Clock {
  #originMs = 0;

  constructor(ms: number) {
    this.set(ms);
  }

  set(ms: number): void {
    this.#originMs = ms - performance.now();
  }

  now(): number {
    return Math.floor(this.#originMs + performance.now());
  }

  monotonicMs(): number {
    return performance.now();
  }
}

function statementsOf(mesh: Mesh, warehouses: Warehouses): readonly string[] {
  return byDataset(selectChecks(mesh, []), mesh).flatMap(({ dataset, checks: own }) => {
    const { target } = warehouses.of(dataset.connection);
    const plan = planProbe(dataset, own, target, types, { nowMs: noonMs, last: () => null });
    const relation = target.dialect.relation(dataset.source);
    return [
      ...plan.statements.map((aggregates) => spellStatement(dataset, aggregates, target)),
      `select column_name, column_type from (describe select * from ${relation})`,
    ];
  });
}

async function askByHand(statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const gate = pLimit(concurrency);
  await Promise.all(
    statements.map((sql) =>
      gate(async () => {
        const client = await instance.connect();
        (await client.runAndReadAll(sql)).getRows();
        client.closeSync();
      }),
    ),
  );
  instance.closeSync();
}

function countIn(path: string) {
  using db = new DatabaseSync(path, { readOnly: true });
  const row = db
    .prepare(
      `select (select count(*) from slots) as slots,
         (select count(*) from slots where ending = 'done' and kind = 'scheduled') as done,
         (select count(*) from results) as results,
         (select count(*) from (select distinct slot_id, check_id from results)) as is_distinct,
         (select count(*) from results where outcome = 'pass') as passed`,
    )
    .get();
  const count = (name: string): number => Number(row?.[name] ?? 0);
  return {
    slots: count("slots"),
    done: count("done"),
    results: count("results"),
    distinct: count("is_distinct"),
    passed: count("passed"),
  };
}
