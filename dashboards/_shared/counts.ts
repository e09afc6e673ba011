import { metrics } from "../../src/metrics/names.ts";
import { isNot, series } from "./promql.ts";

/**
 * Counts by product. Each check and each product's incidents are counted once, also where two Prometheus targets tell of
 * them. A count is 0 only where there is something to count; without a product it is absent.
 */

type OfProduct = Readonly<{ product?: string }>;

/** Checks whose promise does not hold, those that only warn included. Of those that answer. */
export function brokenChecks(of: OfProduct = {}): string {
  const isBroken = `max by (product, dataset, check) (${series(metrics.checkGood, of)} == bool 0)`;
  return `sum by (product) (${isBroken})`;
}

/** Checks that are watched, and of which nothing is known. */
export function silentChecks(of: OfProduct = {}): string {
  const watched = `max by (product, dataset, check) (${series(metrics.checkInfo, of)})`;
  const silent = `${watched} unless on (product, dataset, check) ${series(metrics.checkGood, of)}`;
  return `count by (product) (${silent}) or 0 * count by (product) (${watched})`;
}

/** Open incidents, by product and by how loudly they are told; by default of those that somebody is told. */
export function openIncidents(of: OfProduct = {}, alert = isNot("none")): string {
  return `max by (product, alert) (${series(metrics.incidentsOpen, { ...of, alert })})`;
}
