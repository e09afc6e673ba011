import { type MetricDefinition, metrics } from "../../metrics/names.ts";

type Matchers = Readonly<Record<string, string>>;

/** `name{label="value"}`. JSON quotes as PromQL does. */
export function series({ name }: Pick<MetricDefinition, "name">, matchers: Matchers = {}): string {
  const pairs = Object.entries(matchers).map(
    ([label, value]) => `${label}=${JSON.stringify(value)}`,
  );
  return pairs.length === 0 ? name : `${name}{${pairs.join(", ")}}`;
}

/**
 * One series for each SLO, without the labels of the scrape: two daemons that watch the same mesh, or one that comes
 * back under another address, would otherwise make two of each.
 */
export function perSlo(metric: Pick<MetricDefinition, "name">, matchers: Matchers = {}): string {
  return `max by (product, slo) (${series(metric, matchers)})`;
}

/** 1 − objective of each SLO, rounded to a part per million, the unit of objectives: 1 − 0.995 is not 0.005. */
export const errorBudget = `round(1 - ${perSlo(metrics.sloObjective)}, 0.000001)`;

/** The alerts of a name that fire, as series with the labels `by`. */
export function firing(alertname: string, matchers: Matchers = {}, by = "product, slo"): string {
  return `max by (${by}) (${series({ name: "ALERTS" }, { alertname, alertstate: "firing", ...matchers })})`;
}

/** What fired when the daemon went away goes on: that nobody can tell any more resolves nothing. */
export function whileDown(alerts: string): string {
  return `${alerts} and on () absent(${metrics.buildInfo.name})`;
}
