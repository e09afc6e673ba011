import type { MetricDefinition } from "./names.ts";
import { metrics } from "./names.ts";

export type MetricKey = keyof typeof metrics;

type Family = readonly [MetricKey, MetricDefinition];

/** In the order of the exposition. */
export const families: readonly Family[] = Object.entries(metrics).flatMap(([key, definition]) =>
  isKeyOf(metrics, key) ? [[key, definition] as const] : [],
);

/** The last are left out first: those of checks, of which there are most, and which SLOs sum up. */
export const familiesOfProducts = families
  .filter((family) => has(family, "product"))
  .toSorted((a, b) => Number(has(a, "check")) - Number(has(b, "check")));

/** Never left out. */
export const familiesOfDaemon = families.filter((family) => !has(family, "product"));

export function isKeyOf<T extends object>(record: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(record, key);
}

function has([, { labels }]: Family, label: string): boolean {
  return labels.includes(label);
}
