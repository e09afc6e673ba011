import type { Indicator, IndicatorSpec, Metric } from "./documents.ts";
import type { FieldReader } from "./findings.ts";
import { describedText, metadataOf, nameRule } from "./rules-metadata.ts";

/** An indicator that stands inside an SLO. */
export function inlineIndicator(reader: FieldReader): Indicator {
  const metadata = metadataOf(reader);
  const spec = reader.requiredMap("spec");
  reader.close();
  return { metadata, spec: spec === null ? {} : indicatorSpec(spec) };
}

export function indicatorSpec(spec: FieldReader): IndicatorSpec {
  const description = describedText(spec);
  spec.oneOf(["thresholdMetric", "ratioMetric"]);
  const threshold = metricOf(spec, "thresholdMetric");
  const ratio = spec.map("ratioMetric");
  const ratioMetric = ratio === null ? undefined : ratioMetricOf(ratio);
  spec.close();
  return {
    ...(description !== undefined && { description }),
    ...(threshold !== undefined && { thresholdMetric: threshold }),
    ...(ratioMetric !== undefined && { ratioMetric }),
  };
}

/** `good` or `bad` over `total`, or `raw`, a ratio made elsewhere, with `rawType`. */
function ratioMetricOf(reader: FieldReader): NonNullable<IndicatorSpec["ratioMetric"]> {
  reader.flag("counter");
  reader.oneOf(["total", "raw"]);
  reader.oneOf(["raw", "good", "bad"], true);
  if (reader.has("total") && !reader.has("good") && !reader.has("bad")) {
    reader.say("`total` needs `good` or `bad` beside it");
  }
  const typeRule = (text: string): string | null =>
    text === "success" || text === "failure" ? null : "must be `success` or `failure`";
  const hasRaw = reader.has("raw");
  const rawType = hasRaw
    ? reader.requiredText("rawType", typeRule)
    : reader.text("rawType", typeRule);
  const metrics = (["good", "bad", "total", "raw"] as const).flatMap((key) => {
    const metric = metricOf(reader, key);
    return metric === undefined ? [] : [[key, metric] as const];
  });
  reader.close();
  return {
    ...Object.fromEntries(metrics),
    ...((rawType === "success" || rawType === "failure") && { rawType }),
  };
}

function metricOf(holder: FieldReader, key: string): Metric | undefined {
  const reader = holder.map(key);
  if (reader === null) {
    return undefined;
  }
  const source = reader.requiredMap("metricSource");
  reader.close();
  if (source === null) {
    return undefined;
  }
  const ref = source.text("metricSourceRef", (text) => (text === "" ? null : nameRule(text)));
  const type = source.text("type");
  const spec = source.requiredMap("spec");
  if (spec?.keys.length === 0) {
    source.refuse("spec", "is empty; it says what is queried");
  }
  source.close();
  return {
    metricSource: {
      ...(ref !== undefined && { metricSourceRef: ref }),
      ...(type !== undefined && { type }),
      spec: {},
    },
  };
}
