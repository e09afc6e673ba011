import type {
  CheckResult,
  CheckTypeSpec,
  EvaluateContext,
  Figures,
  Measurements,
  MetricRequest,
  PlanContext,
} from "../../src/core/check.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { formatDuration } from "../../src/time/duration.ts";
import { shownAge, shownName } from "../_shared/text.ts";
import { unmeasured } from "../_shared/unmeasured.ts";
import { type Newest, readNewest } from "./newest.ts";
import { ageLimits, type FreshnessParams, freshnessParams, freshnessProblems } from "./params.ts";

type NewestTime = Extract<Newest, { kind: "time" }>;

/** How old the newest value of a time column may be. */
export const freshness: CheckTypeSpec<FreshnessParams> = {
  name: "freshness",
  dimension: "timeliness",
  params: freshnessParams,
  problems: freshnessProblems,
  plan,
  evaluate,
};

function plan(params: FreshnessParams, context: PlanContext): readonly MetricRequest[] {
  const of = context.dialect.quoteIdentifier(params.column);
  return [{ kind: "aggregate", id: "newest", fn: "max", of }];
}

function evaluate(
  params: FreshnessParams,
  measured: Measurements,
  context: EvaluateContext,
): CheckResult {
  const answer = measured.aggregate("newest");
  const column = shownName(params.column);
  if (!answer.ok) {
    return unmeasured(`The newest ${column}`, answer.failure, expectedOf(params));
  }
  const newest = readNewest(answer.value, context.timezone, answer.atMs);
  if (newest.kind === "unreadable") {
    return unmeasured(`The newest ${column}`, newest.failure, expectedOf(params));
  }
  if (newest.kind === "none") {
    return ofNone(params);
  }
  if (newest.kind === "infinite") {
    return ofInfinite(params, newest.text);
  }
  return newest.startMs > answer.atMs + params.future_tolerance
    ? ofFuture(params, newest, answer.atMs)
    : ofAge(params, newest, answer.atMs);
}

function ofNone(params: FreshnessParams): CheckResult {
  return {
    outcome: params.when_empty,
    summary: `No row has a value in ${shownName(params.column)}; ${promiseOf(params)}.`,
    measured: { age_seconds: null, newest: null },
    expected: expectedOf(params),
  };
}

/** Neither infinity is a load time: one hides the newest real value, the other is older than any promise. */
function ofInfinite(params: FreshnessParams, text: string): CheckResult {
  return {
    outcome: "fail",
    summary: `The newest ${shownName(params.column)} is ${text}, which is no time; ${promiseOf(params)}.`,
    measured: { age_seconds: null, newest: text },
    expected: expectedOf(params),
  };
}

/** A time that has not come says nothing about the data's age, so that no age and no newest is given. */
function ofFuture(params: FreshnessParams, newest: NewestTime, probeMs: EpochMs): CheckResult {
  const ahead = shownAge(newest.startMs - probeMs);
  const tolerated = formatDuration(params.future_tolerance);
  return {
    outcome: "fail",
    summary: `The newest ${shownName(params.column)} is ${newest.text}, ${ahead} in the future; at most ${tolerated} is tolerated.`,
    measured: { age_seconds: null, newest: newest.text },
    expected: expectedOf(params),
  };
}

function ofAge(params: FreshnessParams, newest: NewestTime, probeMs: EpochMs): CheckResult {
  const newestMs = Math.min(newest.endMs, probeMs);
  const ageMs = probeMs - newestMs;
  const { failMs, warnMs } = ageLimits(params);
  const isFailing = failMs !== null && ageMs > failMs;
  const isWarning = warnMs !== null && ageMs > warnMs;
  return {
    outcome: isFailing ? "fail" : isWarning ? "warn" : "pass",
    summary: `The newest ${shownName(params.column)} is ${newest.text}, ${shownAge(ageMs)} old; ${promiseOf(params)}.`,
    measured: { age_seconds: ageMs / 1000, newest: newest.text },
    expected: expectedOf(params),
    newestMs,
  };
}

/** `at most 1h promised, 45m without a warning`. */
function promiseOf(params: FreshnessParams): string {
  const { failMs, warnMs } = ageLimits(params);
  const promise = failMs === null ? [] : [`at most ${formatDuration(failMs)} promised`];
  const quiet = warnMs === null ? [] : [`at most ${formatDuration(warnMs)} without a warning`];
  return [...promise, ...quiet].join(", ");
}

function expectedOf(params: FreshnessParams): Figures {
  const { failMs, warnMs } = ageLimits(params);
  return {
    ...(failMs === null ? {} : { max_age_seconds: failMs / 1000 }),
    ...(warnMs === null ? {} : { warn_max_age_seconds: warnMs / 1000 }),
    future_tolerance_seconds: params.future_tolerance / 1000,
  };
}
