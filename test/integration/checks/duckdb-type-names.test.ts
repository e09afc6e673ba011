import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseSqlType } from "../../../checks/_shared/sql-type.ts";
import { fitOf } from "../../../checks/schema/fits.ts";

let instance: DuckDBInstance;

beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:");
});

afterAll(() => {
  instance.closeSync();
});

/** How DuckDB's own catalogue prints a column that was declared as `type`. */
async function printed(type: string): Promise<string> {
  const connection = await instance.connect();
  try {
    await connection.run(`create or replace temp table declared (it ${type})`);
    const rows = await connection.runAndReadAll(
      "select data_type from duckdb_columns() where table_name = 'declared'",
    );
    return String(rows.getRows()[0]?.[0]);
  } finally {
    connection.closeSync();
  }
}

/** Spellings that a promise may use; `char` and lengths are missing, since DuckDB keeps neither. */
const spellings = [
  "tinyint int1 smallint int2 int16 short integer int int4 int32 integral signed",
  "bigint int8 int64 long hugeint int128 utinyint uint8 usmallint uint16 uinteger uint32",
  "ubigint uint64 uhugeint uint128 real float4 float double float8 decimal numeric dec",
  "text string varchar nvarchar bytea blob binary varbinary boolean bool logical date uuid guid",
  "timestamp datetime timestamptz timestamp_s timestamp_ms timestamp_us timestamp_ns time timetz",
  "time_ns interval json bit",
]
  .join(" ")
  .split(" ")
  .concat(
    ["double precision", "character varying", "numeric(10)", "decimal(10, 2)", "timestamp(3)"],
    ["timestamp with time zone", "time with time zone", "timestamp without time zone"],
    ["int[]", "int8[][]", "numeric(4,1)[3]", "integer array", "text[]"],
    ['struct(a int8, "b c" text)', "struct(a struct(b int)[])", "map(text, float8)"],
    ["enum('a', 'B')"],
  );

test.each(spellings)("a column declared as %s keeps a promise in the same words", async (type) => {
  const delivered = parseSqlType(await printed(type));
  expect(fitOf(parseSqlType(type), delivered)).toBe("same");
});
