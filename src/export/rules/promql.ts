import type { MetricDefinition } from "../../metrics/names.ts";

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
