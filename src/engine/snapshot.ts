import type { CheckResult } from "../core/check.ts";
import type { Incident } from "../core/incident.ts";
import type { Check, Mesh, Slo } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { errorRatioWindows } from "../metrics/names.ts";
import type { Slices } from "../metrics/slices.ts";
import type { CheckSnapshot, MetricsSnapshot, SloSnapshot } from "../metrics/snapshot.ts";
import { errorRatios } from "../slo/evaluate.ts";
import { stateAt } from "../slo/timeline.ts";
import { formatWindow } from "../time/period.ts";
import type { WatchState } from "./state.ts";

/**
 * What the gauges show at `nowMs`: a verdict whose hold has run out is unknown without any probe. Taken in slices, as
 * thousands of SLOs take a while. What is committed between two of them has an instant after `nowMs` and changes no
 * verdict; an exclusion that is made between two shows in some SLOs at once, and in all of them with the next snapshot.
 */
export async function snapshotOf(
  mesh: Mesh,
  state: WatchState,
  pendingByNotifier: ReadonlyMap<string, number>,
  nowMs: EpochMs,
  slices: Slices,
): Promise<MetricsSnapshot> {
  const checks = [...mesh.checks.values()].filter(({ disabledReason }) => disabledReason === null);
  return {
    products: await slices.map(
      mesh.products.values(),
      ({ name, domain, owner, tier, upstream }) => ({
        product: name,
        domain: domain ?? null,
        owner,
        tier,
        upstream: [...new Set(upstream.map((reference) => reference.replace(/\/.*/, "")))],
      }),
    ),
    checks: await slices.map(checks, (check) => checkSnapshot(check, mesh, state, nowMs)),
    slos: await slices.map(mesh.slos.values(), (slo) => sloSnapshot(slo, state, nowMs)),
    incidents: countIncidents(state.openIncidents()),
    deliveriesPending: [...mesh.notifiers.keys()].map((notifier) => ({
      notifier,
      pending: pendingByNotifier.get(notifier) ?? 0,
    })),
    connections: [...mesh.connections.keys()],
    spenders: await spendersOf(mesh, slices),
  };
}

async function spendersOf(
  { connections, datasets }: Mesh,
  slices: Slices,
): Promise<MetricsSnapshot["spenders"]> {
  const spenders = await slices.map(datasets.values(), ({ connection, product }) => {
    const reportsBytes = connections.get(connection)?.reportsBytes ?? false;
    const spender = { connection, product, reportsBytes };
    return [`${connection} ${product}`, spender] as const;
  });
  return [...new Map(spenders).values()];
}

function checkSnapshot(check: Check, mesh: Mesh, state: WatchState, nowMs: EpochMs): CheckSnapshot {
  const held = stateAt(state.history.runsOf(check.id), nowMs);
  return {
    product: check.product,
    dataset: mesh.datasets.get(check.datasetId)?.name ?? check.datasetId,
    check: check.name,
    type: check.type,
    severity: check.severity,
    good: held === "unknown" ? null : held === "good",
    // A figure outlives neither the verdict that it led to nor the generation that it was measured for.
    measured: held === "unknown" ? {} : (latestOf(check, state)?.measured ?? {}),
    // The promise stands while nobody knows whether it is kept.
    expected: latestOf(check, state)?.expected ?? {},
    lastConclusiveMs: state.lastConclusiveOf(check.id),
  };
}

/** Null when the check was measured for another promise only, or never. */
function latestOf(check: Check, state: WatchState): CheckResult | null {
  const latest = state.latestOf(check.id);
  return latest !== null && latest.generation === check.generation ? latest.result : null;
}

function sloSnapshot(slo: Slo, state: WatchState, nowMs: EpochMs): SloSnapshot {
  const status = state.statusOf(slo, nowMs);
  return {
    product: slo.product,
    slo: slo.name,
    objectivePpm: slo.objectivePpm,
    period: formatWindow(slo.window),
    budgeting: slo.budgeting,
    sli: status.sli,
    sliBounds: status.sliBounds,
    coverage: status.coverage,
    remaining: {
      upper: status.budget.remaining,
      lower: status.budget.remainingLower,
    },
    errorRatios: errorRatios(
      slo,
      state.evidenceOf(slo),
      state.excludedOf(slo, nowMs),
      state.sinceOf(slo, nowMs),
      nowMs,
      errorRatioWindows.map(({ windowMs }) => windowMs),
    ),
  };
}

function countIncidents(open: readonly Incident[]): MetricsSnapshot["incidents"] {
  const counts = new Map<string, { product: string; alert: Incident["alert"]; open: number }>();
  for (const { product, alert } of open) {
    const key = `${product} ${alert}`;
    const count = counts.get(key) ?? { product, alert, open: 0 };
    count.open += 1;
    counts.set(key, count);
  }
  return [...counts.values()];
}
