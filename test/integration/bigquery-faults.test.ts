/** What goes wrong at BigQuery's end or on the way there: what is said of it, how often it is tried, and that nothing runs on. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Connector, ConnectorError, type DatasetRef } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { BigqueryServer, type Fault } from "../counterparts/bigquery-server.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { callOptions } from "../helpers/connectors.ts";

const endless =
  "select sum(mod(a * b * c, 7)) as n from unnest(generate_array(1, 10000)) as a cross join unnest(generate_array(1, 10000)) as b cross join unnest(generate_array(1, 10000)) as c";
const orders: DatasetRef = {
  id: "shop/orders",
  source: { kind: "table", parts: ["shop", "orders"] },
};

let server: BigqueryServer;
let connector: Connector;

beforeAll(async () => {
  server = await BigqueryServer.open();
  await server.engine.execute("create schema shop");
  await server.engine.execute("create table shop.orders (id int64, day date)");
  await server.engine.execute("insert into shop.orders values (1, '2026-01-01')");
});

beforeEach(() => {
  server.requests.length = 0;
  server.faults.length = 0;
  server.jobs.clear();
  server.engine.facts.clear();
  server.longestPollMs = 10_000;
  connector = bigqueryConnector(server.origin, { dataset: "shop" });
});

afterEach(async () => {
  const isQuiet = () => server.running + server.hanging === 0;
  await vi.waitUntil(isQuiet, { timeout: 3_000, interval: 10 });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const options = { ...callOptions({ label: "orders/rows 5f2c" }), maxRows: 1_000 };
const query = (sql: string, more: Partial<typeof options> = {}) =>
  connector.query(sql, { ...options, ...more });

async function failureOf(work: Promise<unknown> | undefined): Promise<MeasurementFailure> {
  const error: unknown = await work?.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectorError)) {
    throw new Error("expected a ConnectorError", { cause: error });
  }
  return error.failure;
}

function fault(on: string, act: Fault["act"], times = 99): void {
  server.faults.push({ on, times, act });
}

function sent(part: string): number {
  return server.requests.filter(({ method, path }) => `${method} ${path}`.includes(part)).length;
}

const insert = "POST /bigquery/v2/projects/test-project/jobs?";
const proxyPage = "<html><title>canary</title></html>";

interface Expected {
  readonly kind: string;
  /** A part of it. */
  readonly hint: string;
  /** The reason, unless said. */
  readonly code?: string;
}

describe("a refusal says what to do", () => {
  it.each([
    [
      "of a project that does not exist",
      { status: 404, reason: "notFound", message: "Not found: Project no-such-canary" },
      { kind: "not_found", hint: "Check `project`: it is the project's id" },
    ],
    [
      "of a project in which the account may run nothing, or that is not there",
      {
        status: 403,
        reason: "accessDenied",
        message:
          "Access Denied: Project canary: User does not have bigquery.jobs.create permission in project canary.",
      },
      { kind: "permission", hint: "roles/bigquery.jobUser on the project, and check `project`" },
    ],
    [
      "of a table that the account may not read",
      {
        status: 403,
        reason: "accessDenied",
        message:
          "Access Denied: Table canary:shop.orders: User does not have permission to query table canary:shop.orders, or perhaps it does not exist.",
      },
      { kind: "permission", hint: "roles/bigquery.dataViewer on the dataset" },
    ],
    [
      "of a network outside of the perimeter",
      {
        status: 403,
        reason: "accessDenied",
        message:
          "Access Denied: Dataset canary:shop: VPC Service Controls: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: canary",
      },
      { kind: "permission", hint: "the perimeter's ingress rules", code: "VPC_SERVICE_CONTROLS" },
    ],
    [
      "of a project whose quota is used up",
      {
        status: 403,
        reason: "quotaExceeded",
        message: "Quota exceeded: canary exceeded quota for concurrent queries.",
      },
      { kind: "resource", hint: "IAM & Admin, Quotas" },
    ],
    [
      "of the project's own limit of bytes a day",
      {
        status: 403,
        reason: "quotaExceeded",
        message: "Custom quota exceeded: Your usage exceeded the custom quota for canary.",
      },
      { kind: "budget", hint: "midnight Pacific time" },
    ],
    [
      "of a query that BigQuery does not understand",
      {
        status: 400,
        reason: "invalidQuery",
        message: "Syntax error: Unexpected canary at [1:1]",
      },
      { kind: "invalid_query", hint: "`tidemark plan`" },
    ],
    [
      "of a permission without a reason",
      { status: 403, reason: "", message: "<html>canary</html>" },
      { kind: "permission", hint: "roles/bigquery.dataViewer", code: "HTTP_403" },
    ],
    [
      "of a server that is not BigQuery",
      { status: 404, reason: "", message: "<html>canary</html>" },
      { kind: "unreachable", hint: "`api_endpoint`", code: "HTTP_404" },
    ],
    [
      "of a proxy's page in BigQuery's place",
      { status: 200, reason: "", message: "<html>canary</html>" },
      { kind: "unreachable", hint: "HTTPS_PROXY", code: "HTTP_200" },
    ],
    [
      "of what it cannot do at all",
      { status: 501, reason: "notImplemented", message: "canary is not implemented." },
      { kind: "invalid_query", hint: "`tidemark plan`" },
    ],
  ])("%s, at the dry run: nothing is inserted, nothing tried again", async (_, act, expected) => {
    fault(insert, act);
    const failure = await failureOf(query("select max(id) as m from orders"));
    const { kind, hint, code = act.reason }: Expected = expected;
    expect(failure).toMatchObject({ kind, code });
    expect(failure.hint).toContain(hint);
    expect(JSON.stringify(failure)).not.toContain("canary");
    expect([sent(insert), server.jobs.size]).toEqual([1, 0]);
  });

  it("of a location where the dataset is not", async () => {
    connector = bigqueryConnector(server.origin, { dataset: "shop", location: "US" });
    const failure = await failureOf(query("select max(id) as m from orders"));
    expect(failure).toMatchObject({ kind: "not_found", code: "notFound" });
    expect(failure.hint).toContain("`location`: a query finds only what is where it runs");
    expect((await query("select 1 as x")).rows).toEqual([[1n]]);
  });

  it("of more bytes than the connection allows, before it costs anything", async () => {
    server.engine.facts.set("shop.orders", { numBytes: 10_000_000_001 });
    const failure = await failureOf(query("select max(day) as capped from orders"));
    expect(failure).toMatchObject({ kind: "budget", code: "bytesBilledLimitExceeded" });
    expect(failure.hint).toContain("raise `maximum_bytes_billed`");
  });

  it("of a table that wants a condition on its partitions", async () => {
    server.engine.facts.set("shop.orders", {
      requiresPartitionFilter: true,
      partitionColumn: "day",
    });
    const failure = await failureOf(query("select count(id) as n from orders"));
    expect(failure).toMatchObject({ kind: "invalid_query" });
    expect(failure.hint).toContain("Give the dataset a `filter` on day");
    expect(server.jobs.size).toBe(0);
  });
});

describe("what may pass is tried four times within a second and a half", () => {
  it.each([
    [{ status: 500, reason: "internalError" }, "unreachable", "status.cloud"],
    [{ status: 503, reason: "" }, "unreachable", "status.cloud"],
    [{ status: 403, reason: "rateLimitExceeded" }, "resource", "`max_concurrency`"],
    [{ status: 429, reason: "" }, "resource", "`max_concurrency`"],
  ] as const)("%j at the dry run", async (act, kind, hint) => {
    fault(insert, { ...act, message: proxyPage });
    const failure = await failureOf(query("select max(id) as m from orders"));
    expect(failure.kind).toBe(kind);
    expect(failure.hint).toContain(hint);
    expect(JSON.stringify(failure)).not.toContain("canary");
    expect([sent(insert), server.jobs.size]).toEqual([4, 0]);
  });

  it.each([
    [{ status: 500, reason: "backendError" }, "unreachable"],
    [{ status: 429, reason: "rateLimitExceeded" }, "resource"],
  ] as const)("%j while a job is waited for: the job is cancelled", async (act, kind) => {
    fault("/queries/", { ...act, message: proxyPage });
    expect((await failureOf(query(endless))).kind).toBe(kind);
    expect([sent("/queries/"), sent("/cancel"), server.running]).toEqual([4, 1, 0]);
  });

  it("and goes on where it was when it has passed", async () => {
    fault("/queries/", { status: 500, reason: "backendError", message: "canary" }, 2);
    fault("/queries/", "drop", 1);
    expect((await query("select max(id) as m from orders")).rows).toEqual([[1n]]);
    expect([sent("/queries/"), server.jobs.size]).toEqual([4, 1]);
  });
});

describe("a token that expires", () => {
  it("between two polls is renewed, also after another fault, and the job found again", async () => {
    fault("/queries/", { status: 503, reason: "backendError", message: "Try again." }, 1);
    fault("/queries/", { status: 401, reason: "authError", message: "Invalid Credentials" }, 1);
    expect((await query("select max(id) as m from orders")).rows).toEqual([[1n]]);
    expect([sent("/queries/"), server.jobs.size]).toEqual([3, 1]);
  });

  it("and cannot be renewed ends the call", async () => {
    fault("/queries/", { status: 401, reason: "authError", message: "Invalid Credentials" });
    const failure = await failureOf(query(endless));
    expect(failure).toMatchObject({ kind: "auth", code: "authError" });
    expect(failure.hint).toContain("`key_file`");
    expect([sent("/queries/"), server.running]).toEqual([2, 0]);
  });
});

describe("a job", () => {
  it("whose insert was carried out and never answered is found by its id when the call is aborted", async () => {
    await failureOf(query(endless, { timeoutMs: 100 }));
    server.requests.length = 0;
    const controller = new AbortController();
    fault(insert, "hangAnswer");
    const failure = failureOf(query(endless, { signal: controller.signal }));
    await vi.waitFor(() => expect(server.running).toBe(1), { timeout: 3_000, interval: 5 });
    controller.abort();
    expect((await failure).kind).toBe("cancelled");
    expect([sent(insert), sent("/cancel"), server.running]).toEqual([1, 1, 0]);
  });

  it("whose insert's answers are all lost is cancelled where the dry run was", async () => {
    await failureOf(query(endless, { timeoutMs: 100 }));
    server.requests.length = 0;
    fault(insert, "dropAnswer");
    expect((await failureOf(query(endless))).kind).toBe("unreachable");
    expect([sent(insert), sent("/cancel"), server.running]).toEqual([4, 1, 0]);
  });

  it("that somebody else cancels says whom to ask", async () => {
    const failure = failureOf(query(endless));
    await vi.waitFor(() => expect(server.running).toBe(1), { timeout: 5_000, interval: 5 });
    const [id = ""] = server.jobs.keys();
    const path = `/bigquery/v2/projects/test-project/jobs/${id}/cancel?location=europe-west3`;
    await fetch(`${server.origin}${path}`, { method: "POST" });
    expect(await failure).toMatchObject({ kind: "cancelled", code: "stopped" });
    expect((await failure).hint).toContain("the job's labels say `daemon: tidemark`");
  });

  it("that still runs is asked for five times a second at most, whatever the server does", async () => {
    server.longestPollMs = 0;
    expect((await failureOf(query(endless, { timeoutMs: 1_000 }))).kind).toBe("timeout");
    expect(sent("/queries/")).toBeGreaterThan(1);
    expect(sent("/queries/")).toBeLessThanOrEqual(6);
  });

  it("with more rows than the call takes is cut there, and says so", async () => {
    const { rows, isTruncated } = await query(
      "select 1 as x union all select 2 union all select 3",
      {
        maxRows: 2,
      },
    );
    expect([rows.length, isTruncated]).toEqual([2, true]);
  });
});

describe("many tables", () => {
  const refs = Array.from({ length: 100 }, (_, n): DatasetRef => {
    return { id: `shop/t${n}`, source: { kind: "table", parts: ["shop", `t${n}`] } };
  });

  it("are not asked for any more once one has the answer for all, and no request is left behind", async () => {
    fault("/tables/t0?", { status: 503, reason: "backendError", message: "canary" }, 1);
    fault("/tables/t0?", { status: 403, reason: "quotaExceeded", message: "canary" });
    fault("/tables/t", "hang");
    const failure = failureOf(connector.describe(refs, callOptions()));
    await vi.waitFor(() => expect(server.hanging).toBe(7), { timeout: 3_000, interval: 5 });
    expect((await failure).kind).toBe("resource");
    expect(sent("/tables/")).toBe(9);
  });
});

describe("the doctor", () => {
  const accessOf = async (keys: object = {}) => {
    const tested = bigqueryConnector(server.origin, keys, { datasets: [orders] });
    const stages = await tested.testConnection(callOptions());
    return stages.find(({ name }) => name === "access");
  };

  it("finds a table whose columns may be seen and whose rows may not", async () => {
    server.engine.facts.set("shop.orders", { rowsAreForbidden: true });
    expect(await accessOf()).toMatchObject({
      status: "failed",
      message: "1 of 1 datasets cannot be read: shop/orders (permission) (accessDenied)",
      hint: 'GRANT `roles/bigquery.dataViewer` ON SCHEMA `test-project`.`shop` TO "serviceAccount:ACCOUNT"',
    });
  });

  it("tries to read one table of a dataset, and where that fails all of them", async () => {
    const lines = { ...orders, id: "shop/lines" };
    const one = { id: "shop/q", source: { kind: "query", sql: "select 1 as x" } } as const;
    const tested = bigqueryConnector(server.origin, {}, { datasets: [orders, one, lines] });
    const read = () =>
      server.requests.filter(({ body }) => body.includes("from `shop`.`orders`")).length;
    expect(await tested.testConnection(callOptions())).toMatchObject([
      {},
      {},
      {},
      { name: "access", status: "ok", message: "Datasets that can be read: 3." },
      {},
    ]);
    expect(read()).toBe(1);
    server.engine.facts.set("shop.orders", { rowsAreForbidden: true });
    const [, , , access] = await tested.testConnection(callOptions());
    expect(access?.message).toContain("2 of 3 datasets cannot be read: shop/orders");
    expect(read()).toBe(3);
  });

  it("finds a location where the tables are not", async () => {
    const access = await accessOf({ location: "US" });
    expect(access).toMatchObject({
      status: "failed",
      message: "1 of 1 datasets cannot be read: shop/orders (not_found) (notFound)",
    });
    expect(access?.hint).toContain("`location`");
  });

  it("holds nothing against a table that wants a condition on its partitions", async () => {
    server.engine.facts.set("shop.orders", {
      requiresPartitionFilter: true,
      partitionColumn: "day",
    });
    expect(await accessOf()).toMatchObject({ status: "ok" });
  });
});
