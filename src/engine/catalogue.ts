/** Reads of the catalogue and of the metadata's statistics, each in one call for many tables. */
import type { LimitFunction } from "p-limit";
import type {
  DatasetColumns,
  DatasetRef,
  DatasetStatistics,
  Statistics,
} from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { CatalogueColumn, Measured } from "../core/measurement.ts";
import { Batched } from "./batched.ts";

export class CatalogueReader {
  readonly #batched: Batched<readonly CatalogueColumn[]>;

  constructor(
    gate: LimitFunction,
    logger: Logger,
    describe: (datasets: readonly DatasetRef[]) => Promise<readonly DatasetColumns[]>,
  ) {
    this.#batched = new Batched({
      gate,
      logger,
      name: "catalogue",
      read: async (refs) =>
        new Map((await describe(refs)).map(({ datasetId, columns }) => [datasetId, columns])),
    });
  }

  /** Never rejects: a failed read is a failed measurement of each dataset. */
  columnsOf(ref: DatasetRef): Promise<Measured<readonly CatalogueColumn[]>> {
    return this.#batched.answerOf(ref);
  }
}

export class StatisticsReader {
  readonly #batched: Batched<Statistics>;

  constructor(
    gate: LimitFunction,
    logger: Logger,
    statistics: (datasets: readonly DatasetRef[]) => Promise<readonly DatasetStatistics[]>,
  ) {
    this.#batched = new Batched({
      gate,
      logger,
      name: "metadata",
      read: async (refs) =>
        new Map((await statistics(refs)).map((answer) => [answer.datasetId, answer.statistics])),
    });
  }

  /** Never rejects, as `columnsOf`. */
  statisticsOf(ref: DatasetRef): Promise<Measured<Statistics>> {
    return this.#batched.answerOf(ref);
  }
}
