import { formatDuration } from "../../time/duration.ts";
import type { CheckKeys } from "./annotations.ts";
import type { Indicator, IndicatorSpec, Objective } from "./documents.ts";
import { type Note, nameFor, toDo } from "./drafts.ts";
import { parseShorthand, shorthandMs } from "./durations.ts";

/**
 * A check that stands in for an indicator. OpenSLO says how a metric is queried, Tidemark what is expected of data, so
 * that each is switched off until somebody has said what it measures: its time is unknown, never good.
 */
export interface CheckDraft {
  readonly dataset: string;
  readonly check: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lost: readonly string[];
}

const switchedOff = {
  enabled: false,
  reason: "Imported from OpenSLO. Say what is measured, then remove `enabled` and `reason`.",
};

/** A check that Tidemark exported: its type, schedule and how its results count come back. */
export function ownCheck(keys: CheckKeys): CheckDraft {
  const { check: path, type, generation: _, schedule, ...terms } = keys;
  const [dataset = "", check = ""] = path.split(".");
  return {
    dataset,
    check,
    fields: { type, ...placeholdersOf(keys), ...terms, schedule, ...switchedOff },
    lost: ["what is measured: the column, the thresholds, the rest of its parameters"],
  };
}

/** What a check of the type cannot be without. */
function placeholdersOf({ type, max_age, by }: CheckKeys): Readonly<Record<string, unknown>> {
  if (type !== "freshness") {
    return type === "volume" ? { min: 1 } : {};
  }
  return { column: toDo, ...(max_age === undefined && by === undefined && { max_age: "1d" }) };
}

/** A check for the indicator of somebody else's SLO. */
export function foreignCheck(
  name: string,
  indicator: Indicator | null,
  objective: Objective,
): CheckDraft {
  const { timeSliceWindow, op, value } = objective;
  const slice = timeSliceWindow === undefined ? null : parseShorthand(timeSliceWindow);
  const every = slice === null ? {} : { schedule: { every: formatDuration(shorthandMs(slice)) } };
  const lost = [
    indicator === null
      ? `the indicator \`${name}\`, which is none of the documents given`
      : `the metric source of \`${name}\`: ${sourcesOf(indicator.spec)}`,
    ...(indicator?.spec.description === undefined
      ? []
      : [`the indicator's description: ${indicator.spec.description}`]),
    ...(op === undefined && value === undefined
      ? []
      : [`the threshold \`${op ?? "op missing"} ${value ?? "value missing"}\` of the metric`]),
  ];
  const fields = { type: "volume", min: 1, ...every, ...switchedOff };
  return { dataset: toDo, check: nameFor(name), fields, lost };
}

/** Which metrics were given, and of what: `good and total of Prometheus`. */
function sourcesOf({ thresholdMetric, ratioMetric }: IndicatorSpec): string {
  const metrics = Object.entries({
    threshold: thresholdMetric,
    good: ratioMetric?.good,
    bad: ratioMetric?.bad,
    total: ratioMetric?.total,
    raw: ratioMetric?.raw,
  }).flatMap(([key, metric]) =>
    metric === undefined ? [] : [{ key, source: metric.metricSource }],
  );
  const names = new Set(
    metrics.flatMap(({ source }) => [source.type ?? [], source.metricSourceRef ?? []].flat()),
  );
  const where = names.size === 0 ? "" : ` of ${[...names].join(", ")}`;
  return `${metrics.map(({ key }) => key).join(" and ")}${where}`;
}

/** What of a check could not be carried, at its place. */
export function checkNotes({ dataset, check, lost }: CheckDraft): readonly Note[] {
  const subject = `check \`${dataset}.${check}\``;
  return lost.map((text) => ({ at: ["datasets", dataset, "checks", check], subject, text }));
}
