import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSqlType } from "../../../checks/_shared/sql-type.ts";
import { fitOf } from "../../../checks/schema/fits.ts";
import { bigquery } from "../../../connectors/bigquery/index.ts";
import { snowflake } from "../../../connectors/snowflake/index.ts";

/** Spellings of one line mean the same; those of two lines do not. */
const families: readonly (readonly string[])[] = [
  ["tinyint", "INT1"],
  ["smallint", "int2", "int16", "short"],
  ["integer", "int", "INT4", "int32", " Integer "],
  ["bigint", "int8", "BIGINT", "int64", "long"],
  ["hugeint", "int128"],
  ["utinyint", "uint8"],
  ["ubigint", "uint64"],
  ["real", "float4", "float(24)"],
  ["double precision", "float8", "DOUBLE", "float64", "float(53)", "double  precision"],
  ["numeric(10,2)", "decimal(10, 2)", "DEC (10,2)"],
  ["numeric(10)", "decimal(10,0)"],
  ["text", "varchar", "VARCHAR", "character varying", "string"],
  ["varchar(20)", "character varying(20)", "char varying (20)"],
  ["char(3)", "character(3)", "bpchar(3)"],
  ["boolean", "bool"],
  ["bytea", "BLOB", "bytes", "varbinary"],
  ["date"],
  ["uuid", "guid"],
  ["timestamp", "timestamp without time zone", "DATETIME", "timestamp(6)", "timestamp_us"],
  ["timestamp(3)", "timestamp_ms", "timestamp (3) without time zone"],
  ["timestamptz", "timestamp with time zone", "TIMESTAMP WITH TIME ZONE", "timestamptz(6)"],
  ["timestamptz(3)", "timestamp(3) with time zone"],
  ["time", "time without time zone", "time(6)"],
  ["timetz", "time with time zone"],
  ["interval"],
  ["json"],
  ["jsonb"],
  ["int[]", "integer[]", "INT4 []", "integer array"],
  ["int[3]", "INTEGER[3]"],
  ["int[][]", "integer[] []"],
  ["numeric(10,2)[]", "decimal(10,2)[]", "array<numeric(10, 2)>"],
  ["struct(a int, b text)", "STRUCT(a INTEGER, b VARCHAR)", 'row("a" int4, "b" string)'],
  ["array<struct<x int64, y array<string>>>", "ARRAY<STRUCT<x INT64, y ARRAY<STRING>>>"],
  ["range<date>"],
  ["struct(A int, b text)"],
  ["struct(b text, a int)"],
  ["map(text, int)", "MAP(VARCHAR, INTEGER)"],
  ["map(int, text)"],
  ["enum('a','b')", "ENUM('a', 'b')"],
  ["enum('A','b')"],
  ["geometry(Point,4326)", "GEOMETRY( point , 4326 )"],
  ['public."MyType"'],
  ['public."mytype"'],
];

const labelled = families.flatMap((family, index) => family.map((text) => ({ text, index })));

/** `int[]` promises no size, `text` no length: such a promise is kept by more than its own family. */
function isSame(promised: string, delivered: string): boolean {
  return fitOf(parseSqlType(promised), parseSqlType(delivered)) === "same";
}

describe("type names are compared by meaning", () => {
  test.each(families.map((family) => [family.join(" = "), family] as const))("%s", (_, family) => {
    for (const promised of family) {
      for (const delivered of family) {
        expect([promised, delivered, isSame(promised, delivered)]).toEqual([
          promised,
          delivered,
          true,
        ]);
      }
    }
  });

  test("and no two families mean the same in both directions", () => {
    for (const left of labelled) {
      for (const right of labelled.filter(({ index }) => index !== left.index)) {
        const isEqual = isSame(left.text, right.text) && isSame(right.text, left.text);
        expect([left.text, right.text, isEqual]).toEqual([left.text, right.text, false]);
      }
    }
  });
});

describe("a delivered type fits a promised one when its every value does", () => {
  test.each([
    ["bigint", "integer", "narrower"],
    ["integer", "bigint", "other"],
    ["bigint", "uinteger", "narrower"],
    ["bigint", "ubigint", "other"],
    ["uinteger", "integer", "other"],
    ["double precision", "real", "narrower"],
    ["real", "double precision", "other"],
    ["float", "real", "same"],
    ["float", "double precision", "same"],
    ["real", "FLOAT", "same"],
    ["double precision", "integer", "other"],
    ["numeric(10,2)", "numeric(8,2)", "narrower"],
    ["numeric(10,2)", "numeric(10,3)", "other"],
    ["numeric(10,2)", "numeric(9,0)", "other"],
    ["numeric(10,2)", "numeric(8,0)", "narrower"],
    ["numeric(10,2)", "numeric(12,2)", "other"],
    ["numeric(10,2)", "numeric", "other"],
    ["numeric", "numeric(10,2)", "same"],
    ["numeric(10,2)", "integer", "other"],
    ["varchar(20)", "varchar(10)", "narrower"],
    ["varchar(20)", "varchar(50)", "other"],
    ["varchar(20)", "text", "other"],
    ["varchar", "varchar(20)", "same"],
    ["varchar(20)", "char(20)", "other"],
    ["char(20)", "text", "other"],
    ["timestamp", "timestamptz", "other"],
    ["timestamptz", "timestamp", "other"],
    ["timestamp(3)", "timestamp", "other"],
    ["timestamp(6)", "timestamp(3)", "narrower"],
    ["timestamp", "timestamp_ns", "same"],
    ["timestamp", "date", "other"],
    ["date", "timestamp", "other"],
    ["text", "json", "other"],
    ["json", "jsonb", "other"],
    ["bigint[]", "integer[]", "narrower"],
    ["integer[]", "bigint[]", "other"],
    ["integer[]", "integer[3]", "same"],
    ["integer[3]", "integer[]", "other"],
    ["integer[]", "integer", "other"],
    ["struct(a bigint)", "struct(a int)", "narrower"],
    ["struct(a int)", "struct(a int, b int)", "other"],
    ["map(text, bigint)", "map(text, int)", "narrower"],
    ["array<int64>", "ARRAY<INT64>", "same"],
    ["array<struct<a int64>>", "ARRAY<STRUCT<a INT64, b STRING>>", "other"],
    ["struct<a string>", "STRUCT<a STRING(10)>", "same"],
    ["mood", "mood", "same"],
    ["mood", "text", "other"],
  ])("promised %s, delivered %s: %s", (promised, delivered, fit) => {
    expect(fitOf(parseSqlType(promised), parseSqlType(delivered))).toBe(fit);
  });
});

describe("a dialect may mean something else by a name", () => {
  test.each([
    ["timestamp", "TIMESTAMP", "same"],
    ["timestamptz", "TIMESTAMP", "same"],
    ["timestamp", "DATETIME", "other"],
    ["datetime", "DATETIME", "same"],
    ["int", "INT64", "same"],
    ["array<timestamp>", "ARRAY<DATETIME>", "other"],
    ["struct<at datetime>", "STRUCT<at DATETIME>", "same"],
  ])("BigQuery: promised %s, delivered %s: %s", (promised, delivered, fit) => {
    const { typeNames } = bigquery.dialect;
    const fits = fitOf(parseSqlType(promised, typeNames), parseSqlType(delivered, typeNames));
    expect(fits).toBe(fit);
  });

  test.each([
    ["number(38,0)", "NUMBER(38,0)", "same"],
    ["number", "NUMBER(10,2)", "same"],
    ["number(38,2)", "NUMBER(38,0)", "other"],
    ["bigint", "NUMBER(38,0)", "other"],
    ["timestamp_tz", "TIMESTAMP_LTZ(9)", "same"],
    ["timestamptz", "TIMESTAMP_TZ(9)", "same"],
    ["timestamp_ntz", "TIMESTAMP_NTZ(9)", "same"],
    ["timestamp_ntz", "TIMESTAMP_LTZ(9)", "other"],
    ["timestamp_ntz(3)", "TIMESTAMP_NTZ(9)", "other"],
    ["real", "FLOAT", "same"],
    ["double", "FLOAT", "same"],
    ["text", "VARCHAR(16777216)", "same"],
    ["variant", "VARIANT", "same"],
  ])("Snowflake: promised %s, delivered %s: %s", (promised, delivered, fit) => {
    const { typeNames } = snowflake.dialect;
    const fits = fitOf(parseSqlType(promised, typeNames), parseSqlType(delivered, typeNames));
    expect(fits).toBe(fit);
  });
});

describe("for all type names", () => {
  const blanks = fc.constantFrom(" ", "  ", "\t", "\n");

  test("case and blanks do not matter outside quotes and names of fields", () => {
    const plain = labelled
      .map(({ text }) => text)
      .filter((text) => !/struct|row|['"]/iu.test(text));
    fc.assert(
      fc.property(fc.constantFrom(...plain), blanks, fc.boolean(), (text, blank, isUpper) => {
        const spread = text.replaceAll(/([(),[\]])/gu, `${blank}$1${blank}`);
        const other = isUpper ? spread.toUpperCase() : spread.toLowerCase();
        expect(parseSqlType(other)).toEqual(parseSqlType(text));
      }),
    );
  });

  test("a type is always the same as itself, and reading one never throws", () => {
    const noise = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("int", "struct", "map", "(", ")", "[", "]", ",", "a", '"', "'", "9"))
        .map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(noise, (text) => {
        expect(fitOf(parseSqlType(text), parseSqlType(text))).toBe("same");
      }),
    );
  });

  test.each([
    ["brackets", `int${"[]".repeat(50_000)}`],
    ["structs", `${"struct(a ".repeat(50_000)}int${")".repeat(50_000)}`],
    ["maps", `${"map(int,".repeat(50_000)}int${")".repeat(50_000)}`],
    ["words", "word ".repeat(50_000)],
  ])("neither do a hundred thousand %s", (_, text) => {
    expect(parseSqlType(text).kind).toBe("other");
  });

  test("fitting is transitive for what promises its parameters", () => {
    const size = fc.integer({ min: 1, max: 6 });
    const decimal = fc
      .tuple(size, size)
      .map(([whole, scale]) => `numeric(${whole + scale},${scale})`);
    const integer = fc.constantFrom(
      "int2",
      "int4",
      "int8",
      "hugeint",
      "uint16",
      "uint32",
      "uint64",
    );
    const fits = (promised: string, delivered: string): boolean =>
      fitOf(parseSqlType(promised), parseSqlType(delivered)) !== "other";
    for (const type of [decimal, integer]) {
      fc.assert(
        fc.property(type, type, type, (wide, middle, narrow) => {
          expect(fits(wide, middle) && fits(middle, narrow) ? fits(wide, narrow) : true).toBe(true);
        }),
      );
    }
  });
});
