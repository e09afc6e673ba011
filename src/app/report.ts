import { TidemarkError } from "../core/errors.ts";
import type { Incident } from "../core/incident.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Mesh, Product, Slo } from "../core/mesh.ts";
import type { Store, StoreParts } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { selectWatched, type Watched } from "../engine/select.ts";
import { WatchState } from "../engine/state.ts";
import type {
  ReportDocument,
  ReportedCheck,
  ReportedCost,
  SloReport,
} from "../export/report/document.ts";
import { periodForms, periodOf } from "../export/report/period.ts";
import { blindnessOf, spendingOf } from "../export/report/spending.ts";
import { evaluateSlo } from "../slo/evaluate.ts";
import { type Bounds, formatWindow } from "../time/period.ts";
import { utcDayMs, utcDayOf } from "../time/utc-day.ts";
import { isZone } from "../time/zone.ts";
import { systemClock } from "./clock.ts";
import { createLoader, type Environment } from "./configuration.ts";
import { sumCosts } from "./costs.ts";
import { withStore } from "./read-store.ts";

/** What a report is to be about. */
export interface ReportRequest {
  readonly selectors: readonly string[];
  /** As `periodForms` lists. */
  readonly period: string;
  /** IANA zone of the period and of every moment in the report. */
  readonly timezone: string;
}

export interface ReportOptions extends ReportRequest {
  readonly configPath: string;
  readonly env: Environment;
  readonly logger: Logger;
}

const incidentsPerPage = 500;

/**
 * How the selected SLOs fared in a period, from the store alone; no warehouse is asked. Throws `TM_USAGE` for a
 * period or a zone that does not exist and for a period that has not begun, `TM_SELECTOR`, and what opening the
 * configuration and the store throws.
 */
export async function makeReport(options: ReportOptions): Promise<ReportDocument> {
  const { configPath, env, logger, ...request } = options;
  const nowMs = systemClock.now();
  boundsOfPeriod(request, nowMs);
  return withStore(createLoader(env), configPath, logger, (mesh, store) =>
    reportFrom(mesh, store, request, nowMs),
  );
}

/** As `makeReport`, of a mesh and its store, as of `nowMs`. */
export async function reportFrom(
  mesh: Mesh,
  store: Store,
  request: ReportRequest,
  nowMs: EpochMs,
): Promise<ReportDocument> {
  const bounds = boundsOfPeriod(request, nowMs);
  const watched = selectWatched(mesh, request.selectors);
  const state = await WatchState.load(store, mesh, nowMs, bounds.fromMs);
  const products = productsOf(mesh, watched);
  const incidents = await incidentsOf(
    store,
    products.map(({ name }) => name),
    bounds,
  );
  const costs = await costsIn(
    store,
    products.map(({ name }) => name),
    bounds,
  );
  const slosByProduct = Map.groupBy(watched.slos, ({ product }) => product);
  return {
    period: {
      text: request.period,
      timezone: request.timezone,
      ...bounds,
      isRunning: bounds.toMs > nowMs,
    },
    madeMs: nowMs,
    products: products.map(({ name, description, owner, tier }) => ({
      name,
      description: description ?? null,
      owner,
      tier,
      slos: (slosByProduct.get(name) ?? []).map((slo) =>
        sloReport(slo, mesh, state, bounds, incidents, nowMs),
      ),
      cost: costs(name),
    })),
  };
}

/** Of the UTC days whose noon lies in the period. */
async function costsIn(
  { costs }: Pick<StoreParts, "costs">,
  products: readonly string[],
  period: Bounds,
): Promise<(product: string) => ReportedCost | null> {
  const fromMs = firstDayFrom(period.fromMs);
  const toMs = firstDayFrom(period.toMs);
  const kept = Map.groupBy(await costs.between(fromMs, toMs, products), ({ product }) => product);
  return (product) =>
    fromMs >= toMs ? null : { fromMs, toMs, ...sumCosts(kept.get(product) ?? []) };
}

/** The first UTC day whose noon is not before the instant. */
function firstDayFrom(ms: EpochMs): EpochMs {
  return utcDayOf(ms + utcDayMs / 2 - 1);
}

function boundsOfPeriod(
  { period, timezone }: Pick<ReportRequest, "period" | "timezone">,
  nowMs: EpochMs,
): Bounds {
  if (!isZone(timezone)) {
    throw new TidemarkError("TM_USAGE", `there is no time zone \`${timezone}\``, {
      hint: "Use an IANA zone such as Europe/Berlin.",
    });
  }
  const bounds = periodOf(period, timezone, nowMs);
  if (bounds === null) {
    throw new TidemarkError("TM_USAGE", `\`${period}\` is no period`, {
      hint: `Write one of ${periodForms}.`,
    });
  }
  if (bounds.fromMs >= nowMs) {
    const begins = new Date(bounds.fromMs).toISOString();
    throw new TidemarkError("TM_USAGE", `the period \`${period}\` begins at ${begins}`, {
      hint: "Name one that has begun.",
    });
  }
  return bounds;
}

/** By name: those of the selected SLOs, and those that are selected and promise nothing. */
function productsOf(mesh: Mesh, { slos, checks }: Watched): readonly Product[] {
  const named = new Set(slos.map(({ product }) => product));
  const touched = new Set(checks.map(({ product }) => product));
  return [...mesh.products.values()]
    .filter(({ name, sloIds }) => named.has(name) || (sloIds.length === 0 && touched.has(name)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function sloReport(
  slo: Slo,
  mesh: Mesh,
  state: WatchState,
  bounds: Bounds,
  incidents: readonly Incident[],
  nowMs: EpochMs,
): SloReport {
  const terms = { ...slo, window: { kind: "fixed", ...bounds } } as const;
  const evidence = state.evidenceOf(slo);
  const sinceMs = state.sinceOf(slo, nowMs);
  const untilMs = Math.min(nowMs, bounds.toMs);
  const exclusions = state.exclusionsOf(slo, bounds.fromMs, bounds.toMs);
  const excluded = exclusions.flatMap(({ times }) => times);
  const status = evaluateSlo(terms, evidence, excluded, sinceMs, untilMs);
  const unexcused =
    excluded.length === 0 ? null : evaluateSlo(terms, evidence, [], sinceMs, untilMs);
  const checks = slo.checkIds.flatMap((id) => mesh.checks.get(id) ?? []);
  const causes = new Set(checks.map(causeOf));
  const own = incidents.filter(
    (incident) =>
      causes.has(causeOf(incident)) ||
      (incident.kind === "budget" && incident.product === slo.product),
  );
  return {
    id: slo.id,
    name: slo.name,
    description: slo.description ?? null,
    objectivePpm: slo.objectivePpm,
    window: formatWindow(slo.window),
    unknown: slo.unknown,
    sinceMs,
    status,
    unexcused,
    checks: checks.map((check) => reportedCheck(check, status.blame)),
    spent: spendingOf(status, unexcused ?? status, own),
    unseen: blindnessOf(status, unexcused ?? status, own),
    exclusions,
  };
}

function reportedCheck(
  { id, disabledReason }: Check,
  blame: readonly { readonly check: string; readonly bad: number }[],
): ReportedCheck {
  return { id, bad: blame.find(({ check }) => check === id)?.bad ?? 0, disabledReason };
}

/** What makes several failures one incident. */
function causeOf({ datasetId, dimension }: Pick<Check, "datasetId" | "dimension">): string {
  return `${datasetId} ${dimension}`;
}

/** Those that were going on in the period. They are paged by when they opened, so that none is passed over. */
async function incidentsOf(
  { incidents }: Pick<StoreParts, "incidents">,
  products: readonly string[],
  { fromMs, toMs }: Bounds,
): Promise<readonly Incident[]> {
  const found: Incident[] = [];
  let after: Pick<Incident, "openedMs" | "id"> | null = null;
  for (;;) {
    const page: readonly Incident[] = await incidents.page({
      products,
      owner: null,
      isOpen: null,
      after,
      limit: incidentsPerPage,
    });
    found.push(
      ...page.filter(({ sinceMs, endedMs }) => sinceMs < toMs && (endedMs ?? toMs) > fromMs),
    );
    after = page.at(-1) ?? null;
    if (page.length < incidentsPerPage || after === null) {
      return found;
    }
  }
}
