import type { Incident } from "../core/incident.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Mesh, Slo } from "../core/mesh.ts";
import type { ResultRecord, Store } from "../core/store.ts";
import type { AppliedExclusion } from "../engine/excluded.ts";
import { selectWatched } from "../engine/select.ts";
import { WatchState } from "../engine/state.ts";
import { type ErrorRatio, errorRatios, type SloStatus } from "../slo/evaluate.ts";
import { systemClock } from "./clock.ts";
import { createLoader, type Environment } from "./configuration.ts";
import { type BudgetStanding, budgetStandings, type RecentCost, recentCosts } from "./costs.ts";
import { withStore } from "./read-store.ts";

const hourMs = 3_600_000;

export interface SloReport {
  readonly slo: Slo;
  readonly status: SloStatus;
  /** Over the last hour; frozen when too little of it is known. */
  readonly lastHour: ErrorRatio;
  /** Those that touch the window. */
  readonly exclusions: readonly AppliedExclusion[];
}

export interface StatusReport {
  readonly atMs: number;
  readonly slos: readonly SloReport[];
  readonly incidents: readonly Incident[];
  /** The newest results that are no pass, of checks that are watched. */
  readonly notPassing: readonly ResultRecord[];
  /** Checks that nobody runs. */
  readonly disabled: readonly Check[];
  /** Of the products that anything of is selected, by name. */
  readonly costs: readonly RecentCost[];
  readonly budgets: readonly BudgetStanding[];
}

export interface StatusOptions {
  readonly configPath: string;
  readonly env: Environment;
  readonly selectors: readonly string[];
  readonly logger: Logger;
}

/**
 * Where the selected SLOs and checks stand, from the store alone; no warehouse is asked. Opens the store
 * read-only. Like the daemon it goes by the last good configuration while the one on disk is broken.
 */
export function readStatus(options: StatusOptions): Promise<StatusReport> {
  const { configPath, env, selectors, logger } = options;
  return withStore(createLoader(env), configPath, logger, (mesh, store) =>
    reportFrom(store, mesh, selectors),
  );
}

async function reportFrom(
  store: Store,
  mesh: Mesh,
  selectors: readonly string[],
): Promise<StatusReport> {
  const { slos, checks } = selectWatched(mesh, selectors);
  const checkIds = new Set(checks.map(({ id }) => id));
  const atMs = systemClock.now();
  const state = await WatchState.load(store, mesh, atMs);
  const products = new Set([...slos, ...checks].map(({ product }) => product));
  return {
    atMs,
    slos: slos.map((slo) => reportOf(slo, state, atMs)),
    incidents: state
      .openIncidents()
      .filter((one) => selectors.length === 0 || one.checkIds.some((id) => checkIds.has(id))),
    notPassing: checks
      .filter(({ disabledReason }) => disabledReason === null)
      .flatMap(({ id }) => state.latestOf(id) ?? [])
      .filter(({ result }) => result.outcome !== "pass"),
    disabled: checks.filter(({ disabledReason }) => disabledReason !== null),
    costs: await recentCosts(store, [...products].sort(), atMs),
    budgets: await budgetStandings(mesh, store, products, atMs),
  };
}

function reportOf(slo: Slo, state: WatchState, atMs: number): SloReport {
  const status = state.statusOf(slo, atMs);
  const since = state.sinceOf(slo, atMs);
  const [lastHour] = errorRatios(
    slo,
    state.evidenceOf(slo),
    state.excludedOf(slo, atMs),
    since,
    atMs,
    [hourMs],
  );
  return {
    slo,
    status,
    lastHour: lastHour ?? {
      windowMs: hourMs,
      errorRatio: null,
      burnRate: null,
      coverage: 0,
      isFrozen: true,
    },
    exclusions: state.exclusionsOf(slo, status.fromMs, status.toMs),
  };
}
