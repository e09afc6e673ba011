import { z } from "zod";
import { daemonFile } from "./daemon-file.ts";
import { type Kinds, kindsOf, type Registries } from "./kinds.ts";
import { type Fields, isFields } from "./piece.ts";
import { productFile } from "./product-file.ts";
import { expandedSections } from "./sections.ts";

/** What a value may be instead of its own form, where secrets are expanded. */
export const referencePattern = "\\$\\{(env|file):";

/**
 * The forms of both files as JSON Schema 2020-12, for editors: the keys, their types and what they mean.
 * Secrets are `writeOnly`; where `${env:…}` is expanded, text with one may stand in the place of anything.
 */
export function jsonSchemas(registries: Registries): {
  readonly daemon: object;
  readonly product: object;
} {
  const kinds = kindsOf(registries);
  const daemon = jsonSchema(
    daemonFile({
      connections: fieldsOf(kinds.connections),
      notifiers: fieldsOf(kinds.notifiers),
    }),
  );
  const { properties } = daemon as { readonly properties: Readonly<Record<string, unknown>> };
  const expanded = Object.entries(properties).map(([key, section]) => [
    key,
    expandedSections.includes(key) ? withReferences(section) : section,
  ]);
  return {
    daemon: { ...daemon, properties: Object.fromEntries(expanded) as object },
    product: jsonSchema(productFile(fieldsOf(kinds.checks))),
  };
}

function fieldsOf(kinds: Kinds[keyof Kinds]): readonly z.ZodObject[] {
  return [...kinds.values()].map(({ fields }) => fields);
}

function jsonSchema(type: z.ZodType): object {
  return z.toJSONSchema(type, {
    io: "input",
    override: ({ zodSchema, jsonSchema: schema }) => {
      // zod takes examples for values as they are after a transformation; ours are as people write them.
      const examples = z.globalRegistry.get(zodSchema)?.["examples"];
      if (Array.isArray(examples)) {
        schema.examples = examples as typeof schema.examples & unknown[];
      }
      if (schema["secret"] === true) {
        delete schema["secret"];
        schema.writeOnly = true;
      }
    },
  });
}

/** Lets every scalar of a section also be text with a reference; a `type` stays what it is. */
function withReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(withReferences);
  }
  if (!isFields(schema)) {
    return schema;
  }
  if (isNarrow(schema)) {
    const { description, default: standard, examples, writeOnly, ...form } = schema;
    const about = Object.entries({ description, default: standard, examples, writeOnly });
    return {
      ...Object.fromEntries(about.filter(([, value]) => value !== undefined)),
      anyOf: [form, { type: "string", pattern: referencePattern }],
    };
  }
  const inner = Object.entries(schema).map(([key, value]) => [
    key,
    ["properties", "additionalProperties", "oneOf", "anyOf", "items"].includes(key)
      ? key === "properties"
        ? mapEntries(value, withReferences)
        : withReferences(value)
      : value,
  ]);
  return Object.fromEntries(inner) as object;
}

/** A scalar of a form that text with a reference does not have. A `type` is never expanded in editors. */
function isNarrow(schema: Fields): boolean {
  const { type } = schema;
  const isText = type === "string";
  const hasForm = ["pattern", "format", "enum"].some((key) => schema[key] !== undefined);
  return (
    schema["const"] === undefined &&
    ((isText && hasForm) || type === "integer" || type === "number" || type === "boolean")
  );
}

function mapEntries(value: unknown, change: (item: unknown) => unknown): unknown {
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]))
    : value;
}
