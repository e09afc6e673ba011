/**
 * The watch: keeps the mesh measured for as long as the daemon lives.
 *
 * new → started → stopped. While started, every beat claims what is due and starts it; a dataset is
 * busy from the claim of its slots until its results are committed, so a check has at most one run.
 * While the store cannot be written, runs wait with their results and nothing new is claimed.
 */
import pLimit from "p-limit";
import type { Clock } from "../core/clock.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Dataset, Mesh, Probe } from "../core/mesh.ts";
import type { MissedSlots, NewSlot, Slot, Store, StoreParts } from "../core/store.ts";
import type { EpochMs, SlotEnding } from "../core/vocabulary.ts";
import type { CheckTypes } from "./check-types.ts";
import { catchUpNow, type Due, dueOf, firstDueOf } from "./due.ts";
import { Gathered } from "./gathered.ts";
import { type Commit, reckon } from "./reckon.ts";
import { reconcile } from "./reconcile.ts";
import { type DatasetRun, runDataset } from "./run.ts";
import { WatchState } from "./state.ts";
import type { Warehouses } from "./warehouses.ts";

/** What the watch tells the metrics of the daemon's own work. */
export interface WatchEvents {
  probeFinished(connection: string, durationMs: number, lagMs: number): void;
  slotsEnded(ending: SlotEnding, count: number): void;
  statementRan(connection: string, bytesScanned: number | undefined): void;
}

export interface WatchOptions {
  readonly store: Store;
  readonly warehouses: Warehouses;
  readonly types: CheckTypes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly events: WatchEvents;
}

/** A run whose results are to be written down. */
interface Finished {
  readonly run: DatasetRun;
  readonly slots: readonly Slot[];
}

/** How many slots that wait in the store are claimed in one beat. */
const scheduledPerBeat = 1_000;

export class Watch {
  readonly #options: WatchOptions;
  readonly #abort = new AbortController();
  readonly #nextDue = new Map<string, EpochMs>();
  readonly #busy = new Map<string, Promise<void>>();
  /** Reckoning, writing and taking over are one step: mesh and state never change between them. */
  readonly #ledger = pLimit(1);
  readonly #finished = new Gathered<Finished>({
    work: (finished) => this.#record(finished),
    isComplete: (waiting) => waiting >= this.#busy.size,
    isShared: isOutage,
  });
  /** Looking which datasets are busy, claiming and starting are one step, so that none is started twice. */
  readonly #claims = pLimit(1);
  #mesh: Mesh;
  #state = new WatchState();
  #lastBeatMs: EpochMs = 0;
  #isStoreWritable = true;
  #isStopping = false;
  /** Resolved by every beat; a run whose commit failed waits for it before it tries again. */
  #nextBeat = Promise.withResolvers<void>();

  constructor(mesh: Mesh, options: WatchOptions) {
    this.#mesh = mesh;
    this.#options = options;
  }

  get mesh(): Mesh {
    return this.#mesh;
  }

  get state(): WatchState {
    return this.#state;
  }

  get isStoreWritable(): boolean {
    return this.#isStoreWritable;
  }

  /** True when no run is under way. */
  get isIdle(): boolean {
    return this.#busy.size === 0;
  }

  /** Takes up where the last process stopped: its claimed slots are abandoned and run again at once. */
  async start(): Promise<void> {
    const { store, clock, events } = this.#options;
    const nowMs = clock.now();
    const abandoned = await store.slots.abandonClaimed(nowMs);
    events.slotsEnded("abandoned", abandoned.length);
    this.#state = await WatchState.load(store, this.#mesh, nowMs);
    await this.#takeOver(this.#mesh, nowMs);
    const lastDue = await store.slots.lastDue();
    const again = new Set(abandoned.map(({ probeId }) => probeId));
    const atOnce: NewSlot[] = [];
    for (const probe of this.#mesh.probes.values()) {
      const lastDueMs = lastDue.get(probe.id) ?? null;
      const firstDueMs = this.#schedule(probe, lastDueMs, nowMs);
      if (firstDueMs > nowMs && (again.has(probe.id) || isNewInterval(probe, lastDueMs))) {
        atOnce.push(catchUpNow(probe, nowMs));
      }
    }
    await this.#claimAndStart(atOnce.map(alone), nowMs);
    this.#lastBeatMs = nowMs;
  }

  /** One beat. Never throws: what fails is logged, shown by `isStoreWritable`, and tried again. */
  async beat(): Promise<void> {
    if (this.#isStopping) {
      return;
    }
    const nowMs = this.#options.clock.now();
    this.#wakeWaiting();
    if (nowMs < this.#lastBeatMs - 1_000) {
      this.#options.logger.warn(
        { set_back_ms: this.#lastBeatMs - nowMs },
        "the clock was set back",
      );
      for (const probe of this.#mesh.probes.values()) {
        this.#schedule(probe, null, nowMs);
      }
    }
    this.#lastBeatMs = nowMs;
    const due: Due[] = [];
    for (const probe of this.#mesh.probes.values()) {
      const fallen = dueOf(probe, this.#nextDue.get(probe.id) ?? nowMs, nowMs);
      if (fallen !== null) {
        due.push(fallen);
      }
    }
    await this.#claimAndStart(due, nowMs);
  }

  /** Swaps the mesh; everything that fails does so before the swap. */
  async reload(mesh: Mesh): Promise<void> {
    const nowMs = this.#options.clock.now();
    const known = new Set(this.#mesh.probes.keys());
    const { retired } = await this.#takeOver(mesh, nowMs);
    for (const probeId of known) {
      if (!mesh.probes.has(probeId)) {
        this.#nextDue.delete(probeId);
      }
    }
    const added = [...mesh.probes.values()].filter(({ id }) => !known.has(id));
    for (const probe of added) {
      this.#schedule(probe, null, nowMs);
    }
    const atOnce = added.filter((probe) => isNewInterval(probe, null));
    await this.#claimAndStart(
      atOnce.map((probe) => alone(catchUpNow(probe, nowMs))),
      nowMs,
    );
    await retired;
  }

  /** Lets runs finish within `graceMs`, then cancels them on the server; their slots stay to be abandoned. */
  async stop(graceMs: number, force: AbortSignal): Promise<void> {
    this.#isStopping = true;
    const { promise: isOver, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    force.addEventListener("abort", () => resolve());
    if (force.aborted) {
      resolve();
    }
    this.#wakeWaiting();
    await this.#claims(() => {});
    await Promise.race([Promise.allSettled(this.#busy.values()), isOver]);
    clearTimeout(timer);
    this.#abort.abort();
    this.#options.warehouses.cancel();
    await Promise.allSettled(this.#busy.values());
  }

  #schedule(probe: Probe, lastDueMs: EpochMs | null, nowMs: EpochMs): EpochMs {
    const firstDueMs = firstDueOf(probe, lastDueMs, nowMs);
    this.#nextDue.set(probe.id, firstDueMs);
    return firstDueMs;
  }

  /** Settles what the new mesh means for history, then watches by it. `retired`: old connectors are closed. */
  #takeOver(mesh: Mesh, nowMs: EpochMs): Promise<{ readonly retired: Promise<void> }> {
    const { store, warehouses, events } = this.#options;
    return this.#ledger(async () => {
      await this.#state.reach(store, mesh, nowMs);
      const change = reconcile(this.#mesh, mesh, this.#state, nowMs);
      const { withdrawn, sloSince } = await store.transaction(async (parts) => {
        await parts.timelines.noteSlos([...mesh.slos.keys()], nowMs);
        await parts.timelines.put(change.runs);
        await parts.incidents.removeStates(change.removedCheckIds);
        for (const incident of change.incidents) {
          await parts.incidents.put(incident);
        }
        await parts.outbox.enqueue(change.deliveries);
        return {
          withdrawn: await parts.slots.withdraw(new Set(mesh.probes.keys()), nowMs),
          sloSince: await parts.timelines.sloSince(),
        };
      });
      this.#state.apply(change);
      this.#state.takeSince(sloSince);
      this.#mesh = mesh;
      const retired = warehouses.reload(mesh);
      events.slotsEnded("abandoned", withdrawn);
      return { retired };
    });
  }

  #claimAndStart(due: readonly Due[], nowMs: EpochMs): Promise<void> {
    return this.#claims(async () => {
      if (!this.#isStopping) {
        await this.#claimAndStartNow(due, nowMs);
      }
    });
  }

  async #claimAndStartNow(due: readonly Due[], nowMs: EpochMs): Promise<void> {
    const { store, events, logger } = this.#options;
    const isBusy = ({ slot }: Due): boolean => this.#busy.has(slot.datasetId);
    const free = due.filter((one) => !isBusy(one)).map(({ slot }) => slot);
    const overlapping = due.filter(isBusy).map(({ slot }) => slot);
    const missed = due.flatMap((one) => (one.missed === null ? [] : [one.missed]));
    try {
      const claimed = await store.transaction(async (parts) => {
        for (const gap of missed) {
          await parts.slots.recordMissed(gap, nowMs);
        }
        const overlapped = await parts.slots.claim(overlapping, nowMs);
        await parts.slots.end(
          overlapped.map(({ id }) => id),
          "overlapped",
          nowMs,
        );
        const own = await parts.slots.claim(free, nowMs);
        const repeated = await parts.slots.claim(this.#repeatedOf(free, own, nowMs), nowMs);
        const busy = new Set(this.#busy.keys());
        const waiting = await parts.slots.claimScheduled(nowMs, busy, scheduledPerBeat);
        return { slots: [...own, ...repeated, ...waiting], overlapped: overlapped.length };
      });
      this.#isStoreWritable = true;
      for (const one of due.filter(({ nextDueMs }) => nextDueMs > 0)) {
        this.#nextDue.set(one.slot.probeId, one.nextDueMs);
      }
      events.slotsEnded("overlapped", claimed.overlapped);
      events.slotsEnded("missed", sum(missed));
      this.#startRuns(claimed.slots);
    } catch (error) {
      this.#isStoreWritable = false;
      logger.error({ error }, "due slots cannot be claimed; trying again with the next beat");
    }
  }

  /** A clock that was set back brings due times round again; the store has them, so they run as catch-up. */
  #repeatedOf(wanted: readonly NewSlot[], claimed: readonly Slot[], nowMs: EpochMs): NewSlot[] {
    const got = new Set(claimed.map(({ probeId }) => probeId));
    return wanted
      .filter(({ probeId }) => !got.has(probeId))
      .map((slot) => ({ ...slot, kind: "catch_up", dueMs: nowMs }));
  }

  #startRuns(slots: readonly Slot[]): void {
    for (const [datasetId, own] of Map.groupBy(slots, (slot) => slot.datasetId)) {
      const run = this.#runAndRecord(datasetId, own).finally(() => this.#busy.delete(datasetId));
      this.#busy.set(datasetId, run);
    }
  }

  async #runAndRecord(datasetId: string, slots: readonly Slot[]): Promise<void> {
    const { clock, events, logger } = this.#options;
    const dataset = this.#mesh.datasets.get(datasetId);
    const checks = checksOf(slots, this.#mesh);
    try {
      if (dataset === undefined || checks.length === 0) {
        await this.#end(slots, "abandoned");
        return;
      }
      const dueMs = Math.min(...slots.map((slot) => slot.dueMs));
      const lagMs = Math.max(0, clock.now() - dueMs);
      const run = await this.#run(dataset, checks);
      events.probeFinished(dataset.connection, run.durationMs, lagMs);
      // A cancelled query says nothing of the data; the slot is left to the next process.
      if (!this.#abort.signal.aborted) {
        await this.#untilWritten(() => this.#finished.add({ run, slots }));
      }
    } catch (error) {
      logger.error({ dataset: datasetId, error }, "a run failed in a way it should not");
      await this.#endAsError(slots);
    }
  }

  /** Nobody waits for a run, so that an error of it would end the daemon. */
  async #endAsError(slots: readonly Slot[]): Promise<void> {
    try {
      await this.#end(slots, "error");
    } catch (error) {
      this.#options.logger.error({ error }, "slots cannot be ended; the next start does it");
    }
  }

  #run(dataset: Dataset, checks: readonly Check[]): Promise<DatasetRun> {
    const { warehouses, types, clock, logger, newId, events } = this.#options;
    return runDataset(dataset, checks, {
      warehouse: warehouses.of(dataset.connection),
      types,
      clock,
      logger,
      newId,
      signal: this.#abort.signal,
      onStatement: (bytes) => events.statementRan(dataset.connection, bytes),
    });
  }

  /**
   * One transaction for runs that end at nearly the same time. They are of different datasets, which share
   * neither checks nor incidents, so each is reckoned on the state as it was before all of them.
   */
  async #record(finished: readonly Finished[]): Promise<void> {
    const { store, clock, newId, events } = this.#options;
    await this.#ledger(async () => {
      const commits = finished.map(({ run, slots }) =>
        reckon(run, slots, this.#mesh, this.#state, newId),
      );
      await store.transaction(async (parts) => {
        for (const commit of commits) {
          await writeCommit(parts, commit, clock.now());
        }
      });
      for (const commit of commits) {
        this.#state.apply(commit);
        events.slotsEnded("done", commit.endedSlotIds.length);
      }
    });
  }

  async #end(slots: readonly Slot[], ending: SlotEnding): Promise<void> {
    const { store, clock, events } = this.#options;
    const ids = slots.map(({ id }) => id);
    await this.#untilWritten(async () => {
      await store.slots.end(ids, ending, clock.now());
      events.slotsEnded(ending, ids.length);
    });
  }

  /**
   * Tries with every beat until the store takes it, or the daemon stops. Throws what is no outage of the
   * store, because that would not pass.
   */
  async #untilWritten(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (!isOutage(error)) {
          throw error;
        }
        this.#isStoreWritable = false;
        this.#options.logger.error({ error }, "results cannot be stored; trying again");
      }
      if (this.#isStopping) {
        return;
      }
      await this.#nextBeat.promise;
    }
  }

  #wakeWaiting(): void {
    this.#nextBeat.resolve();
    this.#nextBeat = Promise.withResolvers();
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof TidemarkError && error.code.startsWith("TM_STORE_");
}

async function writeCommit(parts: StoreParts, commit: Commit, nowMs: EpochMs): Promise<void> {
  await parts.results.append(commit.records);
  await parts.timelines.put(commit.runs);
  await parts.incidents.putStates(commit.alertStates);
  for (const incident of commit.incidents) {
    await parts.incidents.put(incident);
  }
  await parts.outbox.enqueue(commit.deliveries);
  for (const slot of commit.confirmations) {
    await parts.slots.schedule(slot);
  }
  await parts.slots.end(commit.endedSlotIds, "done", nowMs);
}

function checksOf(slots: readonly Slot[], mesh: Mesh): readonly Check[] {
  const ids = new Set(slots.flatMap(({ checkIds }) => checkIds));
  return [...ids].flatMap((id) => {
    const check = mesh.checks.get(id);
    return check === undefined || check.disabledReason !== null ? [] : [check];
  });
}

/** A probe that was never due and may be probed at any instant. */
function isNewInterval(probe: Probe, lastDueMs: EpochMs | null): boolean {
  return lastDueMs === null && probe.schedule.kind === "every";
}

function alone(slot: NewSlot): Due {
  return { slot, missed: null, nextDueMs: 0 };
}

function sum(missed: readonly MissedSlots[]): number {
  return missed.reduce((total, { count }) => total + count, 0);
}
