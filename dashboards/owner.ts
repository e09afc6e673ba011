import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { metrics } from "../src/metrics/names.ts";
import { type Colour, colours } from "./_shared/colours.ts";
import { openIncidents } from "./_shared/counts.ts";
import {
  budgetSteps,
  byThresholds,
  colouredText,
  fixed,
  noneIsWell,
  shareUnit,
  steps,
} from "./_shared/fields.ts";
import { linkOut, ownerUrl } from "./_shared/links.ts";
import { dashboardOfProducts } from "./_shared/of-products.ts";
import { lines } from "./_shared/panels.ts";
import { productTable } from "./_shared/products.ts";
import { chosenProducts, is, ofChosen, series } from "./_shared/promql.ts";
import { leastBudget, productState, type State, states } from "./_shared/states.ts";
import { type FigureColumn, table } from "./_shared/table.ts";

/** What a team owns: how it stands, what is open, and what looking at it costs. */
export function owner(): DashboardBuilder {
  return dashboardOfProducts({
    title: "Tidemark / Owner",
    name: "owner",
    description: "What each team owns: how it stands, what is open, and what looking costs.",
    from: "now-7d",
  })
    .link(linkOut("API", "Open incidents as JSON", "${api_url}/api/v1/incidents?open=true"))
    .withPanel(teams())
    .withPanel(productTable({ title: "Data products", height: 10 }))
    .withPanel(incidents())
    .withPanel(bytes())
    .withPanel(busy());
}

function countOf(state: State, title: string, colour: Colour): FigureColumn {
  return {
    title,
    expr: `sum by (owner) (${ofChosen(productState(null))} == bool ${states[state]})`,
    unit: "none",
    properties: [colouredText, ...byThresholds(steps(colours.figure, [1, colour]))],
  };
}

function incidentsOf(alert: string, title: string): FigureColumn {
  return {
    title,
    expr: `sum by (owner) (${ofChosen(openIncidents({}, is(alert)))})`,
    unit: "none",
    properties: [colouredText, ...byThresholds(noneIsWell)],
  };
}

function teams() {
  return table({
    title: "Teams",
    description:
      "Every owner of chosen data products: how many of these are in which state, and what is open. The least budget is that of those of which all is known.",
    names: [{ label: "owner", title: "Owner", url: ownerUrl }],
    figures: [
      {
        title: "Products",
        expr: `count by (owner) (${chosenProducts})`,
        unit: "none",
        properties: [fixed(colours.figure)],
      },
      countOf("broken", "Broken", colours.broken),
      countOf("atRisk", "At risk", colours.atRisk),
      countOf("unseen", "Unseen", colours.unknown),
      countOf("kept", "Kept", colours.kept),
      countOf("unpromised", "Without SLO", colours.unknown),
      {
        title: "Least budget left",
        expr: `min by (owner) (${ofChosen(leastBudget(null))})`,
        unit: shareUnit,
        properties: [colouredText, ...byThresholds(budgetSteps)],
      },
      incidentsOf("page", "Pages open"),
      incidentsOf("ticket", "Tickets open"),
    ],
    sortBy: [
      ["Broken", "most"],
      ["At risk", "most"],
      ["Least budget left", "least"],
    ],
    width: 24,
    height: 8,
  });
}

function incidents() {
  return lines({
    title: "Open incidents",
    description: "Incidents that are told to each owner and are open.",
    unit: "none",
    width: 8,
    height: 9,
    queries: [
      {
        expr: `sum by (owner) (${ofChosen(openIncidents())})`,
        legend: "{{owner}}",
      },
    ],
    colour: colours.broken,
  });
}

function bytes() {
  return lines({
    title: "Bytes scanned in a day",
    description:
      "What looking at each owner's data products scanned in the last 24 hours, where the warehouse tells; where it does not, there is no line.",
    unit: "bytes",
    width: 8,
    height: 9,
    queries: [
      {
        expr: `sum by (owner) (${ofChosen(`sum by (product) (increase(${series(metrics.bytesScanned)}[1d]))`)})`,
        legend: "{{owner}}",
      },
    ],
  });
}

function busy() {
  return lines({
    title: "Warehouse time in a day",
    description:
      "How long looking at each owner's data products kept warehouses busy in the last 24 hours.",
    unit: "s",
    width: 8,
    height: 9,
    queries: [
      {
        expr: `sum by (owner) (${ofChosen(`sum by (product) (increase(${series(metrics.warehouseSeconds)}[1d]))`)})`,
        legend: "{{owner}}",
      },
    ],
  });
}
