import type { Store, StoreParts } from "../../core/store.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import { type Access, SerialAccess } from "./access.ts";
import { SqliteConfigurationFiles } from "./configuration.ts";
import type { Connection } from "./connection.ts";
import { SqliteIncidents } from "./incidents.ts";
import { SqliteOutbox } from "./outbox.ts";
import { prune } from "./prune.ts";
import { SqliteResults } from "./results.ts";
import { SqliteSlots } from "./slots.ts";
import { SqliteTimelines } from "./timelines.ts";
import type { WriterLock } from "./writer-lock.ts";

export class SqliteStore implements Store {
  readonly slots: StoreParts["slots"];
  readonly results: StoreParts["results"];
  readonly timelines: StoreParts["timelines"];
  readonly incidents: StoreParts["incidents"];
  readonly outbox: StoreParts["outbox"];
  readonly configuration: StoreParts["configuration"];
  readonly #access: SerialAccess;
  /** Null when the store was opened for reading only. */
  readonly #lock: WriterLock | null;

  constructor(db: Connection, lock: WriterLock | null) {
    this.#lock = lock;
    this.#access = new SerialAccess(db, lock === null);
    const parts = partsOver(this.#access);
    this.slots = parts.slots;
    this.results = parts.results;
    this.timelines = parts.timelines;
    this.incidents = parts.incidents;
    this.outbox = parts.outbox;
    this.configuration = parts.configuration;
  }

  transaction<T>(work: (parts: StoreParts) => Promise<T>): Promise<T> {
    return this.#access.transaction((access) => work(partsOver(access)));
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

function partsOver(access: Access): StoreParts {
  return {
    slots: new SqliteSlots(access),
    results: new SqliteResults(access),
    timelines: new SqliteTimelines(access),
    incidents: new SqliteIncidents(access),
    outbox: new SqliteOutbox(access),
    configuration: new SqliteConfigurationFiles(access),
  };
}
