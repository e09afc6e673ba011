import type { CheckResult, EvaluateContext, Figures, LastSeen } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import type { CheckTypes } from "./check-types.ts";
import {
  internalFailure,
  type MeasuredFigures,
  measureFigures,
  measurementsOf,
} from "./measure.ts";
import { type ProbeMoment, type ProbePlan, planProbe } from "./plan.ts";
import { settledResult } from "./settled.ts";
import { refOf, type Warehouse } from "./warehouses.ts";

/**
 * How a verdict was come by. `rung`: what was read, `none` where nothing had to be; `queryIds` stand in the comments
 * of the statements.
 */
export interface Evidence {
  readonly rung: "column" | "catalogue" | "none";
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
  /** What the last conclusive probe of the check's own generation saw; asked once for each check of a run. */
  readonly last: (checkId: string) => LastSeen | null;
  /** A short random id, to find one statement among many in the warehouse's own log. */
  readonly newId: () => string;
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
  const nowMs = started.atMs;
  const seen = new Map(checks.map(({ id }) => [id, context.last(id)]));
  const moment: ProbeMoment = { nowMs, last: (checkId) => seen.get(checkId) ?? null };
  const settled = settle(dataset, checks, context, nowMs);
  const open = checks.filter(({ id }) => !settled.has(id));
  const plan = planProbe(dataset, open, warehouse.target, types, moment);
  const sent: Sent = { queryIds: [], bytesScanned: undefined };
  // Asked for before the first await, so that all runs of a tick share one catalogue read.
  const columns = plan.needsColumns ? warehouse.catalogue.columnsOf(refOf(dataset)) : null;
  const figures = await measureGated(plan, context, sent, () => {
    started = startOf(clock);
  });
  const measuredColumns = await columns;
  const judgeOpen = (check: Check): CheckRun => {
    const usesFigures = (plan.figures.get(check.id)?.size ?? 0) > 0;
    const result = judge(check, dataset, context, moment, () => {
      if (plan.broken.has(check.id)) {
        throw plan.broken.get(check.id);
      }
      return measurementsOf(plan, check.id, figures, measuredColumns);
    });
    return {
      check,
      atMs: instantOf(plan, check, figures) ?? measuredAt(measuredColumns) ?? started.atMs,
      result,
      evidence: usesFigures ? columnEvidence(sent) : { rung: "catalogue", queryIds: [] },
    };
  };
  return {
    dataset,
    startedMs: started.atMs,
    durationMs: Math.round(clock.monotonicMs() - started.monotonicMs),
    checks: checks.map((check) => settled.get(check.id) ?? judgeOpen(check)),
  };
}

/** The checks that need no measuring, and those whose type breaks when it is asked whether they do. */
function settle(
  dataset: Dataset,
  checks: readonly Check[],
  context: RunContext,
  atMs: EpochMs,
): ReadonlyMap<string, CheckRun> {
  const settled = new Map<string, CheckRun>();
  for (const check of checks) {
    const result = settleOne(dataset, check, context, atMs);
    if (result !== null) {
      const evidence: Evidence = { rung: "none", queryIds: [] };
      settled.set(check.id, { check, atMs, result, evidence });
    }
  }
  return settled;
}

function settleOne(
  dataset: Dataset,
  check: Check,
  context: RunContext,
  atMs: EpochMs,
): CheckResult | null {
  try {
    return settledResult(check, dataset, context.types, atMs);
  } catch (error) {
    return faultOf(check, context, error);
  }
}

async function measureGated(
  plan: ProbePlan,
  context: RunContext,
  sent: Sent,
  onPlace: () => void,
): Promise<MeasuredFigures> {
  const { warehouse, clock, logger, signal } = context;
  const { dataset } = plan;
  if (plan.statements.length === 0) {
    return new Map();
  }
  return warehouse.gate(() => {
    onPlace();
    return measureFigures(plan, {
      connector: warehouse.connector,
      target: warehouse.target,
      clock,
      logger,
      call: {
        signal,
        timeoutMs: warehouse.definition.statementTimeoutMs,
        timezone: dataset.timezone,
        product: dataset.product,
      },
      nextLabel: () => `${dataset.id.slice(0, longestName)} ${context.newId()}`,
      onStatement: (label, bytesScanned) => {
        sent.queryIds.push(label);
        if (bytesScanned !== undefined) {
          sent.bytesScanned = (sent.bytesScanned ?? 0) + bytesScanned;
        }
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
  { nowMs, last }: ProbeMoment,
  measurements: () => ReturnType<typeof measurementsOf>,
): CheckResult {
  try {
    const known: EvaluateContext = {
      timezone: dataset.timezone,
      nowMs,
      calendar: check.calendar,
      last: last(check.id),
      columns: dataset.columns,
    };
    const evaluated = context.types.of(check).evaluate(check.params, measurements(), known);
    return withSeverity(check, evaluated);
  } catch (error) {
    return faultOf(check, context, error);
  }
}

/** A fault of the check type, which is no fault of its neighbours. */
function faultOf(check: Check, { logger }: RunContext, error: unknown): CheckResult {
  logger.error({ check: check.id, error }, "a check type failed in a way it should not");
  const failure = internalFailure("The check failed in a way it should not.");
  const none: Figures = {};
  return { outcome: "error", summary: failure.message, measured: none, expected: none, failure };
}

/** A check of severity `warn` is shown when it fails, and spends no budget. */
function withSeverity(check: Check, result: CheckResult): CheckResult {
  return check.severity === "warn" && result.outcome === "fail"
    ? { ...result, outcome: "warn" }
    : result;
}

function instantOf(plan: ProbePlan, check: Check, figures: MeasuredFigures): EpochMs | null {
  for (const { alias } of plan.figures.get(check.id)?.values() ?? []) {
    const atMs = measuredAt(figures.get(alias) ?? null);
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
