import { describe, expect, it } from "vitest";
import {
  type CallOptions,
  type Capabilities,
  type Connector,
  ConnectorError,
  type DatasetRef,
  type Statistics,
} from "../../src/core/connector.ts";
import type { Measured } from "../../src/core/measurement.ts";

/** What the cases need: tables of one integer column, made and filled apart from the connector. */
export interface StatisticsTables {
  readonly capabilities: Capabilities;
  readonly connector: () => Connector;
  readonly options: (more?: Partial<CallOptions>) => CallOptions;
  readonly ref: (name: string) => DatasetRef;
  /** The name as it stands behind FROM. */
  readonly relation: (name: string) => string;
  /** CREATE TABLE of one integer column `id`. */
  readonly make: (name: string) => Promise<void>;
  /** The integers from 1 to `rows`, in one statement. */
  readonly fill: (name: string, rows: number) => Promise<void>;
  readonly execute: (sql: string) => Promise<void>;
  /** Statements that make the warehouse gather its statistics; left out where they are always there. */
  readonly analyse?: (relation: string) => readonly string[];
  /** A table that is there and that the role may not read, where there can be such a one. */
  readonly forbidden?: () => Promise<DatasetRef>;
}

/** What `Connector.statistics` must do, whatever it can say; branches on the capabilities alone. */
export function describeStatistics(tables: StatisticsTables): void {
  const { capabilities, analyse, forbidden } = tables;
  const says = new Set(capabilities.statistics);

  describe("statistics", () => {
    it("are offered where the capabilities say so", () => {
      expect("statistics" in tables.connector()).toBe(says.size > 0);
    });

    const read = async (
      refs: readonly DatasetRef[],
      more: Partial<CallOptions> = {},
    ): Promise<readonly Measured<Statistics>[]> => {
      const connector = tables.connector();
      if (connector.statistics === undefined) {
        throw new Error("the capabilities say that there are statistics");
      }
      const answers = await connector.statistics(refs, tables.options(more));
      expect(answers.map(({ datasetId }) => datasetId)).toEqual(refs.map(({ id }) => id));
      return answers.map(({ statistics }) => statistics);
    };
    const valueOf = async (name: string): Promise<Statistics> => {
      const [answer] = await read([tables.ref(name)]);
      if (answer?.ok !== true) {
        throw new Error(`no statistics of ${name}`);
      }
      return answer.value;
    };
    const gather = async (name: string) => {
      for (const sql of analyse?.(tables.relation(name)) ?? []) {
        await tables.execute(sql);
      }
    };

    for (const name of only(says.size > 0, "stat_many_a")) {
      it("are answered for many datasets in one call, in the order asked, whatever the others are", async () => {
        await tables.make(name);
        await tables.make("stat_many_b");
        const names = ["stat_many_b", "stat_absent", name];
        const answers = await read(names.map((one) => tables.ref(one)));
        expect(answers.map((one) => one.ok || one.failure.kind)).toEqual([true, "not_found", true]);
      });
    }

    for (const name of only(says.has("rows"), "stat_rows")) {
      it("tell the rows of a table, to the last one where they say that they are exact", async () => {
        await tables.make(name);
        await tables.fill(name, 1_000);
        await gather(name);
        const { rows } = await valueOf(name);
        const mayDiffer = rows?.isExact === true ? 0 : 100;
        expect(Math.abs((rows?.count ?? 0) - 1_000)).toBeLessThanOrEqual(mayDiffer);
      });

      it("tell that an empty table has none", async () => {
        await tables.make("stat_hollow");
        await gather("stat_hollow");
        expect((await valueOf("stat_hollow")).rows?.count).toBe(0);
      });
    }

    for (const name of only(says.has("rows") && analyse !== undefined, "stat_unknown")) {
      it("tell nothing of the rows of a table whose statistics were never gathered", async () => {
        await tables.make(name);
        await tables.fill(name, 10);
        expect((await valueOf(name)).rows).toBe(undefined);
      });
    }

    for (const name of only(says.has("bytes"), "stat_large")) {
      it("tell that a table with more rows takes more bytes", async () => {
        await tables.make("stat_small");
        await tables.make(name);
        await tables.fill(name, 20_000);
        await gather("stat_small");
        await gather(name);
        const [small, large] = [await valueOf("stat_small"), await valueOf(name)];
        expect(large.bytes).toBeGreaterThan(small.bytes ?? Number.POSITIVE_INFINITY);
      });
    }

    for (const name of only(says.has("lastChange"), "stat_changed")) {
      it("tell a change later than it was, and the same instant while nothing changes", async () => {
        await tables.make(name);
        await tables.fill(name, 3);
        const first = await valueOf(name);
        expect(await valueOf(name)).toEqual(first);
        await tables.fill(name, 3);
        const second = await valueOf(name);
        expect(second.lastChangeMs).toBeGreaterThan(first.lastChangeMs ?? Number.POSITIVE_INFINITY);
      });
    }

    for (const name of only(says.size > 0, "stat_view")) {
      it("tell nothing of a view, which changes with what it reads", async () => {
        await tables.make("stat_base");
        await tables.fill("stat_base", 3);
        await tables.execute(
          `create view ${tables.relation(name)} as select * from ${tables.relation("stat_base")}`,
        );
        await gather("stat_base");
        const { rows, lastChangeMs } = await valueOf(name);
        expect({ rows, lastChangeMs }).toEqual({ rows: undefined, lastChangeMs: undefined });
      });
    }

    for (const name of only(
      says.size > 0 && capabilities.sources.includes("query"),
      "suite/query",
    )) {
      it("tell nothing of a query", async () => {
        const source = { kind: "query", sql: "select 1 as id" } as const;
        const [answer] = await read([{ id: name, source }]);
        expect(answer).toMatchObject({ ok: true, value: {} });
      });
    }

    for (const forbiddenRef of forbidden === undefined || says.size === 0 ? [] : [forbidden]) {
      it("tell a forbidden table from an absent one", async () => {
        const answers = await read([await forbiddenRef(), tables.ref("stat_absent")]);
        expect(answers.map((one) => one.ok || one.failure.kind)).toEqual([
          "permission",
          "not_found",
        ]);
      });
    }

    for (const name of only(says.size > 0, "stat_aborted")) {
      it("are not read when the call is aborted already", async () => {
        await tables.make(name);
        const refs = [tables.ref(name)];
        const error: unknown = await read(refs, { signal: AbortSignal.abort() }).catch(
          (thrown: unknown) => thrown,
        );
        expect(error instanceof ConnectorError && error.kind).toBe("cancelled");
      });
    }
  });
}

/** The name of the case's table where the case applies: a test that does not is left out, since a skipped one fails. */
function only(applies: boolean, name: string): readonly string[] {
  return applies ? [name] : [];
}
