import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";

/** What dashboards are found by in URLs: stable, because bookmarks and links name them. */
export const uids = {
  mesh: "tidemark-mesh",
  product: "tidemark-product",
  owner: "tidemark-owner",
  daemon: "tidemark-daemon",
} as const;

/** Of every dashboard, so that each lists the others. */
export const tag = "tidemark";

const kept = "${datasource:queryparam}&${__url_time_range}";

/** From a table's row to the dashboard of its product, or of its owner. */
export const productUrl = `/d/${uids.product}?var-product=\${__data.fields.Product}&${kept}`;
export const upstreamUrl = `/d/${uids.product}?var-product=\${__data.fields.Upstream}&${kept}`;
export const ownerUrl = `/d/${uids.owner}?var-owner=\${__data.fields.Owner}&${kept}`;

/** The other dashboards, with what is chosen in this one. */
export function otherDashboards(): DashboardLinkBuilder {
  return new DashboardLinkBuilder("Tidemark")
    .type(DashboardLinkType.Dashboards)
    .tags([tag])
    .asDropdown(false)
    .includeVars(true)
    .keepTime(true);
}

/** Out of Grafana. */
export function linkOut(title: string, tooltip: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .icon("external link")
    .tooltip(tooltip)
    .url(url)
    .targetBlank(true);
}
