import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { archives, type Feed, feeds, type SpellLoad } from "./feeds.ts";

/** No glob of the mesh reaches into it. */
const staging = ".staging";

/**
 * Where data lands: writes rows of the real data sets as new files, as producers load a lake. Every file is
 * written elsewhere and moved into place, so that a probe never reads half of one.
 */
export class Landing implements AsyncDisposable {
  readonly #dir: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  /** Reads the data sets into memory, and makes a folder in `dir` for each of them. */
  static async open(dir: string): Promise<Landing> {
    const folders = [...feeds.map(({ name }) => name), ...archives.map(({ folder }) => folder)];
    for (const folder of [staging, ...folders]) {
      await mkdir(join(dir, folder), { recursive: true });
    }
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const connection = await instance.connect();
    await connection.run("set TimeZone = 'UTC'");
    for (const feed of feeds) {
      const rows = feed.rows((file) => quoted(sourcePath(file)));
      await connection.run(`create table ${tableOf(feed)} as ${rows}`);
    }
    return new Landing(dir, instance, connection);
  }

  private constructor(dir: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#dir = dir;
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Delivers the data sets that do not change. */
  async deliverArchives(): Promise<void> {
    for (const { file, folder } of archives) {
      const staged = join(this.#dir, staging, file);
      await copyFile(sourcePath(file), staged);
      await rename(staged, join(this.#dir, folder, file));
    }
  }

  async countRows(feed: Feed): Promise<number> {
    const reader = await this.#connection.runAndReadAll(`select count(*) from ${tableOf(feed)}`);
    return Number(reader.value(0, 0));
  }

  /** Writes the rows [from, to) of `feed` as `file`, over the one that is there. */
  async write(
    feed: Feed,
    file: string,
    spell: SpellLoad,
    rows: { readonly from: number; readonly to: number },
    atMs: number,
  ): Promise<void> {
    const batch = `(from ${tableOf(feed)} where n >= ${rows.from} and n < ${rows.to})`;
    const select = spell(batch, new Date(atMs).toISOString());
    const staged = join(this.#dir, staging, file);
    await this.#connection.run(`copy (${select}) to ${quoted(staged)} (format ${feed.format})`);
    await rename(staged, join(this.#dir, feed.name, file));
  }

  async remove(feed: Feed, file: string): Promise<void> {
    await rm(join(this.#dir, feed.name, file), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

function tableOf(feed: Feed): string {
  return `"${feed.name}"`;
}

function sourcePath(file: string): string {
  // The package exports its code alone; the data lies beside it.
  return fileURLToPath(new URL(`../data/${file}`, import.meta.resolve("vega-datasets")));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
