import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { metrics } from "../../src/metrics/names.ts";
import { colours } from "../_shared/colours.ts";
import { fixed, steps } from "../_shared/fields.ts";
import { lines } from "../_shared/panels.ts";
import { series } from "../_shared/promql.ts";

const place = { width: 12, height: 8 };

/** Whether notices arrive. */
export function deliveries(): readonly Builder<Panel>[] {
  return [
    lines({
      ...place,
      title: "Notices that wait",
      description: "Deliveries that are neither sent nor given up, by notifier.",
      unit: "short",
      steps: steps(colours.figure, [10, colours.atRisk]),
      queries: [
        {
          expr: `sum by (notifier) (${series(metrics.deliveriesPending)})`,
          legend: "{{notifier}}",
        },
      ],
    }),
    lines({
      ...place,
      title: "Attempts to deliver, by what came of them",
      description: "Attempts of the last hour: sent, to be tried again, or why they were given up.",
      unit: "short",
      colour: colours.broken,
      queries: [
        {
          expr: `sum by (result) (increase(${series(metrics.deliveries)}[1h])) > 0`,
          legend: "{{result}}",
        },
      ],
    })
      .overrideByName("sent", [fixed(colours.figure)])
      .overrideByName("retry", [fixed(colours.atRisk)]),
  ];
}
