import type { EvaluateContext, Figures } from "../../src/core/check.ts";
import { formatDuration } from "../../src/time/duration.ts";
import { shownName, shownNumber } from "../_shared/text.ts";
import { type Bounds, rowBounds, unitOf, type VolumeParams } from "./params.ts";
import { lastUnit, shownUnit } from "./window.ts";

/** Which rows were counted: ` in the last 1d of "ordered_at"`. */
export function placeOf(params: VolumeParams, { timezone, nowMs }: EvaluateContext): string {
  const { column, window } = params;
  if (column === undefined || window === undefined) {
    return " in the dataset";
  }
  const unit = unitOf(params);
  return unit === null
    ? ` in the last ${formatDuration(window)} of ${shownName(column)}`
    : ` of ${shownName(column)} ${shownUnit(lastUnit(unit.lengthMs, unit.delayMs, timezone, nowMs), unit.lengthMs)}`;
}

/** `at least 1,000 promised, at least 1,500 without a warning`. */
export function promiseOf(fail: Bounds, warn: Bounds): string {
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

export function expectedOf(params: VolumeParams): Figures {
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
