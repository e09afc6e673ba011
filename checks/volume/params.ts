import { z } from "zod";
import type { DatasetFacts, ParameterProblem } from "../../src/core/check.ts";
import { positiveDurationField } from "../../src/time/fields.ts";
import { columnField, plannedField } from "../_shared/fields.ts";
import { notBuilt, timeColumnProblem } from "../_shared/problems.ts";

/** 100 years: beyond it a window may start before the year 1, which not every warehouse can spell. */
const longestWindowMs = 100 * 365 * 86_400_000;

const rowsField = z.int().min(0);
const boundsField = z.strictObject({
  min: rowsField.optional().meta({ description: "Fewer rows are out of bounds." }),
  max: rowsField.optional().meta({ description: "More rows are out of bounds." }),
});

export const volumeParams = z.strictObject({
  min: rowsField.optional().meta({ description: "Fewer rows fail. Short for `fail: { min }`." }),
  max: rowsField.optional().meta({ description: "More rows fail. Short for `fail: { max }`." }),
  warn: boundsField
    .optional()
    .meta({ description: "Bounds of a warning, within those of `fail`." }),
  fail: boundsField.optional().meta({ description: "Bounds of a failure." }),
  column: columnField.optional().meta({
    description: "The time column that `window` looks at; one does not go without the other.",
  }),
  window: positiveDurationField.optional().meta({
    description:
      "Only rows of this long until now are counted, e.g. `24h`. The whole dataset without.",
  }),
  rows: z.enum(["exact", "estimate"]).default("exact").meta({
    description: "`exact` counts. `estimate` is planned, and refused until built.",
  }),
  complete: plannedField("`true` judges the last whole local day or hour, once."),
  delay: plannedField("how long after its end a whole day or hour is judged."),
  calendar: plannedField("the calendar of the days that have data."),
});

export type VolumeParams = z.output<typeof volumeParams>;

export interface Bounds {
  readonly min: number | null;
  readonly max: number | null;
}

const planned = {
  complete: "Use a rolling `window` for now.",
  delay: "It belongs to `complete`.",
  calendar: "A schedule with `cron` can leave days out.",
};

/** The row counts that the outcome turns on; null where nothing is promised. */
export function rowBounds(params: VolumeParams): { readonly fail: Bounds; readonly warn: Bounds } {
  return {
    fail: {
      min: params.fail?.min ?? params.min ?? null,
      max: params.fail?.max ?? params.max ?? null,
    },
    warn: { min: params.warn?.min ?? null, max: params.warn?.max ?? null },
  };
}

export function volumeProblems(
  params: VolumeParams,
  dataset: DatasetFacts,
): readonly ParameterProblem[] {
  return [
    ...notBuilt(params, planned),
    ...estimateProblems(params),
    ...windowProblems(params),
    ...formProblems(params),
    ...contradictions(params),
    ...(params.column === undefined ? [] : timeColumnProblem(params.column, dataset)),
  ];
}

function estimateProblems(params: VolumeParams): readonly ParameterProblem[] {
  return params.rows === "exact"
    ? []
    : [
        {
          path: ["rows"],
          message: "`rows: estimate` is not built yet. Leave it out: rows are counted.",
          notSupported: true,
        },
      ];
}

function windowProblems(params: VolumeParams): readonly ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  if (params.window !== undefined && params.column === undefined) {
    problems.push({ path: ["window"], message: "`window` needs the time `column` it looks at." });
  }
  if (params.column !== undefined && params.window === undefined) {
    problems.push({
      path: ["column"],
      message: "`column` needs a `window`; without both, all rows of the dataset are counted.",
    });
  }
  if (params.window !== undefined && params.window > longestWindowMs) {
    problems.push({ path: ["window"], message: "A window is at most 100y long." });
  }
  return problems;
}

function formProblems(params: VolumeParams): readonly ParameterProblem[] {
  const { fail, warn } = rowBounds(params);
  const problems: ParameterProblem[] = [];
  for (const key of ["min", "max"] as const) {
    if (params[key] !== undefined && params.fail !== undefined) {
      problems.push({
        path: [key],
        message: `\`${key}\` is short for \`fail: { ${key} }\`: give the bounds in one form, not both.`,
      });
    }
  }
  if (fail.max === null && warn.max === null && (fail.min ?? 0) === 0 && (warn.min ?? 0) === 0) {
    const isGiven = fail.min !== null || warn.min !== null;
    problems.push({
      path: [],
      message: isGiven
        ? "A `min` of 0 always holds: give a higher one, or a `max`."
        : "A volume check needs `min` or `max`, or one of them under `warn` or `fail`.",
    });
  }
  return problems;
}

function contradictions(params: VolumeParams): readonly ParameterProblem[] {
  const { fail, warn } = rowBounds(params);
  const failAt = params.fail === undefined ? [] : ["fail"];
  const found: (ParameterProblem | null)[] = [
    exceeds(fail.min, fail.max, [...failAt, "min"], "`min` is greater than `max`."),
    exceeds(warn.min, warn.max, ["warn", "min"], "`min` is greater than `max`."),
    exceeds(warn.min, fail.max, ["warn", "min"], "`warn.min` is greater than the failing `max`."),
    exceeds(fail.min, warn.max, ["warn", "max"], "`warn.max` is less than the failing `min`."),
    atLeast(
      fail.min,
      warn.min,
      ["warn", "min"],
      "`warn.min` must be greater than the failing one.",
    ),
    atLeast(warn.max, fail.max, ["warn", "max"], "`warn.max` must be less than the failing one."),
  ];
  return found.filter((problem) => problem !== null);
}

function exceeds(
  low: number | null,
  high: number | null,
  path: readonly string[],
  message: string,
): ParameterProblem | null {
  return low !== null && high !== null && low > high ? { path, message } : null;
}

function atLeast(
  left: number | null,
  right: number | null,
  path: readonly string[],
  reason: string,
): ParameterProblem | null {
  return left !== null && right !== null && left >= right
    ? { path, message: `The warning would never be seen: ${reason}` }
    : null;
}
