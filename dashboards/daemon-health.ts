import { DashboardBuilder, DashboardCursorSync } from "@grafana/grafana-foundation-sdk/dashboard";
import { linkOut, otherDashboards, tag, uids } from "./_shared/links.ts";
import { addressVariables, dataSourceVariable } from "./_shared/variables.ts";
import { deliveries } from "./daemon-health/deliveries.ts";
import { processes } from "./daemon-health/processes.ts";
import { running } from "./daemon-health/running.ts";
import { warehouses } from "./daemon-health/warehouses.ts";

/** The daemon itself: whether it looks in time, what looking costs, and whether its notices arrive. */
export function daemonHealth(): DashboardBuilder {
  const dashboard = new DashboardBuilder("Tidemark / Daemon health")
    .uid(uids.daemon)
    .description(
      "The daemon itself: whether it looks in time, what looking costs, and whether its notices arrive.",
    )
    .tags([tag])
    .timezone("browser")
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .variables([dataSourceVariable(), ...addressVariables()])
    .tooltip(DashboardCursorSync.Crosshair);
  for (const link of [
    ...otherDashboards("daemon"),
    linkOut("Readiness", "What the daemon says of itself", "${api_url}/readyz"),
  ]) {
    dashboard.link(link);
  }
  for (const panel of [...running(), ...warehouses(), ...deliveries(), ...processes()]) {
    dashboard.withPanel(panel);
  }
  return dashboard;
}
