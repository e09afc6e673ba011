import type {
  CheckResult,
  CheckTypeSpec,
  EvaluateContext,
  Measurements,
  MetricRequest,
  PlanContext,
  SliContext,
} from "../../src/core/check.ts";
import type { Sli } from "../../src/core/sli.ts";
import type { EpochMs } from "../../src/core/vocabulary.ts";
import { formatDuration } from "../../src/time/duration.ts";
import { shownAge, shownName } from "../_shared/text.ts";
import { unmeasured } from "../_shared/unmeasured.ts";
import { backtestOf } from "./backtest.ts";
import { loadsOfDeliveries } from "./delivered.ts";
import { deadlineSliOf, isDelivery, planDeliveries, verdictOnDelivery } from "./delivery.ts";
import { loadsOf, planHistory } from "./history.ts";
import { planNewest } from "./ladder.ts";
import { type NewestTime, readNewest } from "./newest.ts";
import { ageLimits, type FreshnessParams, freshnessParams, judgedOf } from "./params.ts";
import { freshnessProblems } from "./problems.ts";
import { expectedOf, promiseOf } from "./promise.ts";
import { withRollback } from "./rollback.ts";

/** How old the newest value of a time column may be, or by when each day's delivery is there. */
export const freshness: CheckTypeSpec<FreshnessParams> = {
  name: "freshness",
  dimension: "timeliness",
  params: freshnessParams,
  sli,
  calendar: ({ calendar }) => calendar,
  judged: judgedOf,
  backtest: backtestOf,
  problems: freshnessProblems,
  plan,
  evaluate,
};

/** A warning alone promises nothing, so that no load time may convict it: its verdicts are held. */
function sli(params: FreshnessParams, context: SliContext): Sli {
  if (isDelivery(params)) {
    return deadlineSliOf(params, context);
  }
  const { failMs } = ageLimits(params);
  return failMs === null
    ? { kind: "state" }
    : {
        kind: "freshness",
        maxAgeMs: failMs,
        time: params.time,
        visibilityDelayMs: params.visibility_delay,
      };
}

function plan(params: FreshnessParams, context: PlanContext): readonly MetricRequest[] {
  return [
    planNewest(params, context),
    ...(isDelivery(params) ? planDeliveries(params, context) : planHistory(params, context)),
  ];
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
  const { value, atMs } = answer;
  const newest = readNewest(value, context.timezone, atMs);
  if (newest.kind === "unreadable") {
    return unmeasured(`The newest ${column}`, newest.failure, expectedOf(params));
  }
  if (newest.kind === "none") {
    return ofNone(params);
  }
  if (newest.kind === "infinite") {
    return ofInfinite(params, newest.text);
  }
  if (newest.startMs > atMs + params.future_tolerance) {
    return ofFuture(params, newest, atMs);
  }
  const verdict = isDelivery(params)
    ? verdictOnDelivery(params, newest, atMs, context)
    : ofAge(params, newest, atMs);
  const result = withRollback(verdict, context.last, atMs);
  if (result.newestMs === undefined) {
    return result;
  }
  const seen = { value, ms: result.newestMs, atMs };
  const loads = isDelivery(params)
    ? loadsOfDeliveries(params, seen, measured, context)
    : loadsOf(params, seen, measured, context);
  return loads === undefined ? result : { ...result, loads };
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
