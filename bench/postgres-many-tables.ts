import { Pool, type QueryConfig } from "pg";
import { describeDatasets } from "../connectors/postgres/catalogue.ts";
import { checkOnce } from "../src/app/check-once.ts";
import { systemClock } from "../src/app/clock.ts";
import { types } from "../src/app/registries.ts";
import type { Mesh } from "../src/core/mesh.ts";
import { planProbe } from "../src/engine/plan.ts";
import { byDataset, selectChecks } from "../src/engine/select.ts";
import { spellStatement } from "../src/engine/spell.ts";
import { refOf, type Warehouses } from "../src/engine/warehouses.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { type PostgresServer, startPostgres } from "../test/helpers/postgres.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import {
  assertAllPassed,
  type Datasets,
  openWarehouses,
  readMesh,
  runChecks,
  writeMesh,
} from "./_shared/mesh.ts";
import { compare } from "./_shared/pairs.ts";
import { asMs, asRatio, type Benchmark } from "./_shared/report.ts";
import { tenChecks } from "./_shared/ten-checks.ts";

const tables = 100;
const rowsPerTable = 1_000;
const concurrency = 4;
const maxRatio = 1.5;

const checks = tenChecks(rowsPerTable);
const allChecks = tables * Object.keys(checks).length;

const columns = {
  id: { type: "bigint", nullable: false },
  loaded_at: { type: "timestamptz", nullable: false },
  ordered_at: { type: "timestamptz" },
  amount: { type: "numeric(10,2)" },
};

/** What Tidemark adds to the driver that it uses: plans, bounds, judgements. */
export const postgresManyTables: Benchmark = {
  name: "postgres-many-tables",
  title: `${allChecks} checks over ${tables} Postgres tables of ${rowsPerTable} rows`,

  async run(report) {
    await using server = await startPostgres();
    await using folder = await TemporaryFolder.make();
    await fill(server);
    const path = await writeMesh(
      folder,
      { type: "postgres", url: server.url(), max_concurrency: concurrency },
      { shop: datasets() },
    );
    const mesh = await readMesh(path);
    await using warehouses = await openWarehouses(mesh);
    const statements = await captureStatements(mesh, warehouses);
    await using raw = poolOf(server);

    const cold = await compare(
      () => checkCold(mesh),
      async () => {
        await using pool = poolOf(server);
        await askAll(pool, statements);
      },
    );
    const warm = await compare(
      () => runChecks(mesh, warehouses),
      () => askAll(raw, statements),
    );
    for (const [what, found] of [
      ["wall time, connecting included, as `tidemark check`", cold],
      ["wall time on open connections, as `tidemark serve`", warm],
    ] as const) {
      report.find({
        what,
        measured: `${asMs(found.measuredMs)}, ${asRatio(found)}`,
        baseline: `${asMs(found.baselineMs)} for pg with the same ${statements.length} statements`,
        target: `at most ${maxRatio.toFixed(2)} ×`,
        isMet: found.ratio <= maxRatio,
      });
    }
    report.note(`medians of interleaved pairs; ${concurrency} connections each`);
  },
};

async function checkCold(mesh: Mesh): Promise<void> {
  const { summary } = await checkOnce(mesh, {
    selectors: [],
    signal: new AbortController().signal,
    logger: silentLogger,
    onProgress: () => undefined,
  });
  assertAllPassed(summary, allChecks);
}

function datasets(): Datasets {
  return Object.fromEntries(
    Array.from({ length: tables }, (_, at) => [
      `orders_${at}`,
      { table: `public.orders_${at}`, columns, checks },
    ]),
  );
}

async function fill({ admin }: PostgresServer): Promise<void> {
  for (let at = 0; at < tables; at += 1) {
    await admin.query(
      `create table orders_${at} as
       select n::bigint as id, now() - n * interval '1 minute' as loaded_at,
         now() - n * interval '1 minute' as ordered_at, (n % 1000)::numeric(10,2) as amount
       from generate_series(1, ${rowsPerTable}) as n`,
    );
    await admin.query(
      `alter table orders_${at} alter id set not null, alter loaded_at set not null`,
    );
    await admin.query(`create index on orders_${at} (loaded_at)`);
  }
  await admin.query("vacuum (analyze)");
}

type Captured = Pick<QueryConfig, "text" | "values">;

/** What a run sends: one statement of figures for each table, and what reads all of their columns. */
async function captureStatements(mesh: Mesh, warehouses: Warehouses): Promise<readonly Captured[]> {
  const groups = byDataset(selectChecks(mesh, []), mesh);
  const captured: Captured[] = [];
  await describeDatasets(
    async ({ text, values = [] }) => {
      captured.push({ text, values: [...values] });
      return { fields: [], rows: [], isTruncated: false };
    },
    groups.map(({ dataset }) => refOf(dataset)),
    systemClock,
  );
  for (const { dataset, checks: own } of groups) {
    const { target } = warehouses.of(dataset.connection);
    const plan = planProbe(dataset, own, target, types, {
      nowMs: systemClock.now(),
      last: () => null,
    });
    captured.push(
      ...plan.statements.map((aggregates) => ({
        text: spellStatement(dataset, aggregates, target),
      })),
    );
  }
  return captured;
}

function poolOf(server: PostgresServer): Pool & AsyncDisposable {
  const pool = new Pool({ connectionString: server.url(), max: concurrency });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

async function askAll(pool: Pool, statements: readonly Captured[]): Promise<void> {
  await Promise.all(statements.map((statement) => pool.query(statement)));
}
