import { ConnectorError } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { classify } from "../_shared/failures.ts";
import { rules } from "./rules.ts";

/** The error as a `ConnectorError`; of what the driver says only the code is passed on. */
export function asConnectorError(error: unknown): ConnectorError {
  return error instanceof ConnectorError
    ? error
    : new ConnectorError(failureOf(error), { cause: error });
}

function failureOf(error: unknown): MeasurementFailure {
  const text = error instanceof Error ? error.message : "";
  return classify(rules, { code: codeOf(error), text });
}

/**
 * The server's code, such as 002003, where there is one; else the errno of the network or of TLS, `HTTP_404` or
 * `NO_CODE` of an answer that is none of Snowflake's, or the driver's own code.
 */
function codeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null) {
    return null;
  }
  const { code, cause, name, response } = error as DriverError;
  const own = typeof code === "string" || typeof code === "number" ? String(code) : null;
  const status = response?.statusCode ?? response?.status;
  if (typeof status === "number") {
    return serverCodeIn(response?.body) ?? `HTTP_${status}`;
  }
  // What Snowflake itself refuses has a code.
  if (own === null && name === "OperationFailedError") {
    return "NO_CODE";
  }
  // These say no more than that a request failed; what lies behind says why.
  const isOfNetwork = own === "401001" || own === "402001" || own === null;
  return (isOfNetwork && cause !== undefined ? codeOf(cause) : null) ?? own;
}

/** What of the driver's errors is read. */
interface DriverError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly response?: {
    readonly statusCode?: unknown;
    readonly status?: unknown;
    readonly body?: unknown;
  };
}

function serverCodeIn(body: unknown): string | null {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? null);
  return /"code"\s*:\s*"(\d{6})"/.exec(text)?.[1] ?? null;
}

/** The driver's word for a session that it has given up, and the server's for one that is over. */
const gone: ReadonlySet<string> = new Set([
  "407002",
  "401004",
  "390104",
  "390110",
  "390111",
  "390112",
  "390114",
]);

/** Whether the session has ended on the server, so that the statement was not run. */
export function isSessionGone(error: unknown): boolean {
  return gone.has(codeOf(error) ?? "");
}

/** Whether the server asks to be tried again. */
export function isBusy(error: unknown): boolean {
  return /^HTTP_(408|429|50[0-4])$/.test(codeOf(error) ?? "");
}

/** Whether the failure is one dataset's own. */
export function isOfOneDataset({ kind }: MeasurementFailure): boolean {
  return kind === "invalid_query" || kind === "not_found" || kind === "permission";
}
