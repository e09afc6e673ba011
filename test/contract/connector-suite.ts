import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CallOptions, type Connector, ConnectorError } from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import { callOptions as options } from "../helpers/connectors.ts";
import {
  type ColumnKind,
  type ConnectorAdapter,
  type ConnectorCounterpart,
  columnKinds,
} from "./connector-adapter.ts";
import { oddNames, valuesOf } from "./connector-cases.ts";
import { describeStatistics } from "./connector-suite-statistics.ts";
import { describeTimes, literalOf } from "./connector-suite-times.ts";

/**
 * What every connector must do, run for real against its warehouse. Branches on capabilities, never on
 * a connector's name; whatever differs between warehouses comes from the adapter.
 */
export function connectorSuite(adapter: ConnectorAdapter): void {
  const { capabilities, dialect, types } = adapter;
  const quote = (name: string) => dialect.quoteIdentifier(name);
  const declared = (kind: ColumnKind) => types[kind].declared;

  describe(`connector suite: ${adapter.title}`, () => {
    let counterpart: ConnectorCounterpart;
    let connector: Connector;

    beforeAll(async () => {
      counterpart = await adapter.start();
      connector = counterpart.connect();
    });

    afterAll(async () => {
      await connector?.[Symbol.asyncDispose]();
      await counterpart?.[Symbol.asyncDispose]();
    });

    const query = (sql: string, more: Partial<CallOptions> = {}, maxRows = 1_000) =>
      connector.query(sql, { ...options(more), maxRows });
    const rowsOf = async (sql: string) => (await query(sql)).rows;
    const scalar = async (sql: string): Promise<SqlValue | undefined> =>
      (await rowsOf(sql))[0]?.[0];
    const parts = (name: string) => [...adapter.namespace, name];
    const table = (name: string) => ({ kind: "table", parts: parts(name) }) as const;
    const relation = (name: string) => dialect.relation(table(name));
    const ref = (name: string) => ({ id: `suite/${name}`, source: table(name) });
    const describeOne = async (...names: readonly string[]) =>
      (await connector.describe(names.map(ref), options())).map((dataset) => dataset.columns);
    const noneRunning = () =>
      vi.waitFor(async () => expect(await counterpart.runningStatements()).toBe(0), {
        timeout: 5_000,
        interval: 20,
      });

    describe("values", () => {
      for (const kind of columnKinds) {
        it(`keeps ${kind} values without loss`, async () => {
          const cases = valuesOf(kind, adapter);
          const name = `values_${kind}`;
          await counterpart.execute(
            `create table ${relation(name)} (id ${declared("integer")}, v ${declared(kind)})`,
          );
          for (const [index, [text]] of cases.entries()) {
            const literal = `cast('${text.replaceAll("'", "''")}' as ${declared(kind)})`;
            await counterpart.execute(
              `insert into ${relation(name)} values (${index}, ${literal})`,
            );
          }
          const rows = await rowsOf(`select v from ${relation(name)} order by id`);
          expect(rows).toEqual(cases.map(([, expected]) => [expected]));
        });

        it(`reads NULL of ${kind} as null`, async () => {
          expect(await rowsOf(`select cast(null as ${declared(kind)}) as v`)).toEqual([[null]]);
        });
      }

      it("counts as bigint", async () => {
        expect(await scalar("select count(*) as n from (select 1 as x) as one")).toBe(1n);
      });

      it("returns columns in the order of the statement", async () => {
        const result = await query("select 1 as b, 2 as a");
        expect(result).toMatchObject({ columns: ["b", "a"], rows: [[1n, 2n]] });
      });

      const repeated = "select 1 as b, 2 as a, 3 as b";
      for (const sql of onlyIf(adapter.repeatsNames !== false && repeated)) {
        it("returns repeated names as they are", async () => {
          expect(await query(sql)).toMatchObject({
            columns: ["b", "a", "b"],
            rows: [[1n, 2n, 3n]],
          });
        });
      }

      for (const sql of onlyIf(adapter.repeatsNames === false && repeated)) {
        it("refuses a statement with two columns of one name", async () => {
          expect((await failureOf(query(sql))).kind).toBe("invalid_query");
        });
      }

      it("returns no row of an empty table, and a count of zero", async () => {
        await counterpart.execute(`create table ${relation("hollow")} (id ${declared("integer")})`);
        const result = await query(`select * from ${relation("hollow")}`);
        expect(result).toMatchObject({ columns: ["id"], rows: [], isTruncated: false });
        const figures = `select count(*) as n, max(id) as m from ${relation("hollow")}`;
        expect(await rowsOf(figures)).toEqual([[0n, null]]);
      });
    });

    describe("identifiers", () => {
      const isName = (name: string) => adapter.hasDotsInNames !== false || !name.includes(".");
      for (const name of oddNames.filter(isName)) {
        it(`finds the table and the column named ${JSON.stringify(name)}`, async () => {
          await counterpart.execute(
            `create table ${relation(name)} (${quote(name)} ${declared("integer")})`,
          );
          await counterpart.execute(`insert into ${relation(name)} values (7)`);
          const result = await query(`select ${quote(name)} from ${relation(name)}`);
          expect(result).toMatchObject({ columns: [name], rows: [[7n]] });
          const [columns] = await describeOne(name);
          expect(columns).toMatchObject({ ok: true, value: [{ name }] });
        });
      }

      it("takes names as exact in case", async () => {
        await counterpart.execute(
          `create table ${relation("Cased")} (${quote("Cased")} ${declared("integer")})`,
        );
        const [columns] = await describeOne("Cased");
        expect(columns).toMatchObject({ ok: true, value: [{ name: "Cased" }] });
      });
    });

    describe("aggregates", () => {
      it("spells every aggregate, with and without a filter", async () => {
        await counterpart.execute(
          `create table ${relation("figures")} (v ${declared("integer")}, kept ${declared("boolean")})`,
        );
        await counterpart.execute(
          `insert into ${relation("figures")} values (1, true), (1, true), (4, true), (9, false), (null, true)`,
        );
        const aggregate = (fn: "count" | "count_distinct" | "min" | "max", isFiltered: boolean) =>
          dialect.aggregate({
            kind: "aggregate",
            id: fn,
            fn,
            of: quote("v"),
            ...(isFiltered ? { filter: `${quote("kept")} -- a remark at the end` } : {}),
          });
        const items = [
          dialect.aggregate({ kind: "aggregate", id: "rows", fn: "count" }),
          dialect.aggregate({ kind: "aggregate", id: "kept", fn: "count", filter: quote("kept") }),
          ...[false, true].flatMap((isFiltered) =>
            (["count", "count_distinct", "min", "max"] as const).map((fn) =>
              aggregate(fn, isFiltered),
            ),
          ),
        ];
        expect(await rowsOf(`select ${items.join(", ")} from ${relation("figures")}`)).toEqual([
          [5n, 4n, 4n, 3n, 1n, 9n, 3n, 2n, 1n, 4n],
        ]);
        const sums = [
          dialect.aggregate({ kind: "aggregate", id: "sum", fn: "sum", of: quote("v") }),
          dialect.aggregate({ kind: "aggregate", id: "avg", fn: "avg", of: quote("v") }),
        ];
        const [row = []] = await rowsOf(`select ${sums.join(", ")} from ${relation("figures")}`);
        expect(row.map(asNumber)).toEqual([15, 3.75]);
      });
    });

    describeTimes({
      dialect,
      hasInfinities: adapter.hasInfiniteTimes !== false,
      make: async (name, kind, rows) => {
        await counterpart.execute(
          `create table ${relation(name)} (${quote("at")} ${declared(kind)})`,
        );
        const values = rows.map((text) => `(cast(${literalOf(text)} as ${declared(kind)}))`);
        if (values.length > 0) {
          await counterpart.execute(`insert into ${relation(name)} values ${values.join(", ")}`);
        }
        return relation(name);
      },
      rowsOf: async (sql, timezone) => (await query(sql, { timezone })).rows,
    });

    describe("catalogue", () => {
      it("lists columns with type and nullability, in the table's order", async () => {
        const columns = columnKinds.map((kind) => `${quote(`c_${kind}`)} ${declared(kind)}`);
        await counterpart.execute(
          `create table ${relation("typed")} (id ${declared("integer")} not null, ${columns.join(", ")})`,
        );
        const nullable = (isNullable: boolean) =>
          capabilities.catalogueHasNullability ? isNullable : null;
        const [listed] = await describeOne("typed");
        expect(listed).toMatchObject({
          ok: true,
          value: [
            { name: "id", type: types.integer.listed, nullable: nullable(false) },
            ...columnKinds.map((kind) => ({
              name: `c_${kind}`,
              type: types[kind].listed,
              nullable: nullable(true),
            })),
          ],
        });
      });

      it("answers for many datasets at once, in order, each with its own failure", async () => {
        await counterpart.execute(
          `create table ${relation("first")} (a ${declared("integer")}, b ${declared("text")})`,
        );
        await counterpart.execute(`create table ${relation("second")} (c ${declared("text")})`);
        const answered = await connector.describe(
          [
            ref("second"),
            { id: "suite/absent", source: table("absent") },
            ref("first"),
            { id: "suite/asked", source: { kind: "query", sql: "select 1 as x, 'a' as y;" } },
            { id: "suite/broken", source: { kind: "query", sql: "select nothing_of_the_kind" } },
          ],
          options(),
        );
        expect(
          answered.map(({ datasetId, columns }) => [
            datasetId,
            columns.ok ? columns.value.map((column) => column.name) : columns.failure.kind,
          ]),
        ).toEqual([
          ["suite/second", ["c"]],
          ["suite/absent", "not_found"],
          ["suite/first", ["a", "b"]],
          ["suite/asked", ["x", "y"]],
          ["suite/broken", "invalid_query"],
        ]);
      });

      it("finds nothing in a schema that does not exist", async () => {
        const lost = { kind: "table", parts: ["no such schema", "absent"] } as const;
        const [answer] = await connector.describe([{ id: "suite/lost", source: lost }], options());
        expect(answer?.columns).toMatchObject({ ok: false, failure: { kind: "not_found" } });
      });

      it("lists a view, whose columns have no nullability", async () => {
        await counterpart.execute(`create view ${relation("seen")} as select 1 as id, 'a' as note`);
        const [columns] = await describeOne("seen");
        expect(columns).toMatchObject({
          ok: true,
          value: [
            { name: "id", nullable: null },
            { name: "note", nullable: null },
          ],
        });
        expect(await scalar(`select count(*) as n from ${relation("seen")}`)).toBe(1n);
      });

      for (const statementsOf of onlyIf(adapter.partitionedTable)) {
        it("lists and reads a partitioned table as one", async () => {
          for (const statement of statementsOf(relation("parted"))) {
            await counterpart.execute(statement);
          }
          const [columns] = await describeOne("parted");
          expect(columns).toMatchObject({ ok: true, value: [{ name: "id" }, { name: "day" }] });
          expect(await scalar(`select count(*) as n from ${relation("parted")}`)).toBe(2n);
        });
      }

      it("lists and measures a table of 1,000 columns", async () => {
        const names = Array.from({ length: 1_000 }, (_, index) => `column_${index}`);
        await counterpart.execute(
          `create table ${relation("wide")} (${names.map((name) => `${name} ${declared("integer")}`).join(", ")})`,
        );
        const [columns] = await describeOne("wide");
        expect(columns?.ok === true && columns.value.map((column) => column.name)).toEqual(names);
        const counts = names.map((name) => `count(${name})`).join(", ");
        const [row] = await rowsOf(`select ${counts} from ${relation("wide")}`);
        expect(row).toEqual(names.map(() => 0n));
      });

      it("says that a missing table is not found", async () => {
        const failure = await failureOf(query(`select 1 from ${relation("missing")}`));
        expect(failure.kind).toBe("not_found");
      });

      it("says that a missing column is an invalid query", async () => {
        await counterpart.execute(`create table ${relation("lean")} (id ${declared("integer")})`);
        const failure = await failureOf(query(`select nothing from ${relation("lean")}`));
        expect(failure.kind).toBe("invalid_query");
      });

      const mayForbid = capabilities.tellsAbsentFromForbidden && adapter.hasGrants !== false;
      for (const forbiddenTable of onlyIf(mayForbid && (() => counterpart.forbiddenTable?.()))) {
        it("tells a forbidden table from an absent one", async () => {
          const forbidden = (await forbiddenTable()) ?? [];
          const source = { kind: "table", parts: forbidden } as const;
          const sql = `select 1 from ${dialect.relation(source)}`;
          expect((await failureOf(query(sql))).kind).toBe("permission");
          const answered = await connector.describe(
            [{ id: "suite/forbidden", source }, ref("missing")],
            options(),
          );
          expect(answered.map(({ columns }) => columns.ok || columns.failure.kind)).toEqual([
            "permission",
            "not_found",
          ]);
        });
      }
    });

    const { analyse } = adapter;
    const hasForbidden = capabilities.tellsAbsentFromForbidden && adapter.hasGrants !== false;
    describeStatistics({
      capabilities,
      connector: () => connector,
      options,
      ref,
      relation,
      make: (name) =>
        counterpart.execute(`create table ${relation(name)} (id ${declared("integer")})`),
      fill: (name, rows) =>
        counterpart.execute(`insert into ${relation(name)} ${adapter.series(rows)}`),
      execute: (sql) => counterpart.execute(sql),
      ...(analyse === undefined ? {} : { analyse }),
      ...(hasForbidden
        ? {
            forbidden: async () => {
              const forbidden = (await counterpart.forbiddenTable?.()) ?? [];
              return { id: "suite/forbidden", source: { kind: "table", parts: forbidden } };
            },
          }
        : {}),
    });

    describe("bounds", () => {
      it("stops the statement on the server when the call is aborted", async () => {
        const controller = new AbortController();
        const failure = failureOf(query(adapter.endlessQuery, { signal: controller.signal }));
        await vi.waitFor(async () => expect(await counterpart.runningStatements()).toBe(1), {
          timeout: 5_000,
          interval: 20,
        });
        controller.abort();
        expect((await failure).kind).toBe("cancelled");
        await noneRunning();
        expect(await scalar("select 42 as x")).toBe(42n);
      });

      it("does not start what is aborted already", async () => {
        const failure = await failureOf(query("select 1 as x", { signal: AbortSignal.abort() }));
        expect(failure.kind).toBe("cancelled");
      });

      it("stops the statement on the server at its timeout, and has never more than one running", async () => {
        const seen: number[] = [];
        for (let cycle = 0; cycle < 20; cycle += 1) {
          const failure = failureOf(query(adapter.endlessQuery, { timeoutMs: 60 }));
          seen.push(await counterpart.runningStatements());
          expect((await failure).kind).toBe("timeout");
          seen.push(await counterpart.runningStatements());
        }
        expect(Math.max(...seen)).toBeLessThanOrEqual(1);
        await noneRunning();
        expect(await scalar("select 42 as x")).toBe(42n);
      });

      it("fetches no more than maxRows and says so", async () => {
        const cut = await query(adapter.series(2_000_000), { timeoutMs: 5_000 }, 10);
        expect(cut.isTruncated).toBe(true);
        expect(cut.rows).toEqual(Array.from({ length: 10 }, (_, index) => [BigInt(index + 1)]));
        const whole = await query(adapter.series(10), {}, 10);
        expect([whole.rows.length, whole.isTruncated]).toEqual([10, false]);
      });

      it("answers every one of more calls than it may run at once", async () => {
        const narrow = counterpart.connect({ maxConcurrency: 2 });
        try {
          const answers = await Promise.all(
            Array.from({ length: 8 }, (_, index) =>
              narrow.query(`select ${index} as x`, { ...options(), maxRows: 1 }),
            ),
          );
          expect(answers.map((answer) => answer.rows[0]?.[0])).toEqual([
            0n,
            1n,
            2n,
            3n,
            4n,
            5n,
            6n,
            7n,
          ]);
        } finally {
          await narrow[Symbol.asyncDispose]();
        }
      });
    });

    describe("connections", () => {
      it("lives through the loss of its idle connections", async () => {
        expect(await scalar("select 1 as x")).toBe(1n);
        await counterpart.cutConnections();
        expect(await scalar("select 2 as x")).toBe(2n);
      });

      it("can be retried after a failed first connect", async () => {
        const late = await counterpart.lateArrival();
        try {
          const first = failureOf(
            late.connector.query("select 1 as x", { ...options(), maxRows: 1 }),
          );
          expect(["unreachable", "not_found"]).toContain((await first).kind);
          await late.arrive();
          const second = await late.connector.query("select 1 as x", { ...options(), maxRows: 1 });
          expect(second.rows).toEqual([[1n]]);
        } finally {
          await late.connector[Symbol.asyncDispose]();
        }
      });

      it("tests a good connection in stages, none of them failed", async () => {
        const stages = await connector.testConnection(options());
        expect(stages.length).toBeGreaterThan(0);
        expect(stages.filter(({ status }) => status === "failed" || status === "notRun")).toEqual(
          [],
        );
      });

      it("names the stage at which each bad connection fails, and fails queries with the same kind", async () => {
        const bad = counterpart.badConnections();
        expect(bad.length).toBeGreaterThan(0);
        for (const { title, connector: broken, kind, stage } of bad) {
          try {
            const limits = options({ timeoutMs: 2_000 });
            const stages = await broken.testConnection(limits);
            const failedAt = stages.findIndex(({ status }) => status === "failed");
            expect([title, stages[failedAt]?.name]).toEqual([title, stage]);
            expect(new Set(stages.slice(failedAt + 1).map(({ status }) => status))).toEqual(
              new Set(failedAt + 1 < stages.length ? ["notRun"] : []),
            );
            const failure = await failureOf(
              broken.query("select 1 as x", { ...limits, maxRows: 1 }),
            );
            expect([title, failure.kind]).toEqual([title, kind]);
            for (const secret of counterpart.secrets) {
              expect(JSON.stringify([stages, failure])).not.toContain(secret);
            }
          } finally {
            await broken[Symbol.asyncDispose]();
          }
        }
      });
    });

    describe("safety", () => {
      it("refuses stacked statements", async () => {
        const stacked = `select 1 as x; create table ${relation("stacked")} (id ${declared("integer")})`;
        expect((await failureOf(query(stacked))).kind).toBe("invalid_query");
        expect(await describeOne("stacked")).toMatchObject([{ failure: { kind: "not_found" } }]);
      });

      it("refuses to write, whatever the role may do", async () => {
        await counterpart.execute(`create table ${relation("kept")} (id ${declared("integer")})`);
        await counterpart.execute(`insert into ${relation("kept")} values (1)`);
        const writes = [
          `insert into ${relation("kept")} values (2)`,
          `update ${relation("kept")} set id = 3`,
          `delete from ${relation("kept")}`,
          `drop table ${relation("kept")}`,
          `create table ${relation("made")} (id ${declared("integer")})`,
          ...(adapter.sneakyWrites ?? []),
        ];
        for (const sql of writes) {
          const { kind } = await failureOf(query(sql));
          expect([sql, kind === "permission" || kind === "invalid_query"]).toEqual([sql, true]);
        }
        expect(await rowsOf(`select id from ${relation("kept")}`)).toEqual([[1n]]);
        expect(await describeOne("made")).toMatchObject([{ failure: { kind: "not_found" } }]);
      });

      it("makes a hostile label inert", async () => {
        const label = "*/ drop table x; /* '\"\n\r\u0000 -- $$ " + "a".repeat(5_000);
        const result = await query("select 42 as x", { label });
        expect(result.rows).toEqual([[42n]]);
      });

      it("refuses a statement with a NUL character rather than sending half of it", async () => {
        const failure = await failureOf(query("select 1 as x \u0000 from nowhere"));
        expect(failure.kind).toBe("invalid_query");
      });

      it("keeps row values out of its errors", async () => {
        const canary = "canary-5ec7a1@example.com";
        await counterpart.execute(`create table ${relation("people")} (note ${declared("text")})`);
        await counterpart.execute(`insert into ${relation("people")} values ('${canary}')`);
        const sql = `select cast(note as ${declared("integer")}) as x from ${relation("people")}`;
        const error = await errorOf(query(sql));
        expect(error.kind).toBe("invalid_query");
        const shown = [error.message, String(error), error.stack, JSON.stringify(error.failure)];
        expect(shown.join("\n")).not.toContain(canary);
      });
    });
  });
}

/** A test that does not apply is left out: a skipped one counts as a failure. */
function onlyIf<T>(given: T | false | undefined): readonly T[] {
  return given === undefined || given === false ? [] : [given];
}

function asNumber(value: SqlValue): number {
  return Number(
    typeof value === "object" && value !== null && "text" in value ? value.text : value,
  );
}

async function errorOf(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) {
    throw new Error(`expected a ConnectorError, not ${String(error)}`, { cause: error });
  }
  return error;
}

async function failureOf(work: Promise<unknown>): Promise<ConnectorError["failure"]> {
  return (await errorOf(work)).failure;
}
