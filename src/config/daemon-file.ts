import { z } from "zod";
import { bytesField, positiveDurationField, zoneField } from "../time/fields.ts";
import { alertField, dayField, labelField, nameField, oneOf, versionField } from "./fields.ts";

/** `tidemark.yaml`: the daemon (interface.md §1). */

const targetsField = z.array(z.string().min(1).max(500)).meta({
  description: "Where notices go: `<notifier>` or `<notifier>:<address>`, such as `slack:#orders`.",
  examples: [["slack:#checkout-oncall", "email:oncall@example.com"]],
});

export const teamFields = z
  .strictObject({
    display_name: labelField
      .optional()
      .meta({ description: "What people call the team. Its name unless said." }),
    notify: z
      .strictObject({
        page: targetsField.optional(),
        ticket: targetsField.optional(),
      })
      .optional()
      .meta({ description: "Where the team is told, by how loudly." }),
  })
  .meta({ description: "Somebody who owns data products." });

export const tierFields = z
  .strictObject({
    alert: alertField.meta({
      description: "How loudly incidents of the tier's products are told. `none`: nobody is told.",
    }),
  })
  .meta({ description: "What products of a tier have in common." });

/** In the order of ISO 8601, Monday first. */
export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export const calendarFields = z
  .strictObject({
    timezone: zoneField.prefault("UTC").meta({
      description: "The IANA zone that its days begin and end in, unless who uses it says another.",
    }),
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays])
      .meta({
        description: "The weekdays on which something is expected. All seven unless said.",
        examples: [["mon", "tue", "wed", "thu", "fri"]],
      }),
    holidays: z
      .array(dayField)
      .max(5_000)
      .default([])
      .meta({
        description: "Days on which nothing is expected, whatever their weekday.",
        examples: [["2026-12-25", "2026-12-28"]],
      }),
    valid_until: dayField.optional().meta({
      description: "The last day that the list of holidays is complete for.",
      examples: ["2027-12-31"],
    }),
  })
  .meta({ description: "The days on which something is expected." });

export const storeFields = z
  .strictObject({
    type: z.literal("sqlite").meta({ description: "The kind of store." }),
    path: z.string().min(1).optional().meta({
      description: "The file, relative to tidemark.yaml. `.tidemark/state.db` unless said.",
    }),
  })
  .meta({ description: "Where results, timelines, incidents and deliveries are kept." });

export const httpFields = z
  .strictObject({
    listen: z.string().min(1).prefault("127.0.0.1:9464").meta({
      description: "Host and port to serve on. A host that is not loopback needs a `token`.",
    }),
    token: z.string().min(1).max(4_096).optional().meta({
      description: "The bearer token that everything but the health pages asks for.",
      secret: true,
    }),
  })
  .meta({ description: "The HTTP server." });

/** The keys that all connections share; a connector adds its own. */
export const connectionFields = {
  max_concurrency: z.int().min(1).max(1_000).default(4).meta({
    description: "How many statements run on this connection at once.",
  }),
  statement_timeout: positiveDurationField.prefault("30s").meta({
    description: "After this a statement is stopped, on the server too.",
  }),
  max_bytes_per_day: bytesField.optional().meta({
    description:
      "What its statements may scan on one UTC day; beyond it checks end `error: budget`. Only where the warehouse tells what it scanned.",
    examples: ["10GB", "500MiB"],
  }),
};

const productsField = z
  .array(z.string().min(1).max(1_000))
  .min(1)
  .meta({
    description: "Globs of the product files, relative to tidemark.yaml.",
    examples: [["products/**/*.product.yaml"]],
  });

/** The file's own keys; what stands behind the named things is read piece by piece. */
export const daemonFields = z.strictObject({
  version: versionField,
  products: productsField,
  store: z.unknown().optional(),
  connections: z.record(nameField, z.unknown()).optional(),
  teams: z.record(nameField, z.unknown()).optional(),
  notifiers: z.record(nameField, z.unknown()).optional(),
  calendars: z.record(nameField, z.unknown()).optional(),
  tiers: z.record(nameField, z.unknown()).optional(),
  http: z.unknown().optional(),
});

/** The whole file as one type, for editors and the documentation. */
export function daemonFile(kinds: {
  readonly connections: readonly z.ZodObject[];
  readonly notifiers: readonly z.ZodObject[];
}): z.ZodObject {
  return z
    .strictObject({
      version: versionField,
      products: productsField,
      store: storeFields.optional(),
      connections: z.record(nameField, oneOf(kinds.connections)).optional().meta({
        description: "The warehouses, by the names that datasets use.",
      }),
      teams: z.record(nameField, teamFields).optional().meta({
        description: "The teams that own products. Every product names one.",
      }),
      notifiers: z.record(nameField, oneOf(kinds.notifiers)).optional().meta({
        description: "The channels that notices are sent through, by the names that targets use.",
      }),
      calendars: z.record(nameField, calendarFields).optional().meta({
        description: "Working days and holidays, by the names that checks and exclusions use.",
      }),
      tiers: z.record(nameField, tierFields).optional().meta({
        description:
          "Further tiers, or other defaults for the built-in ones: gold (page), silver (ticket), bronze (none).",
      }),
      http: httpFields.optional(),
    })
    .meta({ title: "tidemark.yaml", description: "The daemon." });
}
