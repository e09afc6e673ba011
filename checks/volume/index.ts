import type {
  CheckResult,
  CheckTypeSpec,
  Figures,
  Measurements,
  MetricRequest,
  PlanContext,
} from "../../src/core/check.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";
import { formatDuration } from "../../src/time/duration.ts";
import { zonedMoment } from "../../src/time/zone.ts";
import { shownCount, shownName, shownNumber } from "../_shared/text.ts";
import { noTime } from "../_shared/time-column.ts";
import { unmeasured } from "../_shared/unmeasured.ts";
import { type Bounds, rowBounds, type VolumeParams, volumeParams } from "./params.ts";
import { volumeProblems } from "./problems.ts";

/** How many rows a dataset, or a rolling window of it, may hold. */
export const volume: CheckTypeSpec<VolumeParams> = {
  name: "volume",
  dimension: "completeness",
  params: volumeParams,
  problems: volumeProblems,
  plan,
  evaluate,
};

/**
 * The window is `[now − window, now)`, so that windows laid end to end count every row once. The newest value
 * shows what the column holds: text would be compared as text, and its count would be no answer. It costs an
 * index look-up, and nothing where a freshness check asks for it as well.
 */
function plan(params: VolumeParams, context: PlanContext): readonly MetricRequest[] {
  if (params.column === undefined || params.window === undefined) {
    return [{ kind: "aggregate", id: "rows", fn: "count" }];
  }
  const { dialect, nowMs, timezone } = context;
  const column = dialect.quoteIdentifier(params.column);
  const from = dialect.compareTime(column, ">=", zonedMoment(nowMs - params.window, timezone));
  const to = dialect.compareTime(column, "<", zonedMoment(nowMs, timezone));
  return [
    { kind: "aggregate", id: "rows", fn: "count", filter: `${from} AND ${to}` },
    { kind: "aggregate", id: "newest", fn: "max", of: column },
  ];
}

function evaluate(params: VolumeParams, measured: Measurements): CheckResult {
  const answer = measured.aggregate("rows");
  const expected = expectedOf(params);
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
    outcome: isOutside(rows, fail) ? "fail" : isOutside(rows, warn) ? "warn" : "pass",
    summary: `${shownCount(rows, "row")}${placeOf(params)}; ${promiseOf(fail, warn)}.`,
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

/** A bigint and a number compare by value, whatever their size. */
function isOutside(rows: bigint, { min, max }: Bounds): boolean {
  return (min !== null && rows < min) || (max !== null && rows > max);
}

function placeOf({ column, window }: VolumeParams): string {
  return column === undefined || window === undefined
    ? " in the dataset"
    : ` in the last ${formatDuration(window)} of ${shownName(column)}`;
}

/** `at least 1,000 promised, at least 1,500 without a warning`. */
function promiseOf(fail: Bounds, warn: Bounds): string {
  const promise = boundsText(fail);
  const quiet = boundsText(warn);
  return [
    promise === "" ? "" : `${promise} promised`,
    quiet === "" ? "" : `${quiet} without a warning`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function boundsText({ min, max }: Bounds): string {
  if (min !== null && max !== null) {
    return min === max
      ? `exactly ${shownNumber(min)}`
      : `${shownNumber(min)} to ${shownNumber(max)}`;
  }
  return [
    min === null ? "" : `at least ${shownNumber(min)}`,
    max === null ? "" : `at most ${shownNumber(max)}`,
  ].join("");
}

function expectedOf(params: VolumeParams): Figures {
  const { fail, warn } = rowBounds(params);
  const bounds: readonly (readonly [string, number | null])[] = [
    ["min_rows", fail.min],
    ["max_rows", fail.max],
    ["warn_min_rows", warn.min],
    ["warn_max_rows", warn.max],
    ["window_seconds", params.window === undefined ? null : params.window / 1000],
  ];
  return Object.fromEntries(bounds.filter(([, bound]) => bound !== null));
}
