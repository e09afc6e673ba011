import { errorRatioWindows } from "../../src/metrics/names.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { PrometheusApi } from "./api.ts";
import { isSoon } from "./stage.ts";

/**
 * What Sloth's server asks for (internal/http/backend/storage/prometheus of github.com/slok/sloth), and what its dashboards
 * 14348 and 14643 choose by: each must yield something.
 */
const queries: readonly string[] = [
  'sloth_slo_info{sloth_id!="", sloth_objective!=""}',
  "count(max(sloth_slo_info) by (sloth_service))",
  'max(slo:time_period:days{sloth_id!=""}) by (sloth_id)',
  'count({__name__=~"^slo:sli_error:ratio_rate.*"}) by (__name__, sloth_id)',
  'slo:objective:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:error_budget:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:current_burn_rate:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:period_burn_rate:ratio{sloth_service="tide", sloth_slo="fresh"}',
  'slo:period_error_budget_remaining:ratio{sloth_service="tide", sloth_slo="fresh"}',
  '1 - (max(slo:sli_error:ratio_rate5m{sloth_id="tide.fresh"}))',
  ...[...errorRatioWindows.map(({ label }) => label), "30d"].map(
    (window) =>
      `slo:sli_error:ratio_rate${window}{sloth_service="tide", sloth_slo="fresh", sloth_window="${window}"}`,
  ),
];

export async function judgeRecorded(verdicts: Verdicts, prometheus: PrometheusApi): Promise<void> {
  for (const query of queries) {
    const isThere = async () => (await prometheus.query(query)).length > 0;
    verdicts.claim(`recorded: ${query}`, await isSoon(isThere));
  }
  // A label that the others do not have would make Sloth's server see a group of SLOs in each of ours.
  const infos = await prometheus.query("sloth_slo_info");
  const known = new Set(infos.flatMap((labels) => Object.keys(labels)));
  const burnRates = await prometheus.query('slo:current_burn_rate:ratio{sloth_id!=""}');
  const further = burnRates
    .flatMap((labels) => Object.keys(labels))
    .filter((one) => !known.has(one));
  verdicts.equal("burn rates have no label that SLOs have not", further, []);
}

/** Sloth's server looks up the SLO of each series and alert, and counts on finding it. */
export async function judgeIdentity(verdicts: Verdicts, prometheus: PrometheusApi): Promise<void> {
  const idsOf = async (selector: string) =>
    new Set((await prometheus.query(selector)).map(({ sloth_id: id }) => id));
  const known = await idsOf("sloth_slo_info");
  const named = await idsOf('{__name__=~"slo:.*|ALERTS", sloth_id!=""}');
  const alerts = await idsOf('ALERTS{sloth_id!="", alertstate="firing"}');
  verdicts.claim(
    `each of ${named.size} SLOs that series are recorded of is known, ${alerts.size} with an alert`,
    alerts.size > 0 && named.size > 10 && named.difference(known).size === 0,
    [...named.difference(known)],
  );
}
