import type { ToldLevel } from "../../core/vocabulary.ts";
import { metrics } from "../../metrics/names.ts";
import { series } from "./promql.ts";
import type { AlertingRule } from "./rule.ts";

/** Incidents as the daemon tells of them: after the second failure, at the level of the product or the SLO. */
export const incidentAlerts: readonly AlertingRule[] = (["page", "ticket"] as const).map(
  incidentAlert,
);

function incidentAlert(level: ToldLevel): AlertingRule {
  const open = `max by (product) (${series(metrics.incidentsOpen, { alert: level })}) > 0`;
  const info = `max by (product, domain, owner, tier) (${metrics.productInfo.name})`;
  return {
    alert: "TidemarkIncidentOpen",
    expr: `(${open})\n* on (product) group_left (domain, owner, tier)\n${info}`,
    for: "0s",
    labels: { severity: level },
    annotations: {
      summary: "{{ $labels.product }} breaks its promise: {{ $value }} open",
      description:
        "The failure was confirmed. `tidemark status` and the API say which check, since when and why.",
    },
  };
}
