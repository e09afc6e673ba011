import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type PromQuery, queriesOf, withVariables } from "../../dashboards/_shared/queries.ts";

const folder = fileURLToPath(new URL("../../dashboards/grafana", import.meta.url));

/** As Grafana would fill them in for one product, and for all of a mesh. */
const variables = {
  product: "tide",
  slo: "fresh",
  domain: ".*",
  owner: ".*",
  tier: ".*",
  __rate_interval: "30s",
};

/** Every query of our dashboards, by dashboard, with its variables filled in. */
export function dashboardQueries(): ReadonlyMap<string, readonly PromQuery[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return new Map(
    files.map((name) => {
      const dashboard: unknown = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
      const queries = queriesOf(dashboard);
      return [
        name,
        queries.map(({ title, expr }) => ({ title, expr: withVariables(expr, variables) })),
      ];
    }),
  );
}

/** What Sloth's server asks for, and what its dashboards 14348 and 14643 choose by: each must yield something. */
export const slothQueries: readonly string[] = [
  'sloth_slo_info{sloth_id!="", sloth_objective!=""}',
  "count(max(sloth_slo_info) by (sloth_service))",
  'max(slo:time_period:days{sloth_id!=""}) by (sloth_id)',
  'slo:objective:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:error_budget:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:current_burn_rate:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:period_burn_rate:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:period_error_budget_remaining:ratio{sloth_service="tide", sloth_slo="fresh"}',
  ...["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"].map(
    (window) =>
      `slo:sli_error:ratio_rate${window}{sloth_service="tide", sloth_slo="fresh", sloth_window="${window}"}`,
  ),
];
