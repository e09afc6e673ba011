import pLimit from "p-limit";
import type { Mesh } from "../src/core/mesh.ts";
import type { Warehouses } from "../src/engine/warehouses.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { type Cloud, type CloudClient, clouds } from "./_shared/clouds.ts";
import { CounterpartProcess } from "./_shared/counterpart.ts";
import { type Datasets, openWarehouses, readMesh, runChecks, writeMesh } from "./_shared/mesh.ts";
import { alternate, cpuMs, median } from "./_shared/pairs.ts";
import { asMs, type Benchmark, type Report } from "./_shared/report.ts";
import { tenChecks } from "./_shared/ten-checks.ts";

const tables = 100;
const rowsPerTable = 1_000;
const concurrency = 4;
const pairs = 15;
const maxCpuMs = 2;
/** All figures of a table go into one statement, since these warehouses store columns apart; tables may share one. */
const maxStatements = 1;

const checks = tenChecks(rowsPerTable);
const allChecks = tables * Object.keys(checks).length;

/** What a daemon sends to a cloud warehouse for many tables, and what it costs itself beside the warehouse's client. */
export const cloudManyTables: Benchmark = {
  name: "cloud-many-tables",
  title: `${allChecks} checks over ${tables} tables of each cloud warehouse's counterpart`,

  async run(report) {
    for (const cloud of clouds) {
      await measure(cloud, report);
    }
    report.note(
      "the counterparts run in processes of their own: processor time (user and system, " +
        "collection of garbage included) is that of the process that asks",
    );
  },
};

async function measure(cloud: Cloud, report: Report): Promise<void> {
  await using counterpart = await CounterpartProcess.start(cloud, tables, rowsPerTable);
  await using client = await cloud.reach(counterpart.origin);
  await using folder = await TemporaryFolder.make();
  const keys = { ...cloud.keys(counterpart.origin), ...client.keys };
  const connection = { type: cloud.type, max_concurrency: concurrency, ...keys };
  const mesh = await readMesh(await writeMesh(folder, connection, { shop: datasetsOf(cloud) }));
  await using warehouses = await openWarehouses(mesh);

  await check(mesh, warehouses);
  const first = await counterpart.look();
  await check(mesh, warehouses);
  const { statements, requests } = await counterpart.look();
  report.find({
    what: `${cloud.type}: statements for one run of all`,
    measured: `${statements.length}, ${perDataset(statements.length)} a dataset`,
    baseline: `${allChecks} for ${allChecks} checks one by one`,
    target: `at most ${maxStatements} a dataset`,
    isMet: statements.length <= maxStatements * tables,
  });
  report.note(
    `${cloud.type}: ${first.requests} requests in the first run, ${requests} in each further one, ` +
      `${perDataset(requests)} a dataset: statements, their results, and metadata`,
  );

  const found = await alternate(
    () => cpuMs(() => check(mesh, warehouses)),
    () => cpuMs(() => askAll(client, statements)),
    {
      pairs,
      // It keeps what it was asked until it is looked at, and would slow down.
      between: () => counterpart.look(),
    },
  );
  const moreMs = median(found.map(({ measured, baseline }) => measured - baseline)) / tables;
  const ownMs = median(found.map(({ measured }) => measured)) / tables;
  const rawMs = median(found.map(({ baseline }) => baseline)) / tables;
  report.find({
    what: `${cloud.type}: our own processor time for a dataset`,
    measured: `${asMs(moreMs)}: ${asMs(ownMs)} less the client's (${(ownMs / rawMs).toFixed(2)} ×)`,
    baseline: `${asMs(rawMs)} for ${cloud.client} with the same ${statements.length} statements`,
    target: `at most ${asMs(maxCpuMs)}`,
    isMet: moreMs <= maxCpuMs,
  });
}

function perDataset(count: number): string {
  return (count / tables).toFixed(2);
}

function datasetsOf({ columns }: Cloud): Datasets {
  return Object.fromEntries(
    Array.from({ length: tables }, (_, at) => [
      `orders_${at}`,
      { table: `shop.orders_${at}`, columns, checks },
    ]),
  );
}

/** Throws unless every check passed: a benchmark of failing checks would measure something else. */
async function check(mesh: Mesh, warehouses: Warehouses): Promise<void> {
  const runs = (await runChecks(mesh, warehouses)).flatMap((run) => run.checks);
  const failed = runs.find(({ result }) => result.outcome !== "pass");
  if (runs.length !== allChecks || failed !== undefined) {
    throw new Error(`${runs.length} checks ran; ${failed?.check.id}: ${failed?.result.summary}`);
  }
}

async function askAll(client: CloudClient, statements: readonly string[]): Promise<void> {
  const gate = pLimit(concurrency);
  await Promise.all(statements.map((sql) => gate(() => client.ask(sql))));
}
