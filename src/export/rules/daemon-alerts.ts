import { metrics } from "../../metrics/names.ts";
import { series } from "./promql.ts";
import type { AlertingRule } from "./rule.ts";

/** Alerts on the daemon itself: while it is down or deaf, no promise can be seen to break. */
export const daemonAlerts: readonly AlertingRule[] = [
  {
    alert: "TidemarkDown",
    // The one that absence does fire: a dead daemon exports nothing.
    expr: `absent(${metrics.buildInfo.name})`,
    for: "5m",
    labels: { severity: "page" },
    annotations: {
      summary: "Tidemark is not scraped: nothing is watched, or nobody can tell",
      description:
        "No target has exported its metrics for five minutes. Alerts on promises cannot fire meanwhile.",
    },
  },
  {
    alert: "TidemarkReloadFailed",
    expr: `${metrics.configReloadSuccessful.name} == 0`,
    for: "5m",
    labels: { severity: "ticket" },
    annotations: {
      summary: "Tidemark refuses the configuration on disk",
      description:
        "The last good one is in use. `tidemark validate` says what is wrong, and where.",
    },
  },
  {
    alert: "TidemarkDeliveriesPending",
    expr: `max by (notifier) (${metrics.deliveriesPending.name}) > 0`,
    for: "15m",
    labels: { severity: "page" },
    annotations: {
      summary:
        "{{ $value }} notices have been waiting for {{ $labels.notifier }} for a quarter of an hour",
      description:
        "Owners are not told there. `tidemark doctor` reaches each notifier in stages, and says which fails.",
    },
  },
  {
    alert: "TidemarkDeliveriesFailed",
    expr: grown(
      "sum by (notifier, result)",
      series(metrics.deliveries).concat('{result!~"sent|retry"}'),
    ),
    for: "0s",
    labels: { severity: "ticket" },
    annotations: {
      summary: "Tidemark has given up notices to {{ $labels.notifier }}: {{ $labels.result }}",
      description: "They were not delivered in the last hour, and are not tried again.",
    },
  },
  {
    alert: "TidemarkProbesLag",
    expr: `histogram_quantile(0.9, sum by (le, connection) (rate(${metrics.probeLag.name}_bucket[15m]))) > 60`,
    for: "15m",
    labels: { severity: "ticket" },
    annotations: {
      summary: "Probes through {{ $labels.connection }} start more than a minute late",
      description:
        "One in ten does. The warehouse is slow, or `max_concurrency` is too low for the schedules.",
    },
  },
  {
    alert: "TidemarkSlotsAbandoned",
    expr: grown("sum by (ending)", series(metrics.slots).concat('{ending=~"abandoned|error"}')),
    for: "0s",
    labels: { severity: "ticket" },
    annotations: {
      summary: "Probes of Tidemark ended without a result: {{ $labels.ending }}",
      description:
        "In the last hour. The daemon was killed while it measured, or could not record what it found.",
    },
  },
  {
    alert: "TidemarkSeriesDropped",
    // Per scrape, so that one that goes on shows in any rate.
    expr: `increase(${metrics.seriesDropped.name}[15m]) > 0`,
    for: "5m",
    labels: { severity: "ticket" },
    annotations: {
      summary: "Tidemark leaves series out of its metrics: there are too many",
      description: "Some products are not shown whole, and alerts on their promises may not fire.",
    },
  },
];

/** Grown in the last hour; a counter that was not there then, because the daemon is new, has grown from nothing. */
function grown(aggregate: string, counter: string): string {
  return `${aggregate} (increase(${counter}[1h])) > 0\nor\n${aggregate} (${counter} unless ${counter} offset 1h) > 0`;
}
