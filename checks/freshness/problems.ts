import type { DatasetFacts, ParameterProblem } from "../../src/core/check.ts";
import { timeColumnProblem } from "../_shared/problems.ts";
import { parseSqlType } from "../_shared/sql-type.ts";
import { ageLimits, type FreshnessParams } from "./params.ts";

const dayMs = 86_400_000;

/** More would be a promise about deliveries a month apart, which no day's deadline makes. */
const longestOpensMs = 31 * dayMs;

/** What the levels, the deadline, the history and the source contradict. */
export function freshnessProblems(
  params: FreshnessParams,
  dataset: DatasetFacts,
): readonly ParameterProblem[] {
  return [
    ...sourceProblems(params),
    ...(params.by === undefined ? ageProblems(params) : deadlineProblems(params, params.by)),
    ...historyProblems(params, dataset),
    ...timeColumnProblem(params.column, dataset),
  ];
}

/**
 * That a table has not changed says nothing of what is newest in it, so that metadata alone would never come to a first
 * verdict, nor to one on a table that has changed.
 */
function sourceProblems({ source }: FreshnessParams): readonly ParameterProblem[] {
  return source === "metadata"
    ? [
        {
          path: ["source"],
          message:
            "`source: metadata` would never come to a verdict: metadata show that no row has changed, and not which is newest; `auto` asks them first",
          notSupported: true,
        },
      ]
    : [];
}

function ageProblems(params: FreshnessParams): readonly ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  const { failMs, warnMs } = ageLimits(params);
  if (failMs === null && warnMs === null) {
    problems.push({
      path: [],
      message:
        "a freshness check needs `max_age`, or one under `warn` or `fail`, or `by` for a delivery",
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
  for (const key of ["opens", "timezone", "calendar"] as const) {
    if (params[key] !== undefined) {
      problems.push({ path: [key], message: `\`${key}\` belongs to \`by\`, which is not given` });
    }
  }
  return problems;
}

function deadlineProblems(params: FreshnessParams, by: string): readonly ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  for (const key of ["max_age", "warn", "fail"] as const) {
    if (params[key] !== undefined) {
      problems.push({
        path: [key],
        message: `\`${key}\` promises an age and \`by\` a delivery: give two checks`,
      });
    }
  }
  if (params.time === "event") {
    problems.push({
      path: ["time"],
      message: "`by` needs load times: the time of an event does not say when it was delivered",
    });
  }
  if (by === "00:00" && params.opens === undefined) {
    problems.push({
      path: ["by"],
      message:
        "a delivery opens at the beginning of its day, which is its deadline here: say with `opens` how long before",
    });
  }
  if (params.opens !== undefined && params.opens > longestOpensMs) {
    problems.push({ path: ["opens"], message: "a delivery opens at most 31d before it is due" });
  }
  return problems;
}

function historyProblems(
  params: FreshnessParams,
  dataset: DatasetFacts,
): readonly ParameterProblem[] {
  if (params.history === undefined) {
    return [];
  }
  if (params.time === "event") {
    return [
      {
        path: ["history"],
        message: "`history` needs load times: those of events do not say what was loaded when",
      },
    ];
  }
  const promised = dataset.columns.get(params.column);
  return promised !== undefined && parseSqlType(promised.type).kind === "date"
    ? [{ path: ["history"], message: "`history` needs times, and a day is none" }]
    : [];
}
