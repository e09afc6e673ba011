import { ConnectorError } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { classify } from "../_shared/failures.ts";
import { rules } from "./reasons.ts";

/** BigQuery's own word: the HTTP status, and reason and text of `errors[0]` or of a job's `errorResult`. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(
    status: number,
    { reason = "", message = "" }: { reason?: string | undefined; message?: string | undefined },
  ) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.reason = reason;
  }
}

/** Whoever vouches for us did not: a token server, a key file, the metadata server. */
export class SignInError extends Error {
  constructor(cause: unknown) {
    super("signing in failed", { cause });
    this.name = "SignInError";
  }
}

/** The error as a `ConnectorError`; of what BigQuery and the client say only a code is passed on. */
export function asConnectorError(error: unknown): ConnectorError {
  return error instanceof ConnectorError
    ? error
    : new ConnectorError(failureOf(error), { cause: error });
}

function failureOf(error: unknown): MeasurementFailure {
  if (error instanceof ApiError) {
    const partitionFilter = missingPartitionFilter(error);
    const code = codeOfApi(error);
    return partitionFilter ?? classify(rules, { code, text: error.message });
  }
  if (error instanceof SignInError) {
    return signInFailure(error.cause);
  }
  return classify(rules, { code: codeOf(error), text: textOf(error) });
}

/** The perimeter refuses with the reasons of missing grants, and with a word of its own in the text. */
function codeOfApi({ status, reason, message }: ApiError): string {
  if (message.includes("vpcServiceControlsUniqueIdentifier")) {
    return "VPC_SERVICE_CONTROLS";
  }
  return reason === "" ? `HTTP_${status}` : reason;
}

/** What the network said is said as such; anything else is about the credentials. */
function signInFailure(cause: unknown): MeasurementFailure {
  const status = memberOf(memberOf(cause, "response"), "status");
  if (typeof status === "number" && isPassingStatus(status)) {
    return classify(rules, { code: "TOKEN_SERVER", text: "" });
  }
  const { error, description } = oauthError(cause);
  const text = description ?? textOf(cause);
  const own = classify(rules, { code: error ?? signInCode(cause, text), text });
  return own.kind === "internal" ? classify(rules, { code: "SIGN_IN", text: "" }) : own;
}

function signInCode(cause: unknown, text: string): string | null {
  if (text.startsWith("Could not load the default credentials")) {
    return "NO_DEFAULT_CREDENTIALS";
  }
  const code = codeOf(cause);
  return code === "ENOENT" || code === "EACCES" || code === "EISDIR" || cause instanceof SyntaxError
    ? "KEY_FILE"
    : code;
}

/** The answer of an OAuth server: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
function oauthError(cause: unknown): { error: string | null; description: string | null } {
  const response = memberOf(cause, "response");
  const data = memberOf(response, "data");
  const [error, description] = [memberOf(data, "error"), memberOf(data, "error_description")];
  return {
    error: typeof error === "string" ? error : null,
    description: typeof description === "string" ? description : null,
  };
}

/** Whether a table refuses a query for want of a condition on its partitions: it could be read with one. */
export function wantsCondition(error: unknown): boolean {
  return error instanceof ApiError && error.message.startsWith("Cannot query over table");
}

const quotedNames = /column\(s\) ((?:'[^']*'(?:, )?)+)/;

/** Names of columns may be told, unlike values; odd ones are left out. */
function missingPartitionFilter(error: ApiError): MeasurementFailure | null {
  if (!wantsCondition(error)) {
    return null;
  }
  const names = (quotedNames.exec(error.message)?.[1] ?? "")
    .split(", ")
    .map((name) => name.slice(1, -1))
    .filter((name) => /^[\p{L}_][\p{L}\p{N}_]{0,127}$/u.test(name));
  const column = names.length === 0 ? "its partitioning column" : names.join(" or ");
  return {
    kind: "invalid_query",
    message: "The table may only be queried with a condition on its partitioning column.",
    hint: `Give the dataset a \`filter\` on ${column} that keeps the days that matter.`,
    code: "invalidQuery",
  };
}

/** The errno of an error, or of what caused it, or null. */
function codeOf(error: unknown): string | null {
  for (let one = error, depth = 0; depth < 4; one = memberOf(one, "cause"), depth += 1) {
    const code = memberOf(one, "code");
    if (typeof code === "string" && /^[A-Z]/.test(code)) {
      return code;
    }
  }
  return null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}

export function isPassingStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

const passing = new Set([
  "backendError",
  "internalError",
  "jobBackendError",
  "jobInternalError",
  "jobRateLimitExceeded",
  "rateLimitExceeded",
  "TOKEN_SERVER",
  "userRateLimitExceeded",
]);

/**
 * Whether the same request may succeed in a moment. The reason decides before the status: BigQuery answers a query over
 * its bytes cap (`bytesBilledLimitExceeded`) with 500.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) {
    return error.reason === "" ? isPassingStatus(error.status) : passing.has(error.reason);
  }
  // Where nobody listens, nobody will in a second; and for a token the client has tried several times already.
  const code = codeOf(error);
  return (
    !(error instanceof ConnectorError) &&
    !(error instanceof SignInError) &&
    code !== "ECONNREFUSED" &&
    code !== "ENOTFOUND" &&
    asConnectorError(error).kind === "unreachable"
  );
}
