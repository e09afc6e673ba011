import type { Clock } from "../../src/core/clock.ts";
import { type CallOptions, ConnectorError, type QueryResult } from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";
import { pause } from "../_shared/pause.ts";
import type { BigquerySettings } from "./config.ts";
import { ApiError, asConnectorError } from "./failures.ts";
import { type JobReference, jobOf, newJobId, referenceOf } from "./jobs.ts";
import { KnownSelects, refuseUnlessSelect } from "./kinds.ts";
import { orStop, Rest } from "./rest.ts";
import { readRow } from "./values.ts";
import { type Field, type JobAnswer, jobAnswer, resultsPage } from "./wire.ts";

/** The client waits this much longer than the server, whose word says more. */
const clientGraceMs: DurationMs = 250;
/** A cancel and its effect are waited for this long. */
const cancelBoundMs: DurationMs = 2_000;
/** So long of it the answer to an insert may take, which says where the job is. */
const insertGraceMs: DurationMs = 1_000;
/** How often a cancelled job is looked at. */
const cancelPollMs: DurationMs = 50;
/** A job is asked for no more often, also where answers come at once though it still runs. */
const shortestPollMs: DurationMs = 200;
/** How long the server holds an answer back for a query that still runs. */
const longPollMs: DurationMs = 10_000;
/** Rows asked for at once; BigQuery sends fewer when they are large. */
const pageRows = 10_000;

/** What a dry run tells. It has no rows, which is not the same as none. */
export interface DryRun {
  /** Where the query would run; null where BigQuery does not say. */
  readonly location: string | null;
  readonly statementType: string;
  /** Null where BigQuery does not say. */
  readonly bytes: number | null;
  readonly fields: readonly Field[];
}

/**
 * Runs queries as jobs: states are inserted → running → done. Whatever ends a call before its job is done (an abort,
 * the timeout, a connection that stays cut) cancels the job and waits, within bounds, until it is.
 */
export class BigqueryDriver {
  readonly rest: Rest;
  readonly #settings: BigquerySettings;
  readonly #clock: Clock;
  readonly #selects = new KnownSelects();

  constructor(settings: BigquerySettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.rest = new Rest(settings);
  }

  /** Bounds `work` by the call's options. Throws `ConnectorError`, nothing else. */
  async bounded<T>(options: CallOptions, work: (deadline: CallDeadline) => Promise<T>): Promise<T> {
    const deadline = new CallDeadline(options.signal, Math.ceil(options.timeoutMs) + clientGraceMs);
    try {
      return await work(deadline);
    } catch (error) {
      throw asConnectorError(error);
    } finally {
      // Of several requests side by side others may be under way when one fails.
      deadline.giveUp();
    }
  }

  async query(
    sql: string,
    options: CallOptions & { readonly maxRows: number },
  ): Promise<QueryResult> {
    return this.bounded(options, async (deadline) => {
      const startedMs = this.#clock.monotonicMs();
      const location = await this.#refuseOthers(sql, options, deadline);
      const leftMs = options.timeoutMs - (this.#clock.monotonicMs() - startedMs);
      if (leftMs <= 0) {
        throw new ConnectorError(stoppedFailure("overdue"));
      }
      return this.#run(sql, options, { timeoutMs: leftMs, location }, deadline);
    });
  }

  /** What a statement is and would read, free of charge. */
  async dryRun(sql: string, options: CallOptions, deadline: CallDeadline): Promise<DryRun> {
    if (sql.includes("\0")) {
      const message = "The statement holds a NUL character, which BigQuery does not take.";
      throw new ConnectorError({ kind: "invalid_query", message });
    }
    const job = jobOf(sql, options, this.#settings, "dryRun");
    const { jobReference, statistics } = await this.#insert(job, deadline);
    return {
      location: jobReference?.location ?? null,
      statementType: statistics?.query?.statementType ?? "",
      bytes: statistics?.totalBytesProcessed ?? null,
      fields: statistics?.query?.schema?.fields ?? [],
    };
  }

  /**
   * BigQuery has no session that only reads, so that the kind of a statement is asked for before it runs, once for each
   * shape: scripts and several statements at once are of kind SCRIPT. Returns where such a statement runs, where that is
   * known.
   */
  async #refuseOthers(
    sql: string,
    options: CallOptions,
    deadline: CallDeadline,
  ): Promise<string | null> {
    const known = this.#selects.locationOf(sql);
    if (known !== undefined) {
      return known;
    }
    const { statementType, location } = await this.dryRun(sql, options, deadline);
    refuseUnlessSelect(statementType);
    this.#selects.add(sql, location);
    return location;
  }

  async #run(
    sql: string,
    options: CallOptions & { readonly maxRows: number },
    { timeoutMs, location }: { readonly timeoutMs: DurationMs; readonly location: string | null },
    deadline: CallDeadline,
  ): Promise<QueryResult> {
    const { project } = this.#settings;
    const jobId = newJobId(options.label);
    const job = jobOf(sql, options, this.#settings, { jobId, timeoutMs });
    const expected = {
      projectId: project,
      jobId,
      location: this.#settings.location ?? location,
    };
    const startedMs = this.#clock.monotonicMs();
    // Not stopped with the call, because what was sent may have begun: a cancel must come after it.
    const insertBound = new CallDeadline(new AbortController().signal, timeoutMs + cancelBoundMs);
    const inserting = this.#insertOnce(job, expected, insertBound);
    try {
      const reference = await orStop(deadline, () => inserting);
      return await this.#results(reference, options.maxRows, deadline);
    } catch (error) {
      await this.#settle(inserting, expected);
      const isOverdue = this.#clock.monotonicMs() - startedMs >= timeoutMs;
      throw isOverdue && wasStopped(error) ? overdue(error) : error;
    } finally {
      // No try of it may come after the cancel.
      insertBound.giveUp();
    }
  }

  async #insert(job: unknown, deadline: CallDeadline): Promise<JobAnswer> {
    const path = ["projects", this.#settings.project, "jobs"];
    const { body } = await this.rest.call({ method: "POST", path, json: job }, deadline);
    return jobAnswer.parse(body);
  }

  /** When an earlier try's answer was lost, the job is there already, and is joined. */
  async #insertOnce(
    job: unknown,
    expected: JobReference,
    deadline: CallDeadline,
  ): Promise<JobReference> {
    try {
      return referenceOf(await this.#insert(job, deadline), expected);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) {
        throw error;
      }
      const [, found] = /^Already Exists: Job .*:([\w-]+)\./.exec(error.message) ?? [];
      return { ...expected, location: found ?? expected.location };
    }
  }

  async #results(
    { projectId, jobId, location }: JobReference,
    maxRows: number,
    deadline: CallDeadline,
  ): Promise<QueryResult> {
    const rows: (readonly SqlValue[])[] = [];
    let pageToken: string | null = null;
    for (;;) {
      const query = {
        location,
        pageToken,
        maxResults: Math.max(1, Math.min(pageRows, maxRows - rows.length)),
        timeoutMs: longPollMs,
        "formatOptions.useInt64Timestamp": true,
      };
      const path = ["projects", projectId, "queries", jobId];
      const askedMs = this.#clock.monotonicMs();
      const { body } = await this.rest.call({ method: "GET", path, query }, deadline);
      const page = resultsPage.parse(body);
      if (!page.jobComplete) {
        const restMs = shortestPollMs - (this.#clock.monotonicMs() - askedMs);
        await orStop(deadline, () => pause(Math.max(0, restMs)));
        continue;
      }
      const fields = page.schema?.fields ?? [];
      const wanted = page.rows.slice(0, maxRows - rows.length);
      rows.push(...wanted.map((row) => readRow(row, fields)));
      pageToken = page.pageToken ?? null;
      if (pageToken === null || rows.length >= maxRows) {
        return {
          columns: fields.map(({ name }) => name),
          rows,
          isTruncated: (page.totalRows ?? 0) > rows.length || pageToken !== null,
          ...(page.totalBytesProcessed === undefined
            ? {}
            : { bytesScanned: page.totalBytesProcessed }),
        };
      }
    }
  }

  /** Sees to it that the job of a call that failed does not run on. Never throws. */
  async #settle(inserting: Promise<JobReference>, expected: JobReference): Promise<void> {
    const bound = new CallDeadline(new AbortController().signal, cancelBoundMs);
    try {
      const { projectId, jobId, location } = await this.#inserted(inserting, expected, bound);
      const query = { location };
      const path = ["projects", projectId, "jobs", jobId];
      await this.rest.call({ method: "POST", path: [...path, "cancel"], query }, bound);
      for (;;) {
        const { body } = await this.rest.call({ method: "GET", path, query }, bound);
        if (jobAnswer.parse(body).status?.state === "DONE") {
          return;
        }
        await orStop(bound, () => pause(cancelPollMs));
      }
    } catch {
      // The call has failed already, for a reason that says more; and `jobTimeoutMs` bounds the job.
    } finally {
      bound.giveUp();
    }
  }

  /** Where the job is or may be: an answer that does not come is no proof that there is none. */
  #inserted(
    inserting: Promise<JobReference>,
    expected: JobReference,
    bound: CallDeadline,
  ): Promise<JobReference> {
    const known = inserting.catch(() => expected);
    return orStop(bound, () => Promise.race([known, pause(insertGraceMs).then(() => expected)]));
  }
}

/** BigQuery says the same of a job that somebody cancelled and of one that its timeout ended. */
function wasStopped(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "stopped";
}

function overdue(cause: unknown): ConnectorError {
  return new ConnectorError({ ...stoppedFailure("overdue"), code: "stopped" }, { cause });
}
