import { access, constants } from "node:fs/promises";
import {
  type CallOptions,
  type ConnectionStage,
  type Connector,
  type ConnectorContext,
  ConnectorError,
  type DatasetColumns,
  type DatasetRef,
  type DatasetSource,
  type DatasetStatistics,
  type QueryResult,
  type Statistics,
} from "../../src/core/connector.ts";
import type { Measured } from "../../src/core/measurement.ts";
import { type Finding, Stages } from "../_shared/stages.ts";
import { bounded } from "./bounded.ts";
import { type Columns, describeTables, textOf } from "./catalogue.ts";
import { dialect, filesProblem, folderOf, globList, quoteText } from "./dialect.ts";
import { Engine, type EngineOptions, type Lease } from "./engine.ts";
import { hasNoFiles, noFiles, toConnectorError } from "./failures.ts";
import { answerOfNothing, guard } from "./guard.ts";
import { fetchRows } from "./rows.ts";
import { filesQuery, filesStatistics, tableStatistics } from "./statistics.ts";

export class DuckdbConnector implements Connector {
  readonly #path: string | null;
  readonly #engine: Engine;
  readonly #clock: ConnectorContext["clock"];
  /** The globs of each dataset of files. */
  readonly #fileSets: readonly (readonly string[])[];

  constructor(
    options: Omit<EngineOptions, "globs">,
    { clock, datasets }: Pick<ConnectorContext, "clock" | "datasets">,
  ) {
    this.#path = options.path;
    this.#clock = clock;
    this.#fileSets = datasets
      .map(({ source }) => (source.kind === "files" ? source.globs : []))
      .filter((globs) => filesProblem(globs) === null);
    this.#engine = new Engine({ ...options, globs: this.#fileSets.flat() });
  }

  async query(
    sql: string,
    options: CallOptions & { readonly maxRows: number },
  ): Promise<QueryResult> {
    return this.#call(options, async (lease) => {
      const select = await guard(lease.connection, sql);
      return (await this.#read(lease, sql, options.maxRows)) ?? answerOfNothing(select);
    });
  }

  async describe(
    datasets: readonly DatasetRef[],
    options: CallOptions,
  ): Promise<readonly DatasetColumns[]> {
    return this.#call(options, async (lease) => {
      const tables = await describeTables(lease, datasets, this.#clock.now());
      const answers: DatasetColumns[] = [];
      for (const dataset of datasets) {
        const columns = tables.get(dataset.id) ?? (await this.#describeRelation(lease, dataset));
        answers.push({ datasetId: dataset.id, columns });
      }
      return answers;
    });
  }

  async statistics(
    datasets: readonly DatasetRef[],
    options: CallOptions,
  ): Promise<readonly DatasetStatistics[]> {
    return this.#call(options, async (lease) => {
      const tables = await tableStatistics(lease, datasets, this.#clock.now());
      const answers: DatasetStatistics[] = [];
      for (const { id, source } of datasets) {
        const statistics = tables.get(id) ?? (await this.#statisticsOf(lease, source));
        answers.push({ datasetId: id, statistics });
      }
      return answers;
    });
  }

  async testConnection(options: CallOptions): Promise<readonly ConnectionStage[]> {
    const failureOf = (error: unknown) => toConnectorError(error).failure;
    const stages = new Stages({ clock: this.#clock, failureOf });
    await stages.go("reach", () => this.#reach());
    await stages.go("access", async () => {
      await this.query("select 1", { ...options, maxRows: 1 });
      return { status: "ok", message: "DuckDB opens it read-only, and answers." };
    });
    return stages.found;
  }

  /** Calls that still run go on to their bounds, and DuckDB is closed behind the last of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#engine.close();
  }

  async #call<T>(options: CallOptions, work: (lease: Lease) => Promise<T>): Promise<T> {
    return bounded(options, async (onStop) => {
      let lease: Lease | null = null;
      let isSound = true;
      try {
        lease = await this.#engine.lease();
        const { connection } = lease;
        onStop(() => connection.interrupt());
        if (options.timezone !== undefined && options.timezone !== "UTC") {
          await connection.run(`set session TimeZone = ${quoteText(options.timezone)}`);
        }
        return await work(lease);
      } catch (error) {
        const known = toConnectorError(error);
        isSound = known.kind !== "internal";
        throw known;
      } finally {
        lease?.release(isSound);
      }
    });
  }

  /**
   * A glob that matches nothing is no row, but to DuckDB it is an error, since it then knows no columns. So
   * it is left out of the statement; when no glob of the dataset matches anything, null is returned. So is a
   * single file that is missing, which to DuckDB lies outside of the fence; but when all are, the dataset is
   * not found. It is found in the statement by its list of globs, whose spelling is the dialect's own.
   */
  async #read(lease: Lease, sql: string, maxRows: number): Promise<QueryResult | null> {
    try {
      return await fetchRows(lease, sql, maxRows);
    } catch (error) {
      const globs = this.#fileSets.find((one) => sql.includes(globList(one)));
      if (globs === undefined) {
        throw error;
      }
      const missing = await missingFiles(globs);
      if (!hasNoFiles(error) && missing.length === 0) {
        throw error;
      }
      const rest = globs.filter((glob) => !missing.includes(glob));
      if (rest.length === 0) {
        throw new ConnectorError(noFiles, { cause: error });
      }
      const present = await globsWithFiles(lease, rest);
      if (present.length === 0) {
        await refuseUnreadable(rest);
        return null;
      }
      return fetchRows(
        lease,
        sql.replaceAll(globList(globs), () => globList(present)),
        maxRows,
      );
    }
  }

  async #describeRelation(lease: Lease, { source }: DatasetRef): Promise<Columns> {
    const atMs = this.#clock.now();
    try {
      const relation = dialect.relation(source);
      const sql = `select column_name, column_type from (describe select * from ${relation})`;
      await guard(lease.connection, sql);
      const result = await this.#read(lease, sql, Number.POSITIVE_INFINITY);
      if (result === null) {
        return { ok: false, failure: noFiles };
      }
      const value = result.rows.map(([name, type]) => ({
        name: textOf(name),
        type: textOf(type),
        nullable: null,
      }));
      return { ok: true, value, atMs };
    } catch (error) {
      return { ok: false, failure: toConnectorError(error).failure };
    }
  }

  /** Of a query nothing is known without running it. */
  async #statisticsOf(lease: Lease, source: DatasetSource): Promise<Measured<Statistics>> {
    const atMs = this.#clock.now();
    if (source.kind !== "files") {
      return { ok: true, value: {}, atMs };
    }
    try {
      const { globs } = source;
      const sql = filesQuery(globs);
      // Asked for sizes alone, DuckDB takes a file that is missing for none.
      if ((await missingFiles(globs)).length === globs.length) {
        return { ok: false, failure: noFiles };
      }
      return { ok: true, value: filesStatistics(await this.#read(lease, sql, 1)), atMs };
    } catch (error) {
      return { ok: false, failure: toConnectorError(error).failure };
    }
  }

  /** Without a database, folders that are not there yet are only worth a warning: they hold no rows. */
  async #reach(): Promise<Finding> {
    if (this.#path !== null) {
      await access(this.#path, constants.R_OK);
      return { status: "ok", message: "The database file is there and may be read." };
    }
    const folders = new Set(this.#fileSets.flat().map((glob) => folderOf(glob).folder));
    const missing: string[] = [];
    for (const folder of folders) {
      await access(folder, constants.R_OK | constants.X_OK).catch((error: unknown) => {
        const { kind } = toConnectorError(error);
        if (kind !== "not_found") {
          throw error;
        }
        missing.push(folder);
      });
    }
    return missing.length === 0
      ? { status: "ok", message: `Folders of files that may be read: ${folders.size}.` }
      : {
          status: "warning",
          message: `Folders of files that do not exist: ${missing.length} of ${folders.size}.`,
          hint: `Check the globs of datasets below ${missing.slice(0, 3).join(", ")}.`,
        };
  }
}

async function globsWithFiles(
  { connection }: Lease,
  globs: readonly string[],
): Promise<readonly string[]> {
  const items = globs.map((glob) => `exists (from glob(${quoteText(glob)}))`);
  const reader = await connection.runAndReadAll(`select ${items.join(", ")}`);
  return globs.filter((_, column) => reader.value(column, 0) === true);
}

/** Those of `globs` that name a single file, which is not there. */
async function missingFiles(globs: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const glob of globs.filter((one) => !folderOf(one).hasWildcard)) {
    await access(glob).catch((error: unknown) => {
      if (toConnectorError(error).kind === "not_found") {
        missing.push(glob);
      }
    });
  }
  return missing;
}

/** To DuckDB a folder that it may not list is empty. Throws the file system's error. */
async function refuseUnreadable(globs: readonly string[]): Promise<void> {
  for (const { folder } of globs.map(folderOf)) {
    await access(folder, constants.R_OK | constants.X_OK).catch((error: unknown) => {
      if (toConnectorError(error).kind !== "not_found") {
        throw error;
      }
    });
  }
}
