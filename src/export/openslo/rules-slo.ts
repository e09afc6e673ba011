import { isZone } from "../../time/zone.ts";
import {
  type BudgetingMethod,
  budgetingMethods,
  type Indicator,
  type Objective,
  type SloDocument,
  type TimeWindow,
} from "./documents.ts";
import type { FieldReader } from "./findings.ts";
import { isDateTime } from "./patterns.ts";
import { alertPolicySpec, operatorRule, refOrInline, shorthandRule } from "./rules-alerts.ts";
import { inlineIndicator } from "./rules-indicator.ts";
import { describedText, nameRule } from "./rules-metadata.ts";

export function sloSpec(spec: FieldReader): SloDocument["spec"] {
  const description = describedText(spec);
  const service = spec.requiredText("service") ?? "";
  const method = spec.requiredText("budgetingMethod", (text) =>
    budgetingMethods.some((one) => one === text)
      ? null
      : `must be one of ${budgetingMethods.join(", ")}`,
  ) as BudgetingMethod | undefined;
  const timeWindow = (spec.maps("timeWindow") ?? []).map(timeWindowOf);
  if (timeWindow.length !== 1) {
    spec.refuse("timeWindow", "must be a list of exactly one window", "key");
  }
  const own = indicatorOf(spec);
  const objectives = spec.maps("objectives") ?? [];
  if (objectives.length === 0) {
    spec.refuse("objectives", "must be a list of at least one objective", "key");
  }
  placeIndicators(spec, objectives);
  const read = objectives.map((one) => objectiveOf(one, method, own.indicator));
  const policies = spec.maps("alertPolicies") ?? [];
  for (const policy of policies) {
    refOrInline(policy, "alertPolicyRef", "AlertPolicy", alertPolicySpec);
  }
  spec.close();
  return {
    ...(description !== undefined && { description }),
    service,
    ...own,
    timeWindow,
    budgetingMethod: method ?? "Occurrences",
    objectives: read,
    alertPolicies: policies.map((policy) => nameOf(policy)),
  };
}

function nameOf(policy: FieldReader): { readonly name: string } {
  const ref = policy.value("alertPolicyRef");
  const metadata = policy.value("metadata");
  const inline = typeof metadata === "object" && metadata !== null && "name" in metadata;
  return { name: typeof ref === "string" ? ref : inline ? String(metadata.name) : "" };
}

/** Either the SLO has the indicator, or, where it is a composite, its objectives have. */
function placeIndicators(spec: FieldReader, objectives: readonly FieldReader[]): void {
  const has = (reader: FieldReader): boolean =>
    reader.has("indicator") || reader.has("indicatorRef");
  const isComposite = objectives.some(has);
  if (isComposite === has(spec)) {
    const fault = isComposite ? "in both" : "in neither";
    spec.say(
      `\`indicator\` or \`indicatorRef\` must stand in \`spec\` or in each objective, and is ${fault}`,
    );
  } else if (isComposite) {
    for (const objective of objectives.filter((one) => !has(one))) {
      objective.say(
        "`indicator` or `indicatorRef` must stand in each objective, as it does in others",
      );
    }
  }
}

function indicatorOf(reader: FieldReader): { indicator?: Indicator; indicatorRef?: string } {
  reader.oneOf(["indicator", "indicatorRef"], true);
  const inline = reader.map("indicator");
  const indicatorRef = reader.text("indicatorRef", nameRule);
  return {
    ...(inline !== null && { indicator: inlineIndicator(inline) }),
    ...(indicatorRef !== undefined && { indicatorRef }),
  };
}

function timeWindowOf(reader: FieldReader): TimeWindow {
  const duration = reader.requiredText("duration", shorthandRule) ?? "";
  const isRolling = reader.flag("isRolling") ?? false;
  const given = reader.map("calendar");
  if (isRolling && given !== null) {
    reader.say("`calendar` cannot be given where `isRolling` is true");
  } else if (!isRolling && !reader.has("calendar")) {
    reader.say("`calendar` must be given where `isRolling` is not true");
  }
  const startTime = given?.requiredText("startTime", (text) =>
    isDateTime(text) ? null : "must be local time such as `2024-01-31 12:30:00`",
  );
  const timeZone = given?.requiredText("timeZone", (text) =>
    isZone(text) ? null : "must be an IANA time zone such as `Europe/Berlin`",
  );
  given?.close();
  reader.close();
  const calendar = { startTime: startTime ?? "", timeZone: timeZone ?? "" };
  return { duration, isRolling, ...(given !== null && { calendar }) };
}

function objectiveOf(
  reader: FieldReader,
  method: BudgetingMethod | undefined,
  shared: Indicator | undefined,
): Objective {
  reader.oneOf(["target", "targetPercent"]);
  const indicators = indicatorOf(reader);
  const texts = {
    displayName: reader.text("displayName"),
    op: operatorOf(reader, shared),
    timeSliceWindow: timeSliceWindowOf(reader, method),
  };
  const numbers = {
    target: reader.number("target", (one) =>
      one >= 0 && one < 1 ? null : "must be from 0 to below 1; 99.5 % is 0.995",
    ),
    targetPercent: reader.number("targetPercent", (one) =>
      one >= 0 && one < 100 ? null : "must be from 0 to below 100",
    ),
    value: reader.number("value"),
    timeSliceTarget: reader.number("timeSliceTarget", (one) =>
      method !== "Timeslices" || (one > 0 && one <= 1) ? null : "must be above 0 and at most 1",
    ),
    compositeWeight: reader.number("compositeWeight", (one) =>
      one > 0 ? null : "must be above 0",
    ),
  };
  if (method === "Timeslices" && !reader.has("timeSliceTarget")) {
    reader.say("`timeSliceTarget` is missing, which `Timeslices` needs");
  }
  reader.close();
  return { ...defined(texts), ...defined(numbers), ...indicators };
}

/** `op` and `value` belong to a threshold metric, which is known here only where it stands in the SLO itself. */
function operatorOf(reader: FieldReader, shared: Indicator | undefined): string | undefined {
  for (const key of ["op", "value"]) {
    if (shared?.spec.ratioMetric !== undefined && reader.has(key)) {
      reader.refuse(key, "cannot be given for a `ratioMetric`", "key");
    } else if (shared?.spec.thresholdMetric !== undefined && !reader.has(key)) {
      reader.say(`\`${key}\` is missing, which a \`thresholdMetric\` needs`);
    }
  }
  return reader.text("op", operatorRule);
}

function timeSliceWindowOf(
  reader: FieldReader,
  method: BudgetingMethod | undefined,
): string | undefined {
  if (method !== undefined && method !== "Occurrences" && !reader.has("timeSliceWindow")) {
    reader.say(`\`timeSliceWindow\` is missing, which \`${method}\` needs`);
  }
  if (typeof reader.value("timeSliceWindow") === "number") {
    reader.refuse(
      "timeSliceWindow",
      "must have a unit: the official SDK reads no bare number of minutes",
    );
    return undefined;
  }
  return reader.text("timeSliceWindow", (text) =>
    method === "Occurrences" ? null : shorthandRule(text),
  );
}

type Defined<T> = { readonly [K in keyof T]?: NonNullable<T[K]> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, one]) => one !== undefined),
  ) as Defined<T>;
}
