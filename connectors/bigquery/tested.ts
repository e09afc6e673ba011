import type { TestedAgainst } from "../../src/core/connector.ts";

/** What is said of the emulator is asserted in test/emulators/bigquery-limits.test.ts. */
export const testedAgainst: readonly TestedAgainst[] = [
  {
    kind: "counterpart",
    name: "BigQuery's REST API over DuckDB, written for these tests, with @google-cloud/bigquery 8.3.1",
    by: "`npm test`: `test/contract/bigquery.test.ts`, `test/integration/bigquery-*.test.ts`",
    cannotShow: [
      "It does what the documentation says of jobs, time-outs, cancellation, refusals, caps, pages and sign-in; where Google's service does something else, nobody has seen it.",
      "GoogleSQL is translated to DuckDB's SQL, so that it proves little about functions and types.",
      "Bytes are what a test says, or eight for each value; no partition is pruned. What `INFORMATION_SCHEMA.PARTITIONS` says, and what it costs, is written after the documentation.",
    ],
  },
  {
    kind: "emulator",
    name: "bqemulator 1.4.0 from PyPI, for the SQL: every statement that checks and backtests plan answers as DuckDB's own, and the query of partitions as they were made",
    by: "`npm run test:emulators`",
    cannotShow: [
      "In `tables.get` the rows and bytes stay 0, the last change stays at the table's creation, and no partitioning of a table made by DDL is told: statistics mean nothing there.",
      "Every query is said to have processed 0 bytes, a dry run says none, and `maximumBytesBilled` is not kept.",
      "A query runs to its end before `jobs.insert` answers: `jobTimeoutMs` is not kept, and nothing is left to cancel.",
      "Whoever comes is let in, with any token, and every `location` is as good as another.",
      "DuckDB's types are behind it: a `BIGNUMERIC` has 38 digits at most, and `NUMERIC(10, 2)` is listed as `NUMERIC`.",
    ],
  },
];
