import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { colours } from "./_shared/colours.ts";
import { openIncidents } from "./_shared/counts.ts";
import { linkOut, otherDashboards, tag, uids } from "./_shared/links.ts";
import { is, like } from "./_shared/promql.ts";
import {
  addressVariables,
  dataSource,
  dataSourceVariable,
  productVariable,
  sloVariable,
} from "./_shared/variables.ts";
import { lastAnswers, measured, verdicts } from "./data-product/checks.ts";
import { standing, whose } from "./data-product/now.ts";
import { sloPanels, sloTable } from "./data-product/slos.ts";
import { upstreams } from "./data-product/upstream.ts";

/** One product: its SLOs with their bounds, what was measured, what is open, and what it is made from. */
export function dataProduct(): DashboardBuilder {
  const dashboard = new DashboardBuilder("Tidemark / Data product")
    .uid(uids.product)
    .description(
      "One data product: SLIs with their bounds, error budgets, burn rates, coverage, what was measured against what is allowed, and what it is made from.",
    )
    .tags([tag])
    .timezone("browser")
    .time({ from: "now-7d", to: "now" })
    .refresh("1m")
    .variables([dataSourceVariable(), productVariable(), sloVariable(), ...addressVariables()])
    .annotation(incidents("page", colours.broken))
    .annotation(incidents("ticket", colours.atRisk))
    .tooltip(DashboardCursorSync.Crosshair);
  for (const link of [
    ...otherDashboards("product"),
    linkOut("Runbook", "What to do when it breaks", "${runbook_url}${product}"),
    linkOut("Product file", "What is promised", "${file_url}${product}.product.yaml"),
    linkOut(
      "API",
      "The product as JSON, with its own links",
      "${api_url}/api/v1/products/${product}",
    ),
  ]) {
    dashboard.link(link);
  }
  for (const panel of standing()) {
    dashboard.withPanel(panel);
  }
  dashboard
    .withPanel(whose())
    .withPanel(sloTable())
    .withRow(new RowBuilder("SLO $slo").repeat("slo").datasource(dataSource));
  for (const panel of sloPanels()) {
    dashboard.withPanel(panel);
  }
  dashboard
    .withRow(new RowBuilder("What was measured"))
    .withPanel(verdicts())
    .withPanel(lastAnswers());
  for (const panel of measured()) {
    dashboard.withPanel(panel);
  }
  return dashboard.withRow(new RowBuilder("Upstream products")).withPanel(upstreams());
}

/** Stretches in which an incident of the level was open. */
function incidents(alert: "page" | "ticket", colour: string): AnnotationQueryBuilder {
  const open = openIncidents({ product: like("$product") }, is(alert));
  return new AnnotationQueryBuilder()
    .name(`Incidents: ${alert}`)
    .datasource(dataSource)
    .enable(true)
    .iconColor(colour)
    .expr(`sum by (product) (${open}) > 0`)
    .step("60s")
    .titleFormat(`Incident open (${alert})`)
    .textFormat("{{product}}");
}
