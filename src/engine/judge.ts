import type { CheckResult, EvaluateContext, Figures, Measurements } from "../core/check.ts";
import type { SqlDialect } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { CheckTypes } from "./check-types.ts";
import { internalFailure } from "./measure.ts";
import type { ProbeMoment } from "./plan.ts";

export interface JudgeContext {
  readonly types: CheckTypes;
  readonly logger: Logger;
  readonly warehouse: { readonly target: { readonly dialect: Pick<SqlDialect, "typeNames"> } };
}

/** A check's verdict on what was measured. Never throws: a fault of the check type is a result of its own. */
export function judge(
  check: Check,
  dataset: Dataset,
  context: JudgeContext,
  { nowMs, last }: ProbeMoment,
  measurements: () => Measurements,
): CheckResult {
  try {
    const { typeNames } = context.warehouse.target.dialect;
    const known: EvaluateContext = {
      timezone: dataset.timezone,
      nowMs,
      calendar: check.calendar,
      last: last(check.id),
      columns: dataset.columns,
      ...(typeNames === undefined ? {} : { typeNames }),
    };
    const evaluated = context.types.of(check).evaluate(check.params, measurements(), known);
    return withSeverity(check, evaluated);
  } catch (error) {
    return faultOf(check, context, error);
  }
}

/** A fault of the check type, which is no fault of its neighbours. */
export function faultOf(check: Check, { logger }: JudgeContext, error: unknown): CheckResult {
  logger.error({ check: check.id, error }, "a check type failed in a way it should not");
  const failure = internalFailure("The check failed in a way it should not.");
  const none: Figures = {};
  return { outcome: "error", summary: failure.message, measured: none, expected: none, failure };
}

/** A check of severity `warn` is shown when it fails, and spends no budget. */
function withSeverity(check: Check, result: CheckResult): CheckResult {
  return check.severity === "warn" && result.outcome === "fail"
    ? { ...result, outcome: "warn" }
    : result;
}
