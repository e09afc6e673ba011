import { Client } from "pg";
import { checkOnce } from "../src/app/check-once.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { type PostgresServer, startPostgres } from "../test/helpers/postgres.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import { until } from "../test/helpers/until.ts";
import { assertAllPassed, readMesh, writeMesh } from "./_shared/mesh.ts";
import { median } from "./_shared/pairs.ts";
import type { Benchmark } from "./_shared/report.ts";

const rows = 2_000_000;
const hourMs = 3_600_000;
/** The time between two rows, so that all of them lie within 30 days. */
const rowMs = (30 * 24 * hourMs) / rows;
const pairs = 11;

/** Two of what each type can ask, and windows from an hour to a week; two ask for the same figure. */
const checks = {
  fresh: { type: "freshness", column: "loaded_at", max_age: "2h" },
  fresh_or_warn: { type: "freshness", column: "loaded_at", warn: { max_age: "2h" } },
  fresh_events: { type: "freshness", column: "ordered_at", time: "event", max_age: "6h" },
  hour: { type: "volume", column: "loaded_at", window: "1h", min: 1 },
  hour_at_most: { type: "volume", column: "loaded_at", window: "1h", max: rows },
  six_hours: { type: "volume", column: "loaded_at", window: "6h", min: 1 },
  day: { type: "volume", column: "loaded_at", window: "1d", min: 1 },
  week: { type: "volume", column: "loaded_at", window: "7d", min: 1 },
  shape: { type: "schema" },
  shape_exact: { type: "schema", new_columns: "fail" },
};

const columns = {
  id: { type: "bigint", nullable: false },
  loaded_at: { type: "timestamptz", nullable: false },
  ordered_at: { type: "timestamptz" },
  amount: { type: "numeric(10,2)" },
};

/** Ten checks on one table of 2 million rows: what the server is asked, and what it must read for that. */
export const postgresOneDataset: Benchmark = {
  name: "postgres-one-dataset",
  title: "ten checks on one Postgres table of 2,000,000 rows with indexed time columns",

  async run(report) {
    await using server = await startPostgres({
      log_statement: "all",
      log_line_prefix: "app=%a ",
    });
    await using folder = await TemporaryFolder.make();
    await fill(server);
    const mesh = await readMesh(
      await writeMesh(
        folder,
        { type: "postgres", url: server.url() },
        { orders: { orders: { table: "public.orders", columns, checks } } },
      ),
    );
    const runChecks = async (): Promise<void> => {
      const { signal } = new AbortController();
      const { summary } = await checkOnce(mesh, {
        selectors: [],
        signal,
        logger: silentLogger,
        onProgress: () => undefined,
      });
      assertAllPassed(summary, Object.keys(checks).length);
    };

    await runChecks();
    const statements = await statementsOf(server);
    const ofCatalogue = statements.filter((line) => line.includes("pg_catalog")).length;
    report.find({
      what: "statements that the server logged",
      measured: `${statements.length} (${statements.length - ofCatalogue} of figures, ${ofCatalogue} of the catalogue)`,
      baseline: `${Object.keys(checks).length} checks`,
      target: "at most 2",
      isMet: statements.length - ofCatalogue <= 1 && ofCatalogue <= 1,
    });

    const counts: { readonly measured: number; readonly byHand: number }[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      counts.push({
        measured: await pagesOf(server, runChecks),
        byHand: await pagesOf(server, () => askByHand(server, byHand)),
      });
    }
    const ofMeasured = median(counts.map(({ measured }) => measured));
    const ofByHand = median(counts.map(({ byHand: pages }) => pages));
    report.find({
      what: "pages of the table and its indexes, read or found in memory",
      measured: `${ofMeasured}`,
      baseline: `${ofByHand} by hand, a subquery for each figure`,
      target: "at most 1.00 ×",
      isMet: median(counts.map(({ measured, byHand: pages }) => measured / pages)) <= 1,
    });
    const packed = await pagesOf(server, () => askByHand(server, byHandInOneScan));
    report.note(`one SELECT with FILTER clauses reads ${packed} pages for the same figures`);
    report.note(
      `statements from the server's log; pages from pg_statio_user_tables, medians of ${pairs} pairs`,
    );
  },
};

async function fill({ admin }: PostgresServer): Promise<void> {
  await admin.query(
    `create table orders (id bigint not null, loaded_at timestamptz not null,
       ordered_at timestamptz, amount numeric(10,2))`,
  );
  await admin.query(
    `insert into orders
     select n, now() - n * interval '${rowMs} milliseconds',
       now() - n * interval '${rowMs} milliseconds' - interval '5 minutes', n % 1000
     from generate_series(${rows}, 1, -1) as n`,
  );
  await admin.query("create index on orders (loaded_at)");
  await admin.query("create index on orders (ordered_at)");
  await admin.query("vacuum (analyze) orders");
}

/** What Tidemark's connections sent so far, one line for each statement. */
async function statementsOf(server: PostgresServer): Promise<readonly string[]> {
  // The log comes through a pipe, so a statement of our own marks its end.
  await server.admin.query("select 'the end of the log'");
  await until("the server's log", () => server.log.join("").includes("the end of the log"));
  return server.log
    .join("")
    .split(/^(?=app=)/m)
    .filter((entry) => /^app=tidemark LOG: {2}(?:statement|execute)/.test(entry));
}

type ByHand = (now: Date) => { readonly text: string; readonly values: readonly Date[] };

const windowsMs = [hourMs, 6 * hourMs, 24 * hourMs, 7 * 24 * hourMs];

const byHand: ByHand = (now) => ({
  text: `select (select max(loaded_at) from orders), (select max(ordered_at) from orders), ${windowsMs
    .map(
      (_, at) => `(select count(*) from orders where loaded_at >= $${at + 2} and loaded_at < $1)`,
    )
    .join(", ")}`,
  values: [now, ...windowsMs.map((windowMs) => new Date(now.getTime() - windowMs))],
});

const byHandInOneScan: ByHand = (now) => ({
  text: `select max(loaded_at), max(ordered_at), ${windowsMs
    .map((_, at) => `count(*) filter (where loaded_at >= $${at + 2} and loaded_at < $1)`)
    .join(", ")} from orders`,
  values: [now, ...windowsMs.map((windowMs) => new Date(now.getTime() - windowMs))],
});

async function askByHand(server: PostgresServer, spell: ByHand): Promise<void> {
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  const { text, values } = spell(new Date());
  await client.query(text, [...values]);
  await client.end();
}

/** A connection tells its figures when it ends, so `work` must end those that it opens. */
async function pagesOf(server: PostgresServer, work: () => Promise<void>): Promise<number> {
  const before = await pagesSoFar(server);
  await work();
  await until("the connections' end", async () => {
    const { rows: others } = await server.admin.query(
      "select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    );
    return others.length === 0;
  });
  return (await pagesSoFar(server)) - before;
}

async function pagesSoFar({ admin }: PostgresServer): Promise<number> {
  const { rows: found } = await admin.query<{ pages: number }>(
    `select (heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::int as pages
     from pg_statio_user_tables where relname = 'orders'`,
  );
  return found[0]?.pages ?? 0;
}
