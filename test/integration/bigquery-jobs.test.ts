import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Connector, ConnectorError } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { callOptions } from "../helpers/connectors.ts";

const endless =
  "select sum(mod(a * b * c, 7)) as n from unnest(generate_array(1, 10000)) as a cross join unnest(generate_array(1, 10000)) as b cross join unnest(generate_array(1, 10000)) as c";

let server: BigqueryServer;
let connector: Connector;

beforeAll(async () => {
  server = await BigqueryServer.open();
  await server.engine.execute("create schema shop");
  await server.engine.execute("create table shop.orders (id int64, day date)");
  await server.engine.execute(
    "insert into shop.orders values (1, '2026-01-01'), (2, '2026-01-02')",
  );
  connector = bigqueryConnector(server.origin, { dataset: "shop" });
});

beforeEach(() => {
  server.requests.length = 0;
  server.faults.length = 0;
  server.jobs.clear();
  server.engine.facts.clear();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const options = { ...callOptions({ label: "orders/rows 5f2c" }), maxRows: 1_000 };
const query = (sql: string, more: Partial<typeof options> = {}) =>
  connector.query(sql, { ...options, ...more });

async function failureOf(work: Promise<unknown>): Promise<MeasurementFailure> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectorError)) {
    throw new Error("expected a ConnectorError", { cause: error });
  }
  return error.failure;
}

interface InsertedJob {
  readonly jobReference: { readonly jobId?: string };
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** What was sent to `jobs.insert`, dry runs apart. */
function inserted(kind: "job" | "dryRun"): readonly InsertedJob[] {
  return server.requests
    .filter(({ method, path }) => method === "POST" && path.includes("/jobs?"))
    .map(({ body }) => JSON.parse(body) as InsertedJob)
    .filter(({ configuration }) => (configuration["dryRun"] === true) === (kind === "dryRun"));
}

function sent(part: string): number {
  return server.requests.filter(({ method, path }) => `${method} ${path}`.includes(part)).length;
}

describe("a query's job", () => {
  it("is capped, bounded, labelled and in UTC, and says who asks", async () => {
    await query("select count(*) as n from orders", { products: ["Orders!"], timeoutMs: 9_000 });
    const [job] = inserted("job");
    expect(job?.jobReference.jobId).toMatch(/^tidemark_orders-rows-5f2c_[0-9a-f-]{36}$/);
    expect(job?.configuration["jobTimeoutMs"]).toMatch(/^[89]\d{3}$/);
    expect(job?.configuration).toMatchObject({
      labels: { daemon: "tidemark", product: "orders_", dataset: "rows" },
      query: {
        query: "/* tidemark orders/rows 5f2c */ select count(*) as n from orders",
        useLegacySql: false,
        maximumBytesBilled: "10000000000",
        connectionProperties: [{ key: "time_zone", value: "UTC" }],
        defaultDataset: { projectId: "test-project", datasetId: "shop" },
      },
    });
  });

  it("names no product where it is asked for several datasets at once", async () => {
    await query("select 1 as one", { label: "metadata of 3 datasets" });
    expect(inserted("job").at(-1)?.configuration["labels"]).toEqual({ daemon: "tidemark" });
  });

  it.each([
    [["Fresh!"], "checks=Fresh_", { check: "fresh_" }],
    [["fresh", "enough", "shape"], "checks=fresh,enough,shape", { checks: "3" }],
  ])("names the checks %j in its comment and labels", async (checks, named, labels) => {
    await query("select count(*) as n from orders", { checks });
    const configuration = inserted("job").at(-1)?.configuration;
    expect(configuration).toMatchObject({
      query: { query: `/* tidemark orders/rows ${named} 5f2c */ select count(*) as n from orders` },
    });
    expect(configuration?.["labels"]).toEqual({
      daemon: "tidemark",
      product: "orders",
      dataset: "rows",
      ...labels,
    });
  });

  it("is joined, not run again, when the answer to its insert was lost", async () => {
    await query("select max(id) as m from orders");
    server.faults.push({
      on: "POST /bigquery/v2/projects/test-project/jobs?",
      times: 1,
      act: "dropAnswer",
    });
    const { rows } = await query("select max(id) as m from orders");
    expect(rows).toEqual([[2n]]);
    expect(inserted("job")).toHaveLength(3);
    expect(server.jobs.size).toBe(2);
  });

  it("is found again after a connection was cut while it was waited for", async () => {
    server.faults.push({ on: "/queries/", times: 2, act: "drop" });
    expect((await query("select count(*) as n from orders")).rows).toEqual([[2n]]);
    expect(server.jobs.size).toBe(1);
  });

  it("does not run on when connections stay cut", async () => {
    server.faults.push({ on: "/queries/", times: 99, act: "drop" });
    expect((await failureOf(query(endless))).kind).toBe("unreachable");
    expect(sent("/queries/")).toBe(4);
    expect(server.running).toBe(0);
  });

  it("is cancelled when the call is aborted before its insert was answered", async () => {
    await query("select 1 as x");
    const controller = new AbortController();
    server.faults.push({ on: "/queries/", times: 1, act: "hang" });
    const failure = failureOf(query(endless, { signal: controller.signal }));
    await vi.waitFor(() => expect(server.running).toBe(1), { timeout: 5_000, interval: 5 });
    controller.abort();
    expect((await failure).kind).toBe("cancelled");
    expect(server.running).toBe(0);
  });

  it("that somebody else cancels is told from one that ran out of time", async () => {
    const failure = failureOf(query(endless));
    await vi.waitFor(() => expect(server.running).toBe(1), { timeout: 5_000, interval: 5 });
    const [id = ""] = server.jobs.keys();
    const path = `/bigquery/v2/projects/test-project/jobs/${id}/cancel?location=europe-west3`;
    await fetch(`${server.origin}${path}`, { method: "POST" });
    expect(await failure).toMatchObject({ kind: "cancelled", code: "stopped" });
    expect(await failureOf(query(endless, { timeoutMs: 80 }))).toMatchObject({ kind: "timeout" });
  });

  it("leaves no request behind at a server that says nothing", async () => {
    await query("select 6 as x");
    server.requests.length = 0;
    server.faults.push({ on: "/jobs?", times: 99, act: "hang" });
    const hanging = Array.from({ length: 5 }, () => query("select 7 as x", { timeoutMs: 100 }));
    const kinds = await Promise.all(hanging.map(async (one) => (await failureOf(one)).kind));
    expect(new Set(kinds)).toEqual(new Set(["timeout"]));
    expect(sent("POST /bigquery/v2/projects/test-project/jobs?")).toBe(5);
    await vi.waitFor(() => expect(server.hanging).toBe(0), { timeout: 2_000, interval: 10 });
  });
});

describe("the kind of a statement", () => {
  it("is asked for once for each shape, whatever digits stand in it", async () => {
    for (const day of ["2026-01-01", "2026-01-02", "1999-12-31"]) {
      await query(`select count(*) as n from orders where day > '${day}' and id <> 40`);
    }
    expect([inserted("dryRun").length, inserted("job").length]).toEqual([1, 3]);
    await query("select count(*) as n from orders where day > '2026-01-01' and id <> 400");
    expect([inserted("dryRun").length, inserted("job").length]).toEqual([2, 4]);
  });

  it("decides before anything runs", async () => {
    const kinds = await Promise.all(
      [
        "insert into orders values (3, null)",
        "select 1 as x; select 2 as y",
        "create temp table t as select 1 as x",
        "select nothing_of_the_kind from orders",
      ].map(async (sql) => (await failureOf(query(sql))).kind),
    );
    expect(kinds).toEqual(["permission", "invalid_query", "permission", "invalid_query"]);
    expect(inserted("job")).toEqual([]);
  });

  it("is not taken for no rows where there is none", async () => {
    const [answer] = await connector.describe(
      [{ id: "shop/q", source: { kind: "query", sql: "select * from orders where false" } }],
      callOptions(),
    );
    expect(answer?.columns).toMatchObject({ ok: true, value: [{ name: "id" }, { name: "day" }] });
  });
});

describe("estimates", () => {
  it("are what a dry run says, and run nothing", async () => {
    server.engine.facts.set("shop.orders", { numBytes: 123_456_789 });
    expect(await connector.estimate?.("select max(id) as m from orders", options)).toEqual({
      bytes: 123_456_789,
    });
    expect(inserted("job")).toEqual([]);
  });

  it("are refused for what would write", async () => {
    const estimating = connector.estimate?.("delete from orders where true", options);
    expect(estimating && (await failureOf(estimating)).kind).toBe("permission");
  });
});

describe("results", () => {
  it("are fetched by pages up to the cap, and what they scanned is told", async () => {
    const sql = "select n from unnest(generate_array(1, 25000)) as n order by n";
    const cut = await query(sql, { maxRows: 12_000 });
    expect([cut.rows.length, cut.rows.at(-1), cut.isTruncated]).toEqual([12_000, [12_000n], true]);
    expect(sent("/queries/")).toBe(2);
    const whole = await query(sql, { maxRows: 25_000 });
    expect([whole.rows.length, whole.isTruncated]).toEqual([25_000, false]);
    expect((await query("select id from orders")).bytesScanned).toBe(32);
  });

  it("keep every value of nested and rare types", async () => {
    const items = [
      "cast('12.340000000' as numeric) as price",
      "cast('ab' as bytes) as raw",
      "time '23:59:59.5' as at",
      "[1, 9007199254740993] as list",
      "{'city': 'Łódź', 'tags': ['a', null], 'at': timestamp '2026-01-01 00:00:00+00'} as place",
    ];
    const { rows } = await query(`select ${items.join(", ")}`);
    expect(rows).toEqual([
      [
        { type: "decimal", text: "12.34" },
        "YWI=",
        "23:59:59.5",
        '["1","9007199254740993"]',
        '{"city":"Łódź","tags":["a",null],"at":"1767225600000000"}',
      ],
    ]);
  });
});

describe("failures", () => {
  it.each([
    [
      403,
      "quotaExceeded",
      "Quota exceeded: Your project exceeded quota for concurrent queries.",
      "resource",
    ],
    [
      403,
      "quotaExceeded",
      "Custom quota exceeded: Your usage exceeded the custom quota for QueryUsagePerDay",
      "budget",
    ],
    [
      403,
      "accessDenied",
      "Access Denied: Project test-project: User does not have bigquery.jobs.create permission",
      "permission",
    ],
    [403, "billingNotEnabled", "Billing has not been enabled for this project.", "permission"],
    [403, "responseTooLarge", "Response too large to return.", "resource"],
    [400, "resourcesExceeded", "Resources exceeded during query execution", "resource"],
    [400, "invalid", "Invalid value", "invalid_query"],
    [
      404,
      "notFound",
      "Not found: Dataset test-project:shop was not found in location US",
      "not_found",
    ],
    [401, "authError", "Invalid Credentials", "auth"],
    [418, "teapot", "canary text", "internal"],
  ])("%d %s %#", async (status, reason, message, kind) => {
    server.faults.push({ on: "/jobs?", times: 99, act: { status, reason, message } });
    const failure = await failureOf(query("select 'a' as unseen"));
    expect(failure).toMatchObject({ kind, code: reason });
    expect(JSON.stringify(failure)).not.toContain(message);
  });

  it.each([
    [503, "backendError"],
    [500, "internalError"],
    [403, "rateLimitExceeded"],
    [429, "rateLimitExceeded"],
  ])("%d %s is tried again", async (status, reason) => {
    const act = { status, reason, message: "Try again." };
    server.faults.push({ on: "/jobs?", times: 1, act });
    expect((await query("select 5 as x")).rows).toEqual([[5n]]);
  });

  it("that pass are tried again three times, and then told", async () => {
    await query("select 5 as x");
    server.requests.length = 0;
    const act = { status: 503, reason: "backendError", message: "Try again." };
    server.faults.push({ on: "/jobs?", times: 99, act });
    expect((await failureOf(query("select 5 as x"))).kind).toBe("unreachable");
    expect(inserted("job")).toHaveLength(4);
  });

  it("of the bytes cap is a budget's, though BigQuery answers 500, and is not tried again", async () => {
    server.engine.facts.set("shop.orders", { numBytes: 20_000_000_000 });
    const failure = await failureOf(query("select max(day) as capped from orders"));
    expect(failure).toMatchObject({ kind: "budget", code: "bytesBilledLimitExceeded" });
    expect(sent("/queries/")).toBe(1);
  });

  it("of another location than the dataset's says so", async () => {
    const elsewhere = bigqueryConnector(server.origin, { dataset: "shop", location: "US" });
    const failure = await failureOf(elsewhere.query("select 1 as x from orders", options));
    expect(failure.kind).toBe("not_found");
    expect(failure.hint).toContain("`location`");
  });

  it("of a table that wants a condition on its partitioning column names the column", async () => {
    server.engine.facts.set("shop.orders", {
      requiresPartitionFilter: true,
      partitionColumn: "day",
    });
    const failure = await failureOf(query("select count(id) as n from orders"));
    expect(failure).toMatchObject({ kind: "invalid_query" });
    expect(failure.hint).toContain("`filter` on day or _PARTITION_LOAD_TIME");
  });
});
