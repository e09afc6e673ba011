/**
 * Measuring: runs a probe's plan on its connector and hands each check what it asked for.
 *
 * A statement that fails with `invalid_query` is bisected, so that one bad column does not spoil its
 * neighbours. Nothing else is: after a timeout or a refused permission more statements would only cost.
 */
import type { LimitFunction } from "p-limit";
import type { Gap, Measurements } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import {
  type CallOptions,
  type Connector,
  ConnectorError,
  type Statistics,
} from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { CatalogueColumn, Measured, MeasurementFailure } from "../core/measurement.ts";
import type { SqlValue } from "../core/value.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { isOfByteBudget } from "./cost-book.ts";
import type { PlannedFigure, PlanTarget } from "./figure.ts";
import { readGaps } from "./gaps.ts";
import { labelOf } from "./label.ts";
import { checksOf, type ProbePlan } from "./plan.ts";
import { spellStatement } from "./spell.ts";

/** What a probe's statements need. */
export interface Measuring {
  readonly plan: ProbePlan;
  readonly context: MeasuringContext;
  /** Called when a place among the connection's statements is free. */
  readonly onPlace: () => void;
}

export interface MeasuringContext {
  readonly connector: Pick<Connector, "query">;
  readonly target: PlanTarget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly call: Omit<CallOptions, "label" | "checks">;
  /** A short random id, to find one statement among many in the warehouse's own log. */
  readonly newId: () => string;
  /** Called once per statement sent; the label is the query's id in comments and evidence. */
  readonly onStatement: (label: string, bytesScanned: number | undefined) => void;
  /** Called with the aliases of figures that are read over all rows after all. */
  readonly onWhole?: (aliases: readonly string[]) => void;
}

/** Figures by alias. */
export type MeasuredFigures = ReadonlyMap<string, Measured<SqlValue>>;

/** `asked`: the figures of the plan's statements, where others asked for them. */
export async function measureFigures(
  { plan, context }: Pick<Measuring, "plan" | "context">,
  asked?: MeasuredFigures,
): Promise<MeasuredFigures> {
  const measured = new Map(asked);
  for (const statement of plan.statements) {
    if (asked === undefined) {
      await measureStatement(plan, statement, context, measured);
    }
    const whole = statement.flatMap((figure) => wholeOf(figure, measured));
    if (whole.length > 0) {
      context.onWhole?.(whole.map(({ alias }) => alias));
      await measureStatement(plan, whole, context, measured);
    }
  }
  return measured;
}

/** The figure over all rows, where no row within its narrower condition had a value. */
function wholeOf(
  { alias, whole }: PlannedFigure,
  measured: MeasuredFigures,
): readonly PlannedFigure[] {
  const answer = measured.get(alias);
  return whole !== undefined && answer?.ok === true && answer.value === null
    ? [{ alias, request: whole }]
    : [];
}

/** Measures each probe by statements of its own. */
export function measuringApart(
  gate: LimitFunction,
): (measuring: Measuring) => Promise<MeasuredFigures> {
  return (measuring) =>
    gate(() => {
      measuring.onPlace();
      return measureFigures(measuring);
    });
}

async function measureStatement(
  plan: ProbePlan,
  figures: readonly PlannedFigure[],
  context: MeasuringContext,
  into: Map<string, Measured<SqlValue>>,
): Promise<void> {
  const label = labelOf([plan.dataset.id], context.newId());
  const checks = checksOf(plan, figures);
  const atMs = context.clock.now();
  try {
    const sql = spellStatement(plan.dataset, figures, context.target);
    const answer = await context.connector.query(sql, {
      ...context.call,
      label,
      checks,
      maxRows: 1,
    });
    context.onStatement(label, answer.bytesScanned);
    for (const [alias, value] of figuresOfRow(figures, answer.rows[0] ?? [], atMs)) {
      into.set(alias, value);
    }
  } catch (error) {
    const failure = failureOf(error, context.logger);
    if (!isOfByteBudget(failure)) {
      context.onStatement(label, undefined);
    }
    if (failure.kind === "invalid_query" && figures.length > 1) {
      const middle = Math.ceil(figures.length / 2);
      await measureStatement(plan, figures.slice(0, middle), context, into);
      await measureStatement(plan, figures.slice(middle), context, into);
      return;
    }
    for (const { alias } of figures) {
      into.set(alias, { ok: false, failure });
    }
  }
}

/** The values of a statement's row, in the order of its figures. */
export function figuresOfRow(
  figures: readonly PlannedFigure[],
  row: readonly SqlValue[],
  atMs: EpochMs,
): MeasuredFigures {
  return new Map(
    figures.map(({ alias }, index): [string, Measured<SqlValue>] => {
      const value = row[index];
      return value === undefined
        ? [alias, { ok: false, failure: internalFailure("The warehouse left a figure out.") }]
        : [alias, { ok: true, value, atMs }];
    }),
  );
}

/** What one check asked for, out of what was measured for all of them. */
export function measurementsOf(
  plan: ProbePlan,
  checkId: string,
  figures: MeasuredFigures,
  columns: Measured<readonly CatalogueColumn[]> | null,
  statistics: Measured<Statistics> | null = null,
): Measurements {
  const own = plan.figures.get(checkId);
  return {
    aggregate(id) {
      const figure = own?.get(id);
      const measured = figures.get(figure?.alias ?? "");
      if (figure?.request.kind !== "aggregate" || measured === undefined) {
        throw new Error(`${checkId} reads ${id}, which it did not plan`);
      }
      return measured;
    },
    gaps(id) {
      const figure = own?.get(id);
      const measured = figures.get(figure?.alias ?? "");
      if (figure?.request.kind !== "gaps" || measured === undefined) {
        throw new Error(`${checkId} reads the gaps ${id}, which it did not plan`);
      }
      return gapsOf(measured, figure.request.maxGaps);
    },
    columns() {
      if (columns === null) {
        throw new Error(`${checkId} reads columns, which it did not plan`);
      }
      return columns;
    },
    statistics() {
      if (statistics === null) {
        throw new Error(`${checkId} reads statistics, which it did not plan`);
      }
      return statistics;
    },
  };
}

function gapsOf(measured: Measured<SqlValue>, maxGaps: number): Measured<readonly Gap[]> {
  if (!measured.ok) {
    return measured;
  }
  const gaps = readGaps(measured.value);
  if (gaps === null) {
    const message = "The warehouse answered with gaps that cannot be read.";
    return { ok: false, failure: internalFailure(message) };
  }
  if (gaps.length > maxGaps) {
    const message = `There are more than ${maxGaps.toLocaleString("en-US")} gaps between load times.`;
    return { ok: false, failure: { kind: "truncated", message } };
  }
  return { ...measured, value: gaps };
}

/** What a connector threw, as a failure; logs what none should throw. */
export function failureOf(error: unknown, logger: Logger): MeasurementFailure {
  if (error instanceof ConnectorError) {
    return error.failure;
  }
  logger.error({ error }, "a connector failed in a way it should not");
  return internalFailure("The connector failed in a way it should not.");
}

export function internalFailure(message: string): MeasurementFailure {
  return { kind: "internal", message, hint: "Please report this; the log has the details." };
}
