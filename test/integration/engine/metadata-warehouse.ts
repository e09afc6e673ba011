import { duckdb } from "../../../connectors/duckdb/index.ts";
import type { Clock } from "../../../src/core/clock.ts";
import {
  ConnectorError,
  type ConnectorSpec,
  type Statistics,
} from "../../../src/core/connector.ts";

/**
 * DuckDB over the test's own files, with metadata as BigQuery and Snowflake keep them: they say when the table last
 * changed, and the test says what they say. A file set passes for a table here.
 */
export class MetadataWarehouse {
  /** What the metadata say now; null: they cannot be read. */
  says: Statistics | null = {};
  /** The statements that read rows, and how often the metadata were asked. */
  readonly statements: string[] = [];
  asked = 0;
  /** Called before a statement is run. */
  onStatement: () => void = () => {};

  specs(): ReadonlyMap<string, ConnectorSpec> {
    const spec: ConnectorSpec = {
      ...duckdb,
      capabilities: { ...duckdb.capabilities, statistics: ["rows", "bytes", "lastChange"] },
      statisticsOf: () => ["rows", "bytes", "lastChange"],
      create: (config, context) => {
        const real = duckdb.create(duckdb.config.parse(config), context);
        return {
          testConnection: (options) => real.testConnection(options),
          describe: (datasets, options) => real.describe(datasets, options),
          query: (sql, options) => {
            this.onStatement();
            this.statements.push(sql);
            return real.query(sql, options);
          },
          statistics: (datasets) =>
            this.#read(
              context.clock,
              datasets.map(({ id }) => id),
            ),
          [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
        };
      },
    };
    return new Map([["duckdb", spec]]);
  }

  async #read(clock: Clock, ids: readonly string[]) {
    this.asked += 1;
    const value = this.says;
    if (value === null) {
      throw new ConnectorError({ kind: "permission", message: "No right to the metadata." });
    }
    const atMs = clock.now();
    return ids.map((datasetId) => ({
      datasetId,
      statistics: { ok: true, value, atMs } as const,
    }));
  }
}
