import type { CheckResult, Evidence } from "./check.ts";
import type { DailyCost } from "./cost.ts";
import type { ExclusionRecord, Withdrawal } from "./exclusion.ts";
import type { CheckAlertState, Delivery, Incident, NewDelivery } from "./incident.ts";
import type { Renames } from "./mesh.ts";
import type { DeadlineEra, Sighting, TimelineRun } from "./timeline.ts";
import type { EpochMs, SlotEnding, SlotKind } from "./vocabulary.ts";

/** A due time of a probe. Unique by (probe, due time, kind). */
export interface NewSlot {
  readonly probeId: string;
  readonly datasetId: string;
  readonly dueMs: EpochMs;
  readonly kind: SlotKind;
  readonly checkIds: readonly string[];
}

export interface Slot extends NewSlot {
  readonly id: number;
}

/** A stretch of due times that nobody watched, as one row. */
export interface MissedSlots {
  readonly probeId: string;
  readonly datasetId: string;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly count: number;
}

export interface Slots {
  /** Inserts and claims those that do not exist yet; returns the claimed ones. */
  claim(slots: readonly NewSlot[], atMs: EpochMs): Promise<readonly Slot[]>;
  /** Inserts a slot that a later tick will claim; one that exists is left as it is. */
  schedule(slot: NewSlot): Promise<void>;
  /** Claims scheduled slots that are due, oldest first, but for those of `busyDatasetIds`. */
  claimScheduled(
    nowMs: EpochMs,
    busyDatasetIds: ReadonlySet<string>,
    limit: number,
  ): Promise<readonly Slot[]>;
  end(slotIds: readonly number[], ending: SlotEnding, atMs: EpochMs): Promise<void>;
  recordMissed(missed: MissedSlots, atMs: EpochMs): Promise<void>;
  /** Ends as `abandoned` what a dead process left claimed; returns those slots. */
  abandonClaimed(atMs: EpochMs): Promise<readonly Slot[]>;
  /** Ends as `abandoned` scheduled, unclaimed slots of probes that are gone; returns how many. */
  withdraw(keepProbeIds: ReadonlySet<string>, atMs: EpochMs): Promise<number>;
  /**
   * The latest due time of each probe, of any ending, `missed` included: where its schedule goes on. Slots of
   * kind `confirm` and `just_in_time` are left out, for they are extra and would move the schedule past a due
   * time that was never claimed.
   */
  lastDue(): Promise<ReadonlyMap<string, EpochMs>>;
  countByEnding(): Promise<Readonly<Record<SlotEnding | "open", number>>>;
}

/** A check's result in a slot. `atMs` is the instant it was true. */
export interface ResultRecord {
  readonly checkId: string;
  readonly generation: string;
  readonly slotId: number;
  readonly atMs: EpochMs;
  /** The next scheduled due time as of `atMs`, from which the default hold follows. */
  readonly nextDueMs: EpochMs;
  readonly holdMs: number;
  readonly durationMs: number;
  readonly result: CheckResult;
  /** Null of results from before it was kept. */
  readonly evidence: Evidence | null;
}

/** A part of one check's results, newest first; of one instant the one of the later slot comes first. */
export interface ResultsPage {
  readonly checkId: string;
  readonly fromMs: EpochMs;
  /** Exclusive. */
  readonly toMs: EpochMs;
  /** The last result of the page before; null: from the newest on. */
  readonly after: Pick<ResultRecord, "atMs" | "slotId"> | null;
  readonly limit: number;
}

/** Which checks a read is of; left out: all of which something is kept. */
type CheckIds = readonly string[];

export interface Results {
  append(records: readonly ResultRecord[]): Promise<void>;
  /** The newest result of each check. */
  latest(checkIds?: CheckIds): Promise<ReadonlyMap<string, ResultRecord>>;
  /** The newest conclusive result's instant of each check. */
  lastConclusive(checkIds?: CheckIds): Promise<ReadonlyMap<string, EpochMs>>;
  /** Results of one check in [fromMs, toMs), oldest first. */
  history(checkId: string, fromMs: EpochMs, toMs: EpochMs): Promise<readonly ResultRecord[]>;
  /** Costs what it returns, however long the history is. */
  page(page: ResultsPage): Promise<readonly ResultRecord[]>;
}

export interface Timelines {
  /** By check, oldest first: runs that end after `fromMs`, and of each check the newest one in any case. */
  since(fromMs: EpochMs, checkIds?: CheckIds): Promise<ReadonlyMap<string, readonly TimelineRun[]>>;
  /** Inserts, or replaces the run of the same check and start. */
  put(runs: readonly TimelineRun[]): Promise<void>;
  /** By check, in order: those seen after `fromMs`, and of each check the newest one before. */
  sightingsSince(
    fromMs: EpochMs,
    checkIds?: CheckIds,
  ): Promise<ReadonlyMap<string, readonly Sighting[]>>;
  /** Inserts, or replaces the sighting of the same check and number. */
  putSightings(sightings: readonly Sighting[]): Promise<void>;
  /** By check, oldest first. */
  eras(checkIds?: CheckIds): Promise<ReadonlyMap<string, readonly DeadlineEra[]>>;
  /** Inserts, or replaces the era of the same check and start. */
  putEras(eras: readonly DeadlineEra[]): Promise<void>;
  /** When each SLO was first loaded. */
  sloSince(): Promise<ReadonlyMap<string, EpochMs>>;
  /** Notes SLOs loaded for the first time; those known keep their instant. */
  noteSlos(sloIds: readonly string[], atMs: EpochMs): Promise<void>;
}

/** A part of the incidents, the one opened last first; of one instant by descending id. */
export interface IncidentsPage {
  /** Null: of every product. */
  readonly products: readonly string[] | null;
  /** Null: of every owner. */
  readonly owner: string | null;
  /** Null: open ones and those that are over. */
  readonly isOpen: boolean | null;
  /** The last incident of the page before; null: from the newest on. */
  readonly after: Pick<Incident, "openedMs" | "id"> | null;
  readonly limit: number;
}

export interface Incidents {
  open(): Promise<readonly Incident[]>;
  /** Newest first. */
  recent(limit: number): Promise<readonly Incident[]>;
  page(page: IncidentsPage): Promise<readonly Incident[]>;
  /** Inserts or replaces by id. */
  put(incident: Incident): Promise<void>;
  states(): Promise<ReadonlyMap<string, CheckAlertState>>;
  putStates(states: readonly CheckAlertState[]): Promise<void>;
  removeStates(checkIds: readonly string[]): Promise<void>;
}

/** Exclusions made by command. None is ever deleted while a window can reach it. */
export interface Exclusions {
  /** All of them, oldest first. */
  list(): Promise<readonly ExclusionRecord[]>;
  add(record: ExclusionRecord): Promise<void>;
  /** Ends one now; false when there is none of this id, or it has ended or was withdrawn already. */
  end(id: string, atMs: EpochMs, by: string): Promise<boolean>;
  /** Takes one back, ended or not; false when there is none of this id, or it was withdrawn already. */
  withdraw(id: string, withdrawal: Withdrawal): Promise<boolean>;
}

/** What looking cost: one row for each day, connection and product. */
export interface Costs {
  /** Adds to what is kept of the same day, connection and product. */
  add(costs: readonly DailyCost[]): Promise<void>;
  /** Those of days that begin in [fromMs, toMs), oldest first; null: of every product. */
  between(
    fromMs: EpochMs,
    toMs: EpochMs,
    products: readonly string[] | null,
  ): Promise<readonly DailyCost[]>;
}

/** What the provider answered to one attempt. */
export type DeliveryOutcome =
  | { readonly kind: "sent"; readonly externalId?: string }
  | { readonly kind: "retry"; readonly nextAttemptMs: EpochMs; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

export interface Outbox {
  /** A delivery of the same notice to the same channel is enqueued once. */
  enqueue(deliveries: readonly NewDelivery[]): Promise<void>;
  /** The oldest pending delivery of each channel whose next attempt is due: a channel keeps its order. */
  due(nowMs: EpochMs): Promise<readonly Delivery[]>;
  settle(deliveryId: number, outcome: DeliveryOutcome, atMs: EpochMs): Promise<void>;
  /** What the incident's earlier delivery to this channel returned. */
  externalId(incidentId: string, notifier: string, address: string | null): Promise<string | null>;
  pendingByNotifier(): Promise<ReadonlyMap<string, number>>;
  /** All rows, oldest first: the ledger. */
  list(limit: number): Promise<readonly (Delivery & { readonly reason: string | null })[]>;
}

/** A configuration file as it stood on disk, unexpanded. `path` is relative to the folder of tidemark.yaml. */
export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
}

export interface ConfigurationFiles {
  /** Replaces what was kept. */
  keep(files: readonly ConfigurationFile[], atMs: EpochMs): Promise<void>;
  /** Null before the first `keep`. */
  lastGood(): Promise<readonly ConfigurationFile[] | null>;
}

/** Narrow parts: each consumer takes the one it needs. */
export interface StoreParts {
  readonly slots: Slots;
  readonly results: Results;
  readonly timelines: Timelines;
  readonly exclusions: Exclusions;
  readonly incidents: Incidents;
  readonly outbox: Outbox;
  readonly costs: Costs;
  readonly configuration: ConfigurationFiles;
  /** Gives what is kept under old ids their new ones, where nothing is kept under those yet; the rows changed. */
  rename(renames: Renames): Promise<number>;
}

/**
 * Durable state. Writers are serialised: a call outside a transaction waits for the running one, and
 * sees either all of it or nothing. Throws `TidemarkError` with a `TM_STORE_…` code.
 */
export interface Store extends StoreParts, AsyncDisposable {
  /** Changes when another process has written. */
  foreignVersion(): Promise<number>;
  /** Runs `work` in one transaction; rolls back when it throws. Inside, only `parts` may be used. */
  transaction<T>(work: (parts: StoreParts) => Promise<T>): Promise<T>;
  /** Deletes what ended before `beforeMs`, but nothing open; returns the number of rows. */
  prune(beforeMs: EpochMs): Promise<number>;
}
