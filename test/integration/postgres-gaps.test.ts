import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../../connectors/postgres/index.ts";
import type { Connector } from "../../src/core/connector.ts";
import { measureFigures, measurementsOf } from "../../src/engine/measure.ts";
import { planProbe } from "../../src/engine/plan.ts";
import { spellStatement } from "../../src/engine/spell.ts";
import { zonedMoment } from "../../src/time/zone.ts";
import { callOptions, realClock } from "../helpers/connectors.ts";
import { connectorTo, type PostgresServer, startPostgres } from "../helpers/postgres.ts";
import { silentLogger } from "../helpers/silent-logger.ts";
import { checkOf, datasetOf, types } from "../unit/engine/support.ts";

const { dialect } = postgres;
const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 1);
/** A row a minute, none for the six hours before the last one of them. */
const rows = 200_000;
const outageFromMs = startMs + (rows - 60) * 60_000;
const outageToMs = outageFromMs + 6 * hourMs;
const sinceMs = outageFromMs - hourMs;

let server: PostgresServer;
let connector: Connector;

beforeAll(async () => {
  server = await startPostgres();
  connector = connectorTo({ url: server.url() });
  for (const type of ["timestamptz", "timestamp"]) {
    const table = `loads_${type}`;
    await server.admin.query(
      `create table ${table} as
       select ('2026-01-01 00:00:00+00'::${type} + n * interval '1 minute'
         + case when n > ${rows - 60} then interval '6 hours' else interval '0' end)::${type} as at,
         repeat('x', 60) as pad
       from generate_series(1, ${rows}) as n`,
    );
    await server.admin.query(`create index on ${table} (at)`);
    await server.admin.query(`vacuum (analyze) ${table}`);
  }
});

afterAll(async () => {
  await connector?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** What freshness and volume ask after an outage: the newest time, the gaps and the rows since a moment. */
function planOf(table: string, given: { filter?: string; gapsOf?: string } = {}) {
  const at = dialect.quoteIdentifier("at");
  const { gapsOf = at, ...more } = given;
  const since = dialect.compareTime(at, ">", zonedMoment(sinceMs, "UTC"));
  const check = checkOf("fresh", [
    { kind: "aggregate", id: "newest", fn: "max", of: at },
    { kind: "gaps", id: "gaps", of: gapsOf, filter: since, longerThanMs: hourMs, maxGaps: 2_000 },
    { kind: "aggregate", id: "rows", fn: "count", filter: since },
  ]);
  const source = { kind: "table", parts: [table] } as const;
  const dataset = datasetOf({ source, ...more });
  const moment = { nowMs: outageToMs, last: () => null };
  return { check, plan: planProbe(dataset, [check], postgres, types, moment) };
}

async function measured({ check, plan }: ReturnType<typeof planOf>) {
  const labels: string[] = [];
  const figures = await measureFigures({
    plan,
    context: {
      connector,
      target: postgres,
      clock: realClock,
      logger: silentLogger,
      call: callOptions(),
      newId: () => `${labels.length}`,
      onStatement: (label) => labels.push(label),
    },
  });
  const of = measurementsOf(plan, check.id, figures, null);
  return {
    labels,
    newest: of.aggregate("newest"),
    gaps: of.gaps("gaps"),
    rows: of.aggregate("rows"),
  };
}

describe("gaps since a moment in Postgres", () => {
  it.each([
    ["timestamptz", { type: "instant", ms: outageToMs + hourMs }],
    ["timestamp", { type: "local", text: "2026-05-20T03:20:00" }],
  ])("come with the other figures of a %s column in one statement", async (type, newest) => {
    const found = await measured(planOf(`loads_${type}`));
    expect(found.labels).toHaveLength(1);
    expect(found.newest).toMatchObject({ ok: true, value: newest });
    expect(found.rows).toMatchObject({ ok: true, value: 120n });
    expect(found.gaps).toMatchObject({
      ok: true,
      value: [
        { fromMs: null, toMs: sinceMs + 60_000 },
        { fromMs: outageFromMs, toMs: outageToMs + 60_000 },
      ],
    });
  });

  it.each(["timestamptz", "timestamp"])(
    "read few pages of a table with an index on its %s column",
    async (type) => {
      const { plan } = planOf(`loads_${type}`);
      const [statement = []] = plan.statements;
      const sql = spellStatement(plan.dataset, statement, postgres);
      const { rows: answer } = await server.admin.query<{ readonly "QUERY PLAN": readonly Plan[] }>(
        `explain (analyze, buffers, format json) ${sql}`,
      );
      const top = answer[0]?.["QUERY PLAN"][0]?.Plan;
      const pages = (top?.["Shared Hit Blocks"] ?? 0) + (top?.["Shared Read Blocks"] ?? 0);
      expect(await pagesOf(`loads_${type}`)).toBeGreaterThan(2_000);
      expect(pages).toBeGreaterThan(0);
      expect(pages).toBeLessThan(30);
    },
  );

  it("are the only figure lost when they cannot be asked for", async () => {
    const found = await measured(planOf("loads_timestamptz", { gapsOf: '"pad"' }));
    expect(found.labels).toHaveLength(5);
    expect(found.gaps).toMatchObject({ ok: false, failure: { kind: "invalid_query" } });
    expect(found.rows).toMatchObject({ ok: true, value: 120n });
    expect(found.newest.ok).toBe(true);
  });

  it("leave out the rows that the dataset's filter leaves out", async () => {
    const found = await measured(
      planOf("loads_timestamptz", { filter: "extract(minute from at) = 0 -- hourly" }),
    );
    expect(found.rows).toMatchObject({ ok: true, value: 2n });
    expect(found.gaps).toMatchObject({
      ok: true,
      value: [
        { fromMs: null, toMs: Date.UTC(2026, 4, 19, 20) },
        { fromMs: Date.UTC(2026, 4, 19, 20), toMs: Date.UTC(2026, 4, 20, 3) },
      ],
    });
  });
});

interface Plan {
  readonly Plan: { readonly "Shared Hit Blocks": number; readonly "Shared Read Blocks": number };
}

async function pagesOf(table: string): Promise<number> {
  const { rows: answer } = await server.admin.query<{ readonly pages: number }>(
    `select relpages as pages from pg_class where relname = '${table}'`,
  );
  return answer[0]?.pages ?? 0;
}
