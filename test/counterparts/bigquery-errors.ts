import { SqlError } from "./bigquery-sql.ts";

/** An `ErrorProto` and the HTTP status that it comes with. */
export class RestError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** What BigQuery would say of what DuckDB refuses: its own words, with the names and values that they quote. */
export function restError(error: unknown, location: string, project: string): RestError {
  if (error instanceof RestError) {
    return error;
  }
  const text = error instanceof Error ? error.message : String(error);
  const table = /^Catalog Error: Table with name "?(.+?)"? does not exist/.exec(text)?.[1];
  if (table !== undefined) {
    const schema = /because schema "(.+)" does not exist/.exec(text)?.[1];
    const what =
      schema === undefined ? `Table ${project}:${table}` : `Dataset ${project}:${schema}`;
    return new RestError(
      404,
      "notFound",
      `Not found: ${what} was not found in location ${location}`,
    );
  }
  const column = /^Binder Error: Referenced column "(.+?)"/.exec(text)?.[1];
  if (column !== undefined) {
    return new RestError(400, "invalidQuery", `Unrecognized name: ${column} at [1:8]`);
  }
  const bad = /^Conversion Error: Could not convert string '([\s\S]*?)' to INT64/.exec(text)?.[1];
  if (bad !== undefined) {
    return new RestError(400, "invalidQuery", `Bad int64 value: ${bad}`);
  }
  const words = error instanceof SqlError ? text : `Syntax error: ${text}`;
  return new RestError(400, "invalidQuery", words);
}
