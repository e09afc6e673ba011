import type { ToldLevel } from "../../core/vocabulary.ts";
import { metrics } from "../../metrics/names.ts";
import { firing, series, whileDown } from "./promql.ts";
import type { AlertingRule } from "./rule.ts";

const identity = "product, domain, owner, tier";

/** Incidents as the daemon tells of them: after the second failure, at the level of the product or the SLO. */
export const incidentAlerts: readonly AlertingRule[] = (["page", "ticket"] as const).map(
  incidentAlert,
);

function incidentAlert(level: ToldLevel): AlertingRule {
  const alert = "TidemarkIncidentOpen";
  const open = `max by (product) (${series(metrics.incidentsOpen, { alert: level })}) > 0`;
  const info = `max by (${identity}) (${metrics.productInfo.name})`;
  const fired = firing(alert, { severity: level }, identity);
  return {
    alert,
    // The info is 1, so that the product is the number of incidents.
    expr: `(${open})\n* on (product) group_left (domain, owner, tier)\n${info}\nor\n${whileDown(fired)}`,
    for: "0s",
    labels: { severity: level },
    annotations: {
      summary: "{{ $labels.product }} breaks its promise: an incident is open",
      description:
        "The failure was confirmed. `tidemark status` and the API say which check, since when and why.",
    },
  };
}
