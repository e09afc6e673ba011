import type { Allowance } from "./allowance.ts";

/** What panels may be empty over the mesh of ../mesh.ts. All else must show something, with every value, at every look. */

const overviews = ["tidemark-mesh", "tidemark-owner"];
const product = ["tidemark-product"];
const rowOfSlo = [
  "SLI of $slo, with its bounds",
  "Error budget left of $slo",
  "Burn rates of $slo",
];
/** The domain of buoys, which has no other product. */
const seaDomain = String.raw`R&D "sea" (\north\) {a|b}.*$1 €`;
const everyProduct = [
  "buoys",
  "charts",
  "earthquakes",
  "flights",
  "seabed",
  "stock-prices",
  "swell",
  "tide",
  "weather",
  "wildlife-strikes",
];

export const allowances: readonly Allowance[] = [
  ...["product", "domain"].map((variable) => ({
    why: "buoys promises nothing, so it has no budget, no coverage and no burn rate",
    dashboards: overviews,
    panels: [["Data products", "B", "C", "D", "E"] as const],
    chosen: { [variable]: [variable === "product" ? "buoys" : seaDomain] },
  })),
  {
    why: "buoys promises nothing",
    dashboards: product,
    panels: ["slo", "Least budget left", "Least coverage", "SLOs"],
    chosen: { product: ["buoys"] },
  },
  {
    why: "buoys promises nothing: Grafana draws the row of SLOs once, with an empty name",
    dashboards: product,
    panels: rowOfSlo,
    chosen: { product: ["buoys"], slo: [""] },
  },
  {
    why: "an SLO of theirs is unseen, so nobody knows which budget is the least",
    dashboards: overviews,
    panels: [["Data products", "B"]],
    chosen: { product: ["charts", "seabed"] },
  },
  ...[{ domain: ["navigation"] }, { owner: ["deep-sea"] }].map((chosen) => ({
    why: "its only products are charts and seabed, whose least budgets nobody knows",
    dashboards: overviews,
    panels: [["Data products", "B"] as const],
    chosen,
  })),
  ...[
    { product: ["buoys", "charts", "seabed"] },
    { domain: [seaDomain, "navigation"] },
    { owner: ["deep-sea"] },
  ].map((chosen) => ({
    why: "nobody knows the least budget of any of its products",
    dashboards: ["tidemark-owner"],
    panels: [["Teams", "G"] as const],
    chosen,
  })),
  {
    why: "an SLO of theirs is unseen, so nobody knows which budget is the least",
    dashboards: product,
    panels: ["Least budget left"],
    chosen: { product: ["charts", "seabed"] },
  },
  {
    why: "the warehouse of seabed is never reached: no burn rate, and no check that is good or broken",
    dashboards: overviews,
    panels: [["Data products", "E", "F"]],
    chosen: { product: ["seabed"] },
  },
  {
    why: "the warehouse of seabed is never reached: nothing is measured, and no check is good or broken or ever gave an answer",
    dashboards: product,
    panels: [
      "Broken checks",
      ["SLOs", "D", "E", "H"],
      ["Checks now", "C"],
      ["Age against what is allowed", "A"],
      ["Rows against what is allowed", "A"],
    ],
    chosen: { product: ["seabed"] },
  },
  {
    why: "the warehouse of seabed is never reached: no SLI, no budget that was seen, no burn rate",
    dashboards: product,
    panels: [
      ["SLI of $slo, with its bounds", "A", "B"],
      ["Error budget left of $slo", "A"],
      "Burn rates of $slo",
    ],
    chosen: { product: ["seabed"], slo: ["fresh"] },
  },
  {
    why: "daily counts deliveries, of which none was due yet, and has no burn rates",
    dashboards: product,
    panels: [
      ["SLI of $slo, with its bounds", "A", "B", "C"],
      ["Error budget left of $slo", "A", "C"],
      "Burn rates of $slo",
    ],
    chosen: { product: ["charts"], slo: ["daily"] },
  },
  {
    why: "the age of nothing is checked there",
    dashboards: product,
    panels: [["Age against what is allowed", "A", "B", "C"]],
    chosen: { product: ["buoys"] },
  },
  {
    why: "no age only warns there",
    dashboards: product,
    panels: [["Age against what is allowed", "C"]],
    chosen: {
      product: [
        "charts",
        "flights",
        "seabed",
        "stock-prices",
        "swell",
        "tide",
        "weather",
        "wildlife-strikes",
      ],
    },
  },
  {
    why: "no rows are counted there",
    dashboards: product,
    panels: [["Rows against what is allowed", "A", "B", "C"]],
    chosen: { product: ["swell", "tide"] },
  },
  {
    why: "no count of rows only warns there",
    dashboards: product,
    panels: [["Rows against what is allowed", "C"]],
    chosen: { product: ["buoys", "flights", "seabed", "stock-prices", "wildlife-strikes"] },
  },
  {
    why: "they are made from no other product",
    dashboards: product,
    panels: ["Upstream"],
    chosen: { product: ["buoys", "earthquakes", "seabed", "stock-prices", "weather"] },
  },
  {
    why: "charts is made from buoys, which promises nothing",
    dashboards: product,
    panels: [["Upstream", "B", "C"]],
    chosen: { product: ["charts"] },
  },
  {
    why: "tide is made from seabed, whose budget is unseen",
    dashboards: product,
    panels: [["Upstream", "B"]],
    chosen: { product: ["tide"] },
  },
  {
    why: "no incident of that level is open, or it was opened after the last full minute, at which Grafana looks for annotations",
    dashboards: product,
    panels: ["Incidents: page", "Incidents: ticket"],
    chosen: { product: everyProduct },
    isAtTimes: true,
  },
  ...[
    { product: everyProduct.filter((name) => name !== "charts") },
    { domain: [seaDomain, "finance", "hazards", "travel"] },
    { owner: ["aviation", "climate", "coast", "markets", "seismology"] },
    { tier: ["bronze", "silver"] },
  ].map((chosen) => ({
    why: "none but the warehouse of charts says what it scanned",
    dashboards: ["tidemark-owner"],
    panels: ["Bytes scanned in a day"],
    chosen,
  })),
];
