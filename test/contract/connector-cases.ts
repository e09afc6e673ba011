import type { SqlValue } from "../../src/core/value.ts";
import type { ColumnKind, ConnectorAdapter, ValueCase } from "./connector-adapter.ts";

/** Values that every warehouse knows. Local times are written with as short a fraction as keeps them exact. */
export const canonicalValues: Readonly<Record<ColumnKind, readonly ValueCase[]>> = {
  integer: [
    ["0", 0n],
    ["9007199254740993", 9_007_199_254_740_993n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n],
  ],
  decimal: [
    ["12.30", { type: "decimal", text: "12.3000000000" }],
    ["-0.0000000001", { type: "decimal", text: "-0.0000000001" }],
    [
      "1234567890123456789012345678.0123456789",
      { type: "decimal", text: "1234567890123456789012345678.0123456789" },
    ],
  ],
  double: [
    ["0.1", 0.1],
    ["-2.5e-308", -2.5e-308],
    ["1.7976931348623157e308", 1.797_693_134_862_315_7e308],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
  ],
  text: [
    ["", ""],
    [`it's "quoted" \\ and %s`, `it's "quoted" \\ and %s`],
    ["línea\nдва 三 🦆", "línea\nдва 三 🦆"],
    ["NULL", "NULL"],
  ],
  boolean: [
    ["true", true],
    ["false", false],
  ],
  instant: [
    [
      "2026-07-01 05:00:00.123987+02:00",
      { type: "instant", ms: Date.UTC(2026, 6, 1, 3, 0, 0, 123) },
    ],
    ["1969-12-31 23:59:59.999999+00:00", { type: "instant", ms: -1 }],
    ["0001-01-01 00:00:00+00:00", { type: "instant", ms: -62_135_596_800_000 }],
    ["9999-12-31 23:59:59.999+00:00", { type: "instant", ms: 253_402_300_799_999 }],
    ["infinity", { type: "instant", ms: Number.POSITIVE_INFINITY }],
    ["-infinity", { type: "instant", ms: Number.NEGATIVE_INFINITY }],
  ],
  local: [
    ["2026-01-31 23:59:59.999999", { type: "local", text: "2026-01-31T23:59:59.999999" }],
    ["2026-03-29 02:30:00.5", { type: "local", text: "2026-03-29T02:30:00.5" }],
    ["2026-01-31 00:00:00", { type: "local", text: "2026-01-31T00:00:00" }],
    ["infinity", { type: "local", text: "infinity" }],
    ["-infinity", { type: "local", text: "-infinity" }],
  ],
  date: [
    ["2026-01-31", { type: "date", text: "2026-01-31" }],
    ["0001-01-01", { type: "date", text: "0001-01-01" }],
    ["infinity", { type: "date", text: "infinity" }],
    ["-infinity", { type: "date", text: "-infinity" }],
  ],
};

/** What a warehouse must keep of the canonical values and of its own. */
export function valuesOf(
  kind: ColumnKind,
  {
    values,
    hasInfiniteTimes,
    padsDecimals,
  }: Pick<ConnectorAdapter, "values" | "hasInfiniteTimes" | "padsDecimals">,
): readonly ValueCase[] {
  return [...canonicalValues[kind], ...(values?.[kind] ?? [])]
    .filter(([text]) => hasInfiniteTimes !== false || !isInfiniteTime(text))
    .map(([text, value]) => [text, padsDecimals === false ? withoutPadding(value) : value]);
}

/** Lower case: the infinities of floating point, which every warehouse has, begin with a capital. */
export function isInfiniteTime(text: string | null): boolean {
  return text === "infinity" || text === "-infinity";
}

function withoutPadding(value: SqlValue): SqlValue {
  return typeof value === "object" && value?.type === "decimal"
    ? { ...value, text: value.text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") }
    : value;
}

/** Names that break naive quoting. */
export const oddNames = [
  "select",
  "MixedCase",
  "with space",
  "with.dot",
  'with "quotes"',
  "it's",
  "back\\slash",
  "percent % $1 :x ?",
  "über_データ_🦆",
  "-- remark",
  "; drop",
] as const;
