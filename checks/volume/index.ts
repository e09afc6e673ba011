import type {
  CheckResult,
  CheckTypeSpec,
  EvaluateContext,
  IdleContext,
  Measurements,
  MetricRequest,
  PlanContext,
} from "../../src/core/check.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { idleUntil, localDay } from "../../src/time/calendar.ts";
import { zonedMoment } from "../../src/time/zone.ts";
import { shownCount } from "../_shared/text.ts";
import { noTime } from "../_shared/time-column.ts";
import { unmeasured } from "../_shared/unmeasured.ts";
import { backtestOf } from "./backtest.ts";
import { judgeEstimate } from "./estimate.ts";
import { outcomeOf } from "./outcome.ts";
import { judgedOf, rowBounds, unitOf, type VolumeParams, volumeParams } from "./params.ts";
import { volumeProblems } from "./problems.ts";
import { expectedOf, placeOf, promiseOf } from "./promise.ts";
import { lastUnit, unitIdleUntil, unitSchedule } from "./window.ts";

/** How many rows a dataset, a rolling window, or each whole day or hour of it may hold. */
export const volume: CheckTypeSpec<VolumeParams> = {
  name: "volume",
  dimension: "completeness",
  params: volumeParams,
  calendar: ({ calendar }) => calendar,
  judged: judgedOf,
  schedule: (params, { timezone }) => {
    const unit = unitOf(params);
    return unit === null ? null : unitSchedule(unit.lengthMs, unit.delayMs, timezone);
  },
  idleUntil: idle,
  needs: ({ rows }) => (rows === "estimate" ? { field: "rows", key: "rows" } : null),
  backtest: backtestOf,
  problems: volumeProblems,
  plan,
  evaluate,
};

/** A day without data is that of the whole day or hour that would be judged, and today for a rolling window. */
function idle(
  params: VolumeParams,
  { timezone, calendar, atMs }: IdleContext,
): { readonly untilMs: EpochMs; readonly reason: string } | null {
  if (calendar === null) {
    return null;
  }
  const unit = unitOf(params);
  const untilMs = idleUntil(calendar, timezone, atMs);
  const today = untilMs === null ? null : { untilMs, day: localDay(atMs, timezone) };
  const found = unit === null ? today : unitIdleUntil(calendar, unit, timezone, atMs);
  return found === null
    ? null
    : {
        untilMs: found.untilMs,
        reason: `${found.day} is not in the calendar ${calendar.name}; no rows are expected.`,
      };
}

/**
 * The window is `[now − window, now)`, so that windows laid end to end count every row once. The newest value
 * shows what the column holds: text would be compared as text, and its count would be no answer. It costs an
 * index look-up, and nothing where a freshness check asks for it as well. Where the comparison itself refuses text,
 * the newest of the window does, so that nothing before the window is read.
 */
function plan(params: VolumeParams, context: PlanContext): readonly MetricRequest[] {
  if (params.rows === "estimate") {
    return [{ kind: "statistics" }];
  }
  if (params.column === undefined || params.window === undefined) {
    return [{ kind: "aggregate", id: "rows", fn: "count" }];
  }
  const { dialect, nowMs, timezone } = context;
  const column = dialect.quoteIdentifier(params.column);
  const unit = unitOf(params);
  const { fromMs, toMs } =
    unit === null
      ? { fromMs: nowMs - params.window, toMs: nowMs }
      : lastUnit(unit.lengthMs, unit.delayMs, timezone, nowMs);
  const from = dialect.compareTime(column, ">=", zonedMoment(fromMs, timezone));
  const to = dialect.compareTime(column, "<", zonedMoment(toMs, timezone));
  const filter = `${from} AND ${to}`;
  const looked = dialect.comparesOnlyTimes === true ? { filter } : {};
  return [
    { kind: "aggregate", id: "rows", fn: "count", filter },
    { kind: "aggregate", id: "newest", fn: "max", of: column, ...looked },
  ];
}

function evaluate(
  params: VolumeParams,
  measured: Measurements,
  context: EvaluateContext,
): CheckResult {
  const expected = expectedOf(params);
  if (params.rows === "estimate") {
    return judgeEstimate(params, measured, expected);
  }
  const answer = measured.aggregate("rows");
  if (!answer.ok) {
    return unmeasured("The number of rows", answer.failure, expected);
  }
  const rows = countOf(answer.value);
  if (rows === null) {
    return unmeasured("The number of rows", notACount, expected);
  }
  const failure = params.window === undefined ? null : windowFailure(measured);
  if (failure !== null) {
    return unmeasured("The number of rows", failure, expected);
  }
  const { fail, warn } = rowBounds(params);
  return {
    outcome: outcomeOf(rows, params),
    summary: `${shownCount(rows, "row")}${placeOf(params, context)}; ${promiseOf(fail, warn)}.`,
    measured: { rows: rows <= Number.MAX_SAFE_INTEGER ? Number(rows) : rows.toString() },
    expected,
  };
}

/** Why a count over the window says nothing. */
function windowFailure(measured: Measurements): MeasurementFailure | null {
  const newest = measured.aggregate("newest");
  return newest.ok ? noTime(newest.value) : newest.failure;
}

const notACount: MeasurementFailure = {
  kind: "internal",
  message: "The answer to count(*) is not a whole number.",
};

function countOf(value: SqlValue): bigint | null {
  return typeof value === "bigint" && value >= 0n ? value : null;
}
