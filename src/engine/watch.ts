/**
 * The watch: keeps the mesh measured for as long as the daemon lives.
 *
 * new → open → started → stopped. While started, every beat claims what is due and starts it; a dataset is
 * busy from the claim of its slots until its results are committed, so a check has at most one run.
 * While the store cannot be written, runs wait with their results and nothing new is claimed.
 */
import pLimit from "p-limit";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Dataset, Mesh } from "../core/mesh.ts";
import type { Slot, Store } from "../core/store.ts";
import type { EpochMs, SlotEnding } from "../core/vocabulary.ts";
import { Agenda } from "./agenda.ts";
import type { CheckTypes } from "./check-types.ts";
import { claimDue } from "./claim.ts";
import { Ledger } from "./ledger.ts";
import { Lookout } from "./lookout.ts";
import { type DatasetRun, runDataset } from "./run.ts";
import type { WatchState } from "./state.ts";
import type { Warehouses } from "./warehouses.ts";

/** What the watch tells the metrics of the daemon's own work. */
export interface WatchEvents {
  /** `lagMs`: from the due time until a place among the connection's statements was free. */
  probeFinished(connection: string, durationMs: number, lagMs: number): void;
  slotsEnded(ending: SlotEnding, count: number): void;
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

/** How far the clock may go back between two beats and still only be slow. */
const setBackMs = 1_000;

export class Watch {
  readonly #options: WatchOptions;
  readonly #abort = new AbortController();
  readonly #agenda = new Agenda();
  readonly #lookout = new Lookout();
  readonly #ledger: Ledger;
  readonly #busy = new Map<string, Promise<void>>();
  /** Looking which datasets are busy, claiming and starting are one step, so that none is started twice. */
  readonly #claims = pLimit(1);
  #lastBeatMs: EpochMs = 0;
  #canClaim = true;
  #isStopping = false;

  constructor(mesh: Mesh, options: WatchOptions) {
    const { store, warehouses, types, clock, logger, newId, events } = options;
    this.#options = options;
    this.#ledger = new Ledger(mesh, {
      store,
      types,
      clock,
      logger,
      newId,
      slotsEnded: (ending, count) => events.slotsEnded(ending, count),
      costs: warehouses.costs,
      runsUnderWay: () => this.#busy.size,
    });
  }

  get mesh(): Mesh {
    return this.#ledger.mesh;
  }

  get state(): WatchState {
    return this.#ledger.state;
  }

  get isStoreWritable(): boolean {
    return this.#canClaim && !this.#ledger.isBehind;
  }

  /** True when no run is under way. */
  get isIdle(): boolean {
    return this.#busy.size === 0;
  }

  /** Reads what is known, so that nobody is answered by a state that is empty yet. */
  async open(): Promise<void> {
    await this.#ledger.open(this.#options.clock.now());
  }

  /** Once open: takes up where the last process stopped. Its claimed slots are abandoned and run again at once. */
  async start(): Promise<void> {
    const { store, clock, events } = this.#options;
    const nowMs = clock.now();
    const abandoned = await store.slots.abandonClaimed(nowMs);
    events.slotsEnded("abandoned", abandoned.length);
    await this.#ledger.takeOver(this.mesh, nowMs, () => {});
    const atOnce = [...abandoned.map(({ probeId }) => probeId), ...this.#unmeasured()];
    this.#agenda.start(this.mesh.probes, await store.slots.lastDue(), atOnce, nowMs);
    // What the schedules missed is about to be caught up.
    this.#lookout.start(this.mesh, this.state, nowMs, 0);
    this.#lastBeatMs = nowMs;
    await this.#claimAndStart();
  }

  /** One beat. Never throws: what fails is logged, shown by `isStoreWritable`, and tried again. */
  async beat(): Promise<void> {
    if (this.#isStopping) {
      return;
    }
    const { clock, logger } = this.#options;
    try {
      const nowMs = clock.now();
      this.#ledger.wake();
      if (nowMs < this.#lastBeatMs - setBackMs) {
        logger.warn({ set_back_ms: this.#lastBeatMs - nowMs }, "the clock was set back");
        this.#agenda.setBack(nowMs);
        this.#lookout.start(this.mesh, this.state, nowMs);
      }
      this.#lastBeatMs = nowMs;
      await this.#ledger.takeForeign();
      await this.#claimAndStart();
    } catch (error) {
      logger.error({ error }, "a beat failed in a way it should not");
    }
  }

  /** Swaps the mesh; what fails does so before anything has changed. */
  async reload(mesh: Mesh): Promise<void> {
    const { warehouses, clock } = this.#options;
    const nowMs = clock.now();
    const swap = warehouses.prepare(mesh);
    await this.#ledger.takeOver(mesh, nowMs, () => {
      swap();
      this.#agenda.reload(mesh.probes, this.#unmeasured(), nowMs);
      this.#lookout.start(mesh, this.state, nowMs);
    });
    await this.#claimAndStart();
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
    this.#ledger.close();
    await this.#claims(() => {});
    await Promise.race([Promise.allSettled(this.#busy.values()), isOver]);
    clearTimeout(timer);
    this.#abort.abort();
    this.#options.warehouses.cancel();
    await Promise.allSettled(this.#busy.values());
    await this.#writeCosts();
  }

  /** What was cancelled has cost something, and is in no result. */
  async #writeCosts(): Promise<void> {
    try {
      await this.#ledger.writeCosts();
    } catch (error) {
      this.#options.logger.warn({ error }, "what the last statements cost cannot be stored");
    }
  }

  /**
   * Probes on an interval with a check that has no result as it is declared now, or none since it was enabled again:
   * what is not watched has no alert state. Any instant is as good as another to measure it, and until then nothing
   * is known of it.
   */
  #unmeasured(): readonly string[] {
    const { mesh, state } = this.#ledger;
    const isMeasured = (id: string): boolean =>
      state.latestOf(id)?.generation === mesh.checks.get(id)?.generation &&
      state.alertStateOf(id) !== null;
    return [...mesh.probes.values()]
      .filter(({ schedule, checkIds }) => schedule.kind === "every" && !checkIds.every(isMeasured))
      .map(({ id }) => id);
  }

  #claimAndStart(): Promise<void> {
    return this.#claims(async () => {
      if (this.#isStopping) {
        return;
      }
      const { store, clock, events, logger } = this.#options;
      const nowMs = clock.now();
      const busy = new Set(this.#busy.keys());
      const due = this.#agenda.dueAt(nowMs, busy);
      const looks = this.#lookout.dueAt(nowMs, busy);
      try {
        const claimed = await claimDue(store, due, looks, busy, nowMs);
        this.#canClaim = true;
        this.#agenda.claimed(due);
        this.#lookout.claimed(looks, nowMs);
        events.slotsEnded("overlapped", claimed.overlapped);
        events.slotsEnded("missed", claimed.missed);
        this.#startRuns(claimed.slots);
      } catch (error) {
        if (this.#canClaim) {
          logger.error({ error }, "due slots cannot be claimed; trying again with every beat");
        }
        this.#canClaim = false;
      }
    });
  }

  #startRuns(slots: readonly Slot[]): void {
    for (const [datasetId, own] of Map.groupBy(slots, (slot) => slot.datasetId)) {
      const run = this.#runAndRecord(datasetId, own).finally(() => {
        this.#busy.delete(datasetId);
        // What was seen decides when to look next.
        this.#lookout.refresh(datasetId, this.state, this.#options.clock.now());
      });
      this.#busy.set(datasetId, run);
    }
  }

  async #runAndRecord(datasetId: string, slots: readonly Slot[]): Promise<void> {
    const { events, logger } = this.#options;
    const dataset = this.mesh.datasets.get(datasetId);
    const checks = checksOf(slots, this.mesh);
    try {
      if (dataset === undefined || checks.length === 0) {
        await this.#ledger.end(slots, "abandoned");
        return;
      }
      const run = await this.#run(dataset, checks);
      const dueMs = Math.min(...slots.map((slot) => slot.dueMs));
      const lagMs = Math.max(0, run.startedMs - dueMs);
      events.probeFinished(dataset.connection, run.durationMs, lagMs);
      // A cancelled query says nothing of the data; the slot is left to the next process.
      if (!this.#abort.signal.aborted) {
        await this.#ledger.record(run, slots);
      }
    } catch (error) {
      logger.error({ dataset: datasetId, error }, "a run failed in a way it should not");
      await this.#endAsError(slots);
    }
  }

  /** Nobody waits for a run, so that an error of it would end the daemon. */
  async #endAsError(slots: readonly Slot[]): Promise<void> {
    try {
      await this.#ledger.end(slots, "error");
    } catch (error) {
      this.#options.logger.error({ error }, "slots cannot be ended; the next start does it");
    }
  }

  #run(dataset: Dataset, checks: readonly Check[]): Promise<DatasetRun> {
    const { warehouses, types, clock, logger, newId } = this.#options;
    return runDataset(dataset, checks, {
      warehouse: warehouses.of(dataset.connection),
      types,
      clock,
      logger,
      newId,
      signal: this.#abort.signal,
      last: (checkId) => this.state.history.lastSeenOf(this.mesh.checks.get(checkId)),
    });
  }
}

function checksOf(slots: readonly Slot[], mesh: Mesh): readonly Check[] {
  const ids = new Set(slots.flatMap(({ checkIds }) => checkIds));
  return [...ids].flatMap((id) => {
    const check = mesh.checks.get(id);
    return check === undefined || check.disabledReason !== null ? [] : [check];
  });
}
