import { apiVersion, type Document, type Kind, kinds, type OtherDocument } from "./documents.ts";
import { FieldReader, type Path, type Report } from "./findings.ts";
import { alertConditionSpec, alertPolicySpec, alertTargetSpec } from "./rules-alerts.ts";
import { indicatorSpec } from "./rules-indicator.ts";
import { describedText, metadataOf } from "./rules-metadata.ts";
import { sloSpec } from "./rules-slo.ts";

/**
 * Holds one object to the rules of OpenSLO v1: those that the official Go SDK (OpenSLO/go-sdk) enforces, and, where
 * the specification is stricter, the specification's. Every problem is reported. Null when there was any that keeps
 * the object from being read; only with none at all is what is returned whole.
 */
export function documentOf(value: unknown, at: Path, report: Report): Document | null {
  const reader = FieldReader.of(value, at, report);
  if (reader === null) {
    return null;
  }
  const version = reader.requiredText("apiVersion", (text) =>
    text === apiVersion ? null : `must be \`${apiVersion}\`; nothing else is read here`,
  );
  const kind = reader.requiredText("kind", (text) =>
    kinds.some((known) => known === text) ? null : `must be one of ${kinds.join(", ")}`,
  ) as Kind | undefined;
  if (version === undefined || kind === undefined) {
    return null;
  }
  const metadata = metadataOf(reader);
  const spec = kind === "Service" ? reader.map("spec") : reader.requiredMap("spec");
  reader.close();
  const head = { apiVersion, metadata } as const;
  if (kind === "Service") {
    const text = spec === null ? undefined : describedText(spec);
    spec?.close();
    return { ...head, kind, spec: text === undefined ? {} : { description: text } };
  }
  if (spec === null) {
    return null;
  }
  if (kind === "SLO") {
    return { ...head, kind, spec: sloSpec(spec) };
  }
  if (kind === "SLI") {
    return { ...head, kind, spec: indicatorSpec(spec) };
  }
  otherSpecs[kind](spec);
  return { ...head, kind };
}

const otherSpecs: Readonly<Record<OtherDocument["kind"], (spec: FieldReader) => void>> = {
  AlertPolicy: alertPolicySpec,
  AlertCondition: alertConditionSpec,
  AlertNotificationTarget: alertTargetSpec,
  DataSource: (spec) => {
    describedText(spec);
    spec.requiredText("type");
    if (!spec.has("connectionDetails")) {
      spec.missing("connectionDetails");
    }
    spec.close();
  },
};
