/**
 * Measuring on a warehouse that bills the time that it is awake: what several datasets are asked at the same time goes
 * into one statement, so that the warehouse has slept longer by as many round trips as there are datasets.
 *
 * One dataset must not spoil the others. When a joined statement fails for what may be the fault of one of them, each
 * is asked alone; those that fail alone as well are left out of joined statements until they answer again.
 */
import type { LimitFunction } from "p-limit";
import type { MeasurementFailure } from "../core/measurement.ts";
import type { FailureKind } from "../core/vocabulary.ts";
import { maxFigures } from "./figure.ts";
import { labelOf } from "./label.ts";
import {
  failureOf,
  figuresOfRow,
  type MeasuredFigures,
  type Measuring,
  measureFigures,
} from "./measure.ts";
import { checksOf } from "./plan.ts";
import { type Part, spellJoined } from "./spell.ts";
import { turnOfEventLoop } from "./turn.ts";

/** What a plan of so many subqueries is compiled to is still small beside the round trips that it saves. */
const maxDatasets = 25;

/** Failures that every dataset would meet alone as well. */
const sharedKinds: ReadonlySet<FailureKind> = new Set([
  "unreachable",
  "tls",
  "auth",
  "driver_missing",
  "cancelled",
]);

interface Waiting {
  readonly measuring: Measuring;
  readonly resolve: (figures: MeasuredFigures | Promise<MeasuredFigures>) => void;
}

export class JoinedMeasuring {
  readonly #gate: LimitFunction;
  readonly #waiting: Waiting[] = [];
  /** Datasets whose last statement of their own had a failure. */
  readonly #failing = new Set<string>();
  #isTaking = false;
  /** Fewer than could be after a joined statement has failed; one more with each that succeeds. */
  #mostDatasets = maxDatasets;

  constructor(gate: LimitFunction) {
    this.#gate = gate;
  }

  /** Never rejects for what a warehouse does. */
  readonly measure = (measuring: Measuring): Promise<MeasuredFigures> => {
    if (this.#failing.has(measuring.plan.dataset.id)) {
      return this.#gate(() => this.#alone(measuring));
    }
    return new Promise((resolve) => {
      this.#waiting.push({ measuring, resolve });
      this.#take();
    });
  };

  #take(): void {
    if (this.#isTaking || this.#waiting.length === 0) {
      return;
    }
    this.#isTaking = true;
    void this.#gate(async () => {
      // Runs that a tick has started meet here.
      await turnOfEventLoop();
      const group = this.#nextGroup();
      this.#isTaking = false;
      this.#take();
      await this.#measureGroup(group);
    });
  }

  /** Of one zone, because times may be read in the zone of the session. */
  #nextGroup(): readonly Waiting[] {
    const first = this.#waiting[0]?.measuring.context.call;
    const group: Waiting[] = [];
    let figures = 0;
    for (const one of this.#waiting.splice(0)) {
      const { plan, context } = one.measuring;
      const own = plan.statements.flat().length;
      const isOfGroup =
        group.length < this.#mostDatasets &&
        figures + own <= maxFigures &&
        context.call.timezone === first?.timezone &&
        context.call.signal === first?.signal;
      if (isOfGroup || group.length === 0) {
        group.push(one);
        figures += own;
      } else {
        this.#waiting.push(one);
      }
    }
    return group;
  }

  async #measureGroup(group: readonly Waiting[]): Promise<void> {
    const [first] = group;
    if (group.length === 1 && first !== undefined) {
      await settle(first, this.#alone(first.measuring));
      return;
    }
    const joined = await this.#ask(group.map(({ measuring }) => measuring));
    for (const [at, one] of group.entries()) {
      const figures = joined?.[at];
      if (figures === undefined) {
        one.resolve(this.#gate(() => this.#alone(one.measuring)));
      } else {
        await settle(one, measureFigures(one.measuring, figures));
      }
    }
  }

  async #alone(measuring: Measuring): Promise<MeasuredFigures> {
    measuring.onPlace();
    const figures = await measureFigures(measuring);
    const { id } = measuring.plan.dataset;
    if ([...figures.values()].every(({ ok }) => ok)) {
      this.#failing.delete(id);
    } else {
      this.#failing.add(id);
    }
    return figures;
  }

  /** The figures of each, or null where each must be asked alone. */
  async #ask(group: readonly Measuring[]): Promise<readonly MeasuredFigures[] | null> {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const { connector, target, clock, logger, call, newId } = first.context;
    const label = labelOf(
      group.map(({ plan }) => plan.dataset.id),
      newId(),
    );
    const checks = [
      ...new Set(group.flatMap(({ plan }) => checksOf(plan, plan.statements.flat()))),
    ];
    const products = group.map(({ plan }) => plan.dataset.product);
    const parts = group.map(partsOf);
    for (const { onPlace } of group) {
      onPlace();
    }
    const atMs = clock.now();
    try {
      const sql = spellJoined(parts.flat(), target);
      const answer = await connector.query(sql, { ...call, products, label, checks, maxRows: 1 });
      this.#mostDatasets = Math.min(maxDatasets, this.#mostDatasets + 1);
      const row = [...(answer.rows[0] ?? [])];
      return parts.map((own) => {
        const figures = own.flatMap((part) => part.figures);
        return figuresOfRow(figures, row.splice(0, figures.length), atMs);
      });
    } catch (error) {
      const failure = failureOf(error, logger);
      if (sharedKinds.has(failure.kind)) {
        return parts.map((own) => failedFigures(own, failure));
      }
      // It may have been too much at once, where each of them answers alone.
      this.#mostDatasets = Math.max(2, Math.ceil(group.length / 2));
      return null;
    } finally {
      for (const { context } of group) {
        context.onStatement(label, undefined);
      }
    }
  }
}

/** Hands over what becomes of a probe, and keeps the place until then. */
async function settle(one: Waiting, figures: Promise<MeasuredFigures>): Promise<void> {
  one.resolve(figures);
  await figures.catch(() => {});
}

function partsOf({ plan }: Measuring): readonly Part[] {
  return plan.statements.map((figures) => ({ dataset: plan.dataset, figures }));
}

function failedFigures(parts: readonly Part[], failure: MeasurementFailure): MeasuredFigures {
  return new Map(
    parts.flatMap(({ figures }) => figures.map(({ alias }) => [alias, { ok: false, failure }])),
  );
}
