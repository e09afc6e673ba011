import type { SyntaxNodeRef } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { scrapes } from "../../../dashboards/_shared/promql.ts";
import { type MetricDefinition, metrics } from "../../../src/metrics/names.ts";

const definitions: readonly MetricDefinition[] = [
  ...Object.values(metrics),
  ...Object.values(scrapes),
];

/** Series names of a metric: a histogram is asked for by its parts. */
function seriesNames({ name, type }: MetricDefinition): readonly string[] {
  return type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

function definitionOf(series: string): MetricDefinition | undefined {
  return definitions.find((one) => seriesNames(one).includes(series));
}

/** Labels of no metric's own: the bound of a bucket, and what Prometheus puts to every series that it scrapes. */
const made = ["le", "job", "instance"];

/** What is wrong with a query whose variables have values: each objection is a sentence. */
export function objectionsTo(expr: string): readonly string[] {
  const objections: string[] = [];
  const known = new Set(made);
  let asked: MetricDefinition | undefined;
  parser.parse(expr).iterate({
    enter: ({ type, name, from, to }) => {
      const text = expr.slice(from, to);
      if (type.isError) {
        objections.push(
          `does not parse at ${from}: ${expr.slice(Math.max(0, from - 20), to + 20)}`,
        );
      }
      if (name === "VectorSelector") {
        const series = /^[a-zA-Z_:][\w:]*/.exec(text)?.[0] ?? "";
        asked = definitionOf(series);
        for (const label of asked?.labels ?? []) {
          known.add(label);
        }
        if (asked === undefined) {
          objections.push(`asks for ${series || "series without a name"}, which is not exported`);
        }
      }
      if (name === "LabelMatchers") {
        for (const [, label = ""] of text.matchAll(/[{,]\s*(\w+)\s*[=!]/g)) {
          if (asked?.labels.includes(label) !== true) {
            objections.push(`matches ${label}, which ${asked?.name} does not have`);
          }
        }
      }
    },
  });
  return [...objections, ...unknownGroups(expr, known)];
}

function unknownGroups(expr: string, known: ReadonlySet<string>): readonly string[] {
  const objections: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to }: SyntaxNodeRef) => {
      if (name === "GroupingLabels") {
        const labels = expr.slice(from, to).match(/\w+/g) ?? [];
        objections.push(
          ...labels
            .filter((label) => !known.has(label))
            .map((label) => `groups by ${label}, which none of its metrics has`),
        );
      }
    },
  });
  return objections;
}
