import type { Budgeting } from "../../core/sli.ts";
import type { DurationMs } from "../../core/vocabulary.ts";
import { errorRatioWindows, metrics } from "../../metrics/names.ts";
import type { BudgetingMethod, IndicatorSpec } from "./documents.ts";

/** How an SLO's budget is counted in OpenSLO's words, and where its figures are to be had. */
export interface Accounting {
  readonly budgetingMethod: BudgetingMethod;
  /** For slices of time only. */
  readonly timeSliceWindow?: string;
  readonly indicator: IndicatorSpec;
}

/**
 * The method that counts as Tidemark does.
 *
 * - Time is `RatioTimeslices`, the mean of the slices' ratios: slices are equally long, so that is the share of bad
 *   time. `Timeslices` would round each bad minute up to a slice.
 * - Deliveries and rows are `Occurrences`: good ones over all.
 */
export const methods: Readonly<Record<Budgeting, BudgetingMethod>> = {
  time: "RatioTimeslices",
  deliveries: "Occurrences",
  rows: "Occurrences",
};

/**
 * `cadenceMs` is that of the check that is looked at least often. A slice is the shortest window of the exported error
 * ratio that holds it, because what a shorter one says may hang on a look that is still to come; but none is longer
 * than the SLO's window, `windowMs`, where there is a shorter one.
 */
export function accountingOf(
  product: string,
  slo: string,
  budgeting: Budgeting,
  cadenceMs: DurationMs,
  windowMs: DurationMs,
): Accounting {
  const budgetingMethod = methods[budgeting];
  if (budgeting !== "time") {
    return { budgetingMethod, indicator: wholeWindow(product, slo, budgeting) };
  }
  const slice = sliceOf(cadenceMs, windowMs);
  const description =
    "The share of each time slice that was bad, of what is known of it, excluded time left out. Absent when too little is known.";
  const query = selector(metrics.sloErrorRatio.name, { product, slo, window: slice });
  return {
    budgetingMethod,
    timeSliceWindow: slice,
    indicator: { description, ratioMetric: { rawType: "failure", raw: prometheus(query) } },
  };
}

function wholeWindow(product: string, slo: string, budgeting: Budgeting): IndicatorSpec {
  const description = `The share of the window's ${budgeting} that were good: the newest value is the SLI. A mean of values would count each of them many times.`;
  const query = selector(metrics.sloSli.name, { product, slo });
  return { description, ratioMetric: { rawType: "success", raw: prometheus(query) } };
}

function sliceOf(cadenceMs: DurationMs, windowMs: DurationMs): string {
  const fitting = errorRatioWindows.filter((one) => one.windowMs <= windowMs);
  const holding = fitting.find((one) => one.windowMs >= cadenceMs);
  return (holding ?? fitting.at(-1) ?? errorRatioWindows.at(0))?.label ?? "";
}

/** No DataSource is referred to: where a Prometheus stands that scrapes the daemon is not known here. */
function prometheus(query: string) {
  return { metricSource: { type: "Prometheus", spec: { query } } };
}

function selector(name: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(
    ([label, value]) => `${label}=${JSON.stringify(value)}`,
  );
  return `${name}{${matchers.join(", ")}}`;
}
