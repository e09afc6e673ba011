import type { SqlType } from "../_shared/spellings.ts";

/**
 * How a delivered type relates to the promised one, seen by a consumer who relies on the promise:
 *
 * - `same`: equal in meaning, or equal as far as the promise goes (`numeric` says nothing of digits);
 * - `narrower`: another type, whose every value fits the promised one (`integer` for `bigint`);
 * - `other`: values may come that do not fit, or that drivers hand over in another form.
 *
 * The direction is that of Avro's schema resolution, where a writer's `int` may be read as a `long` and
 * never the reverse; unlike there, nothing crosses from one family to another.
 */
export type Fit = "same" | "narrower" | "other";

/** Digits of a second's fraction in Postgres' and DuckDB's plain `timestamp` and `time`. */
const usualPrecision = 6;

export function fitOf(promised: SqlType, delivered: SqlType): Fit {
  switch (promised.kind) {
    case "integer":
      return delivered.kind === "integer" ? fitOfIntegers(promised, delivered) : "other";
    case "float":
      return delivered.kind === "float" ? fitOfFloats(promised.bits, delivered.bits) : "other";
    case "decimal":
      return delivered.kind === "decimal" ? fitOfDecimals(promised, delivered) : "other";
    case "text":
      return delivered.kind === "text" && delivered.isFixed === promised.isFixed
        ? fitWithin(promised.length, delivered.length)
        : "other";
    case "binary":
      return delivered.kind === "binary" ? fitWithin(promised.length, delivered.length) : "other";
    case "time":
    case "timestamp":
      return delivered.kind === promised.kind && delivered.hasZone === promised.hasZone
        ? fitWithin(promised.precision, delivered.precision ?? usualPrecision)
        : "other";
    case "array":
      return delivered.kind === "array" && fitsSize(promised.size, delivered.size)
        ? fitOf(promised.of, delivered.of)
        : "other";
    case "map":
      return delivered.kind === "map"
        ? loosest([fitOf(promised.key, delivered.key), fitOf(promised.value, delivered.value)])
        : "other";
    case "struct":
      return delivered.kind === "struct"
        ? fitOfStructs(promised.fields, delivered.fields)
        : "other";
    case "other":
      return delivered.kind === "other" && delivered.text === promised.text ? "same" : "other";
    case "boolean":
    case "date":
    case "uuid":
      break;
  }
  return delivered.kind === promised.kind ? "same" : "other";
}

type Integers = Extract<SqlType, { kind: "integer" }>;
type Decimals = Extract<SqlType, { kind: "decimal" }>;
type Fields = Extract<SqlType, { kind: "struct" }>["fields"];

function fitOfIntegers(promised: Integers, delivered: Integers): Fit {
  if (promised.isSigned === delivered.isSigned) {
    return fitWithin(promised.bits, delivered.bits);
  }
  return promised.isSigned && delivered.bits < promised.bits ? "narrower" : "other";
}

/** The bare word `float` has four or eight bytes, depending on who says it: it fits either. */
function fitOfFloats(promised: number | null, delivered: number | null): Fit {
  return delivered === null ? "same" : fitWithin(promised, delivered);
}

function fitOfDecimals(promised: Decimals, delivered: Decimals): Fit {
  if (promised.precision === null) {
    return "same";
  }
  if (delivered.precision === null) {
    return "other";
  }
  return loosest([
    fitWithin(promised.scale, delivered.scale),
    fitWithin(promised.precision - promised.scale, delivered.precision - delivered.scale),
  ]);
}

function fitOfStructs(promised: Fields, delivered: Fields): Fit {
  if (promised.length !== delivered.length) {
    return "other";
  }
  return loosest(
    promised.map((field, index) => {
      const other = delivered[index];
      return other?.name === field.name ? fitOf(field.type, other.type) : "other";
    }),
  );
}

/** A limit that the promise does not name is not promised; one that the catalogue does not name is none. */
function fitWithin(promised: number | null, delivered: number | null): Fit {
  if (promised === null || promised === delivered) {
    return "same";
  }
  return delivered !== null && delivered < promised ? "narrower" : "other";
}

function fitsSize(promised: number | null, delivered: number | null): boolean {
  return promised === null || promised === delivered;
}

function loosest(fits: readonly Fit[]): Fit {
  return fits.includes("other") ? "other" : fits.includes("narrower") ? "narrower" : "same";
}
