import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { daemonHealth } from "./daemon-health.ts";
import { dataProduct } from "./data-product.ts";
import { meshOverview } from "./mesh-overview.ts";
import { owner } from "./owner.ts";

/**
 * Of Grafana 11.6 to 12.1. Later ones bring what is older up to date, and an earlier one would not know what is newer: 12.1
 * takes the SDK's own, which is 42, for a conversion that failed.
 */
const schemaVersion = 41;

/** Every dashboard, from the whole to its parts. */
export function dashboards(): readonly Dashboard[] {
  return [meshOverview(), dataProduct(), owner(), daemonHealth()].map((builder) => ({
    ...withPanelIds(builder.build()),
    schemaVersion,
  }));
}

/** What Grafana is given, by file name. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    dashboards().map((one) => [`${one.uid}.json`, `${JSON.stringify(one, null, 2)}\n`]),
  );
}

/** A panel's number is in its address, and Grafana would give them out anew at each load. */
function withPanelIds(dashboard: Dashboard): Dashboard {
  let id = 0;
  const numbered = <P extends { id?: number }>(panel: P): P => {
    id += 1;
    return { ...panel, id };
  };
  const panels = (dashboard.panels ?? []).map((panel) =>
    "panels" in panel
      ? { ...numbered(panel), panels: panel.panels.map(numbered) }
      : numbered(panel),
  );
  return { ...dashboard, panels };
}
