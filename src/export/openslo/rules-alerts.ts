import { operators } from "./documents.ts";
import { parseShorthand } from "./durations.ts";
import type { FieldReader } from "./findings.ts";
import { describedText, metadataOf, nameRule } from "./rules-metadata.ts";

/** Alerts are held to the rules, so that a file is judged as elsewhere, and then not carried. */

export function shorthandRule(text: string): string | null {
  return parseShorthand(text) === null
    ? "must be a whole number above zero and one of m h d w M Q Y, such as `30d`; `m` is minutes, `M` months"
    : null;
}

export function operatorRule(text: string): string | null {
  return operators.some((one) => one === text) ? null : `must be one of ${operators.join(", ")}`;
}

export function alertPolicySpec(spec: FieldReader): void {
  describedText(spec);
  for (const key of ["alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"]) {
    spec.flag(key);
  }
  const conditions = spec.maps("conditions");
  if (conditions?.length !== 1) {
    spec.refuse("conditions", "must have exactly one condition", "key");
  }
  for (const condition of conditions ?? []) {
    refOrInline(condition, "conditionRef", "AlertCondition", alertConditionSpec);
  }
  const targets = spec.maps("notificationTargets");
  if ((targets?.length ?? 0) === 0) {
    spec.refuse("notificationTargets", "must have at least one target", "key");
  }
  for (const target of targets ?? []) {
    refOrInline(target, "targetRef", "AlertNotificationTarget", alertTargetSpec);
  }
  spec.close();
}

export function alertConditionSpec(spec: FieldReader): void {
  describedText(spec);
  spec.requiredText("severity");
  const condition = spec.requiredMap("condition");
  condition?.requiredText("kind", (text) => (text === "burnrate" ? null : "must be `burnrate`"));
  condition?.requiredText("op", operatorRule);
  if (condition?.has("threshold") === false) {
    condition.missing("threshold");
  }
  condition?.number("threshold");
  condition?.requiredText("lookbackWindow", shorthandRule);
  condition?.text("alertAfter", (text) =>
    /^0*[mhdwMQY]?$/.test(text) ? null : shorthandRule(text),
  );
  condition?.close();
  spec.close();
}

export function alertTargetSpec(spec: FieldReader): void {
  spec.requiredText("target");
  describedText(spec);
  spec.close();
}

/** A policy of an SLO, and a policy's condition and targets: by name, or written out with `kind`. */
export function refOrInline(
  reader: FieldReader,
  ref: string,
  kind: string,
  read: (spec: FieldReader) => void,
): void {
  const isInline = ["kind", "metadata", "spec"].some((key) => reader.has(key));
  if (reader.has(ref) === isInline) {
    const message = isInline ? "exclude one another" : "are both missing";
    reader.say(`\`${ref}\` and \`spec\` ${message}`);
  }
  reader.text(ref, nameRule);
  if (isInline) {
    reader.requiredText("kind", (text) => (text === kind ? null : `must be \`${kind}\``));
    metadataOf(reader);
    const spec = reader.requiredMap("spec");
    if (spec !== null) {
      read(spec);
    }
  }
  reader.close();
}
