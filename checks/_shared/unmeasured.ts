import type { CheckResult, Figures } from "../../src/core/check.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";

/** The verdict where a figure is missing: neither good nor bad, with the reason passed on whole. */
export function unmeasured(
  what: string,
  failure: MeasurementFailure,
  expected: Figures,
): CheckResult {
  const reason = failure.message.replace(/[.\s]+$/u, "");
  return {
    outcome: "error",
    summary: `${what} could not be measured: ${reason}.`,
    measured: {},
    expected,
    failure,
  };
}
