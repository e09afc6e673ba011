import type { Migration } from "./migration.ts";

/** What looking cost, by UTC day. */
export const costs: Migration = {
  version: 3,
  sql: `
    CREATE TABLE costs (
      day_ms INTEGER NOT NULL,
      connection TEXT NOT NULL,
      product TEXT NOT NULL,
      statements INTEGER NOT NULL,
      told_statements INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      busy_ms REAL NOT NULL,
      PRIMARY KEY (day_ms, connection, product)
    ) STRICT, WITHOUT ROWID;
  `,
};
