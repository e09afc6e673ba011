import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { realClock } from "../../helpers/connectors.ts";
import { type PostgresServer, startPostgres } from "../../helpers/postgres.ts";
import { listenSilently } from "../../helpers/tcp.ts";
import { until } from "../../helpers/until.ts";
import { Stage, type Staged, Witness } from "./stage.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ log_statement: "all" });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

let stage: Stage;
let witness: Witness;
beforeEach(() => {
  stage = new Stage();
  witness = new Witness();
});
afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

interface Connection {
  readonly url?: string;
  readonly keys?: string;
}

function daemonFile(connections: Readonly<Record<string, Connection>>): string {
  const lines = Object.entries(connections).map(
    ([name, { url = server.url(), keys = "" }]) =>
      `  ${name}: { type: postgres, url: "${url}"${keys} }\n`,
  );
  return `
version: 1
products: ["*.product.yaml"]
connections:
${lines.join("")}
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;
}

/** A product of datasets, each with its table and checks. */
function productFile(
  name: string,
  datasets: Readonly<Record<string, { table: string; checks: string }>>,
  connection = "dwh",
): string {
  const lines = Object.entries(datasets).map(
    ([dataset, { table, checks }]) => `
  ${dataset}:
    connection: ${connection}
    table: ${table}
    columns: { id: { type: integer } }
    checks: ${checks}`,
  );
  return `version: 1\nproduct: ${name}\nowner: shop\ndatasets:${lines.join("")}\n`;
}

const enough = "{ enough: { type: volume, min: 1 } }";

/** Names `prefix1` to `prefix<count>`. */
function named(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

function start(): Promise<Staged> {
  return stage.start({ clock: realClock, specs: witness.specs() });
}

/** How many of our statements the server is at work on. */
async function active(): Promise<number> {
  const { rows } = await server.admin.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where state = 'active' and query like '/* tidemark %'`,
  );
  return rows[0]?.count ?? 0;
}

function outcomes({ watch }: Staged): Record<string, string> {
  return Object.fromEntries(
    [...watch.mesh.checks.keys()].map((id) => {
      const result = watch.state.latestOf(id)?.result;
      return [id, result?.failure?.kind ?? result?.outcome ?? "none"];
    }),
  );
}

describe("a probe of a Postgres table", () => {
  it("hands every figure to the check that asked for it", async () => {
    await server.admin.query(
      `create table mixed as select i as id, now() - interval '10 minutes' as loaded_at,
         now() - interval '2 hours' as seen_at from generate_series(1, 7) as i`,
    );
    const checks = `
      all: { type: volume, min: 1 }
      seen: { type: freshness, column: seen_at, max_age: 3h }
      recent: { type: volume, column: loaded_at, window: 1h, min: 1 }
      loaded: { type: freshness, column: loaded_at, max_age: 3h }
      seen_lately: { type: volume, column: seen_at, window: 1h, max: 1 }`;
    stage.write({
      "tidemark.yaml": daemonFile({ dwh: {} }),
      "orders.product.yaml": productFile("orders", { mixed: { table: "mixed", checks } }),
    });
    const { watch, settle } = await start();
    await settle();
    const measured = (name: string, figure: string): number =>
      Number(watch.state.latestOf(`orders/mixed/${name}`)?.result.measured[figure]);
    expect(measured("all", "rows")).toBe(7);
    expect(measured("recent", "rows")).toBe(7);
    expect(measured("seen_lately", "rows")).toBe(0);
    expect(Math.floor(measured("loaded", "age_seconds") / 60)).toBe(10);
    expect(Math.floor(measured("seen", "age_seconds") / 60)).toBe(120);
    expect(witness.statements).toHaveLength(1);
  });

  it("halves a statement with one bad column, and asks once where permission is refused", async () => {
    await server.admin.query(
      `create table t1_to_t7 as select now() as t1, now() as t2, now() as t3, now() as t4,
         now() as t5, now() as t6, now() as t7;
       create table forbidden as select now() as t1, now() as t2;
       create role reader login password 'reader';
       grant select on t1_to_t7 to reader`,
    );
    const fresh = (count: number): string =>
      named("t", count)
        .map((name) => `\n      ${name}: { type: freshness, column: ${name}, max_age: 1h }`)
        .join("");
    stage.write({
      "tidemark.yaml": daemonFile({
        dwh: { url: server.url({ user: "reader", password: "reader" }) },
      }),
      "orders.product.yaml": productFile("orders", {
        part: { table: "t1_to_t7", checks: fresh(8) },
        secret: { table: "forbidden", checks: fresh(2) },
      }),
    });
    const staged = await start();
    await staged.settle();
    const kinds = outcomes(staged);
    expect(named("t", 8).map((name) => kinds[`orders/part/${name}`])).toEqual([
      ...Array<string>(7).fill("pass"),
      "invalid_query",
    ]);
    expect(named("t", 2).map((name) => kinds[`orders/secret/${name}`])).toEqual([
      "permission",
      "permission",
    ]);
    const about = (table: string) => witness.statements.filter((sql) => sql.includes(table));
    expect([about("t1_to_t7").length, about("forbidden").length]).toEqual([7, 1]);
  });

  it("leads each statement with a comment by which the warehouse's log tells it, also for long names", async () => {
    const product = "p".repeat(128);
    const dataset = "d".repeat(128);
    await server.admin.query("create table commented as select 1 as id");
    stage.write({
      "tidemark.yaml": daemonFile({ dwh: {} }),
      "orders.product.yaml": productFile("orders", {
        orders: { table: "commented", checks: enough },
      }),
      "long.product.yaml": productFile(product, {
        [dataset]: { table: "commented", checks: enough },
      }),
    });
    const { settle } = await start();
    await settle();
    const logged = server.log.join("");
    expect(logged).toMatch(/\/\* tidemark orders\/orders checks=enough id\d \*\/ select count/);
    expect(logged).toMatch(/\/\* tidemark p{100} checks=enough id\d \*\/ select count/);
  });

  it("reads the catalogue once for fifty datasets that fall due together", async () => {
    const tables = named("cat", 50);
    await server.admin.query(
      `create schema other; ${tables
        .map((name, index) => `create table ${index % 2 ? "other." : ""}${name} (id integer);`)
        .join("")}`,
    );
    const datasets = Object.fromEntries(
      tables.map((name, index) => [
        name,
        {
          table: `${index % 2 ? "other." : ""}${name}`,
          checks: "{ shape: { type: schema }, none: { type: volume, max: 0 } }",
        },
      ]),
    );
    stage.write({
      "tidemark.yaml": daemonFile({ dwh: {} }),
      "orders.product.yaml": productFile("orders", datasets),
    });
    const staged = await start();
    await staged.settle();
    expect(witness.described.map((ids) => ids.length)).toEqual([50]);
    expect(witness.statements).toHaveLength(50);
    expect(new Set(Object.values(outcomes(staged)))).toEqual(new Set(["pass"]));
  });
});

describe("a connection", () => {
  it("has at most max_concurrency statements running on the server", async () => {
    const tables = named("slow", 12);
    await server.admin.query(
      tables.map((name) => `create view ${name} as select 1 as id from pg_sleep(0.25);`).join(""),
    );
    stage.write({
      "tidemark.yaml": daemonFile({ dwh: { keys: ", max_concurrency: 3" } }),
      "orders.product.yaml": productFile(
        "orders",
        Object.fromEntries(tables.map((table) => [table, { table, checks: enough }])),
      ),
    });
    const staged = await start();
    let most = 0;
    while (!staged.watch.isIdle) {
      most = Math.max(most, await active());
    }
    expect(most).toBe(3);
    expect(staged.endings).toMatchObject({ done: 12 });
    expect(new Set(Object.values(outcomes(staged)))).toEqual(new Set(["pass"]));
    // The last ones waited for three rounds; that is lag, and not the duration of a probe.
    const lagMs = Math.max(...staged.probes.map((probe) => probe.lagMs));
    expect(lagMs).toBeGreaterThan(700);
    expect(Math.max(...staged.probes.map(({ durationMs }) => durationMs))).toBeLessThan(lagMs);
  });

  it("that hangs ends its checks in time, frees its place, and harms no other", async () => {
    await using silent = await listenSilently();
    await server.admin.query("create table quick as select 1 as id");
    stage.write({
      "tidemark.yaml": daemonFile({
        dwh: {},
        mute: {
          url: `postgres://a:b@127.0.0.1:${silent.port}/x`,
          keys: ", max_concurrency: 1, statement_timeout: 300ms",
        },
      }),
      "orders.product.yaml": productFile("orders", { a: { table: "quick", checks: enough } }),
      "lost.product.yaml": productFile(
        "lost",
        { a: { table: "x", checks: enough }, b: { table: "y", checks: enough } },
        "mute",
      ),
    });
    const startedMs = performance.now();
    const staged = await start();
    await until("the other connection's result", () =>
      Boolean(staged.watch.state.latestOf("orders/a/enough")),
    );
    expect(staged.watch.state.latestOf("lost/a/enough")).toBeNull();
    await staged.settle();
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(outcomes(staged)).toEqual({
      "orders/a/enough": "pass",
      "lost/a/enough": "timeout",
      "lost/b/enough": "timeout",
    });
  });
});

describe("a stop", () => {
  const never = new AbortController().signal;
  const slowView = (seconds: number): string =>
    `drop view if exists slow; create view slow as select 1 as id from pg_sleep(${seconds})`;

  beforeEach(async () => {
    await server.admin.query(slowView(60));
    stage.write({
      "tidemark.yaml": daemonFile({ dwh: {} }),
      "orders.product.yaml": productFile("orders", { slow: { table: "slow", checks: enough } }),
    });
  });

  it("waits for a query that is running, and stores its result", async () => {
    await server.admin.query(slowView(0.5));
    const { watch, store, endings } = await start();
    await until("the query to run", async () => (await active()) === 1);
    await watch.stop(20_000, never);
    expect(endings.done).toBe(1);
    expect((await store.results.latest()).get("orders/slow/enough")?.result.outcome).toBe("pass");
  });

  it.each([
    ["whose grace is over", (staged: Staged) => staged.watch.stop(100, never)],
    [
      "that is forced",
      async ({ watch }: Staged) => {
        const force = new AbortController();
        const stopped = watch.stop(60_000, force.signal);
        force.abort();
        await stopped;
      },
    ],
  ])("%s cancels the query on the server, and the next start runs it again", async (_, stop) => {
    const first = await start();
    await until("the query to run", async () => (await active()) === 1);
    const askedMs = performance.now();
    await stop(first);
    expect(performance.now() - askedMs).toBeLessThan(5_000);
    await until("the server to be at rest", async () => (await active()) === 0);
    expect(first.endings).toEqual({ done: 0, error: 0, abandoned: 0, missed: 0, overlapped: 0 });
    expect(await first.store.slots.countByEnding()).toMatchObject({ open: 1, done: 0 });
    expect((await first.store.results.latest()).size).toBe(0);
    await first.kill();

    await server.admin.query(slowView(0));
    const second = await start();
    await second.settle();
    expect(second.endings).toMatchObject({ abandoned: 1, done: 1 });
    expect(outcomes(second)).toEqual({ "orders/slow/enough": "pass" });
  });
});
