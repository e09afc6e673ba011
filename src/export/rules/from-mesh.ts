import type { Mesh, Product, Slo } from "../../core/mesh.ts";
import { type AlertedSlo, alertedSlo } from "./alerted.ts";
import { conditionRecordings } from "./conditions.ts";
import { daemonAlerts } from "./daemon-alerts.ts";
import { incidentAlerts } from "./mesh-alerts.ts";
import { infoRecordings, sloRecordings } from "./recordings.ts";
import type { RuleGroup } from "./rule.ts";
import { isFreeLabel, sloAlerts } from "./slo-alerts.ts";

export interface RuleFile {
  /** Without folder. No product is called as the files of the mesh are: names begin with a letter or a digit. */
  readonly name: string;
  readonly groups: readonly RuleGroup[];
  /** What of its promises the rules leave out. */
  readonly remarks: readonly string[];
}

/** Rules for all SLOs at once, rules for the daemon, and the alerts of each product. */
export function rulesOf(mesh: Mesh): readonly RuleFile[] {
  const slos = [...mesh.slos.values()];
  const products = [...mesh.products.values()].map((product) => ({
    product,
    slos: product.sloIds
      .flatMap((id) => mesh.slos.get(id) ?? [])
      .map((slo) => ({ slo, alerted: alertedSlo(mesh, product, slo) })),
  }));
  const alerted = products.flatMap((one) => one.slos.flatMap((each) => each.alerted ?? []));
  const recordings = [
    ...sloRecordings(slos.map(({ window }) => window)),
    ...infoRecordings(slos.map(({ objectivePpm }) => objectivePpm)),
  ];
  return [
    {
      name: "_mesh.rules.yaml",
      groups: [
        { name: "tidemark-slos", rules: recordings },
        { name: "tidemark-conditions", rules: conditionRecordings(alerted) },
        { name: "tidemark-incidents", rules: incidentAlerts },
      ],
      remarks: [],
    },
    {
      name: "_daemon.rules.yaml",
      groups: [{ name: "tidemark-daemon", rules: daemonAlerts }],
      remarks: [],
    },
    ...products.map(({ product, slos: promised }) => productRules(product, promised)),
  ];
}

interface Promised {
  readonly slo: Slo;
  readonly alerted: AlertedSlo | null;
}

function productRules(product: Product, promised: readonly Promised[]): RuleFile {
  const told = promised.flatMap(({ alerted }) => alerted ?? []);
  return {
    name: `${product.name}.rules.yaml`,
    groups: told.map((alerted) => ({
      name: `tidemark-slo-${product.name}.${alerted.slo.name}`,
      rules: sloAlerts(alerted),
    })),
    remarks: promised.flatMap(remarksOf),
  };
}

function remarksOf({ slo, alerted }: Promised): readonly string[] {
  if (alerted === null) {
    return [`${slo.id}: no alerts, since nobody is to be told`];
  }
  const labels = Object.keys(slo.labels).filter((label) => !isFreeLabel(label));
  return labels.map((label) => `${slo.id}: the label \`${label}\` cannot be one of Prometheus`);
}
