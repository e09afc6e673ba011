import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { metrics } from "../../src/metrics/names.ts";
import { openIncidents } from "../_shared/counts.ts";
import {
  budgetSteps,
  byThresholds,
  colouredCell,
  colouredText,
  coverageSteps,
  noneIsWell,
  shareUnit,
  stateMappings,
} from "../_shared/fields.ts";
import { upstreamUrl } from "../_shared/links.ts";
import { like, series } from "../_shared/promql.ts";
import { leastBudget, productState, states } from "../_shared/states.ts";
import { table } from "../_shared/table.ts";

/** The products that this one is made from, each under the label `product`. */
const upstream = `label_replace(${series(metrics.productUpstreamInfo, {
  product: like("$product"),
})}, "product", "$1", "upstream", "(.+)")`;

/** Where the products stand that this one is made from. One that is not watched here is unseen. */
export function upstreams(): TableBuilder {
  const unwatched = `${states.unseen} + 0 * max by (product) (${upstream})`;
  return table({
    title: "Upstream",
    description:
      "The data products that this one is made from, as their worst SLO is. One that this daemon does not watch is unseen.",
    names: [{ label: "product", title: "Upstream", url: upstreamUrl }],
    figures: [
      {
        title: "State",
        expr: `((${productState(null)}) and on (product) ${upstream}) or ${unwatched}`,
        unit: "none",
        properties: [colouredCell, { id: "mappings", value: stateMappings }],
      },
      {
        title: "Budget left",
        expr: among(`(${leastBudget(null)})`),
        unit: shareUnit,
        properties: [colouredText, ...byThresholds(budgetSteps)],
      },
      {
        title: "Coverage",
        expr: among(`min by (product) (${series(metrics.sloCoverage)})`),
        unit: shareUnit,
        properties: [colouredText, ...byThresholds(coverageSteps)],
      },
      {
        title: "Open incidents",
        expr: among(`sum by (product) (${openIncidents()})`),
        unit: "none",
        properties: [colouredText, ...byThresholds(noneIsWell)],
      },
    ],
    sortBy: [
      ["State", "least"],
      ["Budget left", "least"],
    ],
    width: 24,
    height: 6,
  });
}

function among(expression: string): string {
  return `${expression} and on (product) ${upstream}`;
}
