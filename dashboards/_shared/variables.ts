import {
  ConstantVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableOption,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { metrics } from "../../src/metrics/names.ts";
import { like, series } from "./promql.ts";

/** Of every panel and query: the Prometheus that is chosen at the top of the dashboard. */
export const dataSource = { type: "prometheus", uid: "${datasource}" };

export function dataSourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource")
    .label("Prometheus")
    .description("The Prometheus that scrapes Tidemark.")
    .type("prometheus")
    .current(none);
}

type Facet = "domain" | "owner" | "tier" | "product";

const chosenBefore: Readonly<Record<Facet, readonly Exclude<Facet, "product">[]>> = {
  domain: [],
  owner: ["domain"],
  tier: ["domain", "owner"],
  product: ["domain", "owner", "tier"],
};

/** Several values or all; all is a pattern that matches a product without a domain as well. */
export function facetVariable(facet: Facet): QueryVariableBuilder {
  return labelVariable(facet).multi(true).includeAll(true).allValue(".*").current(all);
}

/** One product, of all. */
export function productVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder("product")
    .label("product")
    .description("The data product that is shown.")
    .datasource(dataSource)
    .query(labelValues(series(metrics.productInfo), "product"))
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .current(none);
}

/** The SLOs of the product; a row of panels is repeated for each. */
export function sloVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder("slo")
    .label("SLO")
    .description("The SLOs of the product that are shown.")
    .datasource(dataSource)
    .query(labelValues(series(metrics.sloInfo, { product: like("$product") }), "slo"))
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current(all);
}

function labelVariable(facet: Facet): QueryVariableBuilder {
  const before = Object.fromEntries(chosenBefore[facet].map((one) => [one, like(`$${one}`)]));
  return new QueryVariableBuilder(facet)
    .label(facet)
    .description(`Only data products of this ${facet}.`)
    .datasource(dataSource)
    .query(labelValues(series(metrics.productInfo, before), facet))
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

/** What is chosen when a dashboard is opened. */
const all: VariableOption = { selected: true, text: ["All"], value: ["$__all"] };

/** Of one value: Grafana takes the first that there is. */
const none: VariableOption = { selected: false, text: "", value: "" };

/** As Grafana's own editor writes it; 1 are the values of a label. */
function labelValues(selector: string, label: string) {
  const query = `label_values(${selector}, ${label})`;
  return { qryType: 1, query, refId: "PrometheusVariableQueryEditor-VariableQuery" };
}

/**
 * Where links lead that Prometheus knows nothing of; `tidemark generate dashboards` replaces them. A constant, so that
 * no address in a dashboard's own URL can point its links elsewhere.
 */
const addresses = {
  /** The daemon's own. */
  api_url: "http://127.0.0.1:9464",
  /** A product's name follows. */
  runbook_url: "https://example.com/runbooks/",
  /** A product's name and `.product.yaml` follow. */
  file_url: "https://example.com/products/",
} as const;

export function addressVariables(): ConstantVariableBuilder[] {
  return Object.entries(addresses).map(([name, address]) =>
    new ConstantVariableBuilder(name)
      .description("Where links of this dashboard lead.")
      .value(address),
  );
}
