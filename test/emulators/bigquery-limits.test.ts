/** What bqemulator cannot show, as docs/connectors.md says it: where one of these fails, it has learnt something. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connector } from "../../src/core/connector.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { callOptions } from "../helpers/connectors.ts";
import { Emulator } from "./emulator.ts";

const ref = { id: "limits/loads", source: { kind: "table", parts: ["limits", "loads"] } } as const;
const slowQuery =
  "select sum(mod(a * b * c, 7)) as n from unnest(generate_array(1, 3000)) as a " +
  "cross join unnest(generate_array(1, 3000)) as b cross join unnest(generate_array(1, 10)) as c";

interface JobAnswer {
  readonly jobReference: { readonly jobId: string };
  readonly status: { readonly state: string; readonly errorResult?: unknown };
  readonly statistics: {
    readonly startTime: string;
    readonly endTime: string;
    readonly totalBytesProcessed?: string;
  };
}

describe("bqemulator cannot show", () => {
  let emulator: Emulator;
  let connector: Connector;

  beforeAll(async () => {
    emulator = await Emulator.start("bigquery");
    connector = bigqueryConnector(emulator.origin);
    for (const query of [
      "create schema limits",
      "create table limits.loads (amount NUMERIC(10, 2), loaded_at TIMESTAMP) partition by date(loaded_at)",
      "insert into limits.loads select n, current_timestamp() from unnest(generate_array(1, 1000)) as n",
    ]) {
      await post("queries", { query, useLegacySql: false });
    }
  });

  afterAll(async () => {
    await connector?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  const post = async <T>(path: string, json: unknown, headers: object = {}): Promise<T> => {
    const url = `${emulator.origin}/bigquery/v2/projects/test-project/${path}`;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(json),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };
  const insert = (query: string, keys: object = {}, more: object = {}, headers: object = {}) =>
    post<JobAnswer>(
      "jobs",
      { configuration: { query: { query, useLegacySql: false, ...keys }, ...more } },
      headers,
    );

  test("the rows and bytes of a table, its last change and its partitions", async () => {
    const told = async () => {
      const [answer] = (await connector.statistics?.([ref], callOptions())) ?? [];
      return answer?.statistics.ok === true ? answer.statistics.value : null;
    };
    const first = await told();
    await post("queries", { query: "insert into limits.loads (amount) values (1)" });
    expect(await told()).toEqual(first);
    const { lastChangeMs, ...rest } = first ?? {};
    expect(lastChangeMs).toBeTypeOf("number");
    expect(rest).toEqual({ rows: { count: 0, isExact: true }, bytes: 0 });
    const { rows } = await connector.query("select count(*) as n from limits.loads", {
      ...callOptions(),
      maxRows: 1,
    });
    expect(rows).toEqual([[1_001n]]);
  });

  test("what a query scans, or a dry run says that it would, or a cap on it", async () => {
    const sql = "select max(loaded_at) as newest from limits.loads";
    expect(await connector.query(sql, { ...callOptions(), maxRows: 1 })).toHaveProperty(
      "bytesScanned",
      0,
    );
    const dryRun = await insert(sql, {}, { dryRun: true });
    expect(dryRun.statistics.totalBytesProcessed).toBeUndefined();
    const capped = await insert(sql, { maximumBytesBilled: "1" });
    expect(capped.status).toEqual({ state: "DONE" });
  });

  test("a job that is timed out, or that runs on when the insert has answered", async () => {
    const { status, statistics } = await insert(slowQuery, {}, { jobTimeoutMs: "100" });
    expect(Number(statistics.endTime) - Number(statistics.startTime)).toBeGreaterThan(100);
    expect(status).toEqual({ state: "DONE" });
  });

  test("a sign-in, or a wrong location", async () => {
    const answer = await insert("select 1 as one", {}, {}, { authorization: "Bearer nonsense" });
    expect(answer.status).toEqual({ state: "DONE" });
    await using elsewhere = bigqueryConnector(emulator.origin, { location: "asia-east1" });
    const counted = await elsewhere.query("select count(*) > 0 as is_there from limits.loads", {
      ...callOptions(),
      maxRows: 1,
    });
    expect(counted.rows).toEqual([[true]]);
  });

  test("the precision of a type, or more digits than DuckDB has", async () => {
    const [described] = await connector.describe([ref], callOptions());
    expect(described?.columns).toHaveProperty("value.0.type", "NUMERIC");
    const digits = "123456789012345678901234567890123456789";
    const answer = await post<object>("queries", {
      query: `select cast('${digits}' as BIGNUMERIC) as n`,
    });
    expect(answer).toHaveProperty("errors.0.reason", "invalidQuery");
  });
});
