/** Telling: from what happened to incidents in one commit to the notices of it, as data. */
import type { IncidentChange } from "../alerting/incidents.ts";
import { deliveriesOf, noticeOf } from "../alerting/notice.ts";
import type { NewDelivery, NoticeChange } from "../core/incident.ts";
import type { Mesh, Team } from "../core/mesh.ts";
import type { ResultRecord } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { WatchState } from "./state.ts";
import { budgetsOf, downstreamOf, noticeCheckOf } from "./subjects.ts";

/** All that happened to one incident in one commit. */
export interface MergedChange {
  readonly change: IncidentChange;
  readonly changedIds: readonly string[];
  readonly atMs: EpochMs;
}

/** Of several changes at once the one of the highest rank is told: worse news first, but the end is the end. */
const rank: Readonly<Record<NoticeChange, number>> = {
  left: 0,
  joined: 1,
  raised: 2,
  opened: 3,
  resolved: 4,
  withdrawn: 4,
};

/**
 * Several checks may join or leave an incident at once; that is one change, which names all that moved the
 * same way. When some join and others leave, those that leave are no longer among the failing ones.
 */
export function mergeChanges(
  changes: readonly IncidentChange[],
  atMs: EpochMs,
): readonly MergedChange[] {
  return [...Map.groupBy(changes, ({ incident }) => incident.id).values()].flatMap((own) => {
    const [last] = own.slice(-1);
    const [told] = own.toSorted((a, b) => rank[b.change] - rank[a.change]);
    if (last === undefined || told === undefined) {
      return [];
    }
    const alike = own.filter(({ change }) => isEntering(change) === isEntering(told.change));
    return [
      {
        change: { ...last, change: told.change },
        changedIds: [...new Set(alike.map(({ checkId }) => checkId))],
        atMs,
      },
    ];
  });
}

function isEntering(change: NoticeChange): boolean {
  return change === "opened" || change === "joined" || change === "raised";
}

/** What a notice says and whom it goes to, beyond the incident itself. */
export interface Telling {
  /** For the words about product, checks and SLOs. */
  readonly mesh: Mesh;
  /** Null when nobody is left to be told. */
  readonly team: Team | null;
  readonly state: WatchState;
  /** Results of this commit, which the state does not have yet. */
  readonly fresh: ReadonlyMap<string, ResultRecord>;
}

/** One notice to each channel of the team that has heard of the incident, or is to hear of it now. */
export function tell(told: MergedChange, telling: Telling): readonly NewDelivery[] {
  const { change, changedIds, atMs } = told;
  const { incident } = change;
  const { mesh, team, state, fresh } = telling;
  if (team === null) {
    return [];
  }
  const product = mesh.products.get(incident.product) ?? null;
  const mentioned = [...new Set([...changedIds, ...incident.checkIds])];
  const notice = noticeOf(change, {
    changedIds,
    atMs,
    product,
    team,
    checks: new Map(
      mentioned.map((id) => [id, noticeCheckOf(id, fresh.get(id) ?? state.latestOf(id), mesh)]),
    ),
    budgets: budgetsOf(mentioned, mesh, state, atMs),
    downstream: product === null ? [] : downstreamOf(product, mesh),
  });
  return deliveriesOf(notice, incident.toldLevels, team, atMs);
}
