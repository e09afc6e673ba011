import { z } from "zod";
import type { DatasetFacts, ParameterProblem } from "../../src/core/check.ts";
import { durationField, positiveDurationField } from "../../src/time/fields.ts";
import { columnField, plannedField } from "../_shared/fields.ts";
import { notBuilt, timeColumnProblem } from "../_shared/problems.ts";

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
  time: z.enum(["load", "event"]).default("load").meta({
    description: "`load`: the column says when a row was loaded. `event`: when its event happened.",
  }),
  when_empty: z.enum(["fail", "skip", "pass"]).default("fail").meta({
    description: "The outcome where no row has a value in the column.",
  }),
  future_tolerance: durationField.prefault("5m").meta({
    description: "How far ahead of the daemon's clock the newest value may lie.",
  }),
  by: plannedField("the local time by which each delivery is due, e.g. `07:00`."),
  opens: plannedField("how long before `by` a load counts for that delivery."),
  calendar: plannedField("the calendar of the days on which a delivery is due."),
  timezone: plannedField("the zone that `by` is read in."),
  history: plannedField("`append_only` where rows keep their load time."),
  source: plannedField("where the load time is read from, other than a column."),
});

export type FreshnessParams = z.output<typeof freshnessParams>;

const planned = {
  by: "use `max_age` for now",
  opens: "it belongs to `by`",
  calendar: "a schedule with `cron` can leave days of the week out",
  timezone: "it belongs to `by`, and naive timestamps are read in the dataset's `timezone`",
  history: "leave it out",
  source: "name the `column` to read",
};

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

export function freshnessProblems(
  params: FreshnessParams,
  dataset: DatasetFacts,
): readonly ParameterProblem[] {
  return [
    ...notBuilt(params, planned),
    ...limitProblems(params),
    ...timeColumnProblem(params.column, dataset),
  ];
}

function limitProblems(params: FreshnessParams): readonly ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  const { failMs, warnMs } = ageLimits(params);
  if (failMs === null && warnMs === null && params.by === undefined) {
    problems.push({
      path: [],
      message: "a freshness check needs `max_age`, or one under `warn` or `fail`",
    });
  }
  if (params.max_age !== undefined && params.fail !== undefined) {
    problems.push({
      path: ["max_age"],
      message: "`max_age` is short for `fail: { max_age }`: give one of them, not both",
    });
  }
  if (failMs !== null && warnMs !== null && warnMs >= failMs) {
    problems.push({
      path: ["warn", "max_age"],
      message:
        "the warning would never be seen: `warn.max_age` must be shorter than the failing age",
    });
  }
  return problems;
}
