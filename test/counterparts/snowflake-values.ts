import {
  DuckDBDateValue,
  DuckDBDecimalType,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";

/** A column as Snowflake's answers describe it. */
export interface RowType {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly length: number | null;
  readonly byteLength: number | null;
}

export function rowTypeOf(name: string, type: DuckDBType): RowType {
  const { type: spelled, precision = null, scale = null, length = null } = typeFacts(type);
  return { name, type: spelled, nullable: true, precision, scale, length, byteLength: length };
}

interface TypeFacts {
  readonly type: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly length?: number;
}

const wholeNumbers: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
]);

export function typeFacts(type: DuckDBType): TypeFacts {
  if (type instanceof DuckDBDecimalType) {
    return { type: "fixed", precision: type.width, scale: type.scale };
  }
  if (wholeNumbers.has(type.typeId)) {
    return { type: "fixed", precision: 38, scale: 0 };
  }
  return others.get(type.typeId) ?? { type: "text", length: 16_777_216 };
}

const others: ReadonlyMap<DuckDBTypeId, TypeFacts> = new Map<DuckDBTypeId, TypeFacts>([
  [DuckDBTypeId.DOUBLE, { type: "real" }],
  [DuckDBTypeId.FLOAT, { type: "real" }],
  [DuckDBTypeId.BOOLEAN, { type: "boolean" }],
  [DuckDBTypeId.DATE, { type: "date" }],
  [DuckDBTypeId.TIMESTAMP, { type: "timestamp_ntz", precision: 0, scale: 9 }],
  [DuckDBTypeId.TIMESTAMP_TZ, { type: "timestamp_ltz", precision: 0, scale: 9 }],
]);

/** A value as the JSON of a rowset has it: text, or null. */
export function rawOf(value: DuckDBValue): string | null {
  if (value === null) {
    return null;
  }
  if (typeof value === "boolean") {
    return value ? "1" : "0";
  }
  if (typeof value === "number") {
    return Number.isFinite(value)
      ? String(value)
      : Number.isNaN(value)
        ? "NaN"
        : value > 0
          ? "inf"
          : "-inf";
  }
  if (value instanceof DuckDBDateValue) {
    return String(value.days);
  }
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    return secondsOf(value.micros);
  }
  return value.toString();
}

/** `-1` microsecond is `-0.000001000`. */
function secondsOf(micros: bigint): string {
  const [sign, size] = micros < 0n ? ["-", -micros] : ["", micros];
  return `${sign}${size / 1_000_000n}.${String(size % 1_000_000n).padStart(6, "0")}000`;
}
