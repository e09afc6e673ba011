import { DashboardBuilder, DashboardCursorSync } from "@grafana/grafana-foundation-sdk/dashboard";
import { otherDashboards, tag, uids } from "./links.ts";
import { stateCounts } from "./products.ts";
import { addressVariables, dataSourceVariable, facetVariable } from "./variables.ts";

/** A dashboard of the data products that its reader chooses; how many stand how is counted at its top. */
export function dashboardOfProducts(o: {
  readonly title: string;
  readonly name: "mesh" | "owner";
  readonly description: string;
  /** As Grafana writes it, `now-24h`. */
  readonly from: string;
}): DashboardBuilder {
  const dashboard = new DashboardBuilder(o.title)
    .uid(uids[o.name])
    .description(o.description)
    .tags([tag])
    .timezone("browser")
    .time({ from: o.from, to: "now" })
    .refresh("1m")
    .variables([
      dataSourceVariable(),
      facetVariable("domain"),
      facetVariable("owner"),
      facetVariable("tier"),
      facetVariable("product"),
      ...addressVariables(),
    ])
    .tooltip(DashboardCursorSync.Crosshair);
  for (const link of otherDashboards(o.name)) {
    dashboard.link(link);
  }
  for (const count of stateCounts()) {
    dashboard.withPanel(count);
  }
  return dashboard;
}
