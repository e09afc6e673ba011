/** Prometheus' rule files as plain data, keys in the order in which they are written. */

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Go templates, the values of labels too. */
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  /** Unique over all files. */
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** Text that Prometheus shows as it is: what people write in a product file must not be run as a template. */
export function literal(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}
