import type { DatasetFacts, ParameterProblem } from "../../src/core/check.ts";
import { parseSqlType } from "./sql-type.ts";

/** One problem for each key of `planned` that is given; its text says what stands in for the key today. */
export function notBuilt(
  params: object,
  planned: Readonly<Record<string, string>>,
): readonly ParameterProblem[] {
  const given = new Map<string, unknown>(Object.entries(params));
  return Object.entries(planned)
    .filter(([key]) => given.get(key) !== undefined)
    .map(([key, instead]) => ({
      path: [key],
      message: `\`${key}\` is not built yet: ${instead}`,
      notSupported: true,
    }));
}

/**
 * A problem where the dataset promises `column` with a type that holds no time. A column that is not
 * promised, or of a type that is not known here, is left for the warehouse to judge.
 */
export function timeColumnProblem(
  column: string,
  dataset: DatasetFacts,
): readonly ParameterProblem[] {
  const promised = dataset.columns.get(column);
  if (promised === undefined) {
    return [];
  }
  const type = parseSqlType(promised.type);
  const mayHoldTime = type.kind === "timestamp" || type.kind === "date" || type.kind === "other";
  if (mayHoldTime) {
    return [];
  }
  return [
    {
      path: ["column"],
      message: `column ${column} is promised as ${promised.type}, which holds no time: name one of a timestamp or date type`,
    },
  ];
}
