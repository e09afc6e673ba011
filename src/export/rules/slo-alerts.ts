import type { Product, Slo } from "../../core/mesh.ts";
import type { DurationMs, ToldLevel } from "../../core/vocabulary.ts";
import { errorRatioWindows, metrics } from "../../metrics/names.ts";
import { type BurnRateAlert, burnRateAlerts } from "../../slo/burn-rate-tiers.ts";
import { wholePpm } from "../../slo/ratio.ts";
import { formatPercent } from "../../time/percent.ts";
import { formatWindow } from "../../time/period.ts";
import { firing, perSlo, whileDown } from "./promql.ts";
import { type AlertingRule, literal } from "./rule.ts";
import { nominalPeriod, slothLabels } from "./sloth.ts";

/**
 * The alerts on one SLO. What says that a promise breaks compares a figure, and nothing is greater than an absent one:
 * absence never fires it. What is unknown has alerts of its own, which wake nobody.
 */

/** A failure is looked at again after a minute; a burn that is over by then was none. */
const confirmed = "1m";

/** A stay without evidence that is shorter than this is a slow probe. */
const unseenFor = "15m";

/** An SLO with what its alerts say of it. */
export interface AlertedSlo {
  readonly slo: Slo;
  readonly product: Product;
  /** No alert is louder. */
  readonly loudest: ToldLevel;
  /** Of the check that is looked at least often. */
  readonly cadenceMs: DurationMs;
}

export function sloAlerts(alerted: AlertedSlo): readonly AlertingRule[] {
  const tiers = tiersOf(alerted);
  return [
    ...tiers.map((tier) => burnAlert(alerted, tier)),
    ...(tiers.length === 0 ? [lowAlert(alerted)] : []),
    spentAlert(alerted),
    ...(alerted.slo.budgeting === "time" ? [unseenAlert(alerted)] : []),
    coverageAlert(alerted),
  ];
}

/** The burn rates that cannot be alerted on because no window is exported that long. */
export function unexportedTiers(alerted: AlertedSlo): readonly BurnRateAlert[] {
  return allTiers(alerted).filter(({ longMs }) => labelOf(longMs) === null);
}

interface WindowedTier {
  readonly level: ToldLevel;
  readonly threshold: number;
  readonly long: string;
  readonly short: string;
}

/** A short window that is not exported is replaced by the next longer one. */
function tiersOf(alerted: AlertedSlo): readonly WindowedTier[] {
  return allTiers(alerted).flatMap(({ level, threshold, longMs, shortMs }) => {
    const long = labelOf(longMs);
    const short = errorRatioWindows.find(({ windowMs }) => windowMs >= shortMs)?.label;
    return long === null || short === undefined ? [] : [{ level, threshold, long, short }];
  });
}

/** None for what is counted one by one: deliveries and rows have no burn rate. */
function allTiers({ slo, loudest, cadenceMs }: AlertedSlo): readonly BurnRateAlert[] {
  if (slo.budgeting !== "time") {
    return [];
  }
  const windowMs = nominalPeriod(slo.window).days * 86_400_000;
  const tiers = burnRateAlerts(slo.objectivePpm, windowMs, cadenceMs);
  return tiers.map((tier) => (loudest === "page" ? tier : { ...tier, level: loudest }));
}

function labelOf(lengthMs: DurationMs): string | null {
  return errorRatioWindows.find(({ windowMs }) => windowMs === lengthMs)?.label ?? null;
}

/**
 * Fires while both windows burn. While one of them is unknown it stays as it is, as the daemon's own alerts do: what
 * fired goes on, as long as the SLO is there or the daemon is not, and nothing new fires.
 */
function burnAlert(
  alerted: AlertedSlo,
  { level, threshold, long, short }: WindowedTier,
): AlertingRule {
  const { slo } = alerted;
  const name = "TidemarkErrorBudgetBurn";
  const which = { product: slo.product, slo: slo.name };
  const ratioOver = (window: string) => perSlo(metrics.sloErrorRatio, { ...which, window });
  // Rounded, because 14.4 times a thousandth is not quite 0.0144.
  const limit = Number(((threshold * (wholePpm - slo.objectivePpm)) / wholePpm).toFixed(9));
  const windows = { long_window: long, short_window: short };
  const fired = firing(name, { severity: level, ...which, ...windows });
  const expr = [
    `(${ratioOver(long)} > ${limit} and ${ratioOver(short)} > ${limit})`,
    "or",
    `((${fired} and ${perSlo(metrics.sloInfo, which)}`,
    `  or ${whileDown(fired)})`,
    `  unless (${ratioOver(long)} and ${ratioOver(short)}))`,
  ].join("\n");
  const speed =
    threshold === 1 ? "faster than it may" : `more than ${threshold} times as fast as it may`;
  const share = formatShare(limit);
  return {
    alert: name,
    expr,
    for: confirmed,
    labels: { ...labelsOf(alerted, level), sloth_severity: level, ...windows },
    annotations: annotationsOf(
      alerted,
      `${slo.id} burns its error budget ${speed}`,
      `More than ${share} of what is known of the last ${long} and of the last ${short} was bad.`,
    ),
  };
}

/** Where no burn rate can be alerted on: failures are too rare, and each of them counts. */
function lowAlert(alerted: AlertedSlo): AlertingRule {
  const summary = `${alerted.slo.id} has spent three quarters of its error budget`;
  return budgetAlert(alerted, "TidemarkErrorBudgetLow", "<= 0.25 > 0", summary);
}

function spentAlert(alerted: AlertedSlo): AlertingRule {
  const summary = `${alerted.slo.id} has spent its error budget`;
  return budgetAlert(alerted, "TidemarkErrorBudgetSpent", "<= 0", summary);
}

function budgetAlert(
  alerted: AlertedSlo,
  alert: string,
  condition: string,
  summary: string,
): AlertingRule {
  const which = { product: alerted.slo.product, slo: alerted.slo.name };
  const remaining = perSlo(metrics.sloBudgetRemaining, { ...which, bound: "upper" });
  return {
    alert,
    expr: `${remaining} ${condition}\nor\n${whileDown(firing(alert, which))}`,
    for: confirmed,
    labels: { ...labelsOf(alerted, "ticket"), sloth_severity: "ticket" },
    annotations: annotationsOf(alerted, summary, "Unknown time counts as the SLO says."),
  };
}

/** Nobody looks now: the daemon says that the SLO is there, and nothing of the last while. */
function unseenAlert(alerted: AlertedSlo): AlertingRule {
  const { slo, cadenceMs } = alerted;
  const which = { product: slo.product, slo: slo.name };
  const fitting = errorRatioWindows.find(
    ({ windowMs }) => windowMs >= Math.max(cadenceMs, 1_800_000),
  );
  const window = (fitting ?? errorRatioWindows.at(-1))?.label ?? "";
  return {
    alert: "TidemarkSloUnseen",
    expr: `${perSlo(metrics.sloInfo, which)}\nunless\n${perSlo(metrics.sloErrorRatio, { ...which, window })}`,
    for: unseenFor,
    labels: labelsOf(alerted, "info"),
    annotations: annotationsOf(
      alerted,
      `too little is known of ${slo.id}`,
      `Of the last ${window} less than ${formatPercent(slo.coverageFloorPpm)} was measured: nobody can say whether the promise is kept.`,
    ),
  };
}

function coverageAlert(alerted: AlertedSlo): AlertingRule {
  const { slo } = alerted;
  const coverage = perSlo(metrics.sloCoverage, { product: slo.product, slo: slo.name });
  return {
    alert: "TidemarkSloCoverageLow",
    expr: `${coverage} < ${slo.coverageFloorPpm / wholePpm}`,
    for: unseenFor,
    labels: labelsOf(alerted, "info"),
    annotations: annotationsOf(
      alerted,
      `too little of the window of ${slo.id} was measured`,
      `Less than ${formatPercent(slo.coverageFloorPpm)} of it: the SLI speaks for what was seen alone.`,
    ),
  };
}

/** What people route by. The labels `product` and `slo` come with the series. */
function labelsOf(
  { slo, product }: AlertedSlo,
  severity: ToldLevel | "info",
): Readonly<Record<string, string>> {
  const own = Object.entries(slo.labels).filter(([label]) => isFreeLabel(label));
  return {
    ...Object.fromEntries(own.map(([label, value]) => [label, literal(value)])),
    ...(product.domain !== undefined && { domain: product.domain }),
    owner: product.owner,
    tier: product.tier,
    severity,
    ...slothLabels(slo.product, slo.name),
  };
}

const ownLabels = new Set(
  "alertname alertstate product slo domain owner tier severity long_window short_window".split(" "),
);

/** Whether an SLO's own label can be one of Prometheus, and is none that means something here. */
export function isFreeLabel(label: string): boolean {
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(label) && !label.startsWith("__");
  return isName && !label.startsWith("sloth_") && !ownLabels.has(label);
}

function annotationsOf(
  { slo, product }: AlertedSlo,
  summary: string,
  detail: string,
): Readonly<Record<string, string>> {
  const objective = formatPercent(slo.objectivePpm);
  const promise = `${objective} of ${formatWindow(slo.window)} is promised.`;
  const words = [detail, promise, ...(slo.description === undefined ? [] : [slo.description])];
  const runbook = product.links["runbook"];
  return {
    summary: literal(summary),
    description: literal(words.join(" ")),
    ...(runbook !== undefined && { runbook_url: literal(runbook) }),
  };
}

function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(4))}%`;
}
