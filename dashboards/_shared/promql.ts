import { type MetricDefinition, metrics } from "../../src/metrics/names.ts";

type LabelOf<M extends MetricDefinition> = M["labels"][number];
type Matchers<M extends MetricDefinition> = Readonly<Partial<Record<LabelOf<M>, string>>>;

/** What Prometheus itself tells of every scrape. */
export const scrapes = {
  duration: {
    name: "scrape_duration_seconds",
    help: "How long the scrape took.",
    type: "gauge",
    labels: ["job", "instance"],
  },
  samples: {
    name: "scrape_samples_scraped",
    help: "How many series the target exposed.",
    type: "gauge",
    labels: ["job", "instance"],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** Matches one value. */
export const is = (value: string): string => `="${value}"`;
/** Matches a regular expression; variables of Grafana become one where several values are chosen. */
export const like = (pattern: string): string => `=~"${pattern}"`;
export const isNot = (value: string): string => `!="${value}"`;

/** A selector of a metric's series. The compiler refuses labels that the metric does not have. */
export function series<M extends MetricDefinition>(metric: M, matchers?: Matchers<M>): string {
  return selector(metric.name, matchers ?? {});
}

/** A selector of the series that a histogram keeps its buckets in. */
export function buckets<M extends MetricDefinition>(metric: M, matchers?: Matchers<M>): string {
  return selector(`${metric.name}_bucket`, matchers ?? {});
}

function selector(name: string, matchers: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(matchers).map(([label, matcher]) => `${label}${matcher}`);
  return parts.length === 0 ? name : `${name}{${parts.join(",")}}`;
}

/** The products that the variables of a dashboard choose. Each once, also while two daemons are scraped. */
export const chosenProducts = `topk by (product) (1, ${series(metrics.productInfo, {
  product: like("$product"),
  domain: like("$domain"),
  owner: like("$owner"),
  tier: like("$tier"),
})})`;

/** What the products' owners chose by the variables have of `expression`, with the labels that they are told apart by. */
export function ofChosen(expression: string): string {
  return `(${expression}) * on (product) group_left (domain, owner, tier) ${chosenProducts}`;
}

/**
 * With a dash where the product has no domain. To Prometheus an empty label is not there, and a table of products of which
 * none has a domain would have no column for it.
 */
export function withDomain(expression: string): string {
  return `label_replace(${expression}, "domain", "–", "domain", "")`;
}

/**
 * Leaves out a ratio of which nothing was seen: a budget that nobody has looked at is whole, and 100 % would be shown
 * for the absence of all evidence. What is below 1 was seen, or is held for bad by the SLO's own terms.
 */
export function seen(ratio: string): string {
  return `((${ratio} < 1) or (${ratio} and on (product, slo) ${series(metrics.sloCoverage)} > 0))`;
}

/** The bad share of each window over what the objective allows: 1 spends the budget in just the SLO's period. */
export function burnRate(matchers: Matchers<typeof metrics.sloErrorRatio>): string {
  const allowed = `(1 - max by (product, slo) (${series(metrics.sloObjective)}))`;
  const errors = `max by (product, slo, window) (${series(metrics.sloErrorRatio, matchers)})`;
  return `${errors} / on (product, slo) group_left () ${allowed}`;
}
