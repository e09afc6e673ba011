import { z } from "zod";
import type {
  CheckResult,
  CheckTypeSpec,
  DatasetFacts,
  EvaluateContext,
  Figures,
  Measurements,
  MetricRequest,
  ParameterProblem,
} from "../../src/core/check.ts";
import type { CatalogueColumn } from "../../src/core/measurement.ts";
import type { Outcome } from "../../src/core/vocabulary.ts";
import { shownCount } from "../_shared/text.ts";
import { unmeasured } from "../_shared/unmeasured.ts";
import {
  countUnjudgedNullability,
  type Difference,
  type DifferenceClass,
  differencesOf,
} from "./differences.ts";

const schemaParams = z.strictObject({
  new_columns: z.enum(["allow", "warn", "fail"]).default("allow").meta({
    description: "The outcome where the dataset has a column that is not promised.",
  }),
});

type SchemaParams = z.output<typeof schemaParams>;

/** So many differences are named in a summary; the rest is counted. */
const namedDifferences = 3;

/** Whether a dataset has the columns that its `columns` promise. */
export const schema: CheckTypeSpec<SchemaParams> = {
  name: "schema",
  dimension: "conformity",
  params: schemaParams,
  problems,
  plan,
  evaluate,
};

function problems(_: SchemaParams, dataset: DatasetFacts): readonly ParameterProblem[] {
  return dataset.columns.size > 0
    ? []
    : [
        {
          path: [],
          message:
            "a schema check needs a promise to compare with: list the dataset's `columns`, each with its type",
        },
      ];
}

function plan(): readonly MetricRequest[] {
  return [{ kind: "columns" }];
}

function evaluate(
  params: SchemaParams,
  measured: Measurements,
  context: EvaluateContext,
): CheckResult {
  const answer = measured.columns();
  const expected = expectedOf(params, context);
  if (answer.ok) {
    return ofColumns(params, answer.value, context, expected);
  }
  return answer.failure.kind === "not_found"
    ? ofMissingDataset(context, expected)
    : unmeasured("The schema", answer.failure, expected);
}

function ofMissingDataset(context: EvaluateContext, expected: Figures): CheckResult {
  const promised = shownCount(context.columns.size, "column");
  return {
    outcome: "fail",
    summary: `The dataset is not there; ${promised} promised.`,
    measured: { differences: 1, breaking: 1, additive: 0, cosmetic: 0, columns: 0 },
    expected,
  };
}

function ofColumns(
  params: SchemaParams,
  delivered: readonly CatalogueColumn[],
  context: EvaluateContext,
  expected: Figures,
): CheckResult {
  const differences = differencesOf(context.columns, delivered, context.typeNames);
  const counts = countsOf(differences);
  const unjudged = countUnjudgedNullability(context.columns, delivered);
  return {
    outcome: outcomeOf(params, counts),
    summary: `${headline(context.columns.size, differences, counts)}${caveat(unjudged)}.`,
    measured: { differences: differences.length, ...counts, columns: delivered.length },
    expected,
  };
}

type Counts = Readonly<Record<DifferenceClass, number>>;

function countsOf(differences: readonly Difference[]): Counts {
  const count = (one: DifferenceClass): number =>
    differences.filter((difference) => difference.class === one).length;
  return { breaking: count("breaking"), additive: count("additive"), cosmetic: count("cosmetic") };
}

function outcomeOf(params: SchemaParams, counts: Counts): Outcome {
  if (counts.breaking > 0) {
    return "fail";
  }
  return counts.additive > 0 && params.new_columns !== "allow" ? params.new_columns : "pass";
}

function headline(promised: number, differences: readonly Difference[], counts: Counts): string {
  if (differences.length === 0) {
    return `${shownCount(promised, "column")} promised, and the dataset has exactly these`;
  }
  const classes = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
  const named = differences.slice(0, namedDifferences).map((difference) => difference.text);
  const rest = differences.length - named.length;
  const more = rest === 0 ? "" : `; and ${rest} more`;
  return `${shownCount(differences.length, "difference")} from the promised schema (${classes}): ${named.join("; ")}${more}`;
}

/** Said aloud, so that nobody takes silence for a kept promise. */
function caveat(unjudged: number): string {
  return unjudged === 0
    ? ""
    : `; whether NULLs occur is not in the catalogue for ${shownCount(unjudged, "column")} promised without`;
}

function expectedOf(params: SchemaParams, context: EvaluateContext): Figures {
  return {
    breaking: 0,
    ...(params.new_columns === "allow" ? {} : { additive: 0 }),
    columns: context.columns.size,
  };
}
