import type { CheckAlertState, Incident } from "../core/incident.ts";
import type { DurationMs, EpochMs, Outcome } from "../core/vocabulary.ts";
import type { AlertSubject, IncidentChange, Move } from "./incidents.ts";
import { enter, incidentWith, isSameCause, leave } from "./incidents.ts";

/** An error is told once it has lasted this many cadences. */
const blindAfterCadences = 3;

/** Due times wander by some seconds; without this slack an error would now and then be told a cadence late. */
const blindSlackCadences = 0.1;

/** A result as alerting takes it. A check of severity `warn` never arrives with outcome `fail`. */
export interface AlertObservation {
  readonly outcome: Outcome;
  readonly atMs: EpochMs;
  /** Of a failure: when it began, where that is known better than by who saw it first. */
  readonly sinceMs?: EpochMs;
}

/** What one observation brings about; everything in it commits together with the observation. */
export interface AlertStep {
  readonly state: CheckAlertState;
  /** Changed or new, to put. */
  readonly incidents: readonly Incident[];
  /** To be told, in this order. */
  readonly changes: readonly IncidentChange[];
  /** When to probe this check alone; null when there is nothing to confirm. */
  readonly confirmAtMs: EpochMs | null;
}

/** The check as the step finds it: what is stored, put right by the incidents, which are the truth. */
interface Standing {
  readonly state: CheckAlertState;
  readonly broken: Incident | null;
  readonly blind: Incident | null;
}

/**
 * Takes in one observation of one check, as the state machine of `CheckAlertState` says. Pure.
 *
 * `openIncidents` need hold no more than the open incidents of the check's dataset. Order matters only
 * where it must: a fail confirms only a suspicion that began before it, and a pass older than the
 * failure that it would end is ignored. Observations are otherwise taken in the order they arrive, so
 * that a clock that was put back does not make alerting deaf until it has caught up.
 */
export function step(
  state: CheckAlertState | null,
  openIncidents: readonly Incident[],
  subject: AlertSubject,
  observed: AlertObservation,
  newId: () => string,
): AlertStep {
  const standing = standingOf(state, openIncidents, subject);
  if (observed.outcome === "skip") {
    return stepTo(standing.state, []);
  }
  if (observed.outcome === "error") {
    return onError(standing, openIncidents, subject, observed.atMs, newId);
  }
  if (observed.outcome === "fail") {
    return onFail(standing, openIncidents, subject, observed, newId);
  }
  return onGood(standing, subject, observed.atMs);
}

/** The check was removed or disabled: it leaves its incidents, and those that nobody else keeps open end. */
export function withdraw(
  state: CheckAlertState,
  openIncidents: readonly Incident[],
  atMs: EpochMs,
): AlertStep {
  const moves = (["broken", "blind"] as const).flatMap((kind) => {
    const incident = incidentWith(state.checkId, kind, openIncidents);
    return incident === null ? [] : [leave(incident, state.checkId, "withdrawn", atMs)];
  });
  return stepTo(okState(state.checkId, state.generation), moves);
}

function standingOf(
  state: CheckAlertState | null,
  openIncidents: readonly Incident[],
  subject: AlertSubject,
): Standing {
  const { checkId, generation } = subject;
  const broken = incidentWith(checkId, "broken", openIncidents);
  const blind = incidentWith(checkId, "blind", openIncidents);
  // Another generation measures or judges something else: its suspicion and its count of errors end.
  const own = state?.generation === generation ? state : null;
  const ok = {
    ...okState(checkId, generation),
    erroringSinceMs: own?.erroringSinceMs ?? blind?.sinceMs ?? null,
    blindIncidentId: blind?.id ?? null,
  };
  if (broken !== null) {
    const sinceMs = state?.phase === "failing" ? state.sinceMs : null;
    const failing = { phase: "failing", sinceMs: sinceMs ?? broken.sinceMs } as const;
    return { state: { ...ok, ...failing, incidentId: broken.id }, broken, blind };
  }
  if (own?.phase === "suspect" && own.sinceMs !== null) {
    return { state: { ...ok, phase: "suspect", sinceMs: own.sinceMs }, broken, blind };
  }
  return { state: ok, broken, blind };
}

function onError(
  { state, blind }: Standing,
  openIncidents: readonly Incident[],
  subject: AlertSubject,
  atMs: EpochMs,
  newId: () => string,
): AlertStep {
  const sinceMs = Math.min(state.erroringSinceMs ?? atMs, atMs);
  const erroring = { ...state, erroringSinceMs: sinceMs };
  const toldAfterMs = (blindAfterCadences - blindSlackCadences) * subject.cadenceMs;
  if (blind !== null || atMs - sinceMs < toldAfterMs) {
    return stepTo(erroring, []);
  }
  const move = enter("blind", openIncidents, subject, { sinceMs, atMs }, newId);
  return stepTo({ ...erroring, blindIncidentId: move.incident.id }, [move]);
}

function onFail(
  standing: Standing,
  openIncidents: readonly Incident[],
  subject: AlertSubject,
  { atMs, sinceMs: brokenMs }: AlertObservation,
  newId: () => string,
): AlertStep {
  const { broken } = standing;
  const sighted = leaveBlindness(standing, atMs);
  const state = seeing(standing.state);
  if (broken !== null && isSameCause(broken, subject)) {
    return stepTo(state, sighted);
  }
  if (broken !== null) {
    // The check's type was changed, and with it the cause: the old problem is no longer watched.
    const gone = leave(broken, subject.checkId, "withdrawn", atMs);
    const anew = okState(state.checkId, state.generation);
    return suspect(anew, atMs, subject.confirmAfterMs, [...sighted, gone]);
  }
  if (state.phase === "suspect" && state.sinceMs !== null && atMs > state.sinceMs) {
    const times = { sinceMs: Math.min(state.sinceMs, brokenMs ?? atMs), atMs };
    const move = enter("broken", openIncidents, subject, times, newId);
    return stepTo({ ...state, phase: "failing", incidentId: move.incident.id }, [...sighted, move]);
  }
  return suspect(state, atMs, subject.confirmAfterMs, sighted);
}

function onGood(standing: Standing, subject: AlertSubject, atMs: EpochMs): AlertStep {
  const { state, broken } = standing;
  const sighted = leaveBlindness(standing, atMs);
  if (broken === null) {
    return stepTo(okState(subject.checkId, subject.generation), sighted);
  }
  if (isLate(atMs, state.sinceMs, subject.cadenceMs)) {
    return stepTo(seeing(state), sighted);
  }
  const healed = leave(broken, subject.checkId, "resolved", atMs);
  return stepTo(okState(subject.checkId, subject.generation), [...sighted, healed]);
}

/**
 * True for a result from shortly before the failure began. A result is late by less than a cadence,
 * because a check has at most one run under way; one from further back comes of a clock put back.
 */
function isLate(atMs: EpochMs, sinceMs: EpochMs | null, cadenceMs: DurationMs): boolean {
  return sinceMs !== null && atMs < sinceMs && sinceMs - atMs < cadenceMs;
}

function leaveBlindness({ state, blind }: Standing, atMs: EpochMs): readonly Move[] {
  return blind === null ? [] : [leave(blind, state.checkId, "resolved", atMs)];
}

function seeing(state: CheckAlertState): CheckAlertState {
  return { ...state, erroringSinceMs: null, blindIncidentId: null };
}

function suspect(
  state: CheckAlertState,
  atMs: EpochMs,
  confirmAfterMs: DurationMs,
  moves: readonly Move[],
): AlertStep {
  const suspected = { ...state, phase: "suspect", sinceMs: atMs } as const;
  return { ...stepTo(suspected, moves), confirmAtMs: atMs + confirmAfterMs };
}

function okState(checkId: string, generation: string): CheckAlertState {
  return {
    checkId,
    generation,
    phase: "ok",
    sinceMs: null,
    incidentId: null,
    erroringSinceMs: null,
    blindIncidentId: null,
  };
}

function stepTo(state: CheckAlertState, moves: readonly Move[]): AlertStep {
  return {
    state,
    incidents: moves.map((move) => move.incident),
    changes: moves.flatMap((move) => (move.change === null ? [] : [move.change])),
    confirmAtMs: null,
  };
}
