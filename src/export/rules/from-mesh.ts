import type { Mesh, Product, Slo } from "../../core/mesh.ts";
import { formatDuration } from "../../time/duration.ts";
import { shortestGap } from "../../time/schedule.ts";
import { daemonAlerts } from "./daemon-alerts.ts";
import { incidentAlerts } from "./mesh-alerts.ts";
import { infoRecording, sloRecordings } from "./recordings.ts";
import type { RuleGroup } from "./rule.ts";
import { type AlertedSlo, isFreeLabel, sloAlerts, unexportedTiers } from "./slo-alerts.ts";

export interface RuleFile {
  /** Without folder. No product is called as the files of the mesh are: names begin with a letter or a digit. */
  readonly name: string;
  readonly groups: readonly RuleGroup[];
  /** What of its promises the rules leave out. */
  readonly remarks: readonly string[];
}

/** Rules for all SLOs at once, rules for the daemon, and a file for each product. */
export function rulesOf(mesh: Mesh): readonly RuleFile[] {
  const windows = [...mesh.slos.values()].map(({ window }) => window);
  return [
    {
      name: "_mesh.rules.yaml",
      groups: [
        { name: "tidemark-slos", rules: sloRecordings(windows) },
        { name: "tidemark-incidents", rules: incidentAlerts },
      ],
      remarks: [],
    },
    {
      name: "_daemon.rules.yaml",
      groups: [{ name: "tidemark-daemon", rules: daemonAlerts }],
      remarks: [],
    },
    ...[...mesh.products.values()].map((product) => productRules(mesh, product)),
  ];
}

function productRules(mesh: Mesh, product: Product): RuleFile {
  const slos = product.sloIds.flatMap((id) => mesh.slos.get(id) ?? []);
  const written = slos.map((slo) => sloRules(mesh, product, slo));
  return {
    name: `${product.name}.rules.yaml`,
    groups: written.map(({ group }) => group),
    remarks: written.flatMap(({ remarks }) => remarks),
  };
}

function sloRules(
  mesh: Mesh,
  product: Product,
  slo: Slo,
): { readonly group: RuleGroup; readonly remarks: readonly string[] } {
  const name = `tidemark-slo-${slo.product}.${slo.name}`;
  const info = infoRecording(slo);
  const loudest = slo.alert ?? product.alert;
  if (loudest === "none") {
    const remarks = [`${slo.id}: no alerts, since nobody is to be told`];
    return { group: { name, rules: [info] }, remarks };
  }
  const checks = slo.checkIds.flatMap((id) => mesh.checks.get(id) ?? []);
  const cadenceMs = Math.max(0, ...checks.map(({ schedule }) => shortestGap(schedule)));
  const alerted = { slo, product, loudest, cadenceMs };
  return { group: { name, rules: [info, ...sloAlerts(alerted)] }, remarks: remarksOf(alerted) };
}

function remarksOf(alerted: AlertedSlo): readonly string[] {
  const { slo } = alerted;
  const labels = Object.keys(slo.labels).filter((label) => !isFreeLabel(label));
  return [
    ...labels.map((label) => `${slo.id}: the label \`${label}\` cannot be one of Prometheus`),
    ...unexportedTiers(alerted).map(
      ({ threshold, longMs }) =>
        `${slo.id}: no alert on ×${threshold} over ${formatDuration(longMs)}, for which no error ratio is exported`,
    ),
  ];
}
