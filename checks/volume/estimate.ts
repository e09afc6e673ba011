import type { CheckResult, Figures, Measurements } from "../../src/core/check.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { shownCount } from "../_shared/text.ts";
import { unmeasured } from "../_shared/unmeasured.ts";
import { outcomeOf } from "./outcome.ts";
import { rowBounds, type VolumeParams } from "./params.ts";
import { promiseOf } from "./promise.ts";

/** Judges the number of rows that the warehouse's metadata have. A dataset of which they have none is not guessed at. */
export function judgeEstimate(
  params: VolumeParams,
  measured: Measurements,
  expected: Figures,
): CheckResult {
  const answer = measured.statistics();
  if (!answer.ok) {
    return unmeasured("The number of rows", answer.failure, expected);
  }
  const { rows } = answer.value;
  if (rows === undefined) {
    return unmeasured("The number of rows", notKnown, expected);
  }
  const { fail, warn } = rowBounds(params);
  const shown = shownCount(rows.count, "row");
  const seen = rows.isExact
    ? `${shown} in the dataset, by the warehouse's metadata`
    : `About ${shown} in the dataset, by the warehouse's estimate`;
  return {
    outcome: outcomeOf(rows.count, params),
    summary: `${seen}; ${promiseOf(fail, warn)}.`,
    measured: { rows: rows.count, is_estimate: !rows.isExact },
    expected,
  };
}

const notKnown: MeasurementFailure = {
  kind: "not_found",
  message: "The warehouse's metadata have no number of rows of this dataset.",
  hint: "A view has none, and a table may have none until it is analysed: `rows: exact` counts.",
};
