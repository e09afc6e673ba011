import { z } from "zod";
import { bytesField, positiveDurationField, zoneField } from "../time/fields.ts";
import {
  alertField,
  labelField,
  linkField,
  nameField,
  oneOf,
  proseField,
  renamedFromField,
  severityField,
  versionField,
} from "./fields.ts";
import { sloFile } from "./slo-file.ts";

/** `*.product.yaml`: a data product, declared beside its own code (interface.md §2). */

export const scheduleFields = z
  .strictObject({
    every: positiveDurationField
      .optional()
      .meta({ description: "The time between two probes.", examples: ["15m"] }),
    cron: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({
        description: "Five cron fields: minute, hour, day, month, day of the week.",
        examples: ["0 6 * * *"],
      }),
    timezone: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({
        description: "The IANA zone that `cron` is read in. UTC unless said.",
        examples: ["Europe/Berlin"],
      }),
    just_in_time: z.literal(true).optional().meta({
      description:
        "For freshness: look only when the answer can change, and `at_least_every` so often. In place of `every` and `cron`.",
    }),
    at_least_every: positiveDurationField.optional().meta({
      description: "With `just_in_time`: the longest time without a look.",
      examples: ["1d"],
    }),
  })
  .meta({
    description: "When probes fall due: `every`, `cron` with a `timezone`, or `just_in_time`.",
  });

const descriptionField = proseField.optional().meta({ description: "A sentence for people." });

/** The keys that all checks share; a check type adds its own. */
export const checkFields = {
  severity: severityField.default("fail").meta({
    description: "`warn`: a failure is shown, spends no budget and opens no incident.",
  }),
  description: descriptionField,
  renamed_from: renamedFromField,
  owner: nameField.optional().meta({
    description: "The team that is told of this check. The product's owner unless said.",
  }),
  schedule: scheduleFields
    .optional()
    .meta({ description: "When this check falls due. As its dataset unless said." }),
  hold: positiveDurationField.optional().meta({
    description:
      "How long a result holds when none follows. Unless said, to the next due time and half a gap more.",
  }),
  enabled: z.boolean().default(true).meta({
    description: "`false`: never run. Needs a `reason`.",
  }),
  reason: proseField.optional().meta({ description: "Why the check is not enabled." }),
};

const checkShell = z.strictObject(checkFields);
export type CheckFields = z.output<typeof checkShell>;

const columnFields = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .max(200)
      .meta({
        description: "The promised type, as the warehouse or standard SQL spells it.",
        examples: ["bigint", "timestamptz", "varchar(20)"],
      }),
    nullable: z.boolean().optional().meta({
      description: "Whether NULL may stand in it. Nothing is promised unless said.",
    }),
    description: descriptionField,
    example: z.unknown().optional().meta({ description: "A value as an example. Never checked." }),
  })
  .meta({ description: "A promised column." });

const columnNameField = z.string().min(1).max(512);

const sourceFields = {
  connection: nameField.optional().meta({
    description: "A connection of tidemark.yaml. The only one unless said.",
  }),
  table: z
    .union([z.string().min(1).max(2_000), z.array(z.string().min(1).max(512)).min(1).max(3)], {
      error: "must be text such as `analytics.orders`, or a list of one to three names",
    })
    .optional()
    .meta({
      description:
        "A table or view, exact in case: `schema.table`. Double quotes hold names with dots; a list of names needs none.",
      examples: ["analytics.orders", 'analytics."Orders.2024"', ["analytics", "Orders.2024"]],
    }),
  files: z
    .union([z.string().min(1).max(2_000), z.array(z.string().min(1).max(2_000)).min(1).max(100)], {
      error: "must be a glob such as `data/*.parquet`, or a list of globs",
    })
    .optional()
    .meta({
      description: "Globs of the data files, relative to this file.",
      examples: ["data/*.parquet", ["data/2024/*.csv", "data/2025/*.csv"]],
    }),
  query: z.string().min(1).max(100_000).optional().meta({
    description: "A SELECT whose rows are the dataset.",
  }),
};

const datasetKeys = {
  ...sourceFields,
  description: descriptionField,
  renamed_from: renamedFromField,
  timezone: zoneField.prefault("UTC").meta({
    description: "The IANA zone in which timestamps without a zone are read. UTC unless said.",
  }),
  schedule: scheduleFields
    .optional()
    .meta({ description: "When its checks fall due. Every hour unless said." }),
  filter: z
    .string()
    .min(1)
    .max(20_000)
    .optional()
    .meta({
      description: "One SQL condition that rows must meet to be looked at by any check.",
      examples: ["status <> 'test'"],
    }),
  columns: z
    .record(columnNameField, columnFields)
    .default({})
    .meta({ description: "The promised columns, by name. `schema` checks hold them." }),
};

/** A dataset's own keys; its checks are read one by one. */
export const datasetFields = z.strictObject({
  ...datasetKeys,
  checks: z.record(nameField, z.unknown()).default({}),
});
export type DatasetFields = z.output<typeof datasetFields>;

const upstreamField = z
  .array(
    z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9_-]{0,127}(?:\/[a-z0-9][a-z0-9_-]{0,127})?$/,
        "must be a product or `product/dataset`",
      ),
  )
  .default([])
  .meta({ description: "Products, or `product/dataset`, that this one is made from." });

const productKeys = {
  version: versionField,
  product: nameField.meta({ description: "The product's name, unique in the mesh." }),
  renamed_from: renamedFromField,
  domain: labelField.optional().meta({ description: "The domain that it belongs to." }),
  description: descriptionField,
  tier: nameField.default("bronze").meta({
    description: "gold, silver or bronze, or a tier of tidemark.yaml.",
  }),
  owner: nameField.meta({ description: "The team of tidemark.yaml that owns the product." }),
  alert: alertField
    .optional()
    .meta({ description: "How loudly its incidents are told. As its tier unless said." }),
  contacts: z.record(labelField, labelField).default({}).meta({
    description: "People, by their role: `product_owner`, `technical_owner`, `steward`.",
  }),
  upstream: upstreamField,
  consumers: z
    .array(labelField)
    .default([])
    .meta({ description: "Who uses the product; named in notices." }),
  links: z.record(labelField, linkField).default({}).meta({
    description: "Addresses that notices show: `runbook`, `docs`, and others of your own.",
  }),
  max_bytes_per_day: bytesField.optional().meta({
    description:
      "What its checks may scan on one UTC day; beyond it they end `error: budget`. Only where the warehouse tells what it scanned.",
    examples: ["10GB", "500MiB"],
  }),
};

/** A product's own keys; its datasets and SLOs are read one by one. */
export const productFields = z.strictObject({
  ...productKeys,
  datasets: z
    .record(nameField, z.unknown())
    .refine((datasets) => Object.keys(datasets).length > 0, {
      error: "must have at least one dataset",
    }),
  slos: z.record(nameField, z.unknown()).default({}),
});
export type ProductFields = z.output<typeof productFields>;

/** The whole file as one type, for editors and the documentation. */
export function productFile(checks: readonly z.ZodObject[]): z.ZodObject {
  const dataset = z
    .strictObject({
      ...datasetKeys,
      checks: z.record(nameField, oneOf(checks)).optional().meta({
        description: "The expectations on this dataset, by name.",
      }),
    })
    .meta({ description: "A table, view, file set or query, and what is expected of it." });
  return z
    .strictObject({
      ...productKeys,
      datasets: z
        .record(nameField, dataset)
        .meta({ description: "The product's datasets, by name. At least one." }),
      slos: z
        .record(nameField, sloFile)
        .optional()
        .meta({ description: "The product's objectives, by name." }),
    })
    .meta({ title: "*.product.yaml", description: "A data product and its promises." });
}
