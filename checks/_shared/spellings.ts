/**
 * What a column's type means, without how it is spelled. `null` as a parameter: not said.
 *
 * Two classes of unknown: `float.bits` is null for the bare word `float`, which is four bytes in DuckDB
 * and eight in Postgres; `other` is any type that is not modelled here, by its normalised text.
 */
export type SqlType =
  | { readonly kind: "integer"; readonly bits: number; readonly isSigned: boolean }
  | { readonly kind: "float"; readonly bits: 32 | 64 | null }
  | { readonly kind: "decimal"; readonly precision: number | null; readonly scale: number }
  | { readonly kind: "text"; readonly length: number | null; readonly isFixed: boolean }
  | { readonly kind: "binary"; readonly length: number | null }
  | { readonly kind: "boolean" | "date" | "uuid" }
  | {
      readonly kind: "time" | "timestamp";
      /** Digits of a second's fraction. */
      readonly precision: number | null;
      readonly hasZone: boolean;
    }
  | { readonly kind: "array"; readonly of: SqlType; readonly size: number | null }
  | {
      readonly kind: "struct";
      readonly fields: readonly { readonly name: string; readonly type: SqlType }[];
    }
  | { readonly kind: "map"; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: "other"; readonly text: string };

/** The type for a spelling with these parameters; null where it does not take so many. */
type Spelling = (parameters: readonly number[]) => SqlType | null;

/**
 * Lower-case names to meanings. Sources: PostgreSQL's manual, table 8.1 "Data Types" and `format_type`;
 * DuckDB's `duckdb_types()`; `bytes` and `float64` are BigQuery's. `char` is Postgres' blank-padded type; DuckDB prints VARCHAR for its own.
 */
export const spellings: ReadonlyMap<string, Spelling> = new Map([
  ...names("tinyint int1", integer(8, true)),
  ...names("smallint int2 int16 short", integer(16, true)),
  ...names("integer int int4 int32 integral signed", integer(32, true)),
  // Postgres and DuckDB both count bytes here: `int8` has 64 bits.
  ...names("bigint int8 int64 long", integer(64, true)),
  ...names("hugeint int128", integer(128, true)),
  ...names("utinyint uint8", integer(8, false)),
  ...names("usmallint uint16", integer(16, false)),
  ...names("uinteger uint32", integer(32, false)),
  ...names("ubigint uint64", integer(64, false)),
  ...names("uhugeint uint128", integer(128, false)),
  ...names("real float4", plain({ kind: "float", bits: 32 })),
  ...names("double float8 float64", plain({ kind: "float", bits: 64 })),
  named("double precision", plain({ kind: "float", bits: 64 })),
  named("float", float),
  ...names("decimal numeric dec", decimal),
  ...names("text string varchar nvarchar", text(false)),
  named("character varying", text(false)),
  named("char varying", text(false)),
  ...names("char character bpchar", text(true)),
  ...names("bytea blob bytes binary varbinary", binary),
  ...names("boolean bool logical", plain({ kind: "boolean" })),
  ...names("date", plain({ kind: "date" })),
  ...names("uuid guid", plain({ kind: "uuid" })),
  ...names("timestamp datetime", moment("timestamp", false)),
  named("timestamp without time zone", moment("timestamp", false)),
  named("timestamptz", moment("timestamp", true)),
  named("timestamp with time zone", moment("timestamp", true)),
  named("timestamp_s", plain({ kind: "timestamp", precision: 0, hasZone: false })),
  named("timestamp_ms", plain({ kind: "timestamp", precision: 3, hasZone: false })),
  named("timestamp_us", plain({ kind: "timestamp", precision: 6, hasZone: false })),
  named("timestamp_ns", plain({ kind: "timestamp", precision: 9, hasZone: false })),
  named("time", moment("time", false)),
  named("time without time zone", moment("time", false)),
  named("timetz", moment("time", true)),
  named("time with time zone", moment("time", true)),
  named("time_ns", plain({ kind: "time", precision: 9, hasZone: false })),
]);

function named(name: string, spelling: Spelling): readonly [string, Spelling] {
  return [name, spelling];
}

function names(list: string, spelling: Spelling): readonly (readonly [string, Spelling])[] {
  return list.split(" ").map((name) => named(name, spelling));
}

function plain(type: SqlType): Spelling {
  return (parameters) => (parameters.length === 0 ? type : null);
}

function integer(bits: number, isSigned: boolean): Spelling {
  return plain({ kind: "integer", bits, isSigned });
}

/** SQL's `float(p)` counts binary digits: up to 24 are four bytes. */
function float([digits, ...more]: readonly number[]): SqlType | null {
  if (more.length > 0) {
    return null;
  }
  return { kind: "float", bits: digits === undefined ? null : digits <= 24 ? 32 : 64 };
}

/** `numeric(10)` is `numeric(10,0)`; a bare `numeric` says nothing of its digits. */
function decimal([precision, scale, ...more]: readonly number[]): SqlType | null {
  return more.length > 0
    ? null
    : { kind: "decimal", precision: precision ?? null, scale: scale ?? 0 };
}

/** `varchar` without a length holds what `text` holds, in Postgres and DuckDB alike. */
function text(isFixed: boolean): Spelling {
  return ([length, ...more]) =>
    more.length > 0 ? null : { kind: "text", length: length ?? null, isFixed };
}

function binary([length, ...more]: readonly number[]): SqlType | null {
  return more.length > 0 ? null : { kind: "binary", length: length ?? null };
}

function moment(kind: "time" | "timestamp", hasZone: boolean): Spelling {
  return ([precision, ...more]) =>
    more.length > 0 ? null : { kind, precision: precision ?? null, hasZone };
}
