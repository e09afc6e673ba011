import type { CatalogueColumn } from "../../src/core/measurement.ts";
import type { Field } from "./wire.ts";

const typeNames: ReadonlyMap<string, string> = new Map([
  ["INTEGER", "INT64"],
  ["FLOAT", "FLOAT64"],
  ["BOOLEAN", "BOOL"],
]);

/** Deeper, BigQuery keeps no fields. */
const deepest = 16;

/** The type as INFORMATION_SCHEMA spells it, e.g. `ARRAY<STRUCT<sku STRING, price NUMERIC(10, 2)>>`. */
function spellType(field: Field): string {
  return isRepeated(field) ? `ARRAY<${spellElement(field)}>` : spellElement(field);
}

export function isRepeated({ mode }: Pick<Field, "mode">): boolean {
  return mode === "REPEATED";
}

export function isStruct({ type }: Pick<Field, "type">): boolean {
  return type === "RECORD" || type === "STRUCT";
}

function spellElement(field: Field): string {
  const { type, fields, rangeElementType } = field;
  if (isStruct(field)) {
    const members = fields.map((one) => `${one.name} ${spellType(one)}`);
    return `STRUCT<${members.join(", ")}>`;
  }
  if (type === "RANGE") {
    return `RANGE<${rangeElementType?.type ?? ""}>`;
  }
  const parameters = [field.maxLength ?? field.precision, field.scale].filter(
    (one) => one !== undefined,
  );
  const suffix = parameters.length === 0 ? "" : `(${parameters.join(", ")})`;
  return `${typeNames.get(type) ?? type}${suffix}`;
}

/**
 * A table's columns, and behind each struct or array of structs its fields by their path, `address.city`, as
 * COLUMN_FIELD_PATHS lists them. `hasNullability` is false of views, whose columns are all listed as nullable.
 *
 * A field that is required may yet be NULL where the struct around it is. An array is never NULL once it is stored,
 * and holds no NULL.
 */
export function columnsOf(
  fields: readonly Field[],
  hasNullability: boolean,
): readonly CatalogueColumn[] {
  return flatten(fields, { prefix: "", mayBeNull: false, depth: 0 }).map((column) =>
    hasNullability ? column : { ...column, nullable: null },
  );
}

interface Around {
  readonly prefix: string;
  readonly mayBeNull: boolean;
  readonly depth: number;
}

function flatten(fields: readonly Field[], around: Around): readonly CatalogueColumn[] {
  return fields.flatMap((field) => {
    const name = `${around.prefix}${field.name}`;
    const isArray = isRepeated(field);
    const nullable = !isArray && (around.mayBeNull || field.mode !== "REQUIRED");
    const inner =
      isStruct(field) && around.depth < deepest
        ? flatten(field.fields, {
            prefix: `${name}.`,
            mayBeNull: nullable,
            depth: around.depth + 1,
          })
        : [];
    return [{ name, type: spellType(field), nullable }, ...inner];
  });
}
