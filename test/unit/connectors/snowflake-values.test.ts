import { describe, expect, test } from "vitest";
import { nameOf, quoteIdentifier, spelledOf } from "../../../connectors/snowflake/names.ts";
import { fieldType, listedType } from "../../../connectors/snowflake/types.ts";
import { toSqlValue } from "../../../connectors/snowflake/values.ts";
import type { SqlValue } from "../../../src/core/value.ts";

const field = (type: string, scale: number | null = null) => ({
  name: "v",
  type,
  precision: null,
  scale,
});

describe("values as Snowflake sends them", () => {
  test.each<[string, number | null, string, SqlValue]>([
    ["fixed", 0, "99999999999999999999999999999999999999", 10n ** 38n - 1n],
    ["fixed", 0, "-170141183460469231731687303715884105728", -(2n ** 127n)],
    ["fixed", 2, "-12.30", { type: "decimal", text: "-12.30" }],
    ["fixed", 1, "9007199254740993.0", { type: "decimal", text: "9007199254740993.0" }],
    ["decfloat", null, "123.4500", { type: "decimal", text: "123.4500" }],
    ["decfloat", null, "1.5e-100", { type: "decimal", text: "1.5e-100" }],
    ["real", null, "0.1", 0.1],
    ["real", null, "1.7976931348623157e+308", 1.797_693_134_862_315_7e308],
    ["real", null, "inf", Number.POSITIVE_INFINITY],
    ["real", null, "-inf", Number.NEGATIVE_INFINITY],
    ["real", null, "-Infinity", Number.NEGATIVE_INFINITY],
    ["real", null, "NaN", Number.NaN],
    ["boolean", null, "1", true],
    ["boolean", null, "0", false],
    ["boolean", null, "TRUE", true],
    ["date", null, "20483", { type: "date", text: "2026-01-30" }],
    ["date", null, "-1", { type: "date", text: "1969-12-31" }],
    ["date", null, "-719162", { type: "date", text: "0001-01-01" }],
    ["date", null, "2932896", { type: "date", text: "9999-12-31" }],
    ["time", 9, "86399.999999999", "23:59:59.999999999"],
    ["time", 0, "3600", "01:00:00"],
    [
      "timestamp_ntz",
      9,
      "1769903999.999999000",
      { type: "local", text: "2026-01-31T23:59:59.999999" },
    ],
    ["timestamp_ntz", 9, "-0.000000001", { type: "local", text: "1969-12-31T23:59:59.999999999" }],
    ["timestamp_ntz", 0, "-62135596800", { type: "local", text: "0001-01-01T00:00:00" }],
    ["timestamp_ntz", 3, "0.500", { type: "local", text: "1970-01-01T00:00:00.5" }],
    ["timestamp_ltz", 9, "1782874800.123987000", { type: "instant", ms: 1_782_874_800_123 }],
    ["timestamp_ltz", 9, "-0.000000001", { type: "instant", ms: -1 }],
    ["timestamp_tz", 9, "1782874800.123987000 1560", { type: "instant", ms: 1_782_874_800_123 }],
    ["timestamp_tz", 0, "253402300799 1440", { type: "instant", ms: 253_402_300_799_000 }],
    ["variant", null, '{"a": 12345678901234567890}', '{"a": 12345678901234567890}'],
    ["array", null, "[1, undefined]", "[1, undefined]"],
    ["object", null, "{}", "{}"],
    ["binary", null, "00FF", "00FF"],
    ["geography", null, "POINT(1 2)", "POINT(1 2)"],
    ["text", null, "NULL", "NULL"],
  ])("a %s of scale %s keeps %j", (type, scale, raw, expected) => {
    expect(toSqlValue(field(type, scale), raw)).toEqual(expected);
  });

  test.each(["fixed", "real", "boolean", "date", "time", "timestamp_tz", "variant", "text"])(
    "NULL of %s is null",
    (type) => {
      expect(toSqlValue(field(type, 0), null)).toBe(null);
    },
  );
});

describe("types as the catalogue lists them", () => {
  test.each([
    ['{"type":"FIXED","precision":38,"scale":0,"nullable":false}', "NUMBER(38,0)", false],
    [
      '{"type":"TEXT","length":20,"byteLength":80,"nullable":true,"fixed":false}',
      "VARCHAR(20)",
      true,
    ],
    ['{"type":"REAL","nullable":true}', "FLOAT", true],
    ['{"type":"TIMESTAMP_NTZ","precision":0,"scale":9,"nullable":true}', "TIMESTAMP_NTZ(9)", true],
    ['{"type":"TIME","precision":0,"scale":3,"nullable":true}', "TIME(3)", true],
    ['{"type":"BINARY","length":8388608,"nullable":true}', "BINARY(8388608)", true],
    ['{"type":"VARIANT","nullable":true}', "VARIANT", true],
    [
      '{"type":"VECTOR","dimension":3,"vectorElementType":{"type":"REAL"},"nullable":true}',
      "VECTOR(FLOAT, 3)",
      true,
    ],
    ["not JSON", "not JSON", null],
  ])("%s is %s", (json, type, nullable) => {
    expect(listedType(json)).toEqual({ type, nullable });
  });

  test("a column of an answer has no length", () => {
    expect(fieldType({ name: "v", type: "text", precision: null, scale: null })).toBe("VARCHAR");
    expect(fieldType({ name: "v", type: "fixed", precision: 10, scale: 2 })).toBe("NUMBER(10,2)");
  });
});

describe("names", () => {
  test.each([
    ["loaded_at", "LOADED_AT"],
    ["LOADED_AT", "LOADED_AT"],
    ['"loaded_at"', "loaded_at"],
    ["LoadedAt", "LoadedAt"],
    ["with space", "with space"],
    ["über", "über"],
    ["_1$", "_1$"],
    ["1st", "1st"],
    ['"Mixed"', '"Mixed"'],
  ])("%s means Snowflake's %s", (written, name) => {
    expect(nameOf(written)).toBe(name);
  });

  test.each(["ORDERS", "orders", "Orders", "a b", 'say "hi"', "über", "O_1$", "_", '"', '"X"'])(
    "%j comes back as what was written",
    (name) => {
      expect(nameOf(spelledOf(name))).toBe(name);
    },
  );

  test("quotes double inside of an identifier", () => {
    expect(quoteIdentifier('with "quotes"')).toBe('"with ""quotes"""');
  });
});
