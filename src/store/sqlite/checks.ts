import { statSync } from "node:fs";
import { errorCodes, TidemarkError } from "../../core/errors.ts";
import type { Connection } from "./connection.ts";
import { applicationId, readApplicationId, readVersion } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { openReadOnly } from "./open.ts";

const newestVersion = Math.max(...migrations.map(({ version }) => version));

/** Looks at an existing file through a read-only connection, so that a foreign one is not touched. */
export function assertWritable(path: string): void {
  using db = openReadOnly(path);
  assertOurs(db);
}

/** Only the one that serves migrates, so the others take this version alone. */
export function assertCurrent(db: Connection): void {
  assertOurs(db);
  const version = readVersion(db);
  if (version < newestVersion) {
    throw new TidemarkError(
      "TM_STORE_UNAVAILABLE",
      `The store ${db.path} is of version ${version}; this Tidemark needs version ${newestVersion}.`,
      { hint: "Run `tidemark serve` of this version once: it brings the store up to date." },
    );
  }
}

function assertOurs(db: Connection): void {
  if (statSync(db.path).size === 0) {
    throw new TidemarkError("TM_STORE_CORRUPT", `The store ${db.path} is an empty file.`, {
      hint: errorCodes.TM_STORE_CORRUPT.remedy,
    });
  }
  if (readApplicationId(db) !== applicationId) {
    throw new TidemarkError(
      "TM_STORE_CORRUPT",
      `The file ${db.path} is a SQLite database of another program, or its head is damaged.`,
      { hint: "Name another path under `store`. The file was not changed." },
    );
  }
  const version = readVersion(db);
  if (version > newestVersion) {
    throw new TidemarkError(
      "TM_STORE_NEWER",
      `The store ${db.path} is of version ${version}; this Tidemark knows versions up to ${newestVersion}.`,
      {
        hint: "Use the Tidemark that wrote it or a later one, or give this one a store of its own.",
      },
    );
  }
}

/** About 0.4 s of reading; more would be felt at every start. */
const wholeCheckMaxBytes = 256 * 1024 * 1024;

/** What decides what is done next. The history is far larger, and is read only to be shown. */
const stateTables = [
  "timeline_runs",
  "sightings",
  "deadline_eras",
  "exclusions",
  "slos",
  "incidents",
  "check_alert_states",
  "deliveries",
  "configuration",
] as const;

/**
 * Reads the b-trees and looks for pages that are missing, out of order or not what they should be
 * (`quick_check`: `integrity_check` without comparing indexes with rows, which costs several times
 * more). A small store is read whole; of a large one only the tables of state, so that a start takes no
 * longer for a long history. A damaged page of the rest is found when it is read.
 */
export function assertSound(db: Connection, maxBytes: number = wholeCheckMaxBytes): void {
  const pages =
    (db.get("PRAGMA page_count") as { page_count: number } | undefined)?.page_count ?? 0;
  const pageBytes =
    (db.get("PRAGMA page_size") as { page_size: number } | undefined)?.page_size ?? 0;
  const scopes = pages * pageBytes <= maxBytes ? ["1"] : stateTables.map((table) => `'${table}'`);
  for (const scope of scopes) {
    const findings = db.all(`PRAGMA quick_check(${scope})`) as readonly { quick_check: string }[];
    if (findings.some((finding) => finding.quick_check !== "ok")) {
      throw new TidemarkError("TM_STORE_CORRUPT", `The store ${db.path} is damaged.`, {
        hint: errorCodes.TM_STORE_CORRUPT.remedy,
      });
    }
  }
}

/** SQLite opens a file that it may not write as read-only without a word; one write tells. */
export function assertTakesWrites(db: Connection): void {
  db.exec(`PRAGMA user_version = ${readVersion(db)}`);
}
