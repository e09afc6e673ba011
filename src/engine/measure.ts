/**
 * Measuring: runs a probe's plan on its connector and hands each check what it asked for.
 *
 * A statement that fails with `invalid_query` is bisected, so that one bad column does not spoil its
 * neighbours. Nothing else is: after a timeout or a refused permission more statements would only cost.
 */
import type { Measurements } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import { type CallOptions, type Connector, ConnectorError } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { CatalogueColumn, Measured, MeasurementFailure } from "../core/measurement.ts";
import type { SqlValue } from "../core/value.ts";
import { type PlannedAggregate, type PlanTarget, type ProbePlan, spellStatement } from "./plan.ts";

export interface MeasuringContext {
  readonly connector: Pick<Connector, "query">;
  readonly target: PlanTarget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly call: Omit<CallOptions, "label">;
  /** Called once per statement sent; the label is the query's id in comments and evidence. */
  readonly nextLabel: () => string;
  readonly onStatement: (label: string, bytesScanned: number | undefined) => void;
}

/** Figures by alias. */
export type MeasuredAggregates = ReadonlyMap<string, Measured<SqlValue>>;

export async function measureAggregates(
  plan: ProbePlan,
  context: MeasuringContext,
): Promise<MeasuredAggregates> {
  const measured = new Map<string, Measured<SqlValue>>();
  for (const statement of plan.statements) {
    await measureStatement(plan, statement, context, measured);
  }
  return measured;
}

async function measureStatement(
  plan: ProbePlan,
  aggregates: readonly PlannedAggregate[],
  context: MeasuringContext,
  into: Map<string, Measured<SqlValue>>,
): Promise<void> {
  const label = context.nextLabel();
  const atMs = context.clock.now();
  try {
    const sql = spellStatement(plan.dataset, aggregates, context.target);
    const answer = await context.connector.query(sql, { ...context.call, label, maxRows: 1 });
    context.onStatement(label, answer.bytesScanned);
    const row = answer.rows[0];
    for (const [index, { alias }] of aggregates.entries()) {
      const value = row?.[index];
      into.set(
        alias,
        value === undefined
          ? { ok: false, failure: internalFailure("The warehouse answered without the figure.") }
          : { ok: true, value, atMs },
      );
    }
  } catch (error) {
    context.onStatement(label, undefined);
    const failure = failureOf(error, context.logger);
    if (failure.kind === "invalid_query" && aggregates.length > 1) {
      const middle = Math.ceil(aggregates.length / 2);
      await measureStatement(plan, aggregates.slice(0, middle), context, into);
      await measureStatement(plan, aggregates.slice(middle), context, into);
      return;
    }
    for (const { alias } of aggregates) {
      into.set(alias, { ok: false, failure });
    }
  }
}

/** What one check asked for, out of what was measured for all of them. */
export function measurementsOf(
  plan: ProbePlan,
  checkId: string,
  aggregates: MeasuredAggregates,
  columns: Measured<readonly CatalogueColumn[]> | null,
): Measurements {
  const aliases = plan.aliases.get(checkId);
  return {
    aggregate(id) {
      const measured = aggregates.get(aliases?.get(id) ?? "");
      if (measured === undefined) {
        throw new Error(`${checkId} reads ${id}, which it did not plan`);
      }
      return measured;
    },
    columns() {
      if (columns === null) {
        throw new Error(`${checkId} reads columns, which it did not plan`);
      }
      return columns;
    },
  };
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
