import type { CheckResult, Evidence, LastSeen } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import type { Statistics } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { Measured } from "../core/measurement.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import type { CheckTypes } from "./check-types.ts";
import { faultOf, judge } from "./judge.ts";
import { type MeasuredFigures, measurementsOf } from "./measure.ts";
import { type ProbeMoment, type ProbePlan, planProbe } from "./plan.ts";
import { settledResult } from "./settled.ts";
import { refOf, type Warehouse } from "./warehouses.ts";

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
  /** Aliases of figures that no row within a narrower condition could answer. */
  readonly whole: Set<string>;
}

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
  const known = planProbe(dataset, open, warehouse.target, types, moment);
  const sent: Sent = { queryIds: [], bytesScanned: undefined, whole: new Set() };
  // Asked for before the first await, so that all runs of a tick share one read of each kind.
  const columns = known.needsColumns ? warehouse.catalogue.columnsOf(refOf(dataset)) : null;
  const statistics =
    known.ofMetadata.size + known.mayStand.size > 0
      ? await warehouse.metadata.statisticsOf(refOf(dataset))
      : null;
  const stood = standingRuns(known, open, context, moment, statistics);
  const read = open.filter(({ id }) => !stood.has(id));
  const plan = planAgain(known, read, context, moment, statistics);
  const figures = await measureGated(plan, context, sent, () => {
    started = startOf(clock);
  });
  warehouse.standing.keep(plan, figures, statistics);
  const measuredColumns = await columns;
  const judgeOpen = (check: Check): CheckRun => {
    const result = judge(check, dataset, context, moment, () => {
      if (plan.broken.has(check.id)) {
        throw plan.broken.get(check.id);
      }
      return measurementsOf(plan, check.id, figures, measuredColumns, statistics);
    });
    if (plan.mayStand.has(check.id)) {
      warehouse.standing.keepOutcome(check, result.outcome);
    }
    const unread = plan.ofMetadata.has(check.id) ? statistics : measuredColumns;
    return {
      check,
      atMs: instantOf(plan, check, figures) ?? measuredAt(unread) ?? started.atMs,
      result,
      evidence: evidenceOf(plan, check, sent),
    };
  };
  return {
    dataset,
    startedMs: started.atMs,
    durationMs: Math.round(clock.monotonicMs() - started.monotonicMs),
    checks: checks.map((check) => settled.get(check.id) ?? stood.get(check.id) ?? judgeOpen(check)),
  };
}

/** The checks whose figures the metadata show to be what they were. */
function standingRuns(
  plan: ProbePlan,
  checks: readonly Check[],
  context: RunContext,
  moment: ProbeMoment,
  statistics: Measured<Statistics> | null,
): ReadonlyMap<string, CheckRun> {
  const runs = new Map<string, CheckRun>();
  if (statistics?.ok !== true) {
    return runs;
  }
  const { standing } = context.warehouse;
  const answers = standing.answers(plan, statistics);
  for (const check of checks) {
    const figures = answers.get(check.id);
    if (figures !== undefined) {
      const measured = () => measurementsOf(plan, check.id, figures, null);
      const result = judge(check, plan.dataset, context, moment, measured);
      if (standing.isTrusted(check, result.outcome)) {
        const evidence: Evidence = { rung: "metadata", queryIds: [] };
        runs.set(check.id, { check, atMs: statistics.atMs, result, evidence });
      }
    }
  }
  return runs;
}

/** The plan without what stands, and with what the metadata say of partitions. */
function planAgain(
  known: ProbePlan,
  checks: readonly Check[],
  { warehouse, types }: RunContext,
  moment: ProbeMoment,
  statistics: Measured<Statistics> | null,
): ProbePlan {
  if (statistics?.ok !== true) {
    return known;
  }
  const { partitions } = statistics.value;
  const further = partitions === undefined ? moment : { ...moment, partitions };
  return planProbe(known.dataset, checks, warehouse.target, types, further);
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
  return warehouse.measure({
    plan,
    onPlace,
    context: {
      connector: warehouse.connector,
      target: warehouse.target,
      clock,
      logger,
      call: {
        signal,
        timeoutMs: warehouse.definition.statementTimeoutMs,
        timezone: dataset.timezone,
        products: [dataset.product],
      },
      onWhole: (aliases) => {
        for (const alias of aliases) {
          sent.whole.add(alias);
        }
      },
      newId: context.newId,
      onStatement: (label, bytesScanned) => {
        sent.queryIds.push(label);
        if (bytesScanned !== undefined) {
          sent.bytesScanned = (sent.bytesScanned ?? 0) + bytesScanned;
        }
      },
    },
  });
}

function startOf(clock: Clock): { readonly atMs: EpochMs; readonly monotonicMs: number } {
  return { atMs: clock.now(), monotonicMs: clock.monotonicMs() };
}

function evidenceOf(
  plan: ProbePlan,
  { id }: Check,
  { queryIds, bytesScanned, whole }: Sent,
): Evidence {
  const figures = [...(plan.figures.get(id)?.values() ?? [])];
  if (figures.length === 0) {
    return { rung: plan.ofMetadata.has(id) ? "metadata" : "catalogue", queryIds: [] };
  }
  const narrowed = figures.filter((figure) => figure.whole !== undefined);
  const isNarrow = narrowed.length > 0 && !narrowed.some(({ alias }) => whole.has(alias));
  return {
    rung: isNarrow ? "partition" : "column",
    queryIds,
    ...(bytesScanned === undefined ? {} : { bytesScanned }),
  };
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
