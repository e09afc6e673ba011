import { z } from "zod";
import {
  durationField,
  positiveDurationField,
  timeOfDayField,
  zoneField,
} from "../../src/time/fields.ts";
import { columnField } from "../_shared/fields.ts";

export const freshnessParams = z.strictObject({
  column: columnField.meta({ description: "The column whose newest value is the data's age." }),
  max_age: positiveDurationField.optional().meta({
    description: "The age that still keeps the promise, e.g. `1h`. Short for `fail: { max_age }`.",
  }),
  warn: z
    .strictObject({
      max_age: positiveDurationField.meta({ description: "Data older than this is a warning." }),
    })
    .optional()
    .meta({ description: "The warning level: shorter than the failing one." }),
  fail: z
    .strictObject({
      max_age: positiveDurationField.meta({ description: "Data older than this is a failure." }),
    })
    .optional()
    .meta({ description: "The failing level." }),
  by: timeOfDayField.optional().meta({
    description:
      "The local time by which each day's delivery is due, e.g. `07:00`; instead of an age.",
    examples: ["07:00", "23:59:30"],
  }),
  opens: positiveDurationField.optional().meta({
    description:
      "How long before `by` a load counts for that delivery; since the day's beginning unless said.",
  }),
  timezone: zoneField.optional().meta({
    description:
      "The zone that `by` is read in: the calendar's unless said, and the dataset's without a calendar.",
  }),
  calendar: z.string().min(1).optional().meta({
    description: "The calendar of the days on which a delivery is due; every day unless said.",
  }),
  time: z.enum(["load", "event"]).default("load").meta({
    description: "`load`: the column says when a row was loaded. `event`: when its event happened.",
  }),
  history: z.enum(["append_only"]).optional().meta({
    description:
      "`append_only`: rows keep their load time, so that the data itself tells what was loaded while nobody looked.",
  }),
  visibility_delay: durationField.prefault("2s").meta({
    description:
      "How long after a load is due it is looked for: from its time until it is visible.",
  }),
  when_empty: z.enum(["fail", "skip", "pass"]).default("fail").meta({
    description: "The outcome where no row has a value in the column.",
  }),
  future_tolerance: durationField.prefault("5m").meta({
    description: "How far ahead of the daemon's clock the newest value may lie.",
  }),
  source: z.enum(["auto", "column", "partition", "metadata"]).default("auto").meta({
    description:
      "What is read of the column: `auto` asks the metadata first whether any row has changed, where they can tell; `column` reads it each time; `partition` only its newest values.",
  }),
});

export type FreshnessParams = z.output<typeof freshnessParams>;

/** The ages that the outcome turns on; null where nothing is promised at that level. */
export function ageLimits(params: FreshnessParams): {
  readonly failMs: number | null;
  readonly warnMs: number | null;
} {
  return {
    failMs: params.fail?.max_age ?? params.max_age ?? null,
    warnMs: params.warn?.max_age ?? null,
  };
}

/** Both spellings of an age are one promise; when it is looked at and what is read for it is none. */
export function judgedOf(params: FreshnessParams): unknown {
  const { max_age: _, visibility_delay: __, fail: ___, source: ____, ...rest } = params;
  const { failMs } = ageLimits(params);
  return failMs === null ? rest : { ...rest, fail: { max_age: failMs } };
}
