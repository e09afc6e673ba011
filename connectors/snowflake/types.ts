import { z } from "zod";
import type { Field } from "./values.ts";

/** What SHOW COLUMNS says of a type: `{"type":"FIXED","precision":38,"scale":0,"nullable":true}`. */
const dataType = z.object({
  type: z.string(),
  precision: z.number().optional(),
  scale: z.number().optional(),
  length: z.number().optional(),
  nullable: z.boolean().optional(),
  dimension: z.number().optional(),
  vectorElementType: z.object({ type: z.string() }).optional(),
});

export interface ListedType {
  readonly type: string;
  readonly nullable: boolean | null;
}

/** The type as DESCRIBE TABLE writes it, e.g. `NUMBER(38,0)`. */
export function listedType(json: string): ListedType {
  const found = dataType.safeParse(parsed(json));
  if (!found.success) {
    return { type: json, nullable: null };
  }
  const { type, precision, scale, length, nullable, dimension, vectorElementType } = found.data;
  const name = type.toUpperCase();
  const spelled =
    name === "VECTOR" && dimension !== undefined && vectorElementType !== undefined
      ? `VECTOR(${spell(vectorElementType.type)}, ${dimension})`
      : spell(name, { precision, scale, length });
  return { type: spelled, nullable: nullable ?? null };
}

/** The type of an answer's column, whose length the driver does not tell. */
export function fieldType({ type, precision, scale }: Field): string {
  return spell(type.toUpperCase(), {
    precision: precision ?? undefined,
    scale: scale ?? undefined,
  });
}

interface Limits {
  readonly precision?: number | undefined;
  readonly scale?: number | undefined;
  readonly length?: number | undefined;
}

function spell(name: string, { precision, scale, length }: Limits = {}): string {
  switch (name) {
    case "FIXED":
      return precision === undefined ? "NUMBER" : `NUMBER(${precision},${scale ?? 0})`;
    case "REAL":
      return "FLOAT";
    case "TEXT":
      return length === undefined ? "VARCHAR" : `VARCHAR(${length})`;
    case "BINARY":
      return length === undefined ? name : `${name}(${length})`;
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      return scale === undefined ? name : `${name}(${scale})`;
    default:
      return name;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
