import type { TestedAgainst } from "../../src/core/connector.ts";

export const testedAgainst: readonly TestedAgainst[] = [
  {
    kind: "real",
    name: "DuckDB 1.5.6, the engine that also runs in production (`@duckdb/node-api`)",
    by: "`npm test`: `test/contract/duckdb.test.ts`, `test/contract/duckdb-parquet.test.ts`",
    cannotShow: ["File systems other than that of the machine that tests are untested."],
  },
];
