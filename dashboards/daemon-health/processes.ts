import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { metrics } from "../../src/metrics/names.ts";
import { shareUnit } from "../_shared/fields.ts";
import { lines } from "../_shared/panels.ts";
import { scrapes, series } from "../_shared/promql.ts";

const place = { width: 12, height: 8 };

/** What each daemon takes of its machine, and of Prometheus. */
export function processes(): readonly Builder<Panel>[] {
  return [...used(), ...scraped()];
}

/** Of each daemon, and of nothing else that is scraped and goes by the same names. */
function ofDaemons(expression: string) {
  const expr = `${expression} and on (job, instance) ${series(metrics.buildInfo)}`;
  return { expr, legend: "{{instance}}" };
}

function used(): readonly Builder<Panel>[] {
  return [
    lines({
      ...place,
      title: "Memory",
      description: "Memory of each daemon that is held in RAM.",
      unit: "bytes",
      queries: [ofDaemons(series(metrics.processMemory))],
    }),
    lines({
      ...place,
      title: "CPU",
      description: "CPU time that each daemon uses: 100 % keeps one core busy.",
      unit: shareUnit,
      queries: [ofDaemons(`rate(${series(metrics.processCpu)}[$__rate_interval])`)],
    }),
  ];
}

/** How large a scrape is, and how long it takes. */
function scraped(): readonly Builder<Panel>[] {
  return [
    lines({
      ...place,
      title: "How long scrapes take",
      description:
        "How long Prometheus takes to scrape each daemon. A gap is a scrape that failed, or that was not made.",
      unit: "s",
      queries: [ofDaemons(series(scrapes.duration))],
    }),
    lines({
      ...place,
      title: "Series in a scrape",
      description: "How many series each daemon exposes, those of products and its own.",
      unit: "short",
      queries: [ofDaemons(series(scrapes.samples))],
    }),
  ];
}
