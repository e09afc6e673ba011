import { type DashboardBuilder, RowBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { colours } from "./_shared/colours.ts";
import { openIncidents } from "./_shared/counts.ts";
import { fixed, stateMappings } from "./_shared/fields.ts";
import { linkOut } from "./_shared/links.ts";
import { dashboardOfProducts } from "./_shared/of-products.ts";
import { lines, strips } from "./_shared/panels.ts";
import { productTable } from "./_shared/products.ts";
import { like, ofChosen } from "./_shared/promql.ts";
import { productState } from "./_shared/states.ts";

/** Every product of the mesh, and which of them keep what they promise. */
export function meshOverview(): DashboardBuilder {
  return dashboardOfProducts({
    title: "Tidemark / Mesh overview",
    name: "mesh",
    description:
      "Every data product: broken, at risk, unseen or kept, in this order, and in each the least error budget first.",
    from: "now-24h",
  })
    .link(linkOut("API", "The products as JSON", "${api_url}/api/v1/products"))
    .withPanel(productTable({ title: "Data products", height: 14 }))
    .withPanel(
      lines({
        title: "Open incidents",
        description:
          "Incidents of the chosen data products that are open, by how loudly they are told.",
        unit: "none",
        width: 24,
        height: 7,
        queries: [
          {
            expr: `sum by (alert) (${ofChosen(openIncidents({}, like(".+")))})`,
            legend: "{{alert}}",
          },
        ],
      })
        .overrideByName("page", [fixed(colours.broken)])
        .overrideByName("ticket", [fixed(colours.atRisk)])
        .overrideByName("none", [fixed(colours.figure)]),
    )
    .withRow(history());
}

/** Closed until it is asked for: it reckons the state of every product for each moment that is drawn. */
function history(): RowBuilder {
  return new RowBuilder("How products stood").collapsed(true).withPanel(
    strips({
      title: "How products stood",
      description:
        "Each chosen data product over time, as its worst SLO was. Grey is what nobody has seen, a gap that the daemon was not scraped.",
      unit: "none",
      width: 24,
      height: 14,
      query: {
        expr: `max by (product) (${ofChosen(productState(null))})`,
        legend: "{{product}}",
      },
      mappings: stateMappings,
    }).maxDataPoints(100),
  );
}
