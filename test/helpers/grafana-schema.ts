import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { createGenerator } from "ts-json-schema-generator";
import { z } from "zod";
import type { GrafanaTypes } from "./grafana-types.ts";

type PanelType = keyof GrafanaTypes["options"];
const panelTypes: readonly PanelType[] = ["timeseries", "table", "stat", "state-timeline"];

type JsonSchema = Readonly<Record<string, unknown>>;

const jsonSchema: z.ZodType<JsonSchema> = z.record(z.string(), z.unknown());
const object = z.looseObject({ properties: z.record(z.string(), jsonSchema) });

/** What is wrong with a dashboard by the types of Grafana's SDK: where, and what. Keys that no type has are wrong. */
export function schemaOfDashboards(): (dashboard: unknown) => readonly string[] {
  const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(completed());
  return (dashboard) => objections(validate, dashboard);
}

function objections(validate: ValidateFunction, dashboard: unknown): readonly string[] {
  validate(dashboard);
  const errors = validate.errors ?? [];
  return errors
    .filter(({ keyword }) => keyword !== "if")
    .map(({ instancePath, message, params }) =>
      [instancePath, message, ...Object.values(params).map(String)].join(" "),
    );
}

/** The types of the SDK as a schema, in which every `any` has become the type that Grafana takes it for. */
function completed(): JsonSchema {
  const path = fileURLToPath(new URL("grafana-types.ts", import.meta.url));
  const generated = createGenerator({
    path,
    tsconfig: fileURLToPath(new URL("../../tsconfig.json", import.meta.url)),
    additionalProperties: false,
    jsDoc: "none",
    skipTypeCheck: true,
  }).createSchema("GrafanaTypes");
  const definitions = z.record(z.string(), jsonSchema).parse(generated.definitions);
  const types = object.parse(definitions["GrafanaTypes"]).properties;
  const inside = (name: keyof GrafanaTypes, key: string) =>
    part(object.parse(part(types, name)).properties, key);

  const dashboard = object.parse(definitions["Dashboard"]);
  const panel = object.parse(definitions["Panel"]);
  const variable = object.parse(definitions["VariableModel"]);
  return {
    ...dashboard,
    properties: {
      ...dashboard.properties,
      // Instead of "either of them", which would be objected to once for each.
      panels: {
        type: "array",
        items: conditional(
          { properties: { type: { const: "row" } } },
          { $ref: "#/definitions/RowPanel" },
          { $ref: "#/definitions/Panel" },
        ),
      },
    },
    definitions: {
      ...definitions,
      Dataquery: part(types, "query"),
      Panel: {
        ...panel,
        properties: { ...panel.properties, type: { enum: panelTypes } },
        allOf: panelTypes.map((type) =>
          where("type", type, {
            options: inside("options", type),
            fieldConfig: fieldConfigOf(part(types, "fieldConfig"), types, inside("custom", type)),
          }),
        ),
      },
      DataTransformerConfig: {
        ...definitions["DataTransformerConfig"],
        allOf: [
          { properties: { id: { enum: ["merge", "organize"] } } },
          where("id", "merge", { options: inside("transformations", "merge") }),
          where("id", "organize", { options: inside("transformations", "organize") }),
        ],
      },
      VariableModel: {
        ...variable,
        allOf: [where("type", "query", { query: part(types, "variableQuery") })],
      },
    },
  };
}

/** Fields of one type of panel, and overrides of them: an override names what it overrides, and has a value of its type. */
function fieldConfigOf(
  fieldConfig: JsonSchema,
  types: Readonly<Record<string, JsonSchema>>,
  custom: JsonSchema,
): JsonSchema {
  // The SDK takes the links of a field for those of a dashboard.
  const links = { type: "array", items: part(types, "dataLink") };
  const plain = { ...object.parse(fieldConfig).properties, links };
  const ofPanel = object.safeParse(custom).data?.properties ?? {};
  const overridden = new Map<string, JsonSchema>([
    ...Object.entries(plain).filter(([name]) => name !== "custom"),
    ...Object.entries(ofPanel).map(([name, schema]) => [`custom.${name}`, schema] as const),
  ]);
  const property = {
    properties: { id: { enum: [...overridden.keys()] } },
    allOf: [...overridden].map(([id, value]) => where("id", id, { value })),
  };
  return {
    properties: {
      defaults: {
        type: "object",
        additionalProperties: false,
        properties: { ...plain, custom },
      },
      overrides: {
        items: {
          properties: {
            matcher: {
              properties: { id: { enum: ["byName", "byFrameRefID"] }, options: { type: "string" } },
            },
            properties: { items: property },
          },
        },
      },
    },
  };
}

function where(key: string, value: string, then: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return conditional({ properties: { [key]: { const: value } } }, { properties: then }, {});
}

/** Made of entries, because a literal with a key `then` is taken for a promise. */
function conditional(...schemas: readonly [JsonSchema, JsonSchema, JsonSchema]): JsonSchema {
  const keywords = ["if", "then", "else"];
  return Object.fromEntries<JsonSchema>(
    schemas.map((schema, index) => [keywords[index] ?? "", schema]),
  );
}

function part(of: Readonly<Record<string, JsonSchema>>, name: string): JsonSchema {
  const found = of[name];
  if (found === undefined) {
    throw new RangeError(`the schema has no ${name}`);
  }
  return found;
}
