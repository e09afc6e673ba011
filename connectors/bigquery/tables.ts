import type { Clock } from "../../src/core/clock.ts";
import { ConnectorError, type DatasetRef } from "../../src/core/connector.ts";
import type { Measured, MeasurementFailure } from "../../src/core/measurement.ts";
import type { DurationMs, EpochMs } from "../../src/core/vocabulary.ts";
import type { CallDeadline } from "../_shared/deadline.ts";
import type { BigquerySettings, TablePath } from "./config.ts";
import { tablePath } from "./dialect.ts";
import { ApiError, asConnectorError } from "./failures.ts";
import { orStop, type Rest } from "./rest.ts";
import { type Table, table } from "./wire.ts";

/** Where a table is, all three parts of it. */
export interface TableName extends TablePath {
  readonly table: string;
}

/** What `tables.get` answers, and when it was asked. */
export interface TableAnswer {
  readonly table: Table;
  readonly atMs: EpochMs;
}

/** How many tables are asked for at once; 100 requests a second are allowed. */
const atOnce = 8;
/** The columns and the statistics of a table are asked for side by side. An older answer would be one of another probe. */
const sharedMs: DurationMs = 1_000;

/** Reads tables' metadata, by `tables.get`, for which nothing is billed. */
export class Tables {
  readonly #rest: Rest;
  readonly #settings: BigquerySettings;
  readonly #clock: Clock;
  /** What is under way, by path. */
  readonly #asking = new Map<
    string,
    { readonly sinceMs: DurationMs; readonly answer: Promise<TableAnswer> }
  >();

  constructor(rest: Rest, settings: BigquerySettings, clock: Clock) {
    this.#rest = rest;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** What `read` makes of each dataset, in the order asked, some at once. Throws what concerns more than one of them. */
  async each<T>(
    datasets: readonly DatasetRef[],
    read: (dataset: DatasetRef) => Promise<Measured<T>>,
  ): Promise<readonly { readonly datasetId: string; readonly value: Measured<T> }[]> {
    const answers = new Map<DatasetRef, Measured<T>>();
    const waiting = [...datasets];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        answers.set(next, await read(next).catch(ofOneDataset));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker)).finally(() => {
      // What failed for all of them is not asked for the others as well.
      waiting.length = 0;
    });
    return datasets.map((dataset) => ({
      datasetId: dataset.id,
      value: answers.get(dataset) ?? { ok: false, failure: lost },
    }));
  }

  /** Null where the name has one part and the connection no dataset. */
  nameOf(parts: readonly string[]): TableName | null {
    const [name = "", dataset, project] = tablePath(parts).toReversed();
    const { project: billed, dataset: usual } = this.#settings;
    return dataset === undefined
      ? usual && { ...usual, table: name }
      : { project: project ?? billed, dataset, table: name };
  }

  /** Those who ask for a table at the same time share one request. Throws `ApiError` and what `Rest` throws. */
  async get(parts: readonly string[], deadline: CallDeadline): Promise<TableAnswer> {
    const name = this.nameOf(parts);
    if (name === null) {
      throw new ConnectorError(nowhere);
    }
    const path = ["projects", name.project, "datasets", name.dataset, "tables", name.table];
    const key = JSON.stringify(path);
    const sinceMs = this.#clock.monotonicMs();
    const other = this.#asking.get(key);
    if (other !== undefined && sinceMs - other.sinceMs < sharedMs) {
      // It fails when the call that it was made for ends, which is no reason for this one to.
      const shared = await orStop(deadline, () => other.answer.catch(() => null));
      if (shared !== null) {
        return shared;
      }
    }
    const own = { sinceMs, answer: this.#ask(path, deadline) };
    this.#asking.set(key, own);
    try {
      return await own.answer;
    } finally {
      if (this.#asking.get(key) === own) {
        this.#asking.delete(key);
      }
    }
  }

  async #ask(path: readonly string[], deadline: CallDeadline): Promise<TableAnswer> {
    const atMs = this.#clock.now();
    const answer = await this.#rest.call({ method: "GET", path }, deadline);
    return { table: table.parse(answer.body), atMs };
  }
}

const nowhere: MeasurementFailure = {
  kind: "not_found",
  message: "The table's name has one part, and the connection names no dataset.",
  hint: "Write `table: dataset.table`, or give the connection's `dataset`.",
};
const lost: MeasurementFailure = { kind: "internal", message: "The table was not asked for." };

const kindsOfOne: ReadonlySet<string> = new Set(["invalid_query", "not_found", "permission"]);

/** Whoever may not even sign in learns nothing of any table. */
function ofOneDataset(error: unknown): {
  readonly ok: false;
  readonly failure: MeasurementFailure;
} {
  const { failure } = asConnectorError(error);
  const isOfApi = error instanceof ApiError || error instanceof ConnectorError;
  if (!isOfApi || !kindsOfOne.has(failure.kind)) {
    throw error;
  }
  return { ok: false, failure };
}
