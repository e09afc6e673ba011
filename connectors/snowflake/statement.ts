import { ConnectorError } from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import { pause } from "../_shared/pause.ts";
import type { Parameters } from "./parameters.ts";
import type { Connection, SdkStatement } from "./sdk.ts";
import { type Field, toSqlValue } from "./values.ts";

export interface Answer {
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly SqlValue[])[];
  readonly isTruncated: boolean;
}

export interface Request {
  readonly text: string;
  readonly parameters: Parameters;
  /** Rows after this many are not fetched. */
  readonly maxRows?: number | undefined;
  /** Only what the columns would be is asked for: the statement is compiled, needs no warehouse, and does not run. */
  readonly isDescribed?: boolean | undefined;
}

/** A cancel is sent again while its statement goes on: one that overtakes it finds nothing to cancel. */
const cancelEveryMs = 100;
/** How long the end of a cancelled statement is waited for. */
const cancelBoundMs = 3_000;
/** Between two cancels of a statement whose end is not waited for, when they are answered and when they are not. */
const chaseEveryMs = 1_000;
const silenceBoundMs = 5_000;
/** Longer than the driver goes on repeating a request. */
const chaseBoundMs = 900_000;

/**
 * One statement on its way. It is sent as a synchronous one, which Snowflake answers in one round trip when it takes
 * less than 45 s and names to be asked for again when it takes longer. A cancel finds it from the beginning, by the
 * request's own id, so that nothing is gained by sending it as an asynchronous one and polling for its end.
 */
export class RunningStatement {
  readonly answer: Promise<Answer>;
  #statement: SdkStatement | null = null;
  /** Resolved when the server has answered or will not: what it answered is still to be fetched. */
  readonly #over = Promise.withResolvers<void>();
  #isStopped = false;
  #isOver = false;

  constructor(connection: Connection, request: Request) {
    this.answer = this.#run(connection, request);
    this.answer.catch(() => undefined);
  }

  /** Cancels it on the server, and returns when it is over (true) or when it is no use to wait. Throws nothing. */
  async stop(): Promise<boolean> {
    this.#isStopped = true;
    const bound = new AbortController();
    const timer = setTimeout(() => bound.abort(), cancelBoundMs);
    try {
      while (!this.#isOver && !bound.signal.aborted) {
        await this.#wait(bound.signal, this.#cancel());
        await this.#wait(bound.signal, pause(cancelEveryMs));
      }
    } finally {
      clearTimeout(timer);
    }
    return this.#isOver;
  }

  /**
   * Goes on cancelling until it is over. The driver repeats a request that got no answer, for a minute after refusals and
   * for ten after silence, and cannot be told to leave it: once the network is back the statement would run although
   * nobody waits for it. Throws nothing, and keeps no process alive.
   */
  async chase(): Promise<void> {
    const bound = new AbortController();
    const timer = setTimeout(() => bound.abort(), chaseBoundMs).unref();
    while (!this.#isOver && !bound.signal.aborted) {
      await Promise.race([this.#over.promise, this.#cancel(), pause(silenceBoundMs)]);
      await Promise.race([this.#over.promise, pause(chaseEveryMs)]);
    }
    clearTimeout(timer);
  }

  #cancel(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#statement === null) {
        resolve();
      } else {
        this.#statement.cancel(() => resolve());
      }
    });
  }

  /** Until `work` or the statement is over; a cancel's answer may never come. */
  async #wait(bound: AbortSignal, work: Promise<unknown>): Promise<void> {
    if (bound.aborted) {
      return;
    }
    const given = Promise.withResolvers<void>();
    const giveUp = () => given.resolve();
    bound.addEventListener("abort", giveUp, { once: true });
    await Promise.race([work, this.#over.promise, given.promise]);
    bound.removeEventListener("abort", giveUp);
  }

  async #run(connection: Connection, request: Request): Promise<Answer> {
    const statement = await this.#execute(connection, request).finally(() => {
      this.#isOver = true;
      this.#over.resolve();
    });
    const fields = (statement.getColumns() ?? []).map((column) => ({
      name: column.getName(),
      type: column.getType().toLowerCase(),
      precision: column.getPrecision() ?? null,
      scale: column.getScale() ?? null,
    }));
    const total = request.isDescribed === true ? 0 : (statement.getNumRows() ?? 0);
    const wanted = Math.min(total, request.maxRows ?? Number.POSITIVE_INFINITY);
    const rows = wanted === 0 ? [] : await this.#fetch(statement, fields, wanted);
    return { fields, rows, isTruncated: wanted < total };
  }

  #execute(connection: Connection, request: Request): Promise<SdkStatement> {
    return new Promise((resolve, reject) => {
      const { text, parameters, isDescribed } = request;
      this.#statement = connection.execute({
        sqlText: text,
        parameters: { ...parameters },
        // The callback comes before the rows are fetched, and so do errors.
        streamResult: true,
        ...(isDescribed === true ? { describeOnly: true } : {}),
        complete: (error, statement) => {
          if (error) {
            reject(error);
          } else {
            resolve(statement as unknown as SdkStatement);
          }
        },
      }) as unknown as SdkStatement;
    });
  }

  /** Only chunks with rows that are wanted are downloaded. */
  #fetch(
    statement: SdkStatement,
    fields: readonly Field[],
    wanted: number,
  ): Promise<readonly (readonly SqlValue[])[]> {
    const rows: SqlValue[][] = [];
    return new Promise((resolve, reject) => {
      let broken: unknown = null;
      statement.fetchRows({
        endIndex: wanted - 1,
        each: ({ values }) => {
          try {
            rows.push(fields.map((field, column) => toSqlValue(field, values[column])));
          } catch (error) {
            broken = error;
          }
          return broken === null && !this.#isStopped;
        },
        end: (error) => {
          const failure = error ?? broken ?? (rows.length < wanted ? incomplete() : null);
          if (failure === null) {
            resolve(rows);
          } else {
            reject(failure);
          }
        },
      });
    });
  }
}

/** The driver ends without a word when a chunk of the result cannot be downloaded. */
function incomplete(): ConnectorError {
  return new ConnectorError({
    kind: "unreachable",
    message: "A part of the result could not be downloaded from the account's cloud storage.",
    hint: "Let this machine reach the hosts that SYSTEM$ALLOWLIST() names, of type STAGE.",
  });
}
