import { z } from "zod";
import type { SqlValue } from "../../src/core/value.ts";
import { isRepeated, isStruct } from "./fields.ts";
import type { Field } from "./wire.ts";

/** A row and a struct are `{ f: [{ v }, …] }`, an array is `[{ v }, …]`, every other value is text or null. */
const cell = z.object({ v: z.unknown().optional() });
const cells = z.object({ f: z.array(cell) });

/** The values of a row without loss. Throws where the answer is of another form than its schema says. */
export function readRow(row: unknown, fields: readonly Field[]): readonly SqlValue[] {
  const { f } = cells.parse(row);
  return fields.map((field, place) => toSqlValue(field, f[place]?.v ?? null));
}

function toSqlValue(field: Field, value: unknown): SqlValue {
  if (value === null) {
    return null;
  }
  if (isRepeated(field) || isStruct(field)) {
    return spellJson(field, value);
  }
  const text = z.string().parse(value);
  switch (field.type) {
    case "INTEGER":
    case "INT64":
      return BigInt(text);
    case "FLOAT":
    case "FLOAT64":
      return toNumber(text);
    case "BOOLEAN":
    case "BOOL":
      return text === "true";
    case "NUMERIC":
    case "BIGNUMERIC":
      return { type: "decimal", text };
    case "TIMESTAMP":
      return { type: "instant", ms: millisecondsOf(text) };
    case "DATETIME":
      return { type: "local", text: withShortestFraction(text) };
    case "DATE":
      return { type: "date", text };
    default:
      return text;
  }
}

/** `Infinity`, `-Infinity` and `NaN` are spelled as in JavaScript; `inf` is what casts to STRING say. */
function toNumber(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) {
    return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return Number(text);
}

/** From microseconds (`useInt64Timestamp`), cut down to the millisecond: a remainder has the sign of what is divided. */
function millisecondsOf(text: string): number {
  const micros = BigInt(text);
  const rest = micros % 1_000n;
  return Number((micros - (rest < 0n ? rest + 1_000n : rest)) / 1_000n);
}

function withShortestFraction(text: string): string {
  return text
    .replace(" ", "T")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** Structs and arrays as JSON whose values are the texts that BigQuery sends, so that no digit is lost. */
function spellJson(field: Field, value: unknown): string {
  return JSON.stringify(plain(field, value));
}

function plain(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) {
    return null;
  }
  if (isRepeated(field)) {
    const { mode: _, ...element } = field;
    return z
      .array(cell)
      .parse(value)
      .map(({ v }) => plain(element, v));
  }
  if (isStruct(field)) {
    const { f } = cells.parse(value);
    const members = field.fields.map((one, place): readonly [string, unknown] => [
      one.name,
      plain(one, f[place]?.v),
    ]);
    return Object.fromEntries(members);
  }
  return value;
}
