import type { ResultSet } from "./snowflake-engine.ts";
import type { SqlFailure } from "./snowflake-errors.ts";

/** Rows that stand in the answer itself; what is more is downloaded in chunks. */
const inlineRows = 1_000;
const chunkRows = 5_000;

/** What the driver formats values by, and what it must not do. */
export const clientParameters = [
  { name: "TIMEZONE", value: "UTC" },
  { name: "DATE_OUTPUT_FORMAT", value: "YYYY-MM-DD" },
  { name: "TIME_OUTPUT_FORMAT", value: "HH24:MI:SS" },
  { name: "TIMESTAMP_OUTPUT_FORMAT", value: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM" },
  { name: "TIMESTAMP_NTZ_OUTPUT_FORMAT", value: "YYYY-MM-DD HH24:MI:SS.FF3" },
  { name: "BINARY_OUTPUT_FORMAT", value: "HEX" },
  { name: "JS_TREAT_INTEGER_AS_BIGINT", value: false },
];

export interface Chunk {
  readonly rowCount: number;
  /** The rows without the brackets around them. */
  readonly text: string;
}

export function chunksOf({ rows }: ResultSet): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let from = inlineRows; from < rows.length; from += chunkRows) {
    const part = rows.slice(from, from + chunkRows);
    chunks.push({ rowCount: part.length, text: JSON.stringify(part).slice(1, -1) });
  }
  return chunks;
}

export function resultAnswer(
  queryId: string,
  result: ResultSet,
  chunks: readonly { readonly url: string; readonly rowCount: number }[],
  chunkHeaders: Readonly<Record<string, string>>,
): unknown {
  const count = result.rows.length;
  return {
    success: true,
    code: null,
    message: null,
    data: {
      parameters: clientParameters,
      rowtype: result.rowtype,
      rowset: result.rows.slice(0, inlineRows),
      total: count,
      returned: count,
      queryId,
      statementTypeId: 4_096,
      version: 1,
      queryResultFormat: "json",
      ...(chunks.length === 0 ? {} : { chunks, chunkHeaders }),
    },
  };
}

export function failureAnswer(queryId: string, { code, sqlState, message }: SqlFailure): unknown {
  return { success: false, code, message, data: { errorCode: code, sqlState, queryId } };
}

/** The statement still runs: 333333 of a synchronous one, 333334 of one that was sent to run by itself. */
export function runningAnswer(queryId: string, isAsync: boolean): unknown {
  return {
    success: true,
    code: isAsync ? "333334" : "333333",
    message: "Query execution in progress.",
    data: { getResultUrl: `/queries/${queryId}/result`, queryId, progressDesc: null },
  };
}

export function refusalAnswer(code: string): unknown {
  return { success: false, code, message: `Refused with ${code}.`, data: {} };
}
