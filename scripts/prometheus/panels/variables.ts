import { withVariables } from "../../../dashboards/_shared/queries.ts";
import type { QueryVariable } from "./committed.ts";

/** What is chosen of a variable; `all` is what the choice of everything is, also where nothing is offered. */
export interface Chosen {
  readonly values: readonly string[];
  readonly isAll: boolean;
}

/** By the names of variables. */
export type Choice = Readonly<Record<string, Chosen>>;

export interface Step {
  readonly stepMs: number;
  readonly rangeMs: number;
}

/**
 * `expr` with what is chosen and with the variables that Grafana has of its own, as its data source for Prometheus fills
 * them in (`interpolateQueryExpr` of grafana-prometheus, where `prometheusSpecialCharsInLabelValues` is on).
 */
export function filled(
  expr: string,
  variables: readonly QueryVariable[],
  choice: Choice,
  { stepMs, rangeMs }: Step,
): string {
  const chosen = variables.flatMap((variable) => {
    const one = choice[variable.name];
    return one === undefined ? [] : [[variable.name, textOf(variable, one)] as const];
  });
  // A rate needs some scrapes; four hold one more than can be missed.
  const rateMs = Math.max(stepMs + scrapeMs, 4 * scrapeMs);
  return withVariables(expr, {
    ...Object.fromEntries(chosen),
    __interval: durationOf(stepMs),
    __interval_ms: String(stepMs),
    __rate_interval: durationOf(rateMs),
    __range: durationOf(rangeMs),
    __range_s: String(Math.round(rangeMs / 1000)),
    __range_ms: String(rangeMs),
  });
}

/** The names of the variables that `expr` mentions. */
export function mentioned(expr: string, variables: readonly QueryVariable[]): readonly string[] {
  return variables
    .map(({ name }) => name)
    .filter((name) => new RegExp(`\\$(?:\\{${name}\\}|${name}\\b)`).test(expr));
}

/** How often Prometheus scrapes, as the data source is told by its `timeInterval`. */
export const scrapeMs = 2_000;

/** The steps that Grafana rounds to, in seconds. */
const roundSteps = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200,
  86_400,
];

/** The round step next to what gives a graph of that many points, and no less than a scrape. */
export function stepFor(rangeMs: number, points: number, leastMs: number): number {
  const wantedMs = rangeMs / points;
  const distance = (seconds: number) => Math.abs(seconds * 1000 - wantedMs);
  const nearest = roundSteps.reduce((best, one) => (distance(one) < distance(best) ? one : best));
  return Math.max(nearest * 1000, leastMs, scrapeMs);
}

function textOf(variable: QueryVariable, { values, isAll }: Chosen): string {
  const { isMulti, hasAll, allValue } = variable;
  if (isAll && allValue !== null) {
    return allValue;
  }
  const [only = ""] = values;
  if (!isMulti && !hasAll) {
    return only.replace(/["\\]/g, "\\$&");
  }
  const escaped = values.map(escapedForPattern);
  return escaped.length === 1 ? escapedForPattern(only) : `(${escaped.join("|")})`;
}

/** For a pattern within a string: each of them takes a backslash away. */
function escapedForPattern(value: string): string {
  return value
    .replaceAll("\\", "\\\\\\\\")
    .replaceAll('"', '\\\\\\"')
    .replace(/[$^*{}[\]'+?.()|]/g, "\\\\$&");
}

function durationOf(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
