import { randomUUID } from "node:crypto";
import type { CallOptions } from "../../src/core/connector.ts";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import { queryComment } from "../_shared/comment.ts";
import type { BigquerySettings } from "./config.ts";
import type { JobAnswer } from "./wire.ts";

/** Where a job is found again. */
export interface JobReference {
  readonly projectId: string;
  readonly jobId: string;
  /** Null until BigQuery has said where the job runs. */
  readonly location: string | null;
}

/** What of a call goes into a job. */
export type JobCall = Pick<CallOptions, "label" | "products" | "checks">;

const longestLabel = 63;
const longestName = 200;

/**
 * Makes the id of a call's job: the label for people, and behind it what no other job has. It is made once for a call,
 * so that a repeated `jobs.insert` meets the job that the first one made. Letters, digits, `_` and `-` are allowed, up
 * to 1,024 of them: https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference
 */
export function newJobId(label: string): string {
  const name = label.slice(0, longestName).replaceAll(/[^A-Za-z0-9_-]+/g, "-");
  return `tidemark_${name}_${randomUUID()}`;
}

/** The body of `jobs.insert`. A dry run is no job: it has no id, and answers what the query is and would read. */
export function jobOf(
  sql: string,
  call: JobCall,
  { dataset, location, maximumBytesBilled, project }: BigquerySettings,
  kind: { readonly jobId: string; readonly timeoutMs: DurationMs } | "dryRun",
): Readonly<Record<string, unknown>> {
  return {
    jobReference: {
      projectId: project,
      ...(kind === "dryRun" ? {} : { jobId: kind.jobId }),
      ...(location === null ? {} : { location }),
    },
    configuration: {
      labels: labelsOf(call),
      ...(kind === "dryRun"
        ? { dryRun: true }
        : { jobTimeoutMs: String(Math.max(1, Math.ceil(kind.timeoutMs))) }),
      query: {
        query: `${queryComment(call)} ${sql}`,
        useLegacySql: false,
        maximumBytesBilled: String(maximumBytesBilled),
        // A project may set another zone by default, in which texts of times would be read.
        connectionProperties: [{ key: "time_zone", value: "UTC" }],
        ...(dataset === null
          ? {}
          : { defaultDataset: { projectId: dataset.project, datasetId: dataset.dataset } }),
      },
    },
  };
}

/**
 * Labels, by which costs can be told apart in the billing export: small letters, digits, `_` and `-`, at most 63.
 * https://cloud.google.com/bigquery/docs/labels-intro#requirements
 */
function labelsOf({ label, products, checks = [] }: JobCall): Record<string, string> {
  const [asker = ""] = label.split(" ");
  // Metadata are read for several datasets at once, and their label names none.
  const [ofLabel = "", dataset = ""] = asker.includes("/") ? asker.split("/") : [];
  const [check = ""] = checks;
  const named = {
    daemon: "tidemark",
    product: products?.[0] ?? ofLabel,
    dataset,
    ...(checks.length > 1 ? { checks: String(checks.length) } : { check }),
  };
  return Object.fromEntries(
    Object.entries(named)
      .map(([key, value]): [string, string] => [key, labelValue(value)])
      .filter(([, value]) => value !== ""),
  );
}

function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "_")
    .slice(0, longestLabel);
}

export function referenceOf({ jobReference }: JobAnswer, expected: JobReference): JobReference {
  return {
    projectId: jobReference?.projectId ?? expected.projectId,
    jobId: expected.jobId,
    location: jobReference?.location ?? expected.location,
  };
}
