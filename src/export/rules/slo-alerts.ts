import type { ToldLevel } from "../../core/vocabulary.ts";
import { wholePpm } from "../../slo/ratio.ts";
import { formatPercent } from "../../time/percent.ts";
import { formatWindow } from "../../time/period.ts";
import type { AlertedSlo, WindowedTier } from "./alerted.ts";
import { alertNames, conditions } from "./conditions.ts";
import { perSlo, series } from "./promql.ts";
import { type AlertingRule, literal } from "./rule.ts";
import { slothLabels } from "./sloth.ts";

/**
 * The alerts on one SLO, each on a series that is there while its condition holds. What is unknown has alerts of its
 * own, which wake nobody.
 */

/** A failure is looked at again after a minute; a burn that is over by then was none. */
const confirmed = "1m";

/** A stay without evidence that is shorter than this is a slow probe. */
const unseenFor = "15m";

export function sloAlerts(alerted: AlertedSlo): readonly AlertingRule[] {
  const { tiers, seenOver } = alerted;
  return [
    ...tiers.map((tier) => burnAlert(alerted, tier)),
    ...(tiers.length === 0 ? [lowAlert(alerted)] : []),
    spentAlert(alerted),
    ...(seenOver === null ? [] : [unseenAlert(alerted, seenOver)]),
    coverageAlert(alerted),
  ];
}

function burnAlert(alerted: AlertedSlo, tier: WindowedTier): AlertingRule {
  const { slo } = alerted;
  const { level, threshold, long, short } = tier;
  const windows = { long_window: long, short_window: short };
  const speed =
    threshold === 1 ? "faster than it may" : `more than ${threshold} times as fast as it may`;
  const limit = (threshold * (wholePpm - slo.objectivePpm)) / wholePpm;
  const share = `${Number((limit * 100).toFixed(4))}%`;
  return {
    alert: alertNames.burn,
    expr: series({ name: conditions.burning }, { ...identityOf(alerted), ...windows }),
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
  const words = "has spent three quarters of its error budget";
  return budgetAlert(alerted, alertNames.budgetLow, conditions.budgetLow, words);
}

function spentAlert(alerted: AlertedSlo): AlertingRule {
  const words = "has spent its error budget";
  return budgetAlert(alerted, alertNames.budgetSpent, conditions.budgetSpent, words);
}

function budgetAlert(
  alerted: AlertedSlo,
  alert: string,
  condition: string,
  words: string,
): AlertingRule {
  return {
    alert,
    expr: series({ name: condition }, identityOf(alerted)),
    for: confirmed,
    labels: { ...labelsOf(alerted, "ticket"), sloth_severity: "ticket" },
    annotations: annotationsOf(
      alerted,
      `${alerted.slo.id} ${words}`,
      "Unknown time counts as the SLO says.",
    ),
  };
}

/** Nobody looks now: the daemon says that the SLO is there, and nothing of the last while. */
function unseenAlert(alerted: AlertedSlo, window: string): AlertingRule {
  const { slo } = alerted;
  const floor = formatPercent(slo.coverageFloorPpm);
  return {
    alert: "TidemarkSloUnseen",
    expr: perSlo({ name: conditions.unseen }, { ...identityOf(alerted), window }),
    for: unseenFor,
    labels: labelsOf(alerted, "info"),
    annotations: annotationsOf(
      alerted,
      `too little is known of ${slo.id}`,
      `Of the last ${window} less than ${floor} was measured: nobody can say whether the promise is kept.`,
    ),
  };
}

function coverageAlert(alerted: AlertedSlo): AlertingRule {
  const { slo, coverageFloor } = alerted;
  const which = { ...identityOf(alerted), floor: coverageFloor };
  return {
    alert: "TidemarkSloCoverageLow",
    expr: perSlo({ name: conditions.coverageLow }, which),
    for: unseenFor,
    labels: labelsOf(alerted, "info"),
    annotations: annotationsOf(
      alerted,
      `too little of the window of ${slo.id} was measured`,
      `Less than ${formatPercent(slo.coverageFloorPpm)} of it: the SLI speaks for what was seen alone.`,
    ),
  };
}

function identityOf({ slo }: AlertedSlo): Readonly<Record<"product" | "slo", string>> {
  return { product: slo.product, slo: slo.name };
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
