import type { CheckResult, Figures } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import type { CheckTypes } from "./check-types.ts";
import {
  internalFailure,
  type MeasuredAggregates,
  measureAggregates,
  measurementsOf,
} from "./measure.ts";
import { type ProbePlan, planProbe } from "./plan.ts";
import { refOf, type Warehouse } from "./warehouses.ts";

/** How a verdict was come by. `rung`: what was read; `queryIds` stand in the comments of the statements. */
export interface Evidence {
  readonly rung: "column" | "catalogue";
  readonly queryIds: readonly string[];
  readonly bytesScanned?: number;
}

export interface CheckRun {
  readonly check: Check;
  /** The instant that the result speaks of. */
  readonly atMs: EpochMs;
  readonly result: CheckResult;
  readonly evidence: Evidence;
}

/** All checks of one dataset that were due together, measured at once. */
export interface DatasetRun {
  readonly dataset: Dataset;
  /** When it had its place among the connection's statements. */
  readonly startedMs: EpochMs;
  /** From then on: what was waited for a place is no part of it. */
  readonly durationMs: DurationMs;
  readonly checks: readonly CheckRun[];
}

export interface RunContext {
  readonly warehouse: Warehouse;
  readonly types: CheckTypes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** A short random id, to find one statement among many in the warehouse's own log. */
  readonly newId: () => string;
  readonly onStatement: (bytesScanned: number | undefined) => void;
}

/** The statements of a run, shared by all of its checks. */
interface Sent {
  readonly queryIds: string[];
  bytesScanned: number | undefined;
}

/** Connectors cut a query's comment at 120 characters, and the id at its end is what it is found by. */
const longestName = 100;

/** Never rejects: what cannot be measured is a result with outcome `error`. */
export async function runDataset(
  dataset: Dataset,
  checks: readonly Check[],
  context: RunContext,
): Promise<DatasetRun> {
  const { warehouse, clock, types } = context;
  let started = startOf(clock);
  const plan = planProbe(dataset, checks, warehouse.target, types, started.atMs);
  const sent: Sent = { queryIds: [], bytesScanned: undefined };
  // Asked for before the first await, so that all runs of a tick share one catalogue read.
  const columns = plan.needsColumns ? warehouse.catalogue.columnsOf(refOf(dataset)) : null;
  const aggregates = await measureGated(plan, context, sent, () => {
    started = startOf(clock);
  });
  const measuredColumns = await columns;
  return {
    dataset,
    startedMs: started.atMs,
    durationMs: Math.round(clock.monotonicMs() - started.monotonicMs),
    checks: checks.map((check) => {
      const usesAggregates = (plan.aliases.get(check.id)?.size ?? 0) > 0;
      const result = judge(check, dataset, context, () => {
        if (plan.broken.has(check.id)) {
          throw plan.broken.get(check.id);
        }
        return measurementsOf(plan, check.id, aggregates, measuredColumns);
      });
      return {
        check,
        atMs: instantOf(plan, check, aggregates) ?? measuredAt(measuredColumns) ?? started.atMs,
        result,
        evidence: usesAggregates ? columnEvidence(sent) : { rung: "catalogue", queryIds: [] },
      };
    }),
  };
}

async function measureGated(
  plan: ProbePlan,
  context: RunContext,
  sent: Sent,
  onPlace: () => void,
): Promise<MeasuredAggregates> {
  const { warehouse, clock, logger, signal } = context;
  const { dataset } = plan;
  if (plan.statements.length === 0) {
    return new Map();
  }
  return warehouse.gate(() => {
    onPlace();
    return measureAggregates(plan, {
      connector: warehouse.connector,
      target: warehouse.target,
      clock,
      logger,
      call: {
        signal,
        timeoutMs: warehouse.definition.statementTimeoutMs,
        timezone: dataset.timezone,
      },
      nextLabel: () => `${dataset.id.slice(0, longestName)} ${context.newId()}`,
      onStatement: (label, bytesScanned) => {
        sent.queryIds.push(label);
        if (bytesScanned !== undefined) {
          sent.bytesScanned = (sent.bytesScanned ?? 0) + bytesScanned;
        }
        context.onStatement(bytesScanned);
      },
    });
  });
}

function startOf(clock: Clock): { readonly atMs: EpochMs; readonly monotonicMs: number } {
  return { atMs: clock.now(), monotonicMs: clock.monotonicMs() };
}

function columnEvidence({ queryIds, bytesScanned }: Sent): Evidence {
  return { rung: "column", queryIds, ...(bytesScanned === undefined ? {} : { bytesScanned }) };
}

function judge(
  check: Check,
  dataset: Dataset,
  context: RunContext,
  measurements: () => ReturnType<typeof measurementsOf>,
): CheckResult {
  try {
    const evaluated = context.types.of(check).evaluate(check.params, measurements(), {
      timezone: dataset.timezone,
      columns: dataset.columns,
    });
    return withSeverity(check, evaluated);
  } catch (error) {
    context.logger.error({ check: check.id, error }, "a check type failed in a way it should not");
    const failure = internalFailure("The check failed in a way it should not.");
    const none: Figures = {};
    return { outcome: "error", summary: failure.message, measured: none, expected: none, failure };
  }
}

/** A check of severity `warn` is shown when it fails, and spends no budget. */
function withSeverity(check: Check, result: CheckResult): CheckResult {
  return check.severity === "warn" && result.outcome === "fail"
    ? { ...result, outcome: "warn" }
    : result;
}

function instantOf(plan: ProbePlan, check: Check, aggregates: MeasuredAggregates): EpochMs | null {
  for (const alias of plan.aliases.get(check.id)?.values() ?? []) {
    const atMs = measuredAt(aggregates.get(alias) ?? null);
    if (atMs !== null) {
      return atMs;
    }
  }
  return null;
}

function measuredAt(
  measured: { readonly ok: true; readonly atMs: EpochMs } | { readonly ok: false } | null,
): EpochMs | null {
  return measured?.ok === true ? measured.atMs : null;
}
