import { z } from "zod";
import { outcomes } from "../../../src/core/vocabulary.ts";
import type { Scenario } from "../../../src/slo/replay.ts";
import { durationField, namedDurationField, objectiveField } from "../../../src/time/fields.ts";

const instant = z.iso.datetime().transform((text) => Date.parse(text));

const check = z.strictObject({
  name: z.string(),
  kind: z.enum(["state", "freshness"]),
  cadence: durationField,
  hold: durationField.optional(),
  observations: z.array(
    z.strictObject({ at: instant, outcome: z.enum(outcomes), next_due: instant.optional() }),
  ),
});

const input = z.strictObject({
  slo: z.strictObject({
    kind: z.enum(["state"]).optional(),
    objective: objectiveField,
    window: durationField,
    cadence: durationField.optional(),
    hold: durationField.optional(),
    unknown: z.enum(["ignore", "good", "bad"]).default("ignore"),
    since: instant.optional(),
    burn_windows: z.array(namedDurationField).default([]),
    forecast_window: durationField.default(86_400_000),
  }),
  now: instant,
  observations: check.shape.observations.optional(),
  checks: z.array(check).optional(),
});

/** A vector's scenario, typed. */
export function scenarioOf(value: unknown): Scenario {
  const { slo, now, observations, checks } = input.parse(value);
  const given = checks ?? [
    check.parse({
      name: "state",
      kind: "state",
      cadence: "1h",
      observations: [],
    }),
  ];
  return {
    objectivePpm: slo.objective,
    windowMs: slo.window,
    unknown: slo.unknown,
    coverageFloorPpm: 900_000,
    sinceMs: slo.since ?? null,
    burnWindows: slo.burn_windows,
    forecastWindowMs: slo.forecast_window,
    nowMs: now,
    hasBlame: checks !== undefined,
    checks: given.map((one) => ({
      name: one.name,
      cadenceMs: checks === undefined ? (slo.cadence ?? one.cadence) : one.cadence,
      holdMs: (checks === undefined ? slo.hold : one.hold) ?? null,
      observations: (checks === undefined ? (observations ?? []) : one.observations).map(
        (seen) => ({
          atMs: seen.at,
          outcome: seen.outcome,
          nextDueMs: seen.next_due ?? null,
        }),
      ),
    })),
  };
}
