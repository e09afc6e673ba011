import type { NewDelivery, Notice, NoticeBudget, NoticeCheck } from "../core/incident.ts";
import type { Product, Team } from "../core/mesh.ts";
import type { EpochMs, ToldLevel } from "../core/vocabulary.ts";
import type { IncidentChange } from "./incidents.ts";

/** What a notice says beyond the incident itself, as it is known when the change happens. */
export interface NoticeFacts {
  /** The checks that the change is about: several where a run moved more than one. */
  readonly changedIds: readonly string[];
  readonly atMs: EpochMs;
  /** Null when it is no longer in the configuration. */
  readonly product: Product | null;
  /** The incident's owner; null when it is no longer in the configuration. */
  readonly team: Team | null;
  /** The newest result of the changed checks and of every check in the incident, by check id. */
  readonly checks: ReadonlyMap<string, NoticeCheck>;
  /** SLOs that name one of the incident's checks. */
  readonly budgets: readonly NoticeBudget[];
  /** Products that name this one as upstream, and declared consumers. */
  readonly downstream: readonly string[];
}

/** Puts a change into a notice that is complete in itself. Checks without a known result are left out. */
export function noticeOf(change: IncidentChange, facts: NoticeFacts): Notice {
  const { incident } = change;
  const changed = checksOf(facts.changedIds, facts);
  const failing = checksOf(incident.checkIds, facts);
  return {
    id: `${incident.id}.${incident.changes}`,
    incidentId: incident.id,
    change: change.change,
    kind: incident.kind,
    alert: incident.alert,
    atMs: facts.atMs,
    sinceMs: incident.sinceMs,
    product: productOf(incident.product, facts.product),
    dataset: incident.datasetId,
    dimension: incident.dimension,
    owner: { name: incident.owner, displayName: facts.team?.displayName ?? incident.owner },
    checks: incident.endedMs === null ? failing : changed,
    changed,
    budgets: facts.budgets,
    links: facts.product?.links ?? {},
    upstream: facts.product?.upstream ?? [],
    downstream: facts.downstream,
  };
}

/** One delivery for each target of the team at any of `levels`, each channel once. */
export function deliveriesOf(
  notice: Notice,
  levels: readonly ToldLevel[],
  team: Team,
  atMs: EpochMs,
): readonly NewDelivery[] {
  // JSON keeps the parts of a target apart, whatever an address contains.
  const targets = new Map(
    levels
      .flatMap((level) => team.notify[level])
      .map((target) => [JSON.stringify([target.notifier, target.address]), target]),
  );
  return [...targets.values()].map(({ notifier, address }) => ({
    notifier,
    address,
    notice,
    createdMs: atMs,
  }));
}

function checksOf(checkIds: readonly string[], facts: NoticeFacts): readonly NoticeCheck[] {
  return checkIds.flatMap((id) => facts.checks.get(id) ?? []);
}

function productOf(name: string, product: Product | null): Notice["product"] {
  if (product === null) {
    return { name, tier: "unknown" };
  }
  const { contacts, description, domain, tier } = product;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(domain === undefined ? {} : { domain }),
    tier,
    ...(Object.keys(contacts).length === 0 ? {} : { contacts }),
  };
}
