import type { TestedAgainst } from "../../src/core/connector.ts";

export const testedAgainst: readonly TestedAgainst[] = [
  {
    kind: "counterpart",
    name: "Snowflake's driver protocol over DuckDB, written for these tests, with snowflake-sdk 3.3.0",
    by: "`npm test`: `test/contract/snowflake.test.ts`, `test/integration/snowflake-*.test.ts`",
    cannotShow: [
      "It does what the driver expects of sign-ins, tokens, polling, cancellation, time-outs, refusals and chunks; where Snowflake's service does something else, nobody has seen it.",
      "The few words of Snowflake's SQL that the connector uses are said in DuckDB's instead, so that it proves little about functions and types.",
      "There are no grants, no queue and no pruning, and the answers of SHOW and INFORMATION_SCHEMA are made up from DuckDB's catalogue.",
      "Signing in through a cloud's workload identity, over a private link, and certificate revocation are not tested.",
    ],
  },
  {
    kind: "emulator",
    name: "fakesnow 0.11.14 from PyPI, for the SQL: every statement that checks and backtests plan answers as DuckDB's own",
    by: "`npm run test:emulators`",
    cannotShow: [
      "Its answers are Arrow, turned into the JSON that snowflake-sdk reads on their way, and `system$typeof` is given to it.",
      "Neither the catalogue nor statistics nor `tidemark doctor` are tried on it.",
      "Whoever comes is let in, with any password, and no statement is stopped at its time-out or by a cancel.",
      "sqlglot's reading of Snowflake's SQL and DuckDB's types are behind it.",
    ],
  },
];
