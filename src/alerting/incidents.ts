import type { Incident, IncidentKind, NoticeChange } from "../core/incident.ts";
import type { AlertLevel, DurationMs, EpochMs, QualityDimension } from "../core/vocabulary.ts";

/** What alerting needs to know of a check. */
export interface AlertSubject {
  readonly checkId: string;
  readonly product: string;
  readonly datasetId: string;
  readonly dimension: QualityDimension;
  readonly generation: string;
  /** The team that is told. */
  readonly owner: string;
  readonly alert: AlertLevel;
  /** Time between two scheduled due times of the check. */
  readonly cadenceMs: DurationMs;
  /** How long after a first failure it is looked at again. */
  readonly confirmAfterMs: DurationMs;
}

/** A change of an incident that its owner is told; `incident` is as it stands afterwards. */
export interface IncidentChange {
  readonly incident: Incident;
  readonly change: NoticeChange;
  /** The check that brought it about. */
  readonly checkId: string;
}

/** An incident to put, and what is told of it; null where nothing is. */
export interface Move {
  readonly incident: Incident;
  readonly change: IncidentChange | null;
}

const loudness: Readonly<Record<AlertLevel, number>> = { none: 0, ticket: 1, page: 2 };

export function isLouder(a: AlertLevel, b: AlertLevel): boolean {
  return loudness[a] > loudness[b];
}

/** The open incident of `kind` that the check belongs to. */
export function incidentWith(
  checkId: string,
  kind: IncidentKind,
  openIncidents: readonly Incident[],
): Incident | null {
  const isIts = (incident: Incident) =>
    isOpen(incident, kind) && incident.checkIds.includes(checkId);
  return openIncidents.find(isIts) ?? null;
}

/** True when an incident of this cause is where the check's failures belong. */
export function isSameCause(incident: Incident, subject: AlertSubject): boolean {
  return (
    incident.product === subject.product &&
    incident.datasetId === subject.datasetId &&
    incident.dimension === subject.dimension
  );
}

/**
 * Joins the open incident of the check's cause, or opens one. A joining check whose alert level is
 * louder raises the incident's, because a page must not hide behind a ticket.
 */
export function enter(
  kind: IncidentKind,
  openIncidents: readonly Incident[],
  subject: AlertSubject,
  times: { readonly sinceMs: EpochMs; readonly atMs: EpochMs },
  newId: () => string,
): Move {
  const open = openIncidents.find(
    (incident) => isOpen(incident, kind) && isSameCause(incident, subject),
  );
  return enterOne(open ?? null, kind, subject, times, newId);
}

/** Joins `open`, or opens an incident where that is null. */
export function enterOne(
  open: Incident | null,
  kind: IncidentKind,
  subject: AlertSubject,
  times: { readonly sinceMs: EpochMs; readonly atMs: EpochMs },
  newId: () => string,
): Move {
  if (open === null) {
    return told("opened", openedBy(kind, subject, times, newId()), subject.checkId);
  }
  const joined = {
    ...open,
    alert: isLouder(subject.alert, open.alert) ? subject.alert : open.alert,
    sinceMs: Math.min(open.sinceMs, times.sinceMs),
    checkIds: [...open.checkIds, subject.checkId],
  };
  return told("joined", joined, subject.checkId);
}

/**
 * Raises an open incident to the level of the loudest of its checks as they are declared now, because whoever is told
 * there has not heard of it. Null where it is as loud already.
 */
export function raise(incident: Incident, subjects: readonly AlertSubject[]): Move | null {
  const [loudest] = subjects
    .filter((one) => incident.checkIds.includes(one.checkId) && isSameCause(incident, one))
    .toSorted((a, b) => loudness[b.alert] - loudness[a.alert]);
  return loudest === undefined || loudness[loudest.alert] <= loudness[incident.alert]
    ? null
    : told("raised", { ...incident, alert: loudest.alert }, loudest.checkId);
}

/** Takes the check out of the incident, which ends with `ending` when no other is left in it. */
export function leave(
  incident: Incident,
  checkId: string,
  ending: "resolved" | "withdrawn",
  atMs: EpochMs,
): Move {
  const checkIds = incident.checkIds.filter((id) => id !== checkId);
  if (checkIds.length > 0) {
    return told("left", { ...incident, checkIds }, checkId);
  }
  return end(incident, checkId, ending, atMs);
}

/** Ends the incident with all that are in it. */
export function end(
  incident: Incident,
  checkId: string,
  ending: "resolved" | "withdrawn",
  atMs: EpochMs,
): Move {
  // A clock that was put back must not end an incident before it began.
  const endedMs = Math.max(atMs, incident.openedMs);
  return told(ending, { ...incident, checkIds: [], endedMs, ending }, checkId);
}

function isOpen(incident: Incident, kind: IncidentKind): boolean {
  return incident.kind === kind && incident.endedMs === null;
}

function openedBy(
  kind: IncidentKind,
  subject: AlertSubject,
  times: { readonly sinceMs: EpochMs; readonly atMs: EpochMs },
  id: string,
): Incident {
  return {
    id,
    kind,
    product: subject.product,
    datasetId: subject.datasetId,
    dimension: subject.dimension,
    alert: subject.alert,
    toldLevels: [],
    owner: subject.owner,
    sinceMs: times.sinceMs,
    openedMs: times.atMs,
    endedMs: null,
    ending: null,
    checkIds: [subject.checkId],
    changes: 0,
  };
}

/**
 * Counts the change and notes at which level it is told. Checks that come to or go from blindness, or a spent budget,
 * are not told of, because that is told once; but one that raises the level is, because nobody has heard of it there.
 */
function told(change: NoticeChange, incident: Incident, checkId: string): Move {
  const { alert, toldLevels } = incident;
  const newLevels = alert === "none" || toldLevels.includes(alert) ? [] : [alert];
  const isRaised = change === "joined" && newLevels.length > 0;
  if (incident.kind !== "broken" && (change === "left" || (change === "joined" && !isRaised))) {
    return { incident, change: null };
  }
  const counted = {
    ...incident,
    toldLevels: [...toldLevels, ...newLevels],
    changes: incident.changes + 1,
  };
  return { incident: counted, change: { incident: counted, change, checkId } };
}
