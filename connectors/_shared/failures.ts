import type { MeasurementFailure } from "../../src/core/measurement.ts";
import type { FailureKind } from "../../src/core/vocabulary.ts";
import type { StopReason } from "./deadline.ts";

/**
 * One row of a connector's table of failures: what the driver reports, and what is said instead.
 * `codes` are exact, or prefixes when they end with `*`. `texts` are the fixed beginnings of messages, for
 * drivers that report some errors without a code.
 */
export interface FailureRule {
  readonly codes?: readonly string[];
  readonly texts?: readonly string[];
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint?: string;
}

/**
 * The failure of the first rule that fits, else of kind `internal`. Of the driver's error nothing but the
 * code is passed on, because driver texts quote row values and connection strings.
 */
export function classify(
  rules: readonly FailureRule[],
  error: { readonly code: string | null; readonly text: string },
): MeasurementFailure {
  const { code, text } = error;
  const { kind, message, hint } =
    rules.find(
      (rule) =>
        rule.codes?.some((pattern) => code !== null && hasCode(pattern, code)) === true ||
        rule.texts?.some((beginning) => text.startsWith(beginning)) === true,
    ) ?? unknownFailure;
  return {
    kind,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(code !== null && /^[A-Za-z0-9_]{1,60}$/.test(code) ? { code } : {}),
  };
}

/** What is said of a call that was not waited for any longer. */
export function stoppedFailure(reason: StopReason): MeasurementFailure {
  return reason === "aborted"
    ? { kind: "cancelled", message: "The call was cancelled before it had an answer." }
    : {
        kind: "timeout",
        message: "No answer came within the connection's statement timeout.",
        hint: "See what the warehouse is busy with, narrow the check with `filter` or `window`, or raise `statement_timeout`.",
      };
}

const unknownFailure: FailureRule = {
  kind: "internal",
  message: "The driver reported an error that Tidemark does not know.",
  hint: "Look the code up in the warehouse's documentation or its log.",
};

function hasCode(pattern: string, code: string): boolean {
  return pattern.endsWith("*") ? code.startsWith(pattern.slice(0, -1)) : code === pattern;
}
