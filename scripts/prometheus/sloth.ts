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
