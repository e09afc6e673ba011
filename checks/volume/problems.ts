import type { DatasetFacts, ParameterProblem } from "../../src/core/check.ts";
import { timeColumnProblem } from "../_shared/problems.ts";
import { parseSqlType } from "../_shared/sql-type.ts";
import { rowBounds, type VolumeParams } from "./params.ts";
import { unitLengths } from "./window.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

const longestDelayMs = 31 * dayMs;

/** 100 years: beyond it a window may start before the year 1, which not every warehouse can spell. */
const longestWindowMs = 100 * 365 * dayMs;

/** What the bounds, the window and the estimate contradict. */
export function volumeProblems(
  params: VolumeParams,
  dataset: DatasetFacts,
): readonly ParameterProblem[] {
  return [
    ...estimateProblems(params, dataset),
    ...windowProblems(params),
    ...completeProblems(params),
    ...formProblems(params),
    ...contradictions(params),
    ...columnProblems(params, dataset),
  ];
}

/** The metadata know how many rows a table has, and not how many of them meet a condition. */
function estimateProblems(
  { rows, window, column }: VolumeParams,
  { hasFilter }: DatasetFacts,
): readonly ParameterProblem[] {
  if (rows === "exact") {
    return [];
  }
  const reasons = [
    ...(hasFilter ? ["the dataset has a `filter`"] : []),
    ...(window === undefined && column === undefined ? [] : ["the check has a window"]),
  ];
  return reasons.map((reason) => ({
    path: ["rows"],
    message: `\`rows: estimate\` is of all rows of a table, and ${reason}: leave it out, and rows are counted`,
  }));
}

function windowProblems(params: VolumeParams): readonly ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  if (params.window !== undefined && params.column === undefined) {
    problems.push({
      path: ["window"],
      message: "`window` needs the time `column` that it looks at",
    });
  }
  if (params.column !== undefined && params.window === undefined) {
    problems.push({
      path: ["column"],
      message: "`column` needs a `window`; without both, all rows of the dataset are counted",
    });
  }
  if (params.window !== undefined && params.window > longestWindowMs) {
    problems.push({ path: ["window"], message: "a window is at most 100y long" });
  }
  return problems;
}

function completeProblems(params: VolumeParams): readonly ParameterProblem[] {
  const { complete, window, delay } = params;
  if (!complete) {
    return delay === 0
      ? []
      : [{ path: ["delay"], message: "`delay` belongs to `complete: true`, which is not given" }];
  }
  const problems: ParameterProblem[] = [];
  if (window === undefined || !unitLengths.includes(window)) {
    problems.push({
      path: ["complete"],
      message: "`complete` judges whole days or hours: give a `window` of `1d` or `1h`",
    });
  }
  if (delay % minuteMs !== 0 || delay > longestDelayMs) {
    problems.push({ path: ["delay"], message: "`delay` is in whole minutes, and at most 31d" });
  }
  return problems;
}

function columnProblems(params: VolumeParams, dataset: DatasetFacts): readonly ParameterProblem[] {
  if (params.column === undefined) {
    return [];
  }
  const promised = dataset.columns.get(params.column);
  const isDay = promised !== undefined && parseSqlType(promised.type).kind === "date";
  return isDay && params.window !== undefined && params.window % dayMs !== 0
    ? [{ path: ["window"], message: "a window over a column of days must be whole days" }]
    : timeColumnProblem(params.column, dataset);
}

function formProblems(params: VolumeParams): readonly ParameterProblem[] {
  const { fail, warn } = rowBounds(params);
  const problems: ParameterProblem[] = [];
  for (const key of ["min", "max"] as const) {
    if (params[key] !== undefined && params.fail !== undefined) {
      problems.push({
        path: [key],
        message: `\`${key}\` is short for \`fail: { ${key} }\`: give the bounds in one form, not both`,
      });
    }
  }
  if (fail.max === null && warn.max === null && (fail.min ?? 0) === 0 && (warn.min ?? 0) === 0) {
    const isGiven = fail.min !== null || warn.min !== null;
    problems.push({
      path: [],
      message: isGiven
        ? "a `min` of 0 always holds: give a higher one, or a `max`"
        : "a volume check needs `min` or `max`, or one of them under `warn` or `fail`",
    });
  }
  return problems;
}

function contradictions(params: VolumeParams): readonly ParameterProblem[] {
  const { fail, warn } = rowBounds(params);
  const failAt = params.fail === undefined ? [] : ["fail"];
  const found: (ParameterProblem | null)[] = [
    exceeds(fail.min, fail.max, [...failAt, "min"], "`min` is greater than `max`"),
    exceeds(warn.min, warn.max, ["warn", "min"], "`min` is greater than `max`"),
    exceeds(warn.min, fail.max, ["warn", "min"], "`warn.min` is greater than the failing `max`"),
    exceeds(fail.min, warn.max, ["warn", "max"], "`warn.max` is less than the failing `min`"),
    atLeast(fail.min, warn.min, ["warn", "min"], "`warn.min` must be greater than the failing one"),
    atLeast(warn.max, fail.max, ["warn", "max"], "`warn.max` must be less than the failing one"),
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
    ? { path, message: `the warning would never be seen: ${reason}` }
    : null;
}
