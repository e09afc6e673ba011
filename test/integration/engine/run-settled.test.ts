import pLimit from "p-limit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Calendar } from "../../../src/core/calendar.ts";
import type { CheckTypeSpec, EvaluateContext, LastSeen } from "../../../src/core/check.ts";
import type { Check } from "../../../src/core/mesh.ts";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import { CatalogueReader, StatisticsReader } from "../../../src/engine/catalogue.ts";
import { CheckTypes } from "../../../src/engine/check-types.ts";
import { measuringApart } from "../../../src/engine/measure.ts";
import { type DatasetRun, runDataset } from "../../../src/engine/run.ts";
import { StandingFigures } from "../../../src/engine/standing.ts";
import type { Warehouse } from "../../../src/engine/warehouses.ts";
import { connectorContext } from "../../helpers/connectors.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { checkOf, datasetOf } from "../../unit/engine/support.ts";
import { HandClock, noonMs, Witness } from "./stage.ts";

/** What a check of the type below was told. */
interface Told {
  readonly idle: { readonly atMs: number; readonly timezone: string }[];
  readonly known: EvaluateContext[];
}

/** Counts rows, or is idle for the reason that is its parameter. */
function counting(told: Told): CheckTypeSpec<{ readonly idle: string | null }> {
  return {
    name: "counting",
    dimension: "completeness",
    params: z.strictObject({ idle: z.string().nullable() }),
    problems: () => [],
    plan: () => [{ kind: "aggregate", id: "rows", fn: "count" }],
    idleUntil: ({ idle }, { atMs, timezone }) => {
      told.idle.push({ atMs, timezone });
      if (idle === "throw") {
        throw new Error("a fault of this check type");
      }
      return idle === null ? null : { untilMs: atMs + 1, reason: idle };
    },
    evaluate: (_params, measured, context) => {
      told.known.push(context);
      const rows = measured.aggregate("rows");
      const summary = rows.ok && rows.value === 2n ? "2 rows" : "not two rows";
      return { outcome: "pass", summary, measured: {}, expected: {} };
    },
  };
}

/** 2026-01-05 is the last day whose holidays are known; in Tokyo noon in UTC is 21:00 of that day. */
const calendar: Calendar = {
  name: "business_days",
  timezone: "UTC",
  days: new Set([1, 2, 3, 4, 5]),
  holidays: new Set(),
  validUntil: "2026-01-05",
};
const threeHoursMs = 3 * 3_600_000;

describe("a run of checks of which some need no measuring", () => {
  let folder: TemporaryFolder;
  let clock: HandClock;
  let witness: Witness;
  let warehouse: Warehouse;
  let told: Told;
  beforeEach(async () => {
    folder = await TemporaryFolder.make();
    clock = new HandClock();
    witness = new Witness();
    warehouse = warehouseOf();
    told = { idle: [], known: [] };
    await folder.write({ "orders.csv": "id\n1\n2\n" });
  });
  afterEach(async () => {
    await warehouse.connector[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const ordersOf = () =>
    datasetOf({
      timezone: "Asia/Tokyo",
      source: { kind: "files", globs: [folder.at("orders.csv")] },
    });

  /** A watched DuckDB over the file. */
  function warehouseOf(): Warehouse {
    const spec = witness.specs().get("duckdb");
    if (spec === undefined) {
      throw new Error("there is no duckdb");
    }
    const { id, source } = ordersOf();
    const config = spec.config.parse({});
    const connector = spec.create(config, connectorContext({ datasets: [{ id, source }] }));
    const gate = pLimit(1);
    return {
      definition: {
        name: "files",
        type: "duckdb",
        config,
        maxConcurrency: 1,
        statementTimeoutMs: 5_000,
        maxBytesPerDay: null,
        reportsBytes: false,
        fingerprint: "f1",
      },
      connector,
      target: spec,
      gate,
      measure: measuringApart(gate),
      catalogue: new CatalogueReader(gate, silentLogger, () => Promise.resolve([])),
      metadata: new StatisticsReader(gate, silentLogger, () => Promise.resolve([])),
      standing: new StandingFigures(),
    };
  }

  /** Runs two checks of the type above, each changed as told. */
  function run(
    changes: readonly [Partial<Check>, Partial<Check>],
    last: (checkId: string) => LastSeen | null = () => null,
  ): Promise<DatasetRun> {
    const checks = ["first", "second"].map((name, index) => ({
      ...checkOf(name, []),
      type: "counting",
      params: { idle: null },
      ...changes[index],
    }));
    return runDataset(ordersOf(), checks, {
      warehouse,
      types: new CheckTypes(new Map([["counting", counting(told)]])),
      clock,
      logger: silentLogger,
      signal: new AbortController().signal,
      last,
      newId: () => "id",
    });
  }

  it("skips one that is idle, with its reason, and measures its neighbour", async () => {
    const { checks } = await run([{ params: { idle: "A holiday." } }, {}]);
    expect(checks.map(({ result }) => [result.outcome, result.summary])).toEqual([
      ["skip", "A holiday."],
      ["pass", "2 rows"],
    ]);
    expect(checks[0]).toMatchObject({ atMs: noonMs, evidence: { rung: "none", queryIds: [] } });
    expect(told.idle).toEqual([
      { atMs: noonMs, timezone: "Asia/Tokyo" },
      { atMs: noonMs, timezone: "Asia/Tokyo" },
    ]);
  });

  it("sends no statement when all are idle", async () => {
    const idle = { params: { idle: "A holiday." } };
    const { checks, startedMs } = await run([idle, idle]);
    expect(checks.map(({ result }) => result.outcome)).toEqual(["skip", "skip"]);
    expect(witness.statements).toEqual([]);
    expect(witness.described).toEqual([]);
    expect(startedMs).toBe(noonMs);
  });

  it("ends one whose calendar has ended as an error, asks it nothing, and measures its neighbour", async () => {
    clock.nowMs = noonMs + threeHoursMs;
    const { checks } = await run([{ calendar, params: { idle: "A holiday." } }, {}]);
    const message =
      "The calendar business_days ended on 2026-01-05; the holidays after it are not known.";
    expect(checks[0]?.result).toEqual({
      outcome: "error",
      summary: message,
      measured: {},
      expected: {},
      failure: {
        kind: "calendar_expired",
        message,
        hint: "Add the holidays that follow and move `valid_until` of the calendar on.",
      },
    });
    expect(checks[1]?.result.summary).toBe("2 rows");
    expect(told.idle).toHaveLength(1);
  });

  it("sends no statement when all calendars have ended", async () => {
    clock.nowMs = noonMs + threeHoursMs;
    const { checks } = await run([{ calendar }, { calendar }]);
    expect(checks.map(({ result }) => result.failure?.kind)).toEqual([
      "calendar_expired",
      "calendar_expired",
    ]);
    expect(witness.statements).toEqual([]);
  });

  it("lets a calendar's last day end in the dataset's zone, and for deadlines in theirs", async () => {
    const deadline: DeadlineSli = {
      kind: "deadline",
      by: "07:00",
      timezone: "America/New_York",
      calendar,
      opensMs: null,
    };
    const outcomesAt = async (nowMs: number) => {
      clock.nowMs = nowMs;
      const { checks } = await run([{ calendar }, { calendar, sli: deadline }]);
      return checks.map(({ result }) => result.outcome);
    };
    expect(await outcomesAt(Date.UTC(2026, 0, 5, 14, 59, 59, 999))).toEqual(["pass", "pass"]);
    expect(await outcomesAt(Date.UTC(2026, 0, 5, 15))).toEqual(["error", "pass"]);
    expect(await outcomesAt(Date.UTC(2026, 0, 6, 4, 59, 59, 999))).toEqual(["error", "pass"]);
    expect(await outcomesAt(Date.UTC(2026, 0, 6, 5))).toEqual(["error", "error"]);
  });

  it("never ends a calendar that has no last day", async () => {
    clock.nowMs = Date.UTC(2100, 0, 1);
    const { checks } = await run([{ calendar: { ...calendar, validUntil: null } }, {}]);
    expect(checks.map(({ result }) => result.outcome)).toEqual(["pass", "pass"]);
  });

  it("lets a type that throws when asked whether it is idle spoil its own check only", async () => {
    const { checks } = await run([{ params: { idle: "throw" } }, {}]);
    expect(checks.map(({ result }) => result.failure?.kind ?? result.summary)).toEqual([
      "internal",
      "2 rows",
    ]);
  });

  it("judges by the moment that was planned for, and by what was seen last", async () => {
    const seen = { atMs: noonMs - 60_000, newestMs: null };
    const asked: string[] = [];
    witness.hold();
    const held = run([{ calendar: { ...calendar, validUntil: null } }, {}], (checkId) => {
      asked.push(checkId);
      return checkId === "orders/orders/first" ? seen : null;
    });
    await expect.poll(() => asked.length).toBe(2);
    clock.nowMs += 60_000;
    witness.release();
    await held;
    expect(told.known).toMatchObject([
      { nowMs: noonMs, last: seen, calendar: { name: "business_days" }, timezone: "Asia/Tokyo" },
      { nowMs: noonMs, last: null, calendar: null },
    ]);
    expect(asked).toEqual(["orders/orders/first", "orders/orders/second"]);
  });
});
