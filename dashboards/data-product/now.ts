import type { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { metrics } from "../../src/metrics/names.ts";
import { colours } from "../_shared/colours.ts";
import { brokenChecks, openIncidents, silentChecks } from "../_shared/counts.ts";
import {
  budgetSteps,
  coverageSteps,
  noneIsWell,
  shareUnit,
  someAreUnknown,
  stateMappings,
  steps,
} from "../_shared/fields.ts";
import { ownerUrl } from "../_shared/links.ts";
import { stat } from "../_shared/panels.ts";
import { like, series, withDomain } from "../_shared/promql.ts";
import { leastBudget, productState } from "../_shared/states.ts";
import { table } from "../_shared/table.ts";

const product = { product: like("$product") };

/** Whom to ask. */
export function whose(): TableBuilder {
  return table({
    title: "Whose it is",
    description: "Who owns the data product, in which domain, and of which tier it is.",
    names: [
      { label: "owner", title: "Owner", url: ownerUrl },
      { label: "domain", title: "Domain" },
      { label: "tier", title: "Tier" },
    ],
    figures: [
      {
        title: "Listed",
        expr: withDomain(`max by (owner, domain, tier) (${series(metrics.productInfo, product)})`),
        unit: "none",
      },
    ],
    hidden: ["Listed"],
    sortBy: [["Owner", "least"]],
    width: 24,
    height: 4,
  });
}

/** Where the product stands at this moment. */
export function standing(): readonly StatBuilder[] {
  const place = { width: 4, height: 4 };
  return [
    stat({
      ...place,
      title: "State",
      description: "As its worst SLO is; unseen while nothing is known of one and none is worse.",
      unit: "none",
      expr: `min(${productState("$product")})`,
      steps: steps(colours.unknown),
      mappings: stateMappings,
    }),
    stat({
      ...place,
      title: "Least budget left",
      description:
        "What remains of the error budget of the SLO that has the least, as far as is known; unknown while nothing is known of one of them. Below zero it is overspent.",
      unit: shareUnit,
      expr: `min(${leastBudget("$product")})`,
      steps: budgetSteps,
    }),
    stat({
      ...place,
      title: "Least coverage",
      description: "The share of its period that was measured, of the SLO that is known least.",
      unit: shareUnit,
      expr: `min(${series(metrics.sloCoverage, product)})`,
      steps: coverageSteps,
    }),
    stat({
      ...place,
      title: "Open incidents",
      description: "Incidents that somebody is told of and that are open.",
      unit: "none",
      expr: `sum(${openIncidents(product)})`,
      steps: noneIsWell,
    }),
    stat({
      ...place,
      title: "Broken checks",
      description: "Checks whose promise does not hold now, those that only warn included.",
      unit: "none",
      expr: `sum(${brokenChecks(product)})`,
      steps: noneIsWell,
    }),
    stat({
      ...place,
      title: "Silent checks",
      description: "Checks that are watched and of which nothing is known now.",
      unit: "none",
      expr: `sum(${silentChecks(product)})`,
      steps: someAreUnknown,
    }),
  ];
}
