/**
 * Measuring: runs a probe's plan on its connector and hands each check what it asked for.
 *
 * A statement that fails with `invalid_query` is bisected, so that one bad column does not spoil its
 * neighbours. Nothing else is: after a timeout or a refused permission more statements would only cost.
 */
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
import { isOfByteBudget } from "./cost-book.ts";
import { readGaps } from "./gaps.ts";
import { type PlannedFigure, type PlanTarget, type ProbePlan, spellStatement } from "./plan.ts";

export interface MeasuringContext {
  readonly connector: Pick<Connector, "query">;
  readonly target: PlanTarget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly call: Omit<CallOptions, "label">;
  /** Called once per statement sent; the label is the query's id in comments and evidence. */
  readonly nextLabel: () => string;
  readonly onStatement: (label: string, bytesScanned: number | undefined) => void;
  /** Called with the aliases of figures that are read over all rows after all. */
  readonly onWhole?: (aliases: readonly string[]) => void;
}

/** Figures by alias. */
export type MeasuredFigures = ReadonlyMap<string, Measured<SqlValue>>;

export async function measureFigures(
  plan: ProbePlan,
  context: MeasuringContext,
): Promise<MeasuredFigures> {
  const measured = new Map<string, Measured<SqlValue>>();
  for (const statement of plan.statements) {
    await measureStatement(plan, statement, context, measured);
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

async function measureStatement(
  plan: ProbePlan,
  figures: readonly PlannedFigure[],
  context: MeasuringContext,
  into: Map<string, Measured<SqlValue>>,
): Promise<void> {
  const label = context.nextLabel();
  const atMs = context.clock.now();
  try {
    const sql = spellStatement(plan.dataset, figures, context.target);
    const answer = await context.connector.query(sql, { ...context.call, label, maxRows: 1 });
    context.onStatement(label, answer.bytesScanned);
    const row = answer.rows[0];
    for (const [index, { alias }] of figures.entries()) {
      const value = row?.[index];
      into.set(
        alias,
        value === undefined
          ? { ok: false, failure: internalFailure("The warehouse answered without the figure.") }
          : { ok: true, value, atMs },
      );
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
