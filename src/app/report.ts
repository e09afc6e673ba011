import { TidemarkError } from "../core/errors.ts";
import type { Incident } from "../core/incident.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Mesh, Slo } from "../core/mesh.ts";
import type { Store } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { selectWatched } from "../engine/select.ts";
import { WatchState } from "../engine/state.ts";
import type { ReportDocument, SloReport } from "../export/report/document.ts";
import { periodForms, periodOf } from "../export/report/period.ts";
import { spendingOf } from "../export/report/spending.ts";
import { evaluateSlo } from "../slo/evaluate.ts";
import { type Bounds, formatWindow } from "../time/period.ts";
import { isZone } from "../time/zone.ts";
import { systemClock } from "./clock.ts";
import { createLoader, type Environment } from "./configuration.ts";
import { withStore } from "./read-store.ts";

export interface ReportOptions {
  readonly configPath: string;
  readonly env: Environment;
  readonly logger: Logger;
  readonly selectors: readonly string[];
  /** As `periodForms` lists. */
  readonly period: string;
  /** IANA zone of the period and of every moment in the report. */
  readonly timezone: string;
}

const incidentsPerPage = 500;

/**
 * How the selected SLOs fared in a period, from the store alone; no warehouse is asked. Throws `TM_USAGE` for a
 * period or a zone that does not exist, and for one that has not begun.
 */
export async function makeReport(options: ReportOptions): Promise<ReportDocument> {
  const { configPath, env, logger, period, timezone } = options;
  const nowMs = systemClock.now();
  const bounds = boundsOfPeriod(period, timezone, nowMs);
  return withStore(createLoader(env), configPath, logger, async (mesh, store) => {
    const { slos } = selectWatched(mesh, options.selectors);
    const state = await WatchState.load(store, mesh, nowMs, bounds.fromMs);
    const incidents = await incidentsOf(store, bounds);
    const byProduct = Map.groupBy(slos, (slo) => slo.product);
    return {
      period: { text: period, timezone, ...bounds, isRunning: bounds.toMs > nowMs },
      madeMs: nowMs,
      products: productsOf(mesh, options.selectors, byProduct).map((product) => ({
        name: product.name,
        description: product.description ?? null,
        owner: product.owner,
        tier: product.tier,
        slos: (byProduct.get(product.name) ?? []).map((slo) =>
          sloReport(slo, mesh, state, bounds, incidents, nowMs),
        ),
      })),
    };
  });
}

function boundsOfPeriod(text: string, timezone: string, nowMs: EpochMs): Bounds {
  if (!isZone(timezone)) {
    throw new TidemarkError("TM_USAGE", `There is no time zone ${timezone}.`, {
      hint: "Use an IANA zone such as Europe/Berlin.",
    });
  }
  const bounds = periodOf(text, timezone, nowMs);
  if (bounds === null) {
    throw new TidemarkError("TM_USAGE", `\`${text}\` is no period.`, {
      hint: `Write one of ${periodForms}.`,
    });
  }
  if (bounds.fromMs >= nowMs) {
    throw new TidemarkError("TM_USAGE", `The period ${text} has not begun.`);
  }
  return bounds;
}

function productsOf(
  mesh: Mesh,
  selectors: readonly string[],
  byProduct: ReadonlyMap<string, readonly Slo[]>,
) {
  return [...mesh.products.values()].filter(
    ({ name }) => selectors.length === 0 || byProduct.has(name),
  );
}

function sloReport(
  slo: Slo,
  mesh: Mesh,
  state: WatchState,
  bounds: Bounds,
  incidents: readonly Incident[],
  nowMs: EpochMs,
): SloReport {
  const sinceMs = state.sinceOf(slo, nowMs);
  const applied = state.exclusionsOf(slo, bounds.fromMs, bounds.toMs);
  const status = evaluateSlo(
    { ...slo, window: { kind: "fixed", ...bounds } },
    state.evidenceOf(slo),
    applied.flatMap(({ times }) => times),
    sinceMs,
    Math.min(nowMs, bounds.toMs),
  );
  const causes = new Set(slo.checkIds.flatMap((id) => causeOf(mesh.checks.get(id))));
  return {
    id: slo.id,
    name: slo.name,
    description: slo.description ?? null,
    objectivePpm: slo.objectivePpm,
    window: formatWindow(slo.window),
    sinceMs,
    status,
    spending: spendingOf(
      status,
      incidents.filter((incident) => causes.has(causeOf(incident)[0] ?? "")),
    ),
    exclusions: applied.flatMap(({ times, mode, reason, record }) =>
      times.map(({ fromMs, toMs }) => ({
        fromMs,
        toMs,
        mode,
        reason,
        author: record?.author ?? null,
      })),
    ),
  };
}

/** What makes several failures one incident. */
function causeOf(of: Pick<Check, "datasetId" | "dimension"> | undefined): readonly string[] {
  return of === undefined ? [] : [`${of.datasetId} ${of.dimension}`];
}

/** Those that touch the period; one is as old as its opening, and is read until it is older than the history kept. */
async function incidentsOf(store: Store, { fromMs, toMs }: Bounds): Promise<readonly Incident[]> {
  const found: Incident[] = [];
  let after: Pick<Incident, "openedMs" | "id"> | null = null;
  for (;;) {
    const page: readonly Incident[] = await store.incidents.page({
      products: null,
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
