import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { metrics } from "../../src/metrics/names.ts";
import { colours } from "../_shared/colours.ts";
import { shareUnit, steps } from "../_shared/fields.ts";
import { lines } from "../_shared/panels.ts";
import { buckets, series } from "../_shared/promql.ts";

type Distribution = typeof metrics.probeLag | typeof metrics.probeDuration;

const place = { width: 12, height: 8 };

/** How long looking takes, how late it begins, and how much of it there is, by connection. */
export function warehouses(): readonly Builder<Panel>[] {
  return [
    lines({
      ...place,
      title: "Probes that start late, 99th percentile",
      description:
        "How long after their due time 99 of 100 probes had started, by connection. The orange line is a minute.",
      unit: "s",
      steps: steps(colours.figure, [60, colours.atRisk]),
      queries: [{ expr: quantile(0.99, metrics.probeLag), legend: "{{connection}}" }],
    }),
    lines({
      ...place,
      title: "How long probes take",
      description:
        "From the start to the last result, the median and the 99th percentile, by connection.",
      unit: "s",
      queries: [
        { expr: quantile(0.5, metrics.probeDuration), legend: "{{connection}}, half of them" },
        { expr: quantile(0.99, metrics.probeDuration), legend: "{{connection}}, 99 of 100" },
      ],
    }),
    lines({
      ...place,
      title: "Queries",
      description: "Queries that are sent to the warehouse, in a second, by connection.",
      unit: "reqps",
      queries: [
        {
          expr: `sum by (connection) (rate(${series(metrics.queries)}[$__rate_interval]))`,
          legend: "{{connection}}",
        },
      ],
    }),
    lines({
      ...place,
      title: "Warehouse kept busy",
      description: "Seconds of a warehouse's time that looking takes in a second, by connection.",
      unit: shareUnit,
      queries: [
        {
          expr: `sum by (connection) (rate(${series(metrics.warehouseSeconds)}[$__rate_interval]))`,
          legend: "{{connection}}",
        },
      ],
    }),
    lines({
      ...place,
      width: 24,
      title: "Bytes scanned in a day",
      description:
        "What looking scanned in the last 24 hours, by connection, where the warehouse tells; where it does not, there is no line.",
      unit: "bytes",
      queries: [
        {
          expr: `sum by (connection) (increase(${series(metrics.bytesScanned)}[1d]))`,
          legend: "{{connection}}",
        },
      ],
    }),
  ];
}

function quantile(share: number, metric: Distribution): string {
  return `histogram_quantile(${share}, sum by (le, connection) (rate(${buckets(metric)}[$__rate_interval])))`;
}
