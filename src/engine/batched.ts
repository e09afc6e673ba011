/**
 * Reads that one call answers for many datasets: the catalogue, and the metadata's statistics. Everything that asks
 * for a table on one connection, while the read waits for its place among the connection's statements, is answered by
 * one call: a tick with a thousand due datasets reads once. It asks for its place before the figures of the first run
 * do, so that no run waits for it at the end.
 *
 * Files and queries are no part of a catalogue, and each costs a statement of its own. Those are asked for one by one,
 * so that they run side by side and a slow one delays its own dataset only.
 */
import type { LimitFunction } from "p-limit";
import type { DatasetRef } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { Measured } from "../core/measurement.ts";
import { failureOf, internalFailure } from "./measure.ts";

export interface BatchedOptions<T> {
  readonly gate: LimitFunction;
  readonly logger: Logger;
  /** What is read, for people: `catalogue`. */
  readonly name: string;
  /** The answers by dataset id; those that are left out are failures. */
  readonly read: (datasets: readonly DatasetRef[]) => Promise<ReadonlyMap<string, Measured<T>>>;
}

interface Waiting<T> {
  readonly ref: DatasetRef;
  readonly resolve: (answer: Measured<T>) => void;
}

export class Batched<T> {
  readonly #options: BatchedOptions<T>;
  #waiting: Waiting<T>[] = [];

  constructor(options: BatchedOptions<T>) {
    this.#options = options;
  }

  /** Never rejects: a failed read is a failed measurement of each dataset. */
  answerOf(ref: DatasetRef): Promise<Measured<T>> {
    const { gate } = this.#options;
    return new Promise((resolve) => {
      if (ref.source.kind !== "table") {
        void gate(() => this.#read([{ ref, resolve }]));
        return;
      }
      this.#waiting.push({ ref, resolve });
      if (this.#waiting.length === 1) {
        void gate(() => this.#read(this.#waiting.splice(0)));
      }
    });
  }

  async #read(waiting: readonly Waiting<T>[]): Promise<void> {
    const { read, logger, name } = this.#options;
    try {
      const answers = await read(waiting.map(({ ref }) => ref));
      for (const { ref, resolve } of waiting) {
        resolve(
          answers.get(ref.id) ?? {
            ok: false,
            failure: internalFailure(`The answer of the ${name} left the dataset out.`),
          },
        );
      }
    } catch (error) {
      const failure = failureOf(error, logger);
      for (const { resolve } of waiting) {
        resolve({ ok: false, failure });
      }
    }
  }
}
