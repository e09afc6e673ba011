import { duckdb } from "../../../connectors/duckdb/index.ts";
import { ConnectorError, type ConnectorSpec } from "../../../src/core/connector.ts";

/** What the warehouse answers when it is asked for a number of rows. */
export type Answer = "many" | "few" | "down";

/**
 * A warehouse that answers at once and as told, for tests that probe thousands of times: every dataset has ten
 * rows, one, or cannot be reached. It is declared and spoken to as DuckDB is.
 */
export class ScriptedWarehouse {
  /** By dataset id; `many` where nothing is said. */
  readonly answers = new Map<string, Answer>();

  specs(): ReadonlyMap<string, ConnectorSpec> {
    const spec: ConnectorSpec = {
      ...duckdb,
      create: () => ({
        query: async (_sql, { label }) => {
          const answer = this.answers.get(label.split(" ")[0] ?? "") ?? "many";
          if (answer === "down") {
            throw new ConnectorError({ kind: "unreachable", message: "The warehouse is down." });
          }
          return { columns: ["m0"], rows: [[answer === "many" ? 10n : 1n]], isTruncated: false };
        },
        describe: async () => [],
        testConnection: async () => [],
        [Symbol.asyncDispose]: async () => {},
      }),
    };
    return new Map([["duckdb", spec]]);
  }
}
