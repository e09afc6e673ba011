import type { CheckAlertState, Incident } from "../../core/incident.ts";
import type { Incidents, IncidentsPage } from "../../core/store.ts";
import type { Access } from "./access.ts";
import { fromJson, toJson, upsert } from "./columns.ts";

interface IncidentRow {
  readonly id: string;
  readonly kind: Incident["kind"];
  readonly product: string;
  readonly dataset_id: string;
  readonly dimension: Incident["dimension"];
  readonly alert: Incident["alert"];
  readonly told_levels: string;
  readonly owner: string;
  readonly since_ms: number;
  readonly opened_ms: number;
  readonly ended_ms: number | null;
  readonly ending: Incident["ending"];
  readonly check_ids: string;
  readonly changes: number;
}

interface StateRow {
  readonly check_id: string;
  readonly generation: string;
  readonly phase: CheckAlertState["phase"];
  readonly since_ms: number | null;
  readonly incident_id: string | null;
  readonly erroring_since_ms: number | null;
  readonly blind_incident_id: string | null;
}

const putIncident = upsert(
  "incidents",
  ["id"],
  [
    "id",
    "kind",
    "product",
    "dataset_id",
    "dimension",
    "alert",
    "told_levels",
    "owner",
    "since_ms",
    "opened_ms",
    "ended_ms",
    "ending",
    "check_ids",
    "changes",
  ],
);

const putState = upsert(
  "check_alert_states",
  ["check_id"],
  [
    "check_id",
    "generation",
    "phase",
    "since_ms",
    "incident_id",
    "erroring_since_ms",
    "blind_incident_id",
  ],
);

/** In the words of `incidents_open`, so that open ones are found without a look at the rest. */
const conditions = { open: "ended_ms IS NULL", over: "ended_ms IS NOT NULL" } as const;

/** A position, newest first, that every incident comes after. */
const beforeTheFirst = { openedMs: Number.MAX_SAFE_INTEGER, id: "" };

export class SqliteIncidents implements Incidents {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  open(): Promise<readonly Incident[]> {
    return this.#access.read((db) =>
      (
        db.all(
          "SELECT * FROM incidents WHERE ended_ms IS NULL ORDER BY opened_ms, number",
        ) as readonly IncidentRow[]
      ).map(incidentOf),
    );
  }

  recent(limit: number): Promise<readonly Incident[]> {
    return this.#access.read((db) =>
      (
        db.all("SELECT * FROM incidents ORDER BY opened_ms DESC, number DESC LIMIT ?", [
          limit,
        ]) as readonly IncidentRow[]
      ).map(incidentOf),
    );
  }

  page({ products, owner, isOpen, after, limit }: IncidentsPage): Promise<readonly Incident[]> {
    const productIds = products === null ? null : toJson(products);
    const { openedMs, id } = after ?? beforeTheFirst;
    return this.#access.read((db) =>
      (
        db.all(
          `SELECT * FROM incidents
           WHERE ${isOpen === null ? "true" : conditions[isOpen ? "open" : "over"]}
             AND (? IS NULL OR product IN (SELECT value FROM json_each(?)))
             AND (? IS NULL OR owner = ?) AND (opened_ms, id) < (?, ?)
           ORDER BY opened_ms DESC, id DESC LIMIT ?`,
          [productIds, productIds, owner, owner, openedMs, id, limit],
        ) as readonly IncidentRow[]
      ).map(incidentOf),
    );
  }

  put(incident: Incident): Promise<void> {
    return this.#access.write((db) => {
      db.run(putIncident, {
        id: incident.id,
        kind: incident.kind,
        product: incident.product,
        dataset_id: incident.datasetId,
        dimension: incident.dimension,
        alert: incident.alert,
        told_levels: toJson(incident.toldLevels),
        owner: incident.owner,
        since_ms: incident.sinceMs,
        opened_ms: incident.openedMs,
        ended_ms: incident.endedMs,
        ending: incident.ending,
        check_ids: toJson(incident.checkIds),
        changes: incident.changes,
      } satisfies IncidentRow);
    });
  }

  states(): Promise<ReadonlyMap<string, CheckAlertState>> {
    return this.#access.read((db) => {
      const rows = db.all("SELECT * FROM check_alert_states") as readonly StateRow[];
      return new Map(rows.map((row) => [row.check_id, stateOf(row)]));
    });
  }

  putStates(states: readonly CheckAlertState[]): Promise<void> {
    return this.#access.write((db) => {
      for (const state of states) {
        db.run(putState, {
          check_id: state.checkId,
          generation: state.generation,
          phase: state.phase,
          since_ms: state.sinceMs,
          incident_id: state.incidentId,
          erroring_since_ms: state.erroringSinceMs,
          blind_incident_id: state.blindIncidentId,
        } satisfies StateRow);
      }
    });
  }

  removeStates(checkIds: readonly string[]): Promise<void> {
    return this.#access.write((db) => {
      for (const id of checkIds) {
        db.run("DELETE FROM check_alert_states WHERE check_id = ?", [id]);
      }
    });
  }
}

function incidentOf(row: IncidentRow): Incident {
  return {
    id: row.id,
    kind: row.kind,
    product: row.product,
    datasetId: row.dataset_id,
    dimension: row.dimension,
    alert: row.alert,
    toldLevels: fromJson(row.told_levels) as Incident["toldLevels"],
    owner: row.owner,
    sinceMs: row.since_ms,
    openedMs: row.opened_ms,
    endedMs: row.ended_ms,
    ending: row.ending,
    checkIds: fromJson(row.check_ids) as readonly string[],
    changes: row.changes,
  };
}

function stateOf(row: StateRow): CheckAlertState {
  return {
    checkId: row.check_id,
    generation: row.generation,
    phase: row.phase,
    sinceMs: row.since_ms,
    incidentId: row.incident_id,
    erroringSinceMs: row.erroring_since_ms,
    blindIncidentId: row.blind_incident_id,
  };
}
