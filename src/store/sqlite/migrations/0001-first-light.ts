import type { Migration } from "./migration.ts";

/**
 * Times are integers, milliseconds since 1970. STRICT makes SQLite refuse what is not of a column's
 * type. Structured parts are JSON, beside the columns that queries need.
 */
export const firstLight: Migration = {
  version: 1,
  sql: `
    CREATE TABLE slots (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      probe_id TEXT NOT NULL,
      dataset_id TEXT NOT NULL,
      due_ms INTEGER NOT NULL,
      kind TEXT NOT NULL,
      check_ids TEXT NOT NULL CHECK (json_valid(check_ids)),
      claimed_ms INTEGER,
      ended_ms INTEGER,
      ending TEXT,
      UNIQUE (probe_id, due_ms, kind),
      CHECK ((ending IS NULL) = (ended_ms IS NULL))
    ) STRICT;
    CREATE INDEX slots_open ON slots (due_ms) WHERE ending IS NULL;
    CREATE INDEX slots_ended ON slots (ended_ms) WHERE ending IS NOT NULL;

    CREATE TABLE missed_slots (
      probe_id TEXT NOT NULL,
      dataset_id TEXT NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER NOT NULL,
      count INTEGER NOT NULL,
      recorded_ms INTEGER NOT NULL,
      PRIMARY KEY (probe_id, from_ms, to_ms)
    ) STRICT, WITHOUT ROWID;

    -- The newest result of a check is one step into results_by_check, so there is no second table
    -- that every result would have to be written to as well.
    CREATE TABLE results (
      id INTEGER PRIMARY KEY,
      slot_id INTEGER NOT NULL REFERENCES slots (id),
      check_id TEXT NOT NULL,
      generation TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      next_due_ms INTEGER NOT NULL,
      hold_ms INTEGER NOT NULL,
      duration_ms REAL NOT NULL,
      outcome TEXT NOT NULL,
      result TEXT NOT NULL CHECK (json_valid(result)),
      UNIQUE (slot_id, check_id)
    ) STRICT;
    CREATE INDEX results_by_check ON results (check_id, at_ms, outcome);

    CREATE TABLE timeline_runs (
      check_id TEXT NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER NOT NULL,
      generation TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('good', 'bad')),
      observed_ms INTEGER NOT NULL,
      PRIMARY KEY (check_id, from_ms)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE slos (
      id TEXT PRIMARY KEY,
      since_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE incidents (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      product TEXT NOT NULL,
      dataset_id TEXT NOT NULL,
      dimension TEXT NOT NULL,
      alert TEXT NOT NULL,
      told_levels TEXT NOT NULL CHECK (json_valid(told_levels)),
      owner TEXT NOT NULL,
      since_ms INTEGER NOT NULL,
      opened_ms INTEGER NOT NULL,
      ended_ms INTEGER,
      ending TEXT,
      check_ids TEXT NOT NULL CHECK (json_valid(check_ids)),
      changes INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX incidents_open ON incidents (opened_ms) WHERE ended_ms IS NULL;
    CREATE INDEX incidents_recent ON incidents (opened_ms);

    CREATE TABLE check_alert_states (
      check_id TEXT PRIMARY KEY,
      generation TEXT NOT NULL,
      phase TEXT NOT NULL,
      since_ms INTEGER,
      incident_id TEXT,
      erroring_since_ms INTEGER,
      blind_incident_id TEXT
    ) STRICT, WITHOUT ROWID;

    -- channel is the target as it is written, <notifier>[:<address>]; touched_ms is when the row was
    -- last written, so that a clock set back is noticed.
    CREATE TABLE deliveries (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      notifier TEXT NOT NULL,
      address TEXT,
      channel TEXT NOT NULL,
      notice_id TEXT NOT NULL,
      incident_id TEXT NOT NULL,
      notice TEXT NOT NULL CHECK (json_valid(notice)),
      state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
      attempts INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      next_attempt_ms INTEGER NOT NULL,
      touched_ms INTEGER NOT NULL,
      reason TEXT,
      external_id TEXT,
      UNIQUE (notice_id, channel)
    ) STRICT;
    CREATE INDEX deliveries_pending ON deliveries (channel, id) WHERE state = 'pending';
    CREATE INDEX deliveries_external ON deliveries (incident_id, channel, id)
      WHERE external_id IS NOT NULL;

    CREATE TABLE configuration (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      files TEXT NOT NULL CHECK (json_valid(files)),
      kept_ms INTEGER NOT NULL
    ) STRICT;
  `,
};
