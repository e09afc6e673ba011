import { z } from "zod";
import { outcomes } from "../core/vocabulary.ts";
import {
  durationField,
  namedDurationField,
  objectiveField,
  positiveDurationField,
} from "../time/fields.ts";

/** The input of `slo replay` (interface.md §6), without what is not built yet. */

const instantMessage = "must be an instant such as `2026-01-31T06:00:00Z`";

const instantField = z.iso
  .datetime({ offset: true, error: instantMessage })
  .transform((text) => Date.parse(text));

const observationFields = z.strictObject({
  at: instantField,
  outcome: z.enum(outcomes),
  next_due: instantField.optional(),
  // Of freshness. As held state only the outcome counts.
  newest: instantField.optional(),
  loads: z.array(instantField).optional(),
});

const observationsField = z.array(observationFields);

export const scenarioFields = z.strictObject({
  slo: z.unknown(),
  now: instantField,
  observations: observationsField.optional(),
  checks: z.array(z.unknown()).min(1).optional(),
});

const sharedFields = {
  cadence: positiveDurationField,
  hold: durationField.optional(),
};

/** The `slo` of a scenario over several checks. */
export const scenarioSloFields = z.strictObject({
  objective: objectiveField,
  window: positiveDurationField,
  unknown: z.enum(["ignore", "good", "bad"]).default("ignore"),
  coverage_floor: z.number().min(0).max(1).default(0.9),
  since: instantField.optional(),
  burn_windows: z.array(namedDurationField).default([]),
  forecast_window: positiveDurationField.prefault("1d"),
});

/** The `slo` of a scenario over one. */
export const scenarioSingleSloFields = scenarioSloFields.safeExtend({
  kind: z.literal("state"),
  ...sharedFields,
});

export const scenarioCheckFields = z.strictObject({
  name: z.string().min(1).max(300),
  kind: z.enum(["state", "freshness"]),
  ...sharedFields,
  max_age: positiveDurationField.optional(),
  observations: observationsField,
});
