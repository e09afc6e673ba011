import type { DuckDBValue } from "@duckdb/node-api";
import type { QueryResult } from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { Lease } from "./engine.ts";
import { toSqlValue } from "./values.ts";

/**
 * Runs one statement and fetches at most `maxRows` rows, by chunks of 2,048. Only rows that are returned
 * are converted, and what lies beyond them is neither computed to its end nor kept.
 */
export async function fetchRows(
  { driver, connection }: Pick<Lease, "driver" | "connection">,
  sql: string,
  maxRows: number,
): Promise<QueryResult> {
  // Preparing refuses more than one statement.
  const statement = await connection.prepare(sql);
  try {
    const result = await statement.stream();
    const { FLOAT, DOUBLE } = driver.DuckDBTypeId;
    const isFloat = result.columnTypes().map(({ typeId }) => typeId === FLOAT || typeId === DOUBLE);
    const read = (value: DuckDBValue, column: number): SqlValue =>
      typeof value !== "number"
        ? toSqlValue(driver, value)
        : isFloat[column] === true
          ? value
          : BigInt(value);
    const rows: (readonly SqlValue[])[] = [];
    let isTruncated = false;
    while (!isTruncated) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) {
        break;
      }
      const wanted = Math.min(chunk.rowCount, maxRows - rows.length);
      for (let index = 0; index < wanted; index += 1) {
        rows.push(chunk.getRowValues(index).map(read));
      }
      isTruncated = wanted < chunk.rowCount;
    }
    if (isTruncated) {
      // A stream that is not at its end holds the database file open until it is garbage.
      connection.interrupt();
      while (((await result.fetchChunk())?.rowCount ?? 0) > 0) {}
    }
    return { columns: result.columnNames(), rows, isTruncated };
  } finally {
    statement.destroySync();
  }
}
