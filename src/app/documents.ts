/** The documents of the read API that are made from the mesh, the state and records as they are. */
import type { Evidence } from "../core/check.ts";
import type { Incident } from "../core/incident.ts";
import type { Check, Mesh, Product } from "../core/mesh.ts";
import type { ResultRecord } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { WatchState } from "../engine/state.ts";
import type {
  CheckCount,
  CheckDocument,
  CostsDocument,
  EvidenceDocument,
  IncidentDocument,
  ProductDocument,
  ProductSummary,
  ResultDocument,
} from "../http/api/documents.ts";
import { stateAt } from "../slo/timeline.ts";

/** ISO 8601 in UTC, with milliseconds. */
export function iso(ms: EpochMs): string {
  return new Date(ms).toISOString();
}

/** As `iso`; null for what has no instant. */
export function isoOrNull(ms: EpochMs | null | undefined): string | null {
  return ms === null || ms === undefined ? null : iso(ms);
}

export function resultDocument(record: ResultRecord): ResultDocument {
  const { outcome, summary, measured, expected, failure } = record.result;
  return {
    check: record.checkId,
    at: iso(record.atMs),
    outcome,
    summary,
    measured,
    expected,
    failure:
      failure === undefined
        ? null
        : {
            kind: failure.kind,
            message: failure.message,
            hint: failure.hint ?? null,
            code: failure.code ?? null,
          },
    evidence: record.evidence === null ? null : evidenceDocument(record.evidence),
    duration_ms: record.durationMs,
    generation: record.generation,
  };
}

export function evidenceDocument({ rung, queryIds, bytesScanned }: Evidence): EvidenceDocument {
  return {
    rung,
    query_ids: queryIds,
    ...(bytesScanned === undefined ? {} : { bytes_scanned: bytesScanned }),
  };
}

export function incidentDocument(incident: Incident): IncidentDocument {
  return {
    id: incident.id,
    kind: incident.kind,
    product: incident.product,
    dataset: incident.datasetId,
    dimension: incident.dimension,
    alert: incident.alert,
    owner: incident.owner,
    since: iso(incident.sinceMs),
    opened_at: iso(incident.openedMs),
    ended_at: isoOrNull(incident.endedMs),
    ending: incident.ending,
    checks: incident.checkIds,
  };
}

export function productSummary(
  product: Product,
  mesh: Mesh,
  state: WatchState,
  cost: CostsDocument | null,
  nowMs: EpochMs,
): ProductSummary {
  const counts: Record<CheckCount, number> = { good: 0, bad: 0, unknown: 0, disabled: 0 };
  for (const check of checksOf(product, mesh)) {
    counts[check.disabledReason === null ? stateOf(check, state, nowMs) : "disabled"] += 1;
  }
  return {
    at: iso(nowMs),
    name: product.name,
    domain: product.domain ?? null,
    description: product.description ?? null,
    tier: product.tier,
    owner: product.owner,
    alert: product.alert,
    contacts: product.contacts,
    links: product.links,
    upstream: product.upstream,
    consumers: product.consumers,
    slos: product.sloIds,
    check_states: counts,
    open_incidents: openIncidentsOf(product, state).length,
    cost,
  };
}

export function productDocument(
  product: Product,
  mesh: Mesh,
  state: WatchState,
  cost: CostsDocument | null,
  nowMs: EpochMs,
): ProductDocument {
  return {
    ...productSummary(product, mesh, state, cost, nowMs),
    datasets: product.datasetIds
      .flatMap((id) => mesh.datasets.get(id) ?? [])
      .map(({ id, name, description, connection, timezone, checkIds }) => ({
        id,
        name,
        description: description ?? null,
        connection,
        timezone,
        checks: checkIds
          .flatMap((checkId) => mesh.checks.get(checkId) ?? [])
          .map((check) => checkDocument(check, state, nowMs)),
      })),
    incidents: openIncidentsOf(product, state).map(incidentDocument),
  };
}

function checkDocument(check: Check, state: WatchState, nowMs: EpochMs): CheckDocument {
  const { id, name, type, dimension, severity, description, owner, disabledReason } = check;
  const conclusiveMs = state.lastConclusiveOf(id);
  const latest = state.latestOf(id);
  return {
    id,
    name,
    type,
    dimension,
    severity,
    description: description ?? null,
    owner,
    state: stateOf(check, state, nowMs),
    disabled_reason: disabledReason,
    last_conclusive_at: isoOrNull(conclusiveMs),
    last_result: latest === null ? null : resultDocument(latest),
    generation: check.generation,
  };
}

/** A disabled check has no state, whatever was last found: nobody looks. */
function stateOf(check: Check, state: WatchState, nowMs: EpochMs): "good" | "bad" | "unknown" {
  return check.disabledReason === null ? stateAt(state.history.runsOf(check.id), nowMs) : "unknown";
}

function checksOf(product: Product, mesh: Mesh): readonly Check[] {
  return product.datasetIds
    .flatMap((id) => mesh.datasets.get(id)?.checkIds ?? [])
    .flatMap((id) => mesh.checks.get(id) ?? []);
}

function openIncidentsOf(product: Product, state: WatchState): readonly Incident[] {
  return state.openIncidents().filter((incident) => incident.product === product.name);
}
