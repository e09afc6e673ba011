/**
 * Catalogue reads, gathered: everything that asks for columns of one connection in the same turn of the
 * event loop is answered by one `describe`, so that a tick with a thousand due datasets reads the
 * catalogue once.
 */
import type { CatalogueColumn, Measured } from "../core/check.ts";
import type { DatasetColumns, DatasetRef } from "../core/connector.ts";
import { failureOf, internalFailure } from "./measure.ts";

type Columns = Measured<readonly CatalogueColumn[]>;

interface Waiting {
  readonly ref: DatasetRef;
  readonly resolve: (columns: Columns) => void;
}

export class CatalogueReader {
  readonly #describe: (datasets: readonly DatasetRef[]) => Promise<readonly DatasetColumns[]>;
  #waiting: Waiting[] = [];

  constructor(describe: (datasets: readonly DatasetRef[]) => Promise<readonly DatasetColumns[]>) {
    this.#describe = describe;
  }

  /** Never rejects: a failed read is a failed measurement of each dataset. */
  columnsOf(ref: DatasetRef): Promise<Columns> {
    return new Promise((resolve) => {
      this.#waiting.push({ ref, resolve });
      if (this.#waiting.length === 1) {
        setImmediate(() => void this.#flush());
      }
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
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
      const failure = failureOf(error);
      for (const { resolve } of waiting) {
        resolve({ ok: false, failure });
      }
    }
  }
}
