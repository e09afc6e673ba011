import type { AlertSubject } from "../../../src/alerting/incidents.ts";
import type { AlertStep } from "../../../src/alerting/step.ts";
import { step, withdraw } from "../../../src/alerting/step.ts";
import type { CheckAlertState, Incident } from "../../../src/core/incident.ts";
import type { EpochMs, Outcome } from "../../../src/core/vocabulary.ts";

export const minute = 60_000;

/** A check of `orders/orders` in timeliness that is probed every 15 minutes. */
export function subjectOf(checkId: string): AlertSubject {
  return {
    checkId,
    product: "orders",
    datasetId: "orders/orders",
    dimension: "timeliness",
    generation: "g1",
    owner: "checkout",
    alert: "page",
    cadenceMs: 15 * minute,
    confirmAfterMs: 60_000,
  };
}

/** What the engine keeps between steps: the states, the incidents, and what was told. */
export class World {
  readonly #states = new Map<string, CheckAlertState>();
  readonly #incidents = new Map<string, Incident>();
  /** `change check`, oldest first. */
  readonly told: string[] = [];
  readonly steps: AlertStep[] = [];

  get incidents(): readonly Incident[] {
    return [...this.#incidents.values()];
  }

  get open(): readonly Incident[] {
    return this.incidents.filter((incident) => incident.endedMs === null);
  }

  get states(): readonly CheckAlertState[] {
    return [...this.#states.values()];
  }

  state(subject: AlertSubject): CheckAlertState | null {
    return this.#states.get(subject.checkId) ?? null;
  }

  incident(id: string): Incident {
    const incident = this.#incidents.get(id);
    if (incident === undefined) {
      throw new Error(`no incident ${id}`);
    }
    return incident;
  }

  observe(subject: AlertSubject, outcome: Outcome, atMs: EpochMs): AlertStep {
    const newId = () => `incident-${this.#incidents.size + 1}`;
    const taken = step(this.state(subject), this.open, subject, { outcome, atMs }, newId);
    this.#states.set(subject.checkId, taken.state);
    return this.#keep(taken);
  }

  /** A fail and, a minute later, its confirmation. */
  fail(subject: AlertSubject, atMs: EpochMs): void {
    this.observe(subject, "fail", atMs);
    this.observe(subject, "fail", atMs + minute);
  }

  /** Errors for three cadences. */
  blind(subject: AlertSubject, atMs: EpochMs): void {
    this.observe(subject, "error", atMs);
    this.observe(subject, "error", atMs + 3 * subject.cadenceMs);
  }

  withdraw(subject: AlertSubject, atMs: EpochMs): AlertStep | null {
    const state = this.state(subject);
    if (state === null) {
      return null;
    }
    this.#states.delete(subject.checkId);
    return this.#keep(withdraw(state, this.open, atMs));
  }

  #keep(taken: AlertStep): AlertStep {
    for (const incident of taken.incidents) {
      this.#incidents.set(incident.id, incident);
    }
    this.told.push(...taken.changes.map(({ change, checkId }) => `${change} ${checkId}`));
    this.steps.push(taken);
    return taken;
  }
}
