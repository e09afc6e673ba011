/**
 * The ledger: the mesh that is watched, what the store holds of it, and the only way to change either.
 *
 * Reckoning, writing and taking over are one step, so that neither mesh nor state changes between them. What
 * the store cannot take waits here and is tried again with every beat; the runs that it is of count as under
 * way until then, so that nothing is measured twice in the meantime.
 */
import pLimit from "p-limit";
import type { Clock } from "../core/clock.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import type { Slot, Store, StoreParts } from "../core/store.ts";
import type { EpochMs, SlotEnding } from "../core/vocabulary.ts";
import { utcDayMs, utcDayOf } from "../time/utc-day.ts";
import type { CheckTypes } from "./check-types.ts";
import type { CostBook } from "./cost-book.ts";
import { Gathered } from "./gathered.ts";
import { put, putReconciled } from "./put.ts";
import { type Commit, reckon } from "./reckon.ts";
import { reconcile } from "./reconcile.ts";
import { rollbacksIn } from "./rollbacks.ts";
import type { DatasetRun } from "./run.ts";
import { budgetCommit } from "./spent-budgets.ts";
import { type StateChange, WatchState } from "./state.ts";

export interface LedgerOptions {
  readonly store: Store;
  readonly types: CheckTypes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly slotsEnded: (ending: SlotEnding, count: number) => void;
  /** Written down with the results that follow, and read from the store where other processes add to it. */
  readonly costs: CostBook;
  /** How many runs are under way, those included whose results are being written. */
  readonly runsUnderWay: () => number;
}

/** A run whose results are to be written down. */
interface Finished {
  readonly run: DatasetRun;
  readonly slots: readonly Slot[];
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #turn = pLimit(1);
  readonly #finished: Gathered<Finished>;
  #mesh: Mesh;
  #state = new WatchState();
  /** Writes that the store has refused at least once and has not taken yet. */
  #refused = 0;
  #isClosed = false;
  #foreignVersion: number | null = null;
  #nextBeat = Promise.withResolvers<void>();

  constructor(mesh: Mesh, options: LedgerOptions) {
    this.#mesh = mesh;
    this.#options = options;
    this.#finished = new Gathered({
      work: (finished) => this.#write(finished),
      isComplete: (waiting) => waiting >= options.runsUnderWay(),
      isShared: isOutage,
    });
  }

  get mesh(): Mesh {
    return this.#mesh;
  }

  get state(): WatchState {
    return this.#state;
  }

  /** True while results wait for a store that refused them. */
  get isBehind(): boolean {
    return this.#refused > 0;
  }

  /** Reads what an earlier process left, under the names that things have now. */
  async open(nowMs: EpochMs): Promise<void> {
    const { store } = this.#options;
    await store.rename(this.#mesh.renames);
    this.#state = await WatchState.load(store, this.#mesh, nowMs);
    await this.#takeCosts(nowMs);
  }

  /**
   * Settles what the new mesh means for history, then watches by it. `swap` is called at the same moment, and
   * not when anything fails: then the old mesh stays, and in the store everything under its old name. Must not throw.
   */
  takeOver(mesh: Mesh, nowMs: EpochMs, swap: () => void): Promise<void> {
    const { store, slotsEnded } = this.#options;
    return this.#turn(async () => {
      const { state, change, withdrawn, sloSince } = await store.transaction(async (parts) => {
        const known = await this.#stateUnder(mesh, parts, nowMs);
        const reconciled = reconcile(this.#mesh, mesh, known, nowMs);
        await putReconciled(parts, reconciled);
        await parts.timelines.noteSlos([...mesh.slos.keys()], nowMs);
        return {
          state: known,
          change: reconciled,
          withdrawn: await parts.slots.withdraw(new Set(mesh.probes.keys()), nowMs),
          sloSince: await parts.timelines.sloSince(),
        };
      });
      this.#state = state;
      this.#take(change);
      state.takeSince(sloSince);
      state.history.takeEras(change.eras);
      state.keepOnly(mesh);
      this.#mesh = mesh;
      swap();
      slotsEnded("abandoned", withdrawn);
    });
  }

  /** What is known, under the names that things have in `mesh` and as far back as its windows reach. */
  async #stateUnder(mesh: Mesh, parts: StoreParts, nowMs: EpochMs): Promise<WatchState> {
    return (await parts.rename(mesh.renames)) > 0
      ? WatchState.load(parts, mesh, nowMs)
      : this.#state.under(parts, mesh, nowMs);
  }

  /**
   * Exclusions are made by command, in another process, and hold from the next beat on; what commands scan counts
   * from then on. While the store cannot be read, what was known before holds.
   */
  async takeForeign(): Promise<void> {
    const { store, clock } = this.#options;
    try {
      // In turn, so that they are not given to a state that a reload is about to replace.
      await this.#turn(async () => {
        const version = await store.foreignVersion();
        if (version !== this.#foreignVersion) {
          this.#state.takeExclusions(await store.exclusions.list());
          await this.#takeCosts(clock.now());
          this.#foreignVersion = version;
        }
      });
    } catch (error) {
      if (!isOutage(error)) {
        throw error;
      }
    }
  }

  /** Writes down a run with all that follows from it. Ends without, when the ledger is closed before. */
  async record(run: DatasetRun, slots: readonly Slot[]): Promise<void> {
    await this.#untilTaken(() => this.#finished.add({ run, slots }));
  }

  /** Ends slots that have no results. Ends without, when the ledger is closed before. */
  async end(slots: readonly Slot[], ending: SlotEnding): Promise<void> {
    const { store, clock, slotsEnded } = this.#options;
    const ids = slots.map(({ id }) => id);
    await this.#untilTaken(async () => {
      await store.slots.end(ids, ending, clock.now());
      slotsEnded(ending, ids.length);
    });
  }

  /** Writes down what looking cost since the last results, such as cancelled statements. Throws what the store throws. */
  async writeCosts(): Promise<void> {
    await this.#turn(() => this.#commit(async () => {}));
  }

  /** Lets what the store refused try again. */
  wake(): void {
    this.#nextBeat.resolve();
    this.#nextBeat = Promise.withResolvers();
  }

  /** What the store refuses from now on is left to the next process, after one more try. */
  close(): void {
    this.#isClosed = true;
    this.wake();
  }

  /**
   * One transaction for runs that end at nearly the same time. They are of different datasets, which share
   * neither checks nor incidents, so each is reckoned on the state as it was before all of them. Incidents of budgets
   * they do share, so those are reckoned over all of them.
   */
  #write(finished: readonly Finished[]): Promise<void> {
    const { types, clock, newId, slotsEnded } = this.#options;
    return this.#turn(async () => {
      const commits = finished.map(({ run, slots }) =>
        reckon(run, slots, this.#mesh, this.#state, types, newId),
      );
      const records = commits.flatMap((commit) => commit.records);
      commits.push(budgetCommit(records, this.#mesh, this.#state, clock.now()));
      await this.#commit(async (parts) => {
        for (const commit of commits) {
          await put(parts, commit, clock.now());
        }
      });
      for (const commit of commits) {
        this.#warnOfRollbacks(commit);
        this.#take(commit);
        slotsEnded("done", commit.endedSlotIds.length);
      }
    });
  }

  /** One transaction, with what looking cost until now: what is not committed is counted with the next. */
  async #commit(work: (parts: StoreParts) => Promise<void>): Promise<void> {
    const { store, costs } = this.#options;
    const written = costs.beginWriting();
    try {
      await store.transaction(async (parts) => {
        await work(parts);
        await parts.costs.add(written);
      });
      costs.written();
    } catch (error) {
      costs.notWritten();
      throw error;
    }
  }

  /** Yesterday's as well, which a statement of before midnight is still counted to. */
  async #takeCosts(nowMs: EpochMs): Promise<void> {
    const { store, costs } = this.#options;
    const fromMs = utcDayOf(nowMs) - utcDayMs;
    costs.takeKept(await store.costs.between(fromMs, Number.MAX_SAFE_INTEGER, null));
  }

  /** Before the state is changed: what was seen last is compared with. */
  #warnOfRollbacks({ records }: Commit): void {
    for (const { checkId, backMs } of rollbacksIn(records, this.#mesh, this.#state)) {
      this.#options.logger.warn(
        { check: checkId, back_ms: backMs },
        "the newest load time is older than before; the time since is unknown",
      );
    }
  }

  /** What the store has taken becomes the state; whoever reads only the log sees incidents come and go. */
  #take(change: StateChange): void {
    const told = change.incidents.map((incident) => ({
      incident,
      happened: incident.ending ?? (this.#state.isOpen(incident.id) ? "changed" : "opened"),
    }));
    this.#state.apply(change);
    for (const { incident, happened } of told) {
      const { id, kind, datasetId, dimension, alert, checkIds } = incident;
      this.#options.logger.info(
        { incident: id, kind, dataset: datasetId, dimension, alert, checks: checkIds },
        `incident ${happened}`,
      );
    }
  }

  /** Throws what is no outage of the store, because that would not pass. */
  async #untilTaken(write: () => Promise<void>): Promise<void> {
    let isRefused = false;
    try {
      for (;;) {
        // Taken before, so that a beat in the middle of a try is not missed.
        const nextBeat = this.#nextBeat.promise;
        try {
          await write();
          if (isRefused && this.#refused === 1) {
            this.#options.logger.info({}, "what waited for the store is stored");
          }
          return;
        } catch (error) {
          if (!isOutage(error)) {
            throw error;
          }
          this.#countRefused(isRefused, error);
          isRefused = true;
        }
        if (this.#isClosed) {
          return;
        }
        await nextBeat;
      }
    } finally {
      this.#refused -= isRefused ? 1 : 0;
    }
  }

  /** Logged when it begins, not for every run and every beat. */
  #countRefused(isKnown: boolean, error: unknown): void {
    this.#refused += isKnown ? 0 : 1;
    if (!isKnown && this.#refused === 1) {
      this.#options.logger.error(
        { error },
        "results cannot be stored; they wait for the next beat",
      );
    }
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof TidemarkError && error.code.startsWith("TM_STORE_");
}
