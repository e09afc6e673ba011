import type { DatasetFacts, ParameterProblem } from "../../src/core/check.ts";
import { parseSqlType } from "./sql-type.ts";

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
