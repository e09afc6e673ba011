import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import { volume } from "../../../checks/volume/index.ts";
import { duckdb } from "../../../connectors/duckdb/index.ts";
import type { CheckResult, CheckTypeSpec, LastSeen } from "../../../src/core/check.ts";
import type { Connector } from "../../../src/core/connector.ts";
import { CheckTypes } from "../../../src/engine/check-types.ts";
import { measureFigures, measurementsOf } from "../../../src/engine/measure.ts";
import { planProbe } from "../../../src/engine/plan.ts";
import { callOptions } from "../../helpers/connectors.ts";
import { asOwner, duckdbConnector } from "../../helpers/duckdb.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { checkOf, datasetOf } from "../../unit/engine/support.ts";

const types = new CheckTypes(
  new Map<string, CheckTypeSpec>([
    ["freshness", freshness],
    ["volume", volume],
  ]),
);
const hour = 3_600_000;

/** Loads of a morning in Berlin, an hour ahead of UTC: with zone, without, and as a day. */
const table = `
  set timezone = 'UTC';
  create table loads as
  select stamp::timestamptz as "with zone", stamp + interval 1 hour as "local", stamp::date as "day"
  from (values
    (timestamp '2026-01-14 06:30:00.123456'), (timestamp '2026-01-15 05:30:00.500001'),
    (timestamp '2026-01-15 07:00:00.25'), (timestamp '2026-01-15 07:40:00'),
    (timestamp '2026-01-15 11:00:00'), (timestamp '2026-01-15 11:30:00.999')
  ) as stamps(stamp)`;

let folder: TemporaryFolder;
let connector: Connector;

beforeAll(async () => {
  folder = await TemporaryFolder.make();
  await asOwner(table, folder.at("lake.db"));
  connector = duckdbConnector({ path: folder.at("lake.db") });
});

afterAll(async () => {
  await connector[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function at(clock: string): number {
  return Date.parse(`2026-01-15T${clock}Z`);
}

/** A verdict at noon over the rows of the table. */
async function verdict<P>(
  spec: CheckTypeSpec<P>,
  keys: Readonly<Record<string, unknown>>,
  last: LastSeen | null = null,
): Promise<CheckResult> {
  const nowMs = at("12:00");
  const params = spec.params.parse(keys);
  const dataset = datasetOf({
    source: { kind: "table", parts: ["loads"] },
    timezone: "Europe/Berlin",
  });
  const check = { ...checkOf("one", []), type: spec.name, params };
  const plan = planProbe(dataset, [check], duckdb, types, { nowMs, last: () => last });
  expect(plan.broken).toEqual(new Map());
  const figures = await measureFigures({
    plan,
    context: {
      connector,
      target: duckdb,
      clock: { now: () => nowMs, monotonicMs: () => 0 },
      logger: silentLogger,
      call: { ...callOptions(), timezone: dataset.timezone },
      newId: () => "id",
      onStatement: () => undefined,
    },
  });
  return spec.evaluate(params, measurementsOf(plan, check.id, figures, null), {
    timezone: dataset.timezone,
    nowMs,
    calendar: null,
    last,
    columns: dataset.columns,
  });
}

describe.each(["with zone", "local"])("over the column %j of a real table", (column) => {
  test("gaps between loads are found to the millisecond", async () => {
    const last = { atMs: at("05:31"), newestMs: at("05:30:00.500") };
    const keys = { column, max_age: "1h", history: "append_only" };
    const result = await verdict(freshness, keys, last);
    expect(result).toMatchObject({ outcome: "pass", newestMs: at("11:30:00.999") });
    expect(result.loads).toEqual({
      isComplete: true,
      instants: [at("07:00:00.250")],
      gaps: [
        { fromMs: at("05:30:00.500"), toMs: at("07:00:00.250") },
        { fromMs: at("07:40"), toMs: at("11:00") },
      ],
    });
  });

  test("a delivery is found that a later load hides, and one is missing that never came", async () => {
    const keys = { column, by: "08:00", history: "append_only" };
    const last = { atMs: at("07:30") - 72 * hour, newestMs: null };
    // Due at 07:00 in UTC: on the 13th nothing came, on the two mornings after it something did.
    const result = await verdict(freshness, keys, last);
    expect(result.outcome).toBe("pass");
    expect(result.loads).toEqual({
      isComplete: true,
      instants: [at("06:30:00.123") - 24 * hour, at("05:30:00.500")],
    });
  });

  test("the rows of the last whole hour are counted", async () => {
    const keys = { column, window: "1h", complete: true, min: 3 };
    const result = await verdict(volume, keys);
    expect(result).toMatchObject({ outcome: "fail", measured: { rows: 2 } });
  });
});

test("a day serves its own delivery, and whole days of it are counted", async () => {
  const result = await verdict(freshness, { column: "day", by: "08:00" });
  expect(result).toMatchObject({ outcome: "pass", newestMs: at("07:00") });
  const rows = await verdict(volume, { column: "day", window: "1d", complete: true, min: 1 });
  expect(rows).toMatchObject({ outcome: "pass", measured: { rows: 1 } });
});
