import type { ConfigurationFile, ConfigurationFiles } from "../../core/store.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { fromJson, toJson } from "./columns.ts";

export class SqliteConfigurationFiles implements ConfigurationFiles {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  keep(files: readonly ConfigurationFile[], atMs: EpochMs): Promise<void> {
    return this.#access.write((db) => {
      db.run(
        `INSERT INTO configuration (id, files, kept_ms) VALUES (1, ?, ?)
         ON CONFLICT (id) DO UPDATE SET files = excluded.files, kept_ms = excluded.kept_ms`,
        [toJson(files.map(({ path, text }) => ({ path, text }))), atMs],
      );
    });
  }

  lastGood(): Promise<readonly ConfigurationFile[] | null> {
    return this.#access.read((db) => {
      const row = db.get("SELECT files FROM configuration WHERE id = 1") as
        | { files: string }
        | undefined;
      return row === undefined ? null : (fromJson(row.files) as readonly ConfigurationFile[]);
    });
  }
}
