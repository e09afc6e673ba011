import type { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { metrics } from "../../src/metrics/names.ts";
import { type Colour, colours } from "./colours.ts";
import { brokenChecks, openIncidents, silentChecks } from "./counts.ts";
import {
  budgetSteps,
  byThresholds,
  colouredCell,
  colouredText,
  coverageSteps,
  hourBurnSteps,
  noneIsWell,
  shareUnit,
  someAreUnknown,
  stateMappings,
  steps,
  worstSteps,
} from "./fields.ts";
import { ownerUrl, productUrl } from "./links.ts";
import { stat } from "./panels.ts";
import { burnRate, chosenProducts, is, ofChosen, series, withDomain } from "./promql.ts";
import { leastBudget, productState, type State, states } from "./states.ts";
import { type FigureColumn, table } from "./table.ts";

const counted: readonly (readonly [State, string, Colour, string])[] = [
  ["broken", "Broken", colours.broken, "an SLO has spent more than its error budget"],
  [
    "atRisk",
    "At risk",
    colours.atRisk,
    "none is broken, and of one less than a quarter of the budget is left, the SLI is below the objective, or it would be broken if all unknown time had been bad",
  ],
  ["unseen", "Unseen", colours.unknown, "none is broken or at risk, and of one nothing is known"],
  ["kept", "Kept", colours.kept, "all SLOs are kept, by what was measured"],
  ["unpromised", "Without SLO", colours.unknown, "nothing is promised"],
];

/** How many of the chosen products are in each state. */
export function stateCounts(height = 4): readonly StatBuilder[] {
  const widths = [5, 5, 5, 5, 4];
  return counted.map(([state, title, colour, meaning], index) =>
    stat({
      title,
      description: `Chosen data products of which ${meaning}.`,
      unit: "none",
      width: widths[index] ?? 4,
      height,
      expr: `sum(${ofChosen(productState(null))} == bool ${states[state]})`,
      steps: steps(colours.figure, [1, colour]),
    }),
  );
}

const lower = series(metrics.sloBudgetRemaining, { bound: is("lower") });

/** What is said of a product beside its state, each by product. */
const productFigures: readonly FigureColumn[] = [
  {
    title: "Budget left",
    expr: leastBudget(null),
    unit: shareUnit,
    properties: [colouredText, ...byThresholds(budgetSteps)],
  },
  {
    title: "Budget at worst",
    expr: `min by (product) (${lower})`,
    unit: shareUnit,
    properties: [colouredText, ...byThresholds(worstSteps)],
  },
  {
    title: "Coverage",
    expr: `min by (product) (${series(metrics.sloCoverage)})`,
    unit: shareUnit,
    properties: [colouredText, ...byThresholds(coverageSteps)],
  },
  {
    title: "Burn rate, 1 h",
    expr: `max by (product) (${burnRate({ window: is("1h") })})`,
    unit: "none",
    properties: [colouredText, { id: "decimals", value: 1 }, ...byThresholds(hourBurnSteps)],
  },
  {
    title: "Broken checks",
    expr: brokenChecks(),
    unit: "none",
    properties: [colouredText, ...byThresholds(noneIsWell)],
  },
  {
    title: "Silent checks",
    expr: silentChecks(),
    unit: "none",
    properties: [colouredText, ...byThresholds(someAreUnknown)],
  },
  {
    title: "Open incidents",
    expr: `sum by (product) (${openIncidents()})`,
    unit: "none",
    properties: [colouredText, ...byThresholds(noneIsWell)],
  },
];

/**
 * Of one of the chosen products, that it is not known. A mesh is large, and Grafana merges tables in the square of their
 * rows where one names no product at all: 2,000 products keep a browser busy for two seconds.
 */
const nameAtLeast = `0 / 0 * max by (product) (topk(1, ${chosenProducts}))`;

/** The chosen products, each with its worst SLO's figures. */
export function productTable(o: { readonly title: string; readonly height: number }): TableBuilder {
  return table({
    title: o.title,
    description:
      "Every chosen data product, as its worst SLO is. Budget left is what remains of the error budget of the SLO that has the least, as far as is known; it is unknown while nothing is known of one of the SLOs. At worst is what would remain if all unknown time had been bad. Coverage is the share of its period that was measured, of the SLO that is known least, and the burn rate that of the SLO that burns fastest. Silent checks are watched and give no answer. What is not known is grey.",
    names: [
      { label: "product", title: "Product", url: productUrl },
      { label: "domain", title: "Domain" },
      { label: "owner", title: "Owner", url: ownerUrl },
      { label: "tier", title: "Tier" },
    ],
    figures: [
      {
        title: "State",
        expr: withDomain(`max by (product, domain, owner, tier) (${ofChosen(productState(null))})`),
        unit: "none",
        properties: [colouredCell, { id: "mappings", value: stateMappings }],
      },
      ...productFigures.map((column) => ({
        ...column,
        expr: `(${column.expr}) and on (product) ${chosenProducts} or ${nameAtLeast}`,
      })),
    ],
    sortBy: [
      ["State", "least"],
      ["Budget left", "least"],
    ],
    width: 24,
    height: o.height,
  });
}
