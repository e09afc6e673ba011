import type { Clock } from "../../src/core/clock.ts";
import { type ConnectionStage, ConnectorError } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import type { FailureKind } from "../../src/core/vocabulary.ts";
import type { CallDeadline } from "./deadline.ts";
import { stoppedFailure } from "./failures.ts";

/** What a stage of testing the connection found. */
export type Finding = Pick<ConnectionStage, "status" | "message" | "hint">;

export interface StagesOptions {
  readonly clock: Clock;
  readonly failureOf: (error: unknown) => MeasurementFailure;
  /** Ends stages that know no end of their own. */
  readonly deadline?: CallDeadline;
}

/** The stages of testing a connection, one after another; those after a failed one are `notRun`. */
export class Stages {
  readonly found: ConnectionStage[] = [];
  readonly #options: StagesOptions;

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  /** What `work` throws is what the stage found: never rejects. */
  async go(name: ConnectionStage["name"], work: () => Promise<Finding>): Promise<void> {
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    const isOver = this.found.some(({ status }) => status === "failed");
    const finding = isOver ? notRun : await this.#find(work);
    this.found.push({ name, ...finding, durationMs: clock.monotonicMs() - startedMs });
  }

  async #find(work: () => Promise<Finding>): Promise<Finding> {
    const { deadline, failureOf } = this.#options;
    try {
      if (deadline === undefined) {
        return await work();
      }
      const end = await deadline.race(work());
      if (end.isStopped) {
        throw new ConnectorError(stoppedFailure(end.reason));
      }
      return end.value;
    } catch (error) {
      return failed(failureOf(error));
    }
  }
}

const notRun: Finding = {
  status: "notRun",
  message: "Not tried, because an earlier stage failed.",
};

export function failed({ message, hint, code }: MeasurementFailure): Finding {
  return {
    status: "failed",
    message: code === undefined ? message : `${message} (${code})`,
    ...(hint === undefined ? {} : { hint }),
  };
}

const mostNamed = 5;

/** `2 of 3 datasets cannot be read: orders/orders (permission), orders/returns (not_found)`. */
export function unreadableText(
  unreadable: readonly { readonly datasetId: string; readonly kind: FailureKind }[],
  datasetCount: number,
): string {
  const named = unreadable
    .slice(0, mostNamed)
    .map(({ datasetId, kind }) => `${datasetId} (${kind})`);
  const more = unreadable.length > mostNamed ? ", …" : "";
  return `${unreadable.length} of ${datasetCount} datasets cannot be read: ${named.join(", ")}${more}`;
}
