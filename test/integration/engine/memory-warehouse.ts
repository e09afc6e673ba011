import { duckdb } from "../../../connectors/duckdb/index.ts";
import {
  ConnectorError,
  type ConnectorSpec,
  type SqlDialect,
  type Statistics,
} from "../../../src/core/connector.ts";
import type { AggregateRequest, GapsRequest } from "../../../src/core/measurement.ts";
import type { EpochMs } from "../../../src/core/vocabulary.ts";

/**
 * A warehouse of one table with one column of instants, kept in memory: quick enough to live through thousands of
 * probes. Its SQL is its own: each figure is JSON between `@`, and a condition is an operator and milliseconds.
 */
export class MemoryWarehouse {
  rowsMs: readonly EpochMs[] = [];
  /** What the metadata say now; null: they cannot be read. */
  says: Statistics | null = {};
  /** How many statements have read rows. */
  statements = 0;

  specs(): ReadonlyMap<string, ConnectorSpec> {
    const spec: ConnectorSpec = {
      ...duckdb,
      dialect,
      capabilities: { ...duckdb.capabilities, statistics: ["lastChange"] },
      statisticsOf: () => ["lastChange"],
      create: (_config, { clock }) => ({
        testConnection: async () => [],
        describe: async () => [],
        query: async (sql) => {
          this.statements += 1;
          const [items = "", condition = ""] = sql.split(" from t");
          const figures = [...items.matchAll(/@([^@]*)@/gu)].map(([, text]) => figureOf(text));
          const row = figures.map((figure) => this.#answer(figure, condition));
          return { columns: row.map((_, index) => `m${index}`), rows: [row], isTruncated: false };
        },
        statistics: async (datasets) => {
          const value = this.says;
          if (value === null) {
            throw new ConnectorError({ kind: "permission", message: "No right to the metadata." });
          }
          const statistics = { ok: true, value, atMs: clock.now() } as const;
          return datasets.map(({ id }) => ({ datasetId: id, statistics }));
        },
        [Symbol.asyncDispose]: async () => {},
      }),
    };
    return new Map([["duckdb", spec]]);
  }

  #answer(figure: Figure, condition: string) {
    const values = this.rowsMs.filter((ms) => meets(ms, `${condition} ${figure.where}`));
    if (figure.longerThanMs !== undefined) {
      return gapsIn(values, figure.longerThanMs);
    }
    return values.length === 0 ? null : ({ type: "instant", ms: Math.max(...values) } as const);
  }
}

interface Figure {
  readonly where: string;
  /** Of gaps; else the figure is the newest value. */
  readonly longerThanMs?: number;
}

const dialect: SqlDialect = {
  ...duckdb.dialect,
  relation: () => "t",
  aggregate: ({ filter = "" }: AggregateRequest) => spelled({ where: filter }),
  gaps: ({ longerThanMs }: GapsRequest, _relation, where) => spelled({ where, longerThanMs }),
  compareTime: (_column, op, { ms }) => `${op} ${ms}`,
};

function spelled(figure: Figure): string {
  return `@${JSON.stringify(figure)}@`;
}

function figureOf(text: string | undefined): Figure {
  return JSON.parse(text ?? "") as Figure;
}

function meets(ms: EpochMs, condition: string): boolean {
  const parts = [...condition.matchAll(/([<>]=?) (-?\d+)/gu)];
  return parts.every(([, op = "", text]) => {
    const bound = Number(text);
    return (op.includes("=") && ms === bound) || (op.startsWith(">") ? ms > bound : ms < bound);
  });
}

function gapsIn(values: readonly EpochMs[], longerThanMs: number): string {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const gaps = sorted.flatMap((toMs, index) => {
    const fromMs = sorted[index - 1];
    return fromMs === undefined
      ? [`:${toMs}`]
      : toMs - fromMs > longerThanMs
        ? [`${fromMs}:${toMs}`]
        : [];
  });
  return gaps.join(",");
}
