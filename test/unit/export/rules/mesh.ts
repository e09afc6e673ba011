import type { Mesh, Product, Slo } from "../../../../src/core/mesh.ts";
import { meshWith, orders, slo } from "../openslo/mesh.ts";

/** A mesh of one product with an SLO of each kind that rules tell apart. */

const product: Product = { ...orders, links: { runbook: "https://example.com/runbooks/orders" } };

const promises: readonly Slo[] = [
  // Looked at every quarter of an hour: all four tiers.
  slo("fresh", {
    description: "Order data is never older than {{ an }} hour.",
    labels: { channel: "shop", "cost/centre": "17", severity: "loud", note: "{{ $value }}" },
  }),
  // Every six hours: one page over a day, and a ticket over a week.
  slo("settled", {
    objectivePpm: 990_000,
    window: { kind: "calendar", period: "month", timezone: "Europe/Berlin" },
    checkIds: ["orders/orders/settled"],
  }),
  // Deliveries have no burn rate.
  slo("by_seven", {
    objectivePpm: 950_000,
    window: { kind: "rolling", lengthMs: 7_776_000_000 },
    budgeting: "deliveries",
    checkIds: ["orders/orders/by_seven"],
  }),
  // Over a day, which is one of the windows of error ratios; nobody is woken.
  slo("today", { window: { kind: "rolling", lengthMs: 86_400_000 }, alert: "ticket" }),
  slo("silent", { alert: "none" }),
];

export function meshOf(slos: readonly Slo[] = promises): Mesh {
  const mesh = meshWith({ ...product, sloIds: slos.map(({ id }) => id) }, slos);
  const fresh = mesh.checks.get("orders/orders/fresh");
  if (fresh === undefined) {
    throw new Error("the mesh has lost its check");
  }
  const settled = {
    ...fresh,
    id: "orders/orders/settled",
    name: "settled",
    schedule: { kind: "every", everyMs: 21_600_000 },
  } as const;
  return { ...mesh, checks: new Map([...mesh.checks, [settled.id, settled]]) };
}
