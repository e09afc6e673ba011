import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalType,
  DuckDBDecimalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";

/** A column as the REST API describes it. */
export interface RestField {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly precision?: string;
  readonly scale?: string;
  readonly fields?: readonly RestField[];
}

/** A value as the REST API sends it. */
export type RestValue =
  | string
  | null
  | readonly { v: RestValue }[]
  | { f: readonly { v: RestValue }[] };

const typeNames: ReadonlyMap<DuckDBTypeId, string> = new Map([
  [DuckDBTypeId.DOUBLE, "FLOAT"],
  [DuckDBTypeId.FLOAT, "FLOAT"],
  [DuckDBTypeId.BOOLEAN, "BOOLEAN"],
  [DuckDBTypeId.TIMESTAMP_TZ, "TIMESTAMP"],
  [DuckDBTypeId.TIMESTAMP, "DATETIME"],
  [DuckDBTypeId.DATE, "DATE"],
  [DuckDBTypeId.TIME, "TIME"],
  [DuckDBTypeId.BLOB, "BYTES"],
  [DuckDBTypeId.VARCHAR, "STRING"],
]);

/** Sums of whole numbers, HUGEINT to DuckDB, are INT64 to BigQuery as well. */
export function fieldOf(name: string, type: DuckDBType): RestField {
  if (type instanceof DuckDBListType) {
    return { ...fieldOf(name, type.valueType), mode: "REPEATED" };
  }
  if (type instanceof DuckDBStructType) {
    const fields = type.entryNames.map((entry, place) =>
      fieldOf(entry, type.entryTypes[place] ?? type),
    );
    return { name, type: "RECORD", fields };
  }
  if (type instanceof DuckDBDecimalType) {
    const { width, scale } = type;
    return width === 38 && scale === 9
      ? { name, type: "NUMERIC" }
      : { name, type: "BIGNUMERIC", precision: String(width), scale: String(scale) };
  }
  return { name, type: typeNames.get(type.typeId) ?? "INTEGER" };
}

export function restValue(value: DuckDBValue): RestValue {
  if (value === null) {
    return null;
  }
  if (value instanceof DuckDBListValue) {
    return value.items.map((item) => ({ v: restValue(item) }));
  }
  if (value instanceof DuckDBStructValue) {
    return { f: Object.values(value.entries).map((entry) => ({ v: restValue(entry) })) };
  }
  if (value instanceof DuckDBDecimalValue) {
    return value
      .toString()
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
  }
  if (value instanceof DuckDBTimestampTZValue) {
    return String(value.micros);
  }
  if (value instanceof DuckDBTimestampValue) {
    const [day = "", time = "", fraction] = value.toString().split(/[ .]/);
    return `${day}T${time}${fraction === undefined ? "" : `.${fraction.padEnd(6, "0")}`}`;
  }
  if (value instanceof DuckDBBlobValue) {
    return Buffer.from(value.bytes).toString("base64");
  }
  return value instanceof DuckDBDateValue ? value.toString() : String(value);
}
