import type { DeliveryFailure } from "../core/notifier.ts";
import type { DurationMs } from "../core/vocabulary.ts";

/** One metric family as Prometheus sees it. Label values are given in the order of `labels`. */
export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
}

/**
 * Every metric that the daemon exports, in the order of the exposition. The only place where a metric
 * or label is spelled: dashboards, rules and the registry are made from it.
 */
export const metrics = {
  productInfo: {
    name: "tidemark_product_info",
    help: "A data product and what it is joined by; always 1.",
    type: "gauge",
    labels: ["product", "domain", "owner", "tier"],
  },
  productUpstreamInfo: {
    name: "tidemark_product_upstream_info",
    help: "A data product and one that it is made from; always 1.",
    type: "gauge",
    labels: ["product", "upstream"],
  },
  checkInfo: {
    name: "tidemark_check_info",
    help: "A check that is watched; always 1, so that one that never answers can be found.",
    type: "gauge",
    labels: ["product", "dataset", "check", "type", "severity"],
  },
  checkGood: {
    name: "tidemark_check_good",
    help: "1 while the check's promise holds, 0 while it is broken; absent while unknown.",
    type: "gauge",
    labels: ["product", "dataset", "check", "type"],
  },
  checkMeasured: {
    name: "tidemark_check_measured",
    help: "The figure that the check measured, in base units: seconds, rows or a ratio.",
    type: "gauge",
    labels: ["product", "dataset", "check", "measure"],
  },
  checkThreshold: {
    name: "tidemark_check_threshold",
    help: "A least or greatest figure that the check allows, in base units; beyond one named warn_ it only warns.",
    type: "gauge",
    labels: ["product", "dataset", "check", "threshold"],
  },
  checkLastConclusive: {
    name: "tidemark_check_last_conclusive_timestamp_seconds",
    help: "When the check last gave an answer.",
    type: "gauge",
    labels: ["product", "dataset", "check"],
  },
  sloInfo: {
    name: "tidemark_slo_info",
    help: "An SLO, the period that it is judged over and what its budget counts; always 1.",
    type: "gauge",
    labels: ["product", "slo", "period", "budgeting"],
  },
  sloObjective: {
    name: "tidemark_slo_objective_ratio",
    help: "The share of the period that is promised to be good.",
    type: "gauge",
    labels: ["product", "slo"],
  },
  sloSli: {
    name: "tidemark_slo_sli_ratio",
    help: "The share of the period that was good.",
    type: "gauge",
    labels: ["product", "slo"],
  },
  sloSliBound: {
    name: "tidemark_slo_sli_bound_ratio",
    help: "The share of the period that was good if all unknown time was bad (lower), or good (upper).",
    type: "gauge",
    labels: ["product", "slo", "bound"],
  },
  sloCoverage: {
    name: "tidemark_slo_coverage_ratio",
    help: "The share of the period that was measured.",
    type: "gauge",
    labels: ["product", "slo"],
  },
  sloBudgetRemaining: {
    name: "tidemark_slo_error_budget_remaining_ratio",
    help: "The share of the error budget that is left, negative when overspent; the lower bound takes unknown time as bad.",
    type: "gauge",
    labels: ["product", "slo", "bound"],
  },
  sloErrorRatio: {
    name: "tidemark_slo_error_ratio",
    help: "The share of the window that was bad; absent when too little of the window was measured.",
    type: "gauge",
    labels: ["product", "slo", "window"],
  },
  incidentsOpen: {
    name: "tidemark_incidents_open",
    help: "Incidents that are open.",
    type: "gauge",
    labels: ["product", "alert"],
  },
  probeDuration: {
    name: "tidemark_probe_duration_seconds",
    help: "How long probes took, from start to the last result.",
    type: "histogram",
    labels: ["connection"],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
  },
  probeLag: {
    name: "tidemark_probe_lag_seconds",
    help: "How long after their due time probes started.",
    type: "histogram",
    labels: ["connection"],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600],
  },
  slots: {
    name: "tidemark_slots_total",
    help: "Due times of probes, by how they ended.",
    type: "counter",
    labels: ["ending"],
  },
  queries: {
    name: "tidemark_queries_total",
    help: "Queries that were sent to the warehouse.",
    type: "counter",
    labels: ["connection"],
  },
  bytesScanned: {
    name: "tidemark_bytes_scanned_total",
    help: "Bytes that queries scanned, where the warehouse says so.",
    type: "counter",
    labels: ["connection", "product"],
  },
  warehouseSeconds: {
    name: "tidemark_warehouse_seconds_total",
    help: "Time that queries and reads of metadata kept the warehouse busy.",
    type: "counter",
    labels: ["connection", "product"],
  },
  deliveries: {
    name: "tidemark_deliveries_total",
    help: "Attempts to deliver a notice, by what came of them.",
    type: "counter",
    labels: ["notifier", "result"],
  },
  deliveriesPending: {
    name: "tidemark_deliveries_pending",
    help: "Deliveries that are neither sent nor given up.",
    type: "gauge",
    labels: ["notifier"],
  },
  configReloadSuccessful: {
    name: "tidemark_config_last_reload_successful",
    help: "1 when the configuration on disk is the one in use, 0 when it was refused.",
    type: "gauge",
    labels: [],
  },
  configReloadSuccess: {
    name: "tidemark_config_last_reload_success_timestamp_seconds",
    help: "When a configuration was last taken into use.",
    type: "gauge",
    labels: [],
  },
  seriesDropped: {
    name: "tidemark_series_dropped_total",
    help: "Series of products that were left out of a scrape because there were too many.",
    type: "counter",
    labels: [],
  },
  // This and the two that follow go by the names that all client libraries of Prometheus use.
  processCpu: {
    name: "process_cpu_seconds_total",
    help: "CPU time that the daemon has used, in its own code and in the system's.",
    type: "counter",
    labels: [],
  },
  processMemory: {
    name: "process_resident_memory_bytes",
    help: "Memory of the daemon that is held in RAM.",
    type: "gauge",
    labels: [],
  },
  processStart: {
    name: "process_start_time_seconds",
    help: "When the daemon was started.",
    type: "gauge",
    labels: [],
  },
  buildInfo: {
    name: "tidemark_build_info",
    help: "The version of Tidemark and of Node.js; always 1.",
    type: "gauge",
    labels: ["version", "node"],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** Windows of `tidemark_slo_error_ratio`: those that multi-window burn-rate alerts need (Google's SRE workbook, chapter 5). */
export const errorRatioWindows: readonly {
  readonly label: string;
  readonly windowMs: DurationMs;
}[] = [
  { label: "5m", windowMs: 300_000 },
  { label: "30m", windowMs: 1_800_000 },
  { label: "1h", windowMs: 3_600_000 },
  { label: "2h", windowMs: 7_200_000 },
  { label: "6h", windowMs: 21_600_000 },
  { label: "1d", windowMs: 86_400_000 },
  { label: "3d", windowMs: 259_200_000 },
  { label: "7d", windowMs: 604_800_000 },
];

/** What may come of an attempt to deliver: the label `result`. */
export type DeliveryResultLabel = "sent" | "retry" | DeliveryFailure;

// A record, because the compiler then finds a failure that was added to the port and not here.
const isDeliveryResult: Readonly<Record<DeliveryResultLabel, true>> = {
  sent: true,
  retry: true,
  unreachable: true,
  timeout: true,
  rate_limited: true,
  server_error: true,
  auth: true,
  permission: true,
  no_such_address: true,
  rejected: true,
  internal: true,
};

export const deliveryResults: readonly string[] = Object.keys(isDeliveryResult);
