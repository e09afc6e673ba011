/**
 * Catalogue reads. Everything that asks for a table's columns on one connection, while the read waits for its
 * place among the connection's statements, is answered by one `describe`: a tick with a thousand due datasets
 * reads the catalogue once. It asks for its place before the figures of the first run do, so that no run
 * waits for it at the end.
 *
 * Files and queries are no part of a catalogue, and each costs a statement of its own. Those are asked for one
 * by one, so that they run side by side and a slow one delays its own dataset only.
 */
import type { LimitFunction } from "p-limit";
import type { DatasetColumns, DatasetRef } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { CatalogueColumn, Measured } from "../core/measurement.ts";
import { failureOf, internalFailure } from "./measure.ts";

type Columns = Measured<readonly CatalogueColumn[]>;

interface Waiting {
  readonly ref: DatasetRef;
  readonly resolve: (columns: Columns) => void;
}

export class CatalogueReader {
  readonly #gate: LimitFunction;
  readonly #logger: Logger;
  readonly #describe: (datasets: readonly DatasetRef[]) => Promise<readonly DatasetColumns[]>;
  #waiting: Waiting[] = [];

  constructor(
    gate: LimitFunction,
    logger: Logger,
    describe: (datasets: readonly DatasetRef[]) => Promise<readonly DatasetColumns[]>,
  ) {
    this.#gate = gate;
    this.#logger = logger;
    this.#describe = describe;
  }

  /** Never rejects: a failed read is a failed measurement of each dataset. */
  columnsOf(ref: DatasetRef): Promise<Columns> {
    return new Promise((resolve) => {
      if (ref.source.kind !== "table") {
        void this.#gate(() => this.#read([{ ref, resolve }]));
        return;
      }
      this.#waiting.push({ ref, resolve });
      if (this.#waiting.length === 1) {
        void this.#gate(() => this.#read(this.#waiting.splice(0)));
      }
    });
  }

  async #read(waiting: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#describe(waiting.map(({ ref }) => ref));
      const byDataset = new Map(answers.map((answer) => [answer.datasetId, answer.columns]));
      for (const { ref, resolve } of waiting) {
        resolve(
          byDataset.get(ref.id) ?? {
            ok: false,
            failure: internalFailure("The catalogue's answer left the dataset out."),
          },
        );
      }
    } catch (error) {
      const failure = failureOf(error, this.#logger);
      for (const { resolve } of waiting) {
        resolve({ ok: false, failure });
      }
    }
  }
}
