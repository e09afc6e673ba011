import type { Renames } from "../../core/mesh.ts";
import type { Store, StoreParts } from "../../core/store.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import { type Access, SerialAccess } from "./access.ts";
import { SqliteConfigurationFiles } from "./configuration.ts";
import type { Connection } from "./connection.ts";
import { SqliteCosts } from "./costs.ts";
import { SqliteExclusions } from "./exclusions.ts";
import { SqliteIncidents } from "./incidents.ts";
import { SqliteOutbox } from "./outbox.ts";
import { prune } from "./prune.ts";
import { rename } from "./rename.ts";
import { SqliteResults } from "./results.ts";
import { SqliteSlots } from "./slots.ts";
import { SqliteTimelines } from "./timelines.ts";
import type { WriterLock } from "./writer-lock.ts";

/** What a connection may do, and what is let go with it. */
interface SqliteStoreRights {
  readonly lock: WriterLock | null;
  readonly isReadOnly: boolean;
}

export class SqliteStore implements Store {
  readonly slots: StoreParts["slots"];
  readonly results: StoreParts["results"];
  readonly timelines: StoreParts["timelines"];
  readonly exclusions: StoreParts["exclusions"];
  readonly incidents: StoreParts["incidents"];
  readonly outbox: StoreParts["outbox"];
  readonly costs: StoreParts["costs"];
  readonly configuration: StoreParts["configuration"];
  readonly #access: SerialAccess;
  /** Null when it is not the one that serves. */
  readonly #lock: WriterLock | null;

  constructor(db: Connection, { lock, isReadOnly }: SqliteStoreRights) {
    this.#lock = lock;
    this.#access = new SerialAccess(db, isReadOnly);
    const parts = partsOver(this.#access);
    this.slots = parts.slots;
    this.results = parts.results;
    this.timelines = parts.timelines;
    this.exclusions = parts.exclusions;
    this.incidents = parts.incidents;
    this.outbox = parts.outbox;
    this.costs = parts.costs;
    this.configuration = parts.configuration;
  }

  transaction<T>(work: (parts: StoreParts) => Promise<T>): Promise<T> {
    return this.#access.transaction((access) => work(partsOver(access)));
  }

  rename(renames: Renames): Promise<number> {
    return this.#access.write((db) => rename(db, renames));
  }

  foreignVersion(): Promise<number> {
    return this.#access.read(readForeignVersion);
  }

  prune(beforeMs: EpochMs): Promise<number> {
    return prune(this.#access, beforeMs);
  }

  /** Waits for the calls before it, then lets another process write. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#access.close();
    } finally {
      this.#lock?.[Symbol.dispose]();
    }
  }
}

/** Stays the same for what this connection writes itself (https://www.sqlite.org/pragma.html#pragma_data_version). */
function readForeignVersion(db: Connection): number {
  return (db.get("PRAGMA data_version") as { data_version: number } | undefined)?.data_version ?? 0;
}

function partsOver(access: Access): StoreParts {
  return {
    slots: new SqliteSlots(access),
    results: new SqliteResults(access),
    timelines: new SqliteTimelines(access),
    exclusions: new SqliteExclusions(access),
    incidents: new SqliteIncidents(access),
    outbox: new SqliteOutbox(access),
    costs: new SqliteCosts(access),
    configuration: new SqliteConfigurationFiles(access),
    rename: (renames) => access.write((db) => rename(db, renames)),
  };
}
