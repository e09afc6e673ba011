/** Of one kind of connection or notifier: the path of each key that holds a secret. */
type SecretKeys = readonly (readonly string[])[];

/** By section of tidemark.yaml, then by `type`. */
export type SecretKeysByType = Readonly<Record<string, Readonly<Record<string, SecretKeys>>>>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Where secrets may stand in the sections that people hand to the Helm chart, out of tidemark.yaml's JSON Schema, in
 * which they are `writeOnly`. Types without a secret are there too, with an empty list: another one is unknown.
 */
export function secretKeysOf(daemonSchema: object): SecretKeysByType {
  const sections = ["connections", "notifiers"].map((section) => {
    const { additionalProperties } = fieldsAt(daemonSchema, ["properties", section]);
    const types = listOf(fieldsOf(additionalProperties)["oneOf"]).map((type) => {
      const { const: name } = fieldsAt(type, ["properties", "type"]);
      return [String(name), secretPaths(type)] as const;
    });
    return [section, Object.fromEntries(types)] as const;
  });
  return Object.fromEntries(sections);
}

function secretPaths(schema: unknown): SecretKeys {
  const { writeOnly, properties, anyOf, oneOf } = fieldsOf(schema);
  if (writeOnly === true) {
    return [[]];
  }
  const ofKeys = Object.entries(fieldsOf(properties)).flatMap(([key, value]) =>
    secretPaths(value).map((path) => [key, ...path]),
  );
  return [...ofKeys, ...[...listOf(anyOf), ...listOf(oneOf)].flatMap(secretPaths)];
}

function fieldsAt(value: unknown, path: readonly string[]): Fields {
  return path.reduce((fields, key) => fieldsOf(fields[key]), fieldsOf(value));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
