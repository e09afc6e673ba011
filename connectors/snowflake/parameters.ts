import type { CallOptions } from "../../src/core/connector.ts";
import { askedBy } from "../_shared/comment.ts";

/** Parameters of one statement (https://docs.snowflake.com/en/sql-reference/parameters). */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/**
 * The driver can set none of these at sign-in, so they travel with every statement, which costs no round trip and holds
 * whatever became of the session. Values need none of them: they are read as Snowflake sends them, in seconds and days
 * since 1970 and exact digits.
 */
export function parametersOf(options: CallOptions, maxRows: number | undefined): Parameters {
  const timeoutSeconds = Math.max(1, Math.ceil(options.timeoutMs / 1_000));
  return {
    // In QUERY_HISTORY's column of that name.
    QUERY_TAG: askedBy(options),
    STATEMENT_TIMEOUT_IN_SECONDS: timeoutSeconds,
    STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: timeoutSeconds,
    MULTI_STATEMENT_COUNT: 1,
    // How a `query:` and a `filter` read times that say no zone.
    TIMEZONE: "UTC",
    DATE_INPUT_FORMAT: "AUTO",
    TIMESTAMP_INPUT_FORMAT: "AUTO",
    QUOTED_IDENTIFIERS_IGNORE_CASE: false,
    // One more than is wanted tells that there are more.
    ...(maxRows === undefined || !Number.isFinite(maxRows)
      ? {}
      : { ROWS_PER_RESULTSET: maxRows + 1 }),
  };
}
