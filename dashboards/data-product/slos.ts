import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { metrics } from "../../src/metrics/names.ts";
import { colours } from "../_shared/colours.ts";
import {
  budgetSteps,
  burnSteps,
  byThresholds,
  colouredCell,
  colouredText,
  coverageSteps,
  dashed,
  fixed,
  hourBurnSteps,
  shareUnit,
  stateMappings,
  steps,
  worstSteps,
} from "../_shared/fields.ts";
import { lines } from "../_shared/panels.ts";
import { burnRate, is, like, seen, series } from "../_shared/promql.ts";
import { sloState } from "../_shared/states.ts";
import { table } from "../_shared/table.ts";

const product = { product: like("$product") };
const slo = { ...product, slo: like("$slo") };

/** Each SLO of the product, in figures. */
export function sloTable(): TableBuilder {
  const remaining = (bound: string) =>
    series(metrics.sloBudgetRemaining, { ...product, bound: is(bound) });
  return table({
    title: "SLOs",
    description:
      "Each SLO over its own period. Budget at worst is what would remain of the error budget if all unknown time had been bad, coverage the share of the period that was measured, and the burn rate how many times faster than the objective allows the budget was spent in the last hour. What is not known is grey: an SLI and a budget are shown only of what was seen.",
    names: [
      { label: "slo", title: "SLO" },
      { label: "period", title: "Period" },
      { label: "budgeting", title: "Counts" },
    ],
    figures: [
      {
        title: "Listed",
        expr: `max by (slo, period, budgeting) (${series(metrics.sloInfo, product)})`,
        unit: "none",
      },
      {
        title: "State",
        expr: `max by (slo) (${sloState("$product")})`,
        unit: "none",
        properties: [colouredCell, { id: "mappings", value: stateMappings }],
      },
      {
        title: "Objective",
        expr: `max by (slo) (${series(metrics.sloObjective, product)})`,
        unit: shareUnit,
        decimals: 4,
        properties: [fixed(colours.figure)],
      },
      {
        title: "SLI",
        expr: `max by (slo) (${seen(series(metrics.sloSli, product))})`,
        unit: shareUnit,
        decimals: 4,
        properties: [fixed(colours.figure)],
      },
      {
        title: "Budget left",
        expr: `min by (slo) (${seen(remaining("upper"))})`,
        unit: shareUnit,
        properties: [colouredText, ...byThresholds(budgetSteps)],
      },
      {
        title: "Budget at worst",
        expr: `min by (slo) (${remaining("lower")})`,
        unit: shareUnit,
        properties: [colouredText, ...byThresholds(worstSteps)],
      },
      {
        title: "Coverage",
        expr: `min by (slo) (${series(metrics.sloCoverage, product)})`,
        unit: shareUnit,
        properties: [colouredText, ...byThresholds(coverageSteps)],
      },
      {
        title: "Burn rate, 1 h",
        expr: `max by (slo) (${burnRate({ ...product, window: is("1h") })})`,
        unit: "none",
        properties: [colouredText, { id: "decimals", value: 1 }, ...byThresholds(hourBurnSteps)],
      },
    ],
    hidden: ["Listed"],
    sortBy: [
      ["State", "least"],
      ["Budget left", "least"],
    ],
    width: 24,
    height: 7,
  });
}

/** One SLO over time; the row that they stand in is repeated for each. */
export function sloPanels(): readonly TimeSeriesBuilder[] {
  const place = { width: 8, height: 9 };
  return [
    lines({
      ...place,
      title: "SLI of $slo, with its bounds",
      description:
        "The share of the period that was good, between what it would be if all unknown time had been bad and if it had been good. The wider the band, the less was seen; nothing is drawn where nothing was.",
      unit: shareUnit,
      decimals: 4,
      queries: [
        { expr: `max by (slo) (${seen(series(metrics.sloSli, slo))})`, legend: "SLI" },
        {
          expr: `max by (slo) (${seen(series(metrics.sloSliBound, { ...slo, bound: is("upper") }))})`,
          legend: "if unknown was good",
        },
        {
          expr: `max by (slo) (${series(metrics.sloSliBound, { ...slo, bound: is("lower") })})`,
          legend: "if unknown was bad",
        },
        { expr: `max by (slo) (${series(metrics.sloObjective, slo)})`, legend: "objective" },
      ],
    })
      .overrideByName("SLI", [fixed(colours.figure)])
      .overrideByName("if unknown was good", [
        fixed(colours.unknown),
        { id: "custom.fillBelowTo", value: "if unknown was bad" },
        { id: "custom.fillOpacity", value: 20 },
      ])
      .overrideByName("if unknown was bad", [fixed(colours.unknown)])
      .overrideByName("objective", [fixed(colours.atRisk), dashed]),
    lines({
      ...place,
      title: "Error budget left of $slo",
      description:
        "What remains of the error budget, as far as is known and if all unknown time had been bad. Below zero it is overspent.",
      unit: shareUnit,
      steps: steps(colours.broken, [0, colours.broken]),
      queries: [
        {
          expr: `min by (slo) (${seen(series(metrics.sloBudgetRemaining, { ...slo, bound: is("upper") }))})`,
          legend: "as far as is known",
        },
        {
          expr: `min by (slo) (${series(metrics.sloBudgetRemaining, { ...slo, bound: is("lower") })})`,
          legend: "at worst",
        },
        { expr: `max by (slo) (${series(metrics.sloCoverage, slo)})`, legend: "coverage" },
      ],
    })
      .overrideByName("as far as is known", [
        fixed(colours.figure),
        { id: "custom.fillBelowTo", value: "at worst" },
        { id: "custom.fillOpacity", value: 15 },
      ])
      .overrideByName("at worst", [fixed(colours.unknown)])
      .overrideByName("coverage", [fixed(colours.thirdFigure), dashed]),
    lines({
      ...place,
      title: "Burn rates of $slo",
      description:
        "How many times faster than the objective allows the budget is spent, by window. Nothing is drawn where too little of a window was measured. The lines are at the rates that alerts watch for: 1 over days, which spends the budget in just the period, 3 over a day, and, in vermilion, 6 over 6 h and 14.4 over an hour. Dashed is the shorter window that must burn as well.",
      unit: "none",
      steps: burnSteps,
      queries: [{ expr: burnRate(slo), legend: "{{window}}" }],
    })
      .overrideByName("1h", [fixed(colours.figure)])
      .overrideByName("5m", [fixed(colours.figure), dashed])
      .overrideByName("6h", [fixed(colours.secondFigure)])
      .overrideByName("30m", [fixed(colours.secondFigure), dashed])
      .overrideByName("1d", [fixed(colours.thirdFigure)])
      .overrideByName("2h", [fixed(colours.thirdFigure), dashed])
      .overrideByName("3d", [fixed(colours.fourthFigure)]),
  ];
}
