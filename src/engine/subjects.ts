/** What alerting needs to know of a check, out of the mesh. */

import type { AlertSubject } from "../alerting/incidents.ts";
import type { Incident, NoticeBudget, NoticeCheck } from "../core/incident.ts";
import type { Check, Mesh, Product, Team } from "../core/mesh.ts";
import type { ResultRecord } from "../core/store.ts";
import type { AlertLevel, EpochMs } from "../core/vocabulary.ts";
import { formatPercent } from "../time/percent.ts";
import { formatWindow } from "../time/period.ts";
import { shortestGap } from "../time/schedule.ts";
import type { WatchState } from "./state.ts";

/**
 * How soon a first failure is looked at again (slo.md §3). Data seen stale after its age was up is a fact that a
 * second look only keeps from being a slip of the warehouse.
 */
const confirmMs = 60_000;
const staleConfirmMs = 10_000;

const loudness: readonly AlertLevel[] = ["none", "ticket", "page"];

/**
 * A check is told at the loudest level of the SLOs that name it, where one that sets none has the product's;
 * without an SLO at the product's. One of severity `warn` tells nobody, so that its team needs no channel.
 */
export function subjectOf(check: Check, mesh: Mesh): AlertSubject {
  const product = productOf(check.product, mesh);
  const levels = slosOn(check, product, mesh).map(({ alert }) => alert ?? product.alert);
  const loudestLevel = levels.length === 0 ? product.alert : loudest(levels);
  return {
    checkId: check.id,
    product: check.product,
    datasetId: check.datasetId,
    dimension: check.dimension,
    generation: check.generation,
    owner: check.owner,
    alert: check.severity === "warn" ? "none" : loudestLevel,
    cadenceMs: shortestGap(check.schedule),
    confirmAfterMs: check.sli.kind === "freshness" ? staleConfirmMs : confirmMs,
  };
}

/**
 * Whom to tell of an incident as things stand in `mesh`: its team or, since teams may be renamed, that of its
 * product; null when neither is there.
 */
export function teamOf({ owner, product }: Incident, mesh: Mesh): Team | null {
  const present = mesh.products.get(product);
  return mesh.teams.get(owner) ?? mesh.teams.get(present?.owner ?? "") ?? null;
}

export function budgetsOf(
  checkIds: readonly string[],
  mesh: Mesh,
  state: WatchState,
  nowMs: EpochMs,
): readonly NoticeBudget[] {
  const slos = [...mesh.slos.values()].filter((slo) =>
    slo.checkIds.some((checkId) => checkIds.includes(checkId)),
  );
  return slos.map((slo) => {
    const { budget } = state.statusOf(slo, nowMs);
    return {
      slo: slo.id,
      objective: formatPercent(slo.objectivePpm),
      window: formatWindow(slo.window),
      remaining: budget.remaining,
      remainingLower: budget.remainingLower,
    };
  });
}

/** What is said of a check in a notice, from its newest result. */
export function noticeCheckOf(
  checkId: string,
  record: ResultRecord | null,
  mesh: Mesh,
): NoticeCheck {
  const check = mesh.checks.get(checkId);
  const failure = record?.result.failure;
  return {
    id: checkId,
    type: check?.type ?? "",
    outcome: record?.result.outcome ?? "skip",
    summary: record?.result.summary ?? "This check is no longer declared.",
    ...(failure === undefined ? {} : { failure: failure.kind }),
    ...(failure?.hint === undefined ? {} : { hint: failure.hint }),
  };
}

/** Products that name this one (or a dataset of it) as upstream, then the declared consumers. */
export function downstreamOf(product: Product, mesh: Mesh): readonly string[] {
  const dependents = [...mesh.products.values()]
    .filter(({ upstream }) => upstream.some((name) => name.split("/")[0] === product.name))
    .map(({ name }) => name);
  return [...new Set([...dependents, ...product.consumers])];
}

/** Throws for a product that the mesh does not have: a fault of the program. */
function productOf(name: string, mesh: Mesh): Product {
  const product = mesh.products.get(name);
  if (product === undefined) {
    throw new Error(`product ${name} is not in the mesh`);
  }
  return product;
}

function slosOn(check: Check, product: Product, mesh: Mesh) {
  return product.sloIds.flatMap((id) => {
    const slo = mesh.slos.get(id);
    return slo?.checkIds.includes(check.id) === true ? [slo] : [];
  });
}

function loudest(levels: readonly AlertLevel[]): AlertLevel {
  return levels.reduce((a, b) => (loudness.indexOf(a) >= loudness.indexOf(b) ? a : b));
}
