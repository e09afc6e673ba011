import type { Clock } from "../../src/core/clock.ts";
import { type CallOptions, ConnectorError, type QueryResult } from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";
import type { BigquerySettings } from "./config.ts";
import { ApiError, asConnectorError } from "./failures.ts";
import { type JobReference, jobOf, newJobId, referenceOf, shapeOf } from "./jobs.ts";
import { orStop, Rest } from "./rest.ts";
import { readRow } from "./values.ts";
import { type Field, type JobAnswer, jobAnswer, resultsPage } from "./wire.ts";

/** The client waits this much longer than the server, whose word says more. */
const clientGraceMs: DurationMs = 250;
/** A cancel and its effect are waited for this long. */
const cancelBoundMs: DurationMs = 2_000;
/** How often a cancelled job is looked at. */
const cancelPollMs: DurationMs = 50;
/** How long the server holds an answer back for a query that still runs. */
const longPollMs: DurationMs = 10_000;
/** Rows asked for at once; BigQuery sends fewer when they are large. */
const pageRows = 10_000;
/** Statements whose kind is known, by their shape. A daemon has some per dataset. */
const rememberedShapes = 2_000;

/** What a dry run tells. It has no rows, which is not the same as none. */
export interface DryRun {
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
  readonly #selects = new Set<string>();

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
      deadline.end();
    }
  }

  async query(
    sql: string,
    options: CallOptions & { readonly maxRows: number },
  ): Promise<QueryResult> {
    return this.bounded(options, async (deadline) => {
      const startedMs = this.#clock.monotonicMs();
      await this.#refuseOthers(sql, options, deadline);
      const leftMs = options.timeoutMs - (this.#clock.monotonicMs() - startedMs);
      if (leftMs <= 0) {
        throw new ConnectorError(stoppedFailure("overdue"));
      }
      return this.#run(sql, options, leftMs, deadline);
    });
  }

  /** What a statement is and would read, free of charge. */
  async dryRun(sql: string, options: CallOptions, deadline: CallDeadline): Promise<DryRun> {
    if (sql.includes("\0")) {
      const message = "The statement holds a NUL character, which BigQuery does not take.";
      throw new ConnectorError({ kind: "invalid_query", message });
    }
    const job = jobOf(sql, options, this.#settings, "dryRun");
    const { statistics } = await this.#insert(job, deadline);
    return {
      statementType: statistics?.query?.statementType ?? "",
      bytes: statistics?.totalBytesProcessed ?? null,
      fields: statistics?.query?.schema?.fields ?? [],
    };
  }

  /**
   * BigQuery has no session that only reads, so that the kind of a statement is asked for before it runs, once for each
   * shape: scripts and several statements at once are of kind SCRIPT.
   */
  async #refuseOthers(sql: string, options: CallOptions, deadline: CallDeadline): Promise<void> {
    const shape = shapeOf(sql);
    if (this.#selects.has(shape)) {
      return;
    }
    const { statementType } = await this.dryRun(sql, options, deadline);
    refuseUnlessSelect(statementType);
    const [oldest] = this.#selects;
    if (oldest !== undefined && this.#selects.size >= rememberedShapes) {
      this.#selects.delete(oldest);
    }
    this.#selects.add(shape);
  }

  async #run(
    sql: string,
    options: CallOptions & { readonly maxRows: number },
    timeoutMs: DurationMs,
    deadline: CallDeadline,
  ): Promise<QueryResult> {
    const jobId = newJobId(options.label);
    const job = jobOf(sql, options, this.#settings, { jobId, timeoutMs });
    const startedMs = this.#clock.monotonicMs();
    // Not stopped with the call, because what was sent may have begun: a cancel must come after it.
    const insertBound = new CallDeadline(new AbortController().signal, timeoutMs + cancelBoundMs);
    const inserting = this.#insertOnce(job, jobId, insertBound).finally(() => insertBound.end());
    try {
      const reference = await orStop(deadline, () => inserting);
      return await this.#results(reference, options.maxRows, deadline);
    } catch (error) {
      await this.#settle(inserting, jobId);
      const isOverdue = this.#clock.monotonicMs() - startedMs >= timeoutMs;
      throw isOverdue && wasStopped(error) ? overdue(error) : error;
    }
  }

  async #insert(job: unknown, deadline: CallDeadline): Promise<JobAnswer> {
    const path = ["projects", this.#settings.project, "jobs"];
    const { body } = await this.rest.call({ method: "POST", path, json: job }, deadline);
    return jobAnswer.parse(body);
  }

  /** When an earlier try's answer was lost, the job is there already, and is joined. */
  async #insertOnce(job: unknown, jobId: string, deadline: CallDeadline): Promise<JobReference> {
    const { project, location } = this.#settings;
    try {
      return referenceOf(await this.#insert(job, deadline), jobId, project);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) {
        throw error;
      }
      const [, found] = /^Already Exists: Job .*:([\w-]+)\./.exec(error.message) ?? [];
      return { projectId: project, jobId, location: location ?? found ?? null };
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
      const { body } = await this.rest.call({ method: "GET", path, query }, deadline);
      const page = resultsPage.parse(body);
      if (!page.jobComplete) {
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
          isTruncated: (page.totalRows ?? 0) > rows.length,
          ...(page.totalBytesProcessed === undefined
            ? {}
            : { bytesScanned: page.totalBytesProcessed }),
        };
      }
    }
  }

  /** Sees to it that the job of a call that failed does not run on. Never throws. */
  async #settle(inserting: Promise<JobReference>, jobId: string): Promise<void> {
    const bound = new CallDeadline(new AbortController().signal, cancelBoundMs);
    const { project, location } = this.#settings;
    try {
      const { location: found } = await orStop(bound, () => inserting.catch(() => ({ location })));
      const query = { location: found };
      const path = ["projects", project, "jobs", jobId];
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
      bound.end();
    }
  }
}

function pause(ms: DurationMs): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** BigQuery says the same of a job that somebody cancelled and of one that its timeout ended. */
function wasStopped(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "stopped";
}

function overdue(cause: unknown): ConnectorError {
  return new ConnectorError({ ...stoppedFailure("overdue"), code: "stopped" }, { cause });
}

/** Throws `ConnectorError` for whatever could change something, or is not one statement. */
export function refuseUnlessSelect(statementType: string): void {
  if (statementType === "SELECT") {
    return;
  }
  throw new ConnectorError(
    statementType === "SCRIPT" || statementType === ""
      ? {
          kind: "invalid_query",
          message: "The query is not one SELECT statement.",
          hint: "Only a single SELECT is run. `tidemark plan` prints the query.",
        }
      : {
          kind: "permission",
          message: "The statement would change something, and Tidemark only reads.",
          hint: "Use a query that only reads.",
        },
  );
}
