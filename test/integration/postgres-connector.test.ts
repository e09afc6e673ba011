import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { postgres } from "../../connectors/postgres/index.ts";
import { type CallOptions, type Connector, ConnectorError } from "../../src/core/connector.ts";
import { callOptions, realClock } from "../helpers/connectors.ts";
import { connectorTo, type PostgresServer, startPostgres } from "../helpers/postgres.ts";
import { forward } from "../helpers/tcp.ts";

const { dialect } = postgres;
const reader = { user: "reader", password: "reader-secret" };
const ca = readFileSync(new URL("../helpers/tls/ca.crt", import.meta.url), "utf8");
const otherCa = readFileSync(new URL("../helpers/tls/server.crt", import.meta.url), "utf8");

let server: PostgresServer;
const open: AsyncDisposable[] = [];

beforeAll(async () => {
  server = await startPostgres({ ssl: "on", log_statement: "all" });
  await server.admin.query("create schema shop");
  await server.admin.query(`create role reader login password '${reader.password}'`);
  await server.admin.query("grant usage on schema shop to reader");
  await server.admin.query("alter default privileges grant select on tables to reader");
});

afterAll(async () => {
  await Promise.all(open.map((one) => one[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
});

function connect(...given: Parameters<typeof connectorTo>): Connector {
  const connector = connectorTo(...given);
  open.push(connector);
  return connector;
}

const connectAsReader = (maxConcurrency = 4) =>
  connect({ url: server.url(reader) }, { maxConcurrency });

async function rowsOf(connector: Connector, sql: string, more: Partial<CallOptions> = {}) {
  return (await connector.query(sql, { ...callOptions(more), maxRows: 100 })).rows;
}

async function failureOf(work: Promise<unknown>): Promise<ConnectorError["failure"]> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) {
    throw new Error(`expected a ConnectorError, not ${String(error)}`);
  }
  return error.failure;
}

async function runningCount(): Promise<number> {
  const { rows } = await server.admin.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where application_name = 'tidemark' and state = 'active'",
  );
  return rows[0]?.n ?? -1;
}

const untilRunning = (count: number) =>
  vi.waitFor(async () => expect(await runningCount()).toBe(count), {
    timeout: 5_000,
    interval: 10,
  });

describe("the session of a connection", () => {
  const settings =
    "select current_setting('statement_timeout'), current_setting('default_transaction_read_only'), current_setting('application_name'), current_setting('TimeZone'), current_setting('lock_timeout')";

  it("has the call's timeout on the server, is read-only, in UTC and says who it is", async () => {
    const connector = connectAsReader();
    expect(await rowsOf(connector, settings, { timeoutMs: 1_500 })).toEqual([
      ["1500ms", "on", "tidemark", "UTC", "10s"],
    ]);
    expect(await rowsOf(connector, settings, { timeoutMs: 2_000 })).toEqual([
      ["2s", "on", "tidemark", "UTC", "10s"],
    ]);
  });

  it("costs one statement a query while the timeout stays the same", async () => {
    const connector = connectAsReader(1);
    const before = statementsOf("counted/twice").length;
    await rowsOf(connector, "select 1", { label: "counted/twice" });
    await rowsOf(connector, "select 2", { label: "counted/twice" });
    await vi.waitFor(() => expect(statementsOf("counted/twice")).toHaveLength(before + 2));
    expect(statementsOf("counted/twice").at(-1)).toContain("/* tidemark counted/twice */ select 2");
  });

  it("is not used again after a statement has undone its read-only default", async () => {
    const connector = connectAsReader(1);
    const pid = "select pg_backend_pid() as pid";
    const [first] = await rowsOf(connector, pid);
    const undo = "select set_config('default_transaction_read_only', 'off', false)";
    expect(await rowsOf(connector, undo)).toEqual([["off"]]);
    const [second] = await rowsOf(connector, pid);
    expect(second).not.toEqual(first);
    expect(await rowsOf(connector, settings)).toMatchObject([
      ["15s", "on", "tidemark", "UTC", "10s"],
    ]);
  });

  it("takes start-up options of the URL, but not in place of its own", async () => {
    const options = encodeURIComponent("-c search_path=shop -c default_transaction_read_only=off");
    const connector = connect({ url: `${server.url(reader)}?options=${options}` });
    const both =
      "select current_setting('search_path'), current_setting('default_transaction_read_only')";
    expect(await rowsOf(connector, both)).toEqual([["shop", "on"]]);
  });
});

describe("stopping", () => {
  it("cancels its own query and no other", async () => {
    const connector = connectAsReader(2);
    const controller = new AbortController();
    const aborted = failureOf(
      rowsOf(connector, "select pg_sleep(60)", { signal: controller.signal }),
    );
    const other = rowsOf(connector, "select 'whole' from pg_sleep(0.3)");
    await untilRunning(2);
    controller.abort();
    expect(await aborted).toMatchObject({ kind: "cancelled" });
    expect(await other).toEqual([["whole"]]);
  });

  it("never lets a cancel meet the next query, however close they come", async () => {
    const connector = connectAsReader(1);
    for (let round = 0; round < 40; round += 1) {
      const controller = new AbortController();
      const racing = rowsOf(connector, "select pg_sleep(0.004)", { signal: controller.signal });
      const timer = setTimeout(() => controller.abort(), 1 + (round % 8));
      await racing.catch(() => undefined);
      clearTimeout(timer);
      expect(await rowsOf(connector, "select 1 from pg_sleep(0.002)")).toEqual([[1n]]);
    }
  });

  it("stops a statement on the server once enough rows have come", async () => {
    const connector = connectAsReader(1);
    const sql = "select generate_series(1, 2000000000) as n";
    const cut = await connector.query(sql, { ...callOptions(), maxRows: 3 });
    expect(cut).toEqual({ columns: ["n"], rows: [[1n], [2n], [3n]], isTruncated: true });
    await untilRunning(0);
  });

  it("tells somebody else's cancel from its own timeout, also while it waits for a lock", async () => {
    const connector = connectAsReader(1);
    const cancelled = failureOf(rowsOf(connector, "select pg_sleep(60)"));
    await untilRunning(1);
    await server.admin.query(
      "select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'tidemark'",
    );
    expect(await cancelled).toMatchObject({ kind: "cancelled", code: "57014" });

    await server.admin.query("create table shop.locked (id int)");
    await server.admin.query("begin; lock table shop.locked in access exclusive mode");
    const waiting = await failureOf(
      rowsOf(connector, "select * from shop.locked", { timeoutMs: 300 }),
    );
    await server.admin.query("rollback");
    expect(waiting).toMatchObject({ kind: "timeout", code: "57014" });
  });

  it("ends on time when the network loses everything, and works again afterwards", async () => {
    const proxy = await forward(0, server.port);
    open.push(proxy);
    const connector = connect({
      ...reader,
      host: "127.0.0.1",
      port: proxy.port,
      database: "postgres",
    });
    expect(await rowsOf(connector, "select 1")).toEqual([[1n]]);
    proxy.isLosing = true;
    const startedMs = performance.now();
    const lost = await failureOf(rowsOf(connector, "select 2", { timeoutMs: 200 }));
    expect(lost.kind).toBe("timeout");
    expect(performance.now() - startedMs).toBeLessThan(200 + 250 + 2_000 + 500);
    proxy.isLosing = false;
    expect(await rowsOf(connector, "select 3", { timeoutMs: 1_000 })).toEqual([[3n]]);
  });

  it("gives up on a server that accepts and says nothing, and gets its place back", async () => {
    const proxy = await forward(0, server.port);
    open.push(proxy);
    const keys = { ...reader, host: "127.0.0.1", port: proxy.port, database: "postgres" };
    const connector = connect(keys, { maxConcurrency: 1 });
    proxy.isLosing = true;
    const startedMs = performance.now();
    const failure = await failureOf(rowsOf(connector, "select 1", { timeoutMs: 200 }));
    expect(failure.kind).toBe("timeout");
    expect(performance.now() - startedMs).toBeLessThan(700);
    proxy.isLosing = false;
    expect(await rowsOf(connector, "select 2")).toEqual([[2n]]);
  });

  it("closes at once although a connection is still being opened", async () => {
    const proxy = await forward(0, server.port);
    open.push(proxy);
    const keys = { ...reader, host: "127.0.0.1", port: proxy.port, database: "postgres" };
    const connector = connectorTo(keys);
    proxy.isLosing = true;
    const failure = failureOf(
      rowsOf(connector, "select 1", { signal: AbortSignal.timeout(100), timeoutMs: 30_000 }),
    );
    expect((await failure).kind).toBe("cancelled");
    const startedMs = performance.now();
    await connector[Symbol.asyncDispose]();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it("notices an idle connection's end without being asked anything", async () => {
    const connector = connectAsReader(1);
    const [pid] = await rowsOf(connector, "select pg_backend_pid()");
    const socketsBefore = openSockets();
    await server.admin.query("select pg_terminate_backend($1::int)", [pid?.[0]]);
    await vi.waitFor(() => expect(openSockets()).toBe(socketsBefore - 1));
    expect(await rowsOf(connector, "select 1")).toEqual([[1n]]);
  });

  it("does not ask a statement again that ends its own connection", async () => {
    const sql = "select pg_terminate_backend(pg_backend_pid())";
    expect(await failureOf(rowsOf(connectAsReader(), sql))).toMatchObject({
      kind: "unreachable",
      code: "57P01",
    });
  });

  it("asks again when a connection turns out to have died while idle, but not when a new one dies", async () => {
    const proxy = await forward(0, server.port);
    open.push(proxy);
    const keys = { ...reader, host: "127.0.0.1", port: proxy.port, database: "postgres" };
    const connector = connect(keys);
    expect(await rowsOf(connector, "select 1")).toEqual([[1n]]);
    proxy.isCutting = true;
    expect(await rowsOf(connector, "select 2")).toEqual([[2n]]);
    expect(proxy.isCutting).toBe(false);
    proxy.isCutting = true;
    expect(await failureOf(rowsOf(connect(keys), "select 3"))).toMatchObject({
      kind: "unreachable",
    });
  });

  it("leaves no connection behind, however its calls have ended", async () => {
    const connector = connectorTo(
      { url: server.url({ ...reader, database: "template1" }) },
      {
        maxConcurrency: 1,
      },
    );
    const socketsBefore = openSockets();
    for (const sql of ["select generate_series(1, 3)", "select 1 / 0", "select pg_sleep(60)"]) {
      await connector
        .query(sql, { ...callOptions({ timeoutMs: 100 }), maxRows: 2 })
        .catch(() => undefined);
      expect(await rowsOf(connector, "select 1")).toEqual([[1n]]);
    }
    await connector[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(openSockets()).toBe(socketsBefore));
    const count = "select from pg_stat_activity where datname = 'template1'";
    await vi.waitFor(async () => expect((await server.admin.query(count)).rowCount).toBe(0));
  });
});

describe("times in the dialect", () => {
  it.each([
    ["timestamptz", "2026-01-01 00:00:00+00"],
    ["timestamp", "2026-01-01 00:00:00"],
    ["date", "2026-01-01"],
  ])("are compared by an index on a %s column", async (type, start) => {
    const table = `shop.indexed_${type}`;
    await server.admin.query(
      `create table ${table} as select ('${start}'::${type} + n * interval '1 hour')::${type} as at, repeat('x', 50) as pad from generate_series(1, 20000) as n`,
    );
    await server.admin.query(`create index on ${table} (at)`);
    await server.admin.query(`analyze ${table}`);
    const moment = { ms: 0, local: "2028-04-10 05:00:00.000", offset: "+02:00" };
    const condition = dialect.compareTime(dialect.quoteIdentifier("at"), ">=", moment);
    const plan = await rowsOf(
      connectAsReader(),
      `explain select count(*) from ${table} where ${condition}`,
    );
    expect(JSON.stringify(plan)).toMatch(/Index (Only )?Scan/);
    expect(JSON.stringify(plan)).not.toContain("Seq Scan");
  });
});

describe("describing", () => {
  const table = (...parts: readonly string[]) => ({
    id: parts.join("."),
    source: { kind: "table", parts } as const,
  });
  const kindsOf = async (connector: Connector, ...tables: readonly (readonly string[])[]) =>
    (
      await connector.describe(
        tables.map((parts) => table(...parts)),
        callOptions(),
      )
    ).map(({ columns }) => columns.ok || columns.failure.kind);

  it("asks one statement for a hundred tables", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `many_${index}`);
    for (const name of names) {
      await server.admin.query(`create table shop.${name} (id int)`);
    }
    const connector = connectAsReader();
    const label = "counted/catalogue";
    const answered = await connector.describe(
      names.map((name) => table("shop", name)),
      callOptions({ label }),
    );
    expect(answered.filter(({ columns }) => columns.ok)).toHaveLength(100);
    await vi.waitFor(() => expect(statementsOf(label)).toHaveLength(1));
  });

  it("takes one part from the search path and three of this database only", async () => {
    await server.admin.query("create table shop.named (id int)");
    const options = encodeURIComponent("-c search_path=shop");
    const connector = connect({ url: `${server.url(reader)}?options=${options}` });
    expect(
      await kindsOf(
        connector,
        ["named"],
        ["postgres", "shop", "named"],
        ["elsewhere", "shop", "named"],
        ["pg_class"],
        ["shop.named"],
      ),
    ).toEqual([true, true, "not_found", true, "not_found"]);
    expect(await kindsOf(connectAsReader(), ["named"], ["shop", "named\0"])).toEqual([
      "not_found",
      "not_found",
    ]);
  });

  it("knows NOT NULL of domains, materialised views without nullability, and grants on one column", async () => {
    await server.admin.query("create domain shop.known as int not null");
    await server.admin.query("create table shop.special (a shop.known, b varchar(20)[], c int)");
    await server.admin.query("create materialized view shop.stored as select 1 as a");
    await server.admin.query("create table shop.partly (open int, closed int)");
    await server.admin.query("revoke all on shop.partly from reader");
    await server.admin.query("grant select (open) on shop.partly to reader");
    await server.admin.query("create table shop.bare ()");
    const answered = await connectAsReader().describe(
      [
        table("shop", "special"),
        table("shop", "stored"),
        table("shop", "partly"),
        table("shop", "bare"),
      ],
      callOptions(),
    );
    expect(answered.map(({ columns }) => columns.ok && columns.value)).toEqual([
      [
        { name: "a", type: "shop.known", nullable: false },
        { name: "b", type: "character varying(20)[]", nullable: true },
        { name: "c", type: "integer", nullable: true },
      ],
      [{ name: "a", type: "integer", nullable: null }],
      [
        { name: "open", type: "integer", nullable: true },
        { name: "closed", type: "integer", nullable: true },
      ],
      [],
    ]);
  });

  it("plans a query without executing it", async () => {
    const sql =
      "select pg_sleep(60), 1.5::numeric(6,2) as price, 'a'::varchar(3) as code -- remark";
    const [answer] = await connectAsReader().describe(
      [{ id: "shop/asked", source: { kind: "query", sql } }],
      callOptions({ timeoutMs: 2_000 }),
    );
    expect(answer?.columns).toMatchObject({
      ok: true,
      value: [
        { name: "pg_sleep", type: "void", nullable: null },
        { name: "price", type: "numeric(6,2)", nullable: null },
        { name: "code", type: "character varying(3)", nullable: null },
      ],
    });
  });
});

describe("failures", () => {
  it("calls a role without connections left a lack of resources", async () => {
    await server.admin.query("create role crowd login password 'crowd' connection limit 0");
    const connector = connect({ url: server.url({ user: "crowd", password: "crowd" }) });
    expect(await failureOf(rowsOf(connector, "select 1"))).toMatchObject({
      kind: "resource",
      code: "53300",
    });
  });

  it.each([
    ["select 1 / 0", "invalid_query", "22012"],
    ["select 'secret-value'::int", "invalid_query", "22P02"],
    ["select nothing()", "invalid_query", "42883"],
    ["selec", "invalid_query", "42601"],
    ["select * from nowhere.nothing", "not_found", "42P01"],
    ["select pg_read_file('/etc/passwd')", "permission", "42501"],
    ["create temporary table t ()", "permission", "25006"],
  ])("says of %s that it is %s", async (sql, kind, code) => {
    const failure = await failureOf(rowsOf(connectAsReader(), sql));
    expect(failure).toMatchObject({ kind, code });
    expect(JSON.stringify(failure)).not.toContain("secret-value");
  });
});

describe("testing a connection", () => {
  const statusesOf = async (connector: Connector) =>
    Object.fromEntries(
      (await connector.testConnection(callOptions())).map(({ name, status }) => [name, status]),
    );
  const good = { reach: "ok", tls: "ok", sign_in: "ok", access: "ok", clock: "ok" };

  it("finds nothing to say of a role that may only read", async () => {
    expect(await statusesOf(connectAsReader())).toEqual(good);
  });

  it("warns of a superuser, and of a role that may write", async () => {
    const superuser = connect({ url: server.url() });
    expect(await statusesOf(superuser)).toEqual({ ...good, access: "warning" });
    await server.admin.query("create role writer login password 'writer'");
    await server.admin.query("create table shop.written (id int)");
    await server.admin.query("grant insert on shop.written to writer");
    const writer = connect({ url: server.url({ user: "writer", password: "writer" }) });
    expect(await statusesOf(writer)).toEqual({ ...good, access: "warning" });
  });

  it("fails at access when a dataset cannot be read, and names it", async () => {
    const datasets = ["pg_class", "absent"].map((name) => ({
      id: `shop/${name}`,
      source: { kind: "table", parts: [name] } as const,
    }));
    const stages = await connect({ url: server.url(reader) }, { datasets }).testConnection(
      callOptions(),
    );
    expect(stages.slice(3)).toMatchObject([
      {
        name: "access",
        status: "failed",
        message: "1 of 2 datasets cannot be read: shop/absent (not_found)",
      },
      { name: "clock", status: "notRun" },
    ]);
  });

  it("names the statements that grant what is missing, which do", async () => {
    await server.admin.query('create schema "Vault"; create table "Vault"."Keys" (id int)');
    await server.admin.query(
      "create table shop.sealed (id int); revoke all on shop.sealed from reader",
    );
    const datasets = [
      ["Vault", "Keys"],
      ["shop", "sealed"],
      ["shop", "absent"],
    ].map((parts) => ({
      id: parts.join("/"),
      source: { kind: "table", parts } as const,
    }));
    const connector = connect({ url: server.url(reader) }, { datasets });
    const access = async () =>
      (await connector.testConnection(callOptions())).find(({ name }) => name === "access");
    const hint = (await access())?.hint ?? "";
    expect(hint).toBe(
      'Run: GRANT USAGE ON SCHEMA "Vault" TO "reader"; GRANT SELECT ON "Vault"."Keys" TO "reader"; ' +
        'GRANT USAGE ON SCHEMA "shop" TO "reader"; GRANT SELECT ON "shop"."sealed" TO "reader";',
    );
    await server.admin.query(hint.replace("Run: ", ""));
    expect(await access()).toMatchObject({
      message: "1 of 3 datasets cannot be read: shop/absent (not_found)",
    });
  });

  it.each([
    [4_000, "ok"],
    [-4_000, "ok"],
    [6_000, "warning"],
    [-6_000, "warning"],
  ])("judges a clock that is %i ms off as %s", async (offMs, status) => {
    const clock = { ...realClock, now: () => Date.now() + offMs };
    const connector = connect({ url: server.url(reader) }, { clock });
    expect(await statusesOf(connector)).toEqual({ ...good, clock: status });
  });
});

describe("TLS", () => {
  const keys = () => ({ ...reader, host: server.host, port: server.port, database: "postgres" });
  const isEncrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
  const tlsStage = async (connector: Connector) =>
    (await connector.testConnection(callOptions())).find(({ name }) => name === "tls");

  it("checks the server's certificate and its name", async () => {
    const connector = connect({ ...keys(), ssl: { ca, servername: "warehouse.test" } });
    expect(await rowsOf(connector, isEncrypted)).toEqual([[true]]);
    expect(await tlsStage(connector)).toMatchObject({ status: "ok" });
  });

  it.each([
    ["another name", { ca }],
    ["another authority", { ca: otherCa, servername: "elsewhere.test" }],
    ["no authority at all", true],
  ])("trusts no certificate of %s", async (_title, ssl) => {
    const connector = connect({ ...keys(), ssl });
    expect(await failureOf(rowsOf(connector, "select 1"))).toMatchObject({ kind: "tls" });
    expect(await tlsStage(connector)).toMatchObject({ status: "failed" });
  });

  it.each([
    ["require", undefined, "warning"],
    ["no-verify", undefined, "warning"],
    ["require", { ca }, "ok"],
    ["verify-ca", { ca }, "ok"],
    ["verify-full", { ca, servername: "warehouse.test" }, "ok"],
  ])("reads sslmode=%s with %o as libpq does", async (mode, ssl, status) => {
    const connector = connect({ url: `${server.url(reader)}?sslmode=${mode}`, ssl });
    expect(await rowsOf(connector, isEncrypted)).toEqual([[true]]);
    expect(await tlsStage(connector)).toMatchObject({ status });
  });

  it("cancels a statement of an encrypted connection", async () => {
    const connector = connect({ ...keys(), ssl: { ca, servername: "warehouse.test" } });
    const controller = new AbortController();
    const failure = failureOf(
      rowsOf(connector, "select pg_sleep(60)", { signal: controller.signal }),
    );
    await untilRunning(1);
    controller.abort();
    expect(await failure).toMatchObject({ kind: "cancelled" });
    await untilRunning(0);
  });
});

/** How many TCP connections this process has open. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;
}

/** The server's log lines of statements that carry this label. */
function statementsOf(label: string): readonly string[] {
  return server.log
    .join("")
    .split("\n")
    .filter((line) => line.includes("execute ") && line.includes(`/* tidemark ${label} */`));
}
