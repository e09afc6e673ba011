/**
 * Answers that go on being true. The metadata of a warehouse do not say what the newest row is, but some say that no
 * row has changed since an instant. When they said `lastChange` before a figure was read, and say the same instant
 * again, no row has changed in between, and reading the table again would give the same figure.
 *
 * What such metadata are known to get wrong is met in this way:
 *
 * - They move for maintenance and for DML that touched no row. That costs a read, and no truth.
 * - A table that is replaced, swapped or restored brings an instant of its own, which may be earlier. Only the very
 *   same instant will do, so that no clock of ours is held against one of theirs.
 * - Within the instant's own grain, or while a change takes its time until it shows, there may be more than one change.
 *   So the instant must lie a margin before the read.
 * - They may follow the rows with a delay in spite of what the connector says. Changes are looked for since the rows
 *   were read, and not since the metadata were asked last, so that one that shows late is found late, and not never.
 *   And a verdict that is worse than the one that was read is not given without reading (`isTrusted`).
 *
 * Kept in memory only: after a restart each table is read once.
 */
import type { Statistics } from "../core/connector.ts";
import type { Measured } from "../core/measurement.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { SqlValue } from "../core/value.ts";
import type { DurationMs, EpochMs, Outcome } from "../core/vocabulary.ts";
import { dropOthers } from "./drop-others.ts";
import type { PlannedFigure } from "./figure.ts";
import type { MeasuredFigures } from "./measure.ts";
import { figureKey, type ProbePlan } from "./plan.ts";

/**
 * How long before a read the last change must have been. Two clocks that are kept by NTP differ by well under a second,
 * and a commit shows within seconds of its stamp; a minute is far beyond both, and costs one read after each change.
 */
const marginMs: DurationMs = 60_000;

interface Table {
  readonly lastChangeMs: EpochMs;
  readonly figures: Map<string, { readonly value: SqlValue; readonly askedMs: EpochMs }>;
}

export class StandingFigures {
  readonly #tables = new Map<string, Table>();
  /** By check, of its generation. */
  readonly #outcomes = new Map<
    string,
    { readonly generation: string; readonly outcome: Outcome }
  >();

  /** The figures of each check of the plan that need not be read: all that it asks for, true when the metadata were asked. */
  answers(plan: ProbePlan, statistics: Measured<Statistics>): ReadonlyMap<string, MeasuredFigures> {
    const answers = new Map<string, MeasuredFigures>();
    const table = this.#tables.get(keyOf(plan.dataset));
    if (
      table === undefined ||
      !statistics.ok ||
      statistics.value.lastChangeMs !== table.lastChangeMs
    ) {
      return answers;
    }
    const { atMs } = statistics;
    for (const checkId of plan.mayStand) {
      const figures = [...(plan.figures.get(checkId)?.values() ?? [])];
      const found = figures.flatMap((figure) => {
        const kept = table.figures.get(keyOfFigure(figure));
        return kept !== undefined && table.lastChangeMs < kept.askedMs - marginMs
          ? [[figure.alias, { ok: true, value: kept.value, atMs }] as const]
          : [];
      });
      if (found.length === figures.length) {
        answers.set(checkId, new Map(found));
      }
    }
    return answers;
  }

  /**
   * Takes over what was read after the metadata had been asked; null: they were not. What stood before is forgotten
   * when they say nothing of changes: rows may have come meanwhile without moving the instant that they say again later.
   */
  keep(plan: ProbePlan, figures: MeasuredFigures, statistics: Measured<Statistics> | null): void {
    if (statistics === null) {
      return;
    }
    if (!statistics.ok || statistics.value.lastChangeMs === undefined) {
      this.#tables.delete(keyOf(plan.dataset));
      return;
    }
    const { lastChangeMs } = statistics.value;
    const known = this.#tables.get(keyOf(plan.dataset));
    const table =
      known?.lastChangeMs === lastChangeMs ? known : { lastChangeMs, figures: new Map() };
    for (const checkId of plan.mayStand) {
      for (const figure of plan.figures.get(checkId)?.values() ?? []) {
        const answer = figures.get(figure.alias);
        if (answer?.ok === true) {
          const kept = { value: answer.value, askedMs: statistics.atMs };
          table.figures.set(keyOfFigure(figure), kept);
        }
      }
    }
    this.#tables.set(keyOf(plan.dataset), table);
  }

  /** How a check came out when its figures were read. */
  keepOutcome({ id, generation }: Check, outcome: Outcome): void {
    this.#outcomes.set(id, { generation, outcome });
  }

  /** Whether a verdict may be given by figures that stand: a pass, or what was found when they were read. */
  isTrusted({ id, generation }: Check, outcome: Outcome): boolean {
    const kept = this.#outcomes.get(id);
    return outcome === "pass" || (kept?.generation === generation && kept.outcome === outcome);
  }

  /** Forgets what is of other datasets and checks. */
  keepOnly(datasets: readonly Dataset[]): void {
    dropOthers(this.#tables, new Set(datasets.map(keyOf)));
    dropOthers(this.#outcomes, new Set(datasets.flatMap(({ checkIds }) => checkIds)));
  }
}

/** Where the figures are read, and the zone in which their literals may have been. */
function keyOf({ source, timezone }: Dataset): string {
  return JSON.stringify([source, timezone]);
}

/** An answer within a narrower condition is that of all rows. */
function keyOfFigure({ request, whole }: PlannedFigure): string {
  return figureKey(whole ?? request);
}
