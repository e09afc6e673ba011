import { z } from "zod";
import { outcomes } from "../core/vocabulary.ts";
import { parseTimeOfDay } from "../time/deadlines.ts";
import {
  durationField,
  namedDurationField,
  objectiveField,
  positiveDurationField,
  zoneField,
} from "../time/fields.ts";
import { calendarFields } from "./daemon-file.ts";
import { zodWords } from "./zod-words.ts";

/** The input of `slo replay` (interface.md §6). */

const instantMessage = "must be an instant such as `2026-01-31T06:00:00Z`";

/** Years of four digits with room around them, because local days before and after an instant are looked at. */
const firstMs = Date.parse("0001-01-01T00:00:00Z");
const lastMs = Date.parse("9000-01-01T00:00:00Z");

const instantField = z.iso
  .datetime({ offset: true, error: instantMessage })
  .transform((text) => Date.parse(text))
  .refine((ms) => ms >= firstMs && ms < lastMs, { error: "must lie in the years 1 to 8999" });

const nowField = instantField.refine((ms) => ms >= 0, { error: "must not lie before 1970" });

const countField = z.int().min(0);

/** Of every kind: the same observations may be tried under another one. */
const observationFields = z.strictObject({
  at: instantField,
  outcome: z.enum(outcomes),
  next_due: instantField.optional(),
  newest: instantField.optional(),
  loads: z.array(instantField).optional(),
  good: countField.optional(),
  total: countField.optional(),
});
export type ObservationFields = z.output<typeof observationFields>;

const observationsField = z.array(observationFields);

const exclusionFields = z
  .strictObject({
    from: instantField,
    to: instantField,
    mode: z.enum(["remove", "good"]).default("remove"),
    reason: z.string().max(1_000).optional(),
  })
  .refine(({ from, to }) => to > from, { path: ["to"], error: "must be after `from`" });

export const scenarioFields = z.strictObject({
  slo: z.unknown(),
  now: nowField,
  observations: observationsField.optional(),
  checks: z.array(z.unknown()).min(1).optional(),
  exclusions: z.array(exclusionFields).default([]),
});

const calendarWindowFields = z
  .strictObject({
    calendar: z.enum(["day", "week", "month", "quarter", "year"]),
    timezone: zoneField.default("UTC"),
  })
  .transform(({ calendar, timezone }) => ({
    kind: "calendar" as const,
    period: calendar,
    timezone,
  }));

/** So that every instant of the output is one that can be written. */
const longestWindowMs = 100 * 366 * 86_400_000;

const rollingWindowFields = positiveDurationField
  .refine((lengthMs) => lengthMs <= longestWindowMs, { error: "must be at most a hundred years" })
  .transform((lengthMs) => ({ kind: "rolling" as const, lengthMs }));

/** Read by the one form that is meant, so that what is said of a slip is said of that one. */
const windowField = z.unknown().transform((value, context) => {
  const form =
    typeof value === "object" && value !== null ? calendarWindowFields : rollingWindowFields;
  const read = form.safeParse(value, { error: zodWords });
  if (!read.success) {
    for (const issue of read.error.issues) {
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  }
  return read.data;
});

const byField = z
  .string("must be a local time such as `07:00`")
  .refine((text) => parseTimeOfDay(text) !== null, {
    error: "must be a local time such as `07:00`",
  });

/** The `slo` of a scenario over several checks. */
export const scenarioSloFields = z.strictObject({
  objective: objectiveField,
  window: windowField,
  unknown: z.enum(["ignore", "good", "bad"]).default("ignore"),
  coverage_floor: z.number().min(0).max(1).default(0.9),
  since: instantField.optional(),
  burn_windows: z.array(namedDurationField).default([]),
  forecast_window: positiveDurationField.prefault("1d"),
});

const kinds = ["state", "freshness", "deadline", "rows"] as const;
const kindField = z.enum(kinds);

const held = { cadence: positiveDurationField, hold: durationField.optional() };

/** The `slo` of a scenario over one check, by its kind. */
export const stateSloFields = scenarioSloFields.safeExtend({ kind: kindField, ...held });

export const freshnessSloFields = stateSloFields.safeExtend({ max_age: positiveDurationField });

export const deadlineSloFields = scenarioSloFields.safeExtend({
  kind: kindField,
  cadence: positiveDurationField.optional(),
  by: byField,
  timezone: zoneField.default("UTC"),
  calendar: calendarFields.pick({ days: true, holidays: true }).optional(),
  opens: positiveDurationField.optional(),
});

export const rowsSloFields = scenarioSloFields.safeExtend({
  kind: kindField,
  cadence: positiveDurationField.optional(),
});

/** One of several checks, by its kind. */
export const stateCheckFields = z.strictObject({
  name: z.string().min(1).max(300),
  kind: z.enum(["state", "freshness"]),
  ...held,
  observations: observationsField,
});

export const freshnessCheckFields = stateCheckFields.safeExtend({ max_age: positiveDurationField });
