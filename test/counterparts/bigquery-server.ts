import type { ServerResponse } from "node:http";
import { BigqueryEngine } from "./bigquery-engine.ts";
import { RestError } from "./bigquery-errors.ts";
import type { RunningQuery } from "./bigquery-query.ts";
import { tablesIn } from "./bigquery-sql.ts";
import { HttpCounterpart, type ReceivedRequest } from "./http-counterpart.ts";

/** What goes wrong with a request whose `METHOD /path` holds `on`, so many times. */
export interface Fault {
  readonly on: string;
  times: number;
  /**
   * `drop`: the connection is cut before anything is done; `dropAnswer`: it is done, and then cut; `hang`: nothing is
   * said; `hangAnswer`: it is done, and nothing said; else what is answered instead, as a page of a proxy's where there
   * is no reason.
   */
  readonly act:
    | "drop"
    | "dropAnswer"
    | "hang"
    | "hangAnswer"
    | { readonly status: number; readonly reason: string; readonly message: string };
}

interface Job {
  readonly query: RunningQuery;
  readonly labels: Readonly<Record<string, string>>;
  readonly sql: string;
  readonly location: string;
}

interface InsertBody {
  readonly jobReference: { readonly jobId?: string; readonly location?: string };
  readonly configuration: {
    readonly dryRun?: boolean;
    readonly jobTimeoutMs?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly query: {
      readonly query: string;
      readonly useLegacySql: boolean;
      readonly maximumBytesBilled?: string;
      readonly defaultDataset?: { readonly datasetId: string };
    };
  };
}

/**
 * BigQuery's REST API, version 2, over DuckDB: jobs that run, are timed out by the server and are cancelled for real,
 * dry runs, pages of results and the metadata of tables, with the statuses and reasons of the real one.
 */
export class BigqueryServer extends HttpCounterpart {
  readonly faults: Fault[] = [];
  readonly jobs = new Map<string, Job>();
  /** Tokens that are let in; null: nobody needs one. */
  tokens: ReadonlySet<string> | null = null;
  /** Requests that nothing is said to, and whose connections are open yet. */
  hanging = 0;
  /** So long an answer is held back for a query that still runs. */
  longestPollMs = 10_000;
  /** By how much this server's clock is ahead of the machine's. */
  skewMs = 0;
  readonly engine: BigqueryEngine;

  private constructor(engine: BigqueryEngine) {
    super();
    this.engine = engine;
  }

  static async open(port = 0, engine?: BigqueryEngine): Promise<BigqueryServer> {
    const names = { project: "test-project", location: "europe-west3" };
    const server = new BigqueryServer(engine ?? (await BigqueryEngine.start(names)));
    return await server.start(port);
  }

  get running(): number {
    return [...this.jobs.values()].filter(({ query }) => !query.isDone).length;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    const stopped = new RestError(200, "stopped", "The server went away.");
    await Promise.all([...this.jobs.values()].map(({ query }) => query.interrupt(stopped)));
    for (const { query } of this.jobs.values()) {
      query.close();
    }
    this.engine.close();
  }

  protected override answer(request: ReceivedRequest, response: ServerResponse): void {
    const fault = this.faults.find(
      ({ on, times }) => times > 0 && `${request.method} ${request.path}`.includes(on),
    );
    if (fault !== undefined) {
      fault.times -= 1;
    }
    const act = fault?.act;
    if (act === "hang" || act === "hangAnswer") {
      this.hanging += 1;
      response.on("close", () => {
        this.hanging -= 1;
      });
      void (act === "hang" ? null : this.#route(request));
      return;
    }
    if (act === "drop") {
      response.destroy();
      return;
    }
    const work =
      typeof act === "object"
        ? Promise.reject(new RestError(act.status, act.reason, act.message))
        : this.#route(request);
    void work.then(
      (body) => (act === "dropAnswer" ? response.destroy() : this.#send(response, 200, body)),
      (error: unknown) =>
        act === "dropAnswer" ? response.destroy() : this.#send(response, ...problemOf(error)),
    );
  }

  #send(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, {
      "content-type": "application/json; charset=UTF-8",
      date: new Date(Date.now() + this.skewMs).toUTCString(),
    });
    response.end(JSON.stringify(body));
  }

  async #route({ method, path, headers, body }: ReceivedRequest): Promise<unknown> {
    const url = new URL(path, "http://bigquery");
    const token = headers.authorization?.replace("Bearer ", "") ?? "";
    if (this.tokens !== null && !this.tokens.has(token)) {
      throw new RestError(401, "authError", "Request had invalid authentication credentials.");
    }
    const parts = url.pathname.split("/").slice(3).map(decodeURIComponent);
    const [, project, collection, name = "", inner = "", table = ""] = parts;
    const isBilled = collection !== "datasets" && this.engine.alsoBilled.has(project ?? "");
    if (project !== this.engine.project && !isBilled) {
      throw new RestError(404, "notFound", `Not found: Project ${project}`);
    }
    if (collection === "jobs" && name === "") {
      return this.#insert(JSON.parse(body) as InsertBody);
    }
    if (collection === "jobs" || collection === "queries") {
      const job = this.#job(name, url.searchParams.get("location"));
      if (collection === "queries") {
        return this.#results(name, job, url.searchParams);
      }
      if (method === "POST" && inner === "cancel") {
        const stopped = new RestError(
          200,
          "stopped",
          "Job execution was cancelled: User requested cancellation",
        );
        void job.query.interrupt(stopped);
        return { kind: "bigquery#jobCancelResponse", job: this.#resource(name, job) };
      }
      return this.#resource(name, job);
    }
    if (collection === "datasets" && inner === "tables") {
      return this.#table(name, table);
    }
    return { kind: "bigquery#datasetList" };
  }

  async #insert({ jobReference, configuration }: InsertBody): Promise<unknown> {
    const { query, dryRun, labels = {}, jobTimeoutMs } = configuration;
    const { project } = this.engine;
    const { location = this.engine.location } = jobReference;
    const dataset = query.defaultDataset?.datasetId ?? null;
    if (query.useLegacySql) {
      throw new RestError(400, "invalid", "This counterpart speaks GoogleSQL.");
    }
    const [table] = tablesIn(query.query);
    if (table !== undefined && location !== this.engine.location) {
      const [, schema = dataset ?? ""] = table.toReversed();
      const message = `Not found: Dataset ${project}:${schema} was not found in location ${location}`;
      throw new RestError(404, "notFound", message);
    }
    if (dryRun === true) {
      const { statementType, bytes, fields } = await this.engine.dryRun(query.query, dataset);
      return {
        kind: "bigquery#job",
        configuration,
        jobReference: { projectId: project, location },
        status: { state: "DONE" },
        statistics: {
          totalBytesProcessed: String(bytes),
          query: { statementType, totalBytesProcessed: String(bytes), schema: { fields } },
        },
      };
    }
    const { jobId = "" } = jobReference;
    if (!/^[A-Za-z0-9_-]{1,1024}$/.test(jobId)) {
      throw new RestError(400, "invalid", "Invalid job ID");
    }
    if (this.jobs.has(jobId)) {
      throw new RestError(409, "duplicate", `Already Exists: Job ${project}:${location}.${jobId}`);
    }
    checkLabels(labels);
    const cap = Number(query.maximumBytesBilled ?? Number.POSITIVE_INFINITY);
    const running = this.engine.run(query.query, dataset, cap);
    const job = { query: running, labels, sql: query.query, location };
    this.jobs.set(jobId, job);
    if (jobTimeoutMs !== undefined) {
      const stopped = new RestError(200, "stopped", "Job execution was cancelled: Job timed out");
      const timer = setTimeout(() => void running.interrupt(stopped), Number(jobTimeoutMs));
      void running.done.finally(() => clearTimeout(timer));
    }
    return this.#resource(jobId, job);
  }

  #job(jobId: string, location: string | null): Job {
    const job = this.jobs.get(jobId);
    if (job === undefined || location !== job.location) {
      throw new RestError(404, "notFound", `Not found: Job ${this.engine.project}:${jobId}`);
    }
    return job;
  }

  #resource(jobId: string, { query, labels, location }: Job): unknown {
    const { project: projectId } = this.engine;
    const error = query.error === null ? {} : { errorResult: protoOf(query.error) };
    return {
      kind: "bigquery#job",
      jobReference: { projectId, jobId, location },
      configuration: { labels },
      status: { state: query.isDone ? "DONE" : "RUNNING", ...error },
      statistics: { totalBytesProcessed: String(query.bytes), query: { statementType: "SELECT" } },
    };
  }

  async #results(
    jobId: string,
    { query, location }: Job,
    given: URLSearchParams,
  ): Promise<unknown> {
    const { project: projectId } = this.engine;
    const timeoutMs = Math.min(this.longestPollMs, Number(given.get("timeoutMs") ?? 10_000));
    let timer: NodeJS.Timeout | undefined;
    const isOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([query.done, isOver]);
    clearTimeout(timer);
    const jobReference = { projectId, jobId, location };
    if (!query.isDone) {
      return { kind: "bigquery#getQueryResultsResponse", jobReference, jobComplete: false };
    }
    if (query.error !== null) {
      throw query.error.status < 400
        ? new RestError(400, query.error.reason, query.error.message)
        : query.error;
    }
    if (given.get("formatOptions.useInt64Timestamp") !== "true") {
      throw new RestError(400, "invalid", "This counterpart has timestamps as whole numbers only.");
    }
    const offset = Number(given.get("pageToken") ?? 0);
    const limit = Number(given.get("maxResults") ?? 10_000);
    const { fields, rows, totalRows } = await query.page(offset, limit);
    const next = offset + rows.length;
    return {
      kind: "bigquery#getQueryResultsResponse",
      jobReference,
      jobComplete: true,
      schema: { fields },
      totalRows: String(totalRows),
      totalBytesProcessed: String(query.bytes),
      cacheHit: false,
      ...(rows.length === 0 ? {} : { rows }),
      ...(next < totalRows ? { pageToken: String(next) } : {}),
    };
  }

  async #table(dataset: string, table: string): Promise<unknown> {
    const { type, fields, rows, facts } = await this.engine.describe(dataset, table);
    const { project: projectId, location } = this.engine;
    const isPseudo = facts.partitionColumn === "_PARTITIONTIME";
    const stored = {
      numRows: String(rows),
      numBytes: String(facts.numBytes ?? rows * fields.length * 8),
      lastModifiedTime: String(facts.lastModifiedMs ?? 0),
    };
    return {
      kind: "bigquery#table",
      tableReference: { projectId, datasetId: dataset, tableId: table },
      type,
      location,
      schema: { fields: fields.filter(({ name }) => name !== "_PARTITIONTIME") },
      ...(type === "VIEW" ? { numRows: "0", numBytes: "0" } : stored),
      ...(facts.isStreaming === true ? { streamingBuffer: { estimatedRows: "7" } } : {}),
      ...(facts.partitionColumn === undefined
        ? {}
        : {
            timePartitioning: {
              type: facts.partitionUnit ?? "DAY",
              ...(isPseudo ? {} : { field: facts.partitionColumn }),
              ...(facts.partitionsExpire === true ? { expirationMs: "86400000" } : {}),
            },
          }),
      ...(facts.requiresPartitionFilter === true ? { requirePartitionFilter: true } : {}),
    };
  }
}

function checkLabels(labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value)) {
      throw new RestError(400, "invalid", `Label ${key} has invalid characters.`);
    }
  }
}

function protoOf({ reason, message }: RestError): unknown {
  return { reason, message };
}

function problemOf(error: unknown): readonly [status: number, body: unknown] {
  const known =
    error instanceof RestError ? error : new RestError(500, "internalError", String(error));
  const { status, reason, message } = known;
  if (reason === "") {
    return [status, message];
  }
  const errors = [{ message, domain: "global", reason }];
  return [status, { error: { code: status, message, errors } }];
}
