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
      "Signing in through a cloud's workload identity, through a proxy, over a private link, and certificate revocation are not tested.",
    ],
  },
];
