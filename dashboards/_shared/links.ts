import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";

/** What dashboards are found by in URLs: stable, because bookmarks and links name them. */
export const uids = {
  mesh: "tidemark-mesh",
  product: "tidemark-product",
  owner: "tidemark-owner",
  daemon: "tidemark-daemon",
} as const;

/** Of every dashboard, which Grafana's own list is narrowed by. */
export const tag = "tidemark";

type Name = keyof typeof uids;

const titles: Readonly<Record<Name, string>> = {
  mesh: "Mesh overview",
  product: "Data product",
  owner: "Owner",
  daemon: "Daemon health",
};

const kept = "${datasource:queryparam}&${__url_time_range}";

/** From a table's row to the dashboard of its product, or of its owner. */
export const productUrl = `/d/${uids.product}?var-product=\${__data.fields.Product}&${kept}`;
export const upstreamUrl = `/d/${uids.product}?var-product=\${__data.fields.Upstream}&${kept}`;
export const ownerUrl = `/d/${uids.owner}?var-owner=\${__data.fields.Owner}&${kept}`;

/** Those that several products are chosen in; what is chosen in one goes along to the other. */
const ofSeveral: readonly Name[] = ["mesh", "owner"];
const choice = ["domain", "owner", "tier", "product"].map((name) => `\${${name}:queryparam}`);

/**
 * To the other dashboards, with the Prometheus and the time range. One product and several are chosen by variables of
 * the same name, so they are not handed on by it: where one is shown, all of a mesh is no choice.
 */
export function otherDashboards(from: Name): DashboardLinkBuilder[] {
  const others = (["mesh", "product", "owner", "daemon"] as const).filter((name) => name !== from);
  return others.map((name) => {
    const isChoiceKept = ofSeveral.includes(from) && ofSeveral.includes(name);
    const variables = ["${datasource:queryparam}", ...(isChoiceKept ? choice : [])];
    return new DashboardLinkBuilder(titles[name])
      .type(DashboardLinkType.Link)
      .icon("dashboard")
      .url(`/d/${uids[name]}?${variables.join("&")}`)
      .keepTime(true);
  });
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
