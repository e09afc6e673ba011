import { z } from "zod";

/**
 * What is read of BigQuery's answers (https://cloud.google.com/bigquery/docs/reference/rest). Whole numbers beyond
 * 32 bits come as text.
 */

const text = z.string().optional();
const count = z.coerce.number().optional();

/** A column, or a field of one, with the names of types from before GoogleSQL. */
export const field = z.object({
  name: z.string().default(""),
  type: z.string().default(""),
  /** NULLABLE (also when left out), REQUIRED or REPEATED. */
  mode: text,
  maxLength: text,
  precision: text,
  scale: text,
  rangeElementType: z.object({ type: text }).optional(),
  get fields() {
    return z.array(field).default([]);
  },
});
export type Field = z.output<typeof field>;

/** https://cloud.google.com/bigquery/docs/error-messages#response */
export const errorBody = z.object({
  error: z.object({
    message: text,
    errors: z.array(z.object({ reason: text, message: text })).optional(),
  }),
});

const schema = z.object({ fields: z.array(field).default([]) }).optional();

export const jobAnswer = z.object({
  jobReference: z.object({ projectId: text, location: text }).optional(),
  status: z.object({ state: text }).optional(),
  statistics: z
    .object({
      totalBytesProcessed: count,
      query: z.object({ statementType: text, schema }).optional(),
    })
    .optional(),
});
export type JobAnswer = z.output<typeof jobAnswer>;

export const resultsPage = z.object({
  jobComplete: z.boolean().default(false),
  schema,
  rows: z.array(z.unknown()).default([]),
  totalRows: count,
  pageToken: text,
  totalBytesProcessed: count,
});

export const table = z.object({
  type: z.string().default("TABLE"),
  schema,
  numRows: count,
  numBytes: count,
  lastModifiedTime: count,
  streamingBuffer: z.unknown().optional(),
  timePartitioning: z.object({ field: text, expirationMs: text }).optional(),
  requirePartitionFilter: z.boolean().optional(),
});
export type Table = z.output<typeof table>;

/** What a table is partitioned by, where that is a time: a column, or when its rows came. */
export function partitionColumnOf({ timePartitioning }: Table): string | undefined {
  return timePartitioning && (timePartitioning.field ?? "_PARTITIONTIME");
}
