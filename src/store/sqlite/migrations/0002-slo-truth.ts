import type { Migration } from "./migration.ts";

/** What analytic freshness, deliveries and exclusions are reckoned from. Runs of before have no newest load time. */
export const sloTruth: Migration = {
  version: 2,
  sql: `
    ALTER TABLE timeline_runs ADD COLUMN newest_ms INTEGER;

    CREATE TABLE sightings (
      check_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      generation TEXT NOT NULL,
      from_ms INTEGER NOT NULL,
      observed_ms INTEGER NOT NULL,
      newest_ms INTEGER,
      PRIMARY KEY (check_id, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE deadline_eras (
      check_id TEXT NOT NULL,
      from_ms INTEGER NOT NULL,
      generation TEXT NOT NULL,
      sli TEXT NOT NULL CHECK (json_valid(sli)),
      PRIMARY KEY (check_id, from_ms)
    ) STRICT, WITHOUT ROWID;

    -- target is a product, or product/slo; to_ms is null for one that lasts until it is ended.
    CREATE TABLE exclusions (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      target TEXT NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER,
      mode TEXT NOT NULL CHECK (mode IN ('remove', 'good')),
      reason TEXT NOT NULL,
      author TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      ended_ms INTEGER,
      ended_by TEXT,
      withdrawn_ms INTEGER,
      withdrawn_by TEXT,
      withdrawn_reason TEXT,
      CHECK (to_ms IS NULL OR to_ms > from_ms),
      CHECK ((ended_ms IS NULL) = (ended_by IS NULL)),
      CHECK ((withdrawn_ms IS NULL) = (withdrawn_by IS NULL)),
      CHECK ((withdrawn_ms IS NULL) = (withdrawn_reason IS NULL))
    ) STRICT;
  `,
};
