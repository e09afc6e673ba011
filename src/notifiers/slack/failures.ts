import type { DeliveryFailure } from "../../core/notifier.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import {
  failureOfStatus,
  permanent,
  property,
  retryable,
  type Undelivered,
  waitOf,
} from "../_shared/failures.ts";

/** `code` is Slack's own, such as `channel_not_found`, or says what went wrong before Slack answered. */
export class SlackFailure extends Error {
  readonly code: string;
  readonly result: Undelivered;

  constructor(code: string, result: Undelivered) {
    super(code);
    this.name = "SlackFailure";
    this.code = code;
    this.result = result;
  }
}

/** Errors that the same call would get again, from the reference of `chat.postMessage` and `chat.update`. */
const permanentCodes: Readonly<Record<DeliveryFailure, readonly string[]>> = {
  auth: [
    "not_authed",
    "invalid_auth",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "two_factor_setup_required",
  ],
  permission: [
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_in_channel",
    "access_denied",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "org_login_required",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
    "team_access_not_granted",
  ],
  no_such_address: ["channel_not_found", "is_archived", "is_inactive", "messages_tab_disabled"],
  rejected: [
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_charset",
    "invalid_form_data",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "invalid_post_type",
    "metadata_too_large",
    "method_deprecated",
    "missing_post_type",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "unknown_method",
  ],
  unreachable: [],
  timeout: [],
  rate_limited: [],
  server_error: [],
  internal: [],
};

const reasons: ReadonlyMap<string, DeliveryFailure> = new Map(
  Object.entries(permanentCodes).flatMap(([reason, codes]) =>
    codes.map((code): [string, DeliveryFailure] => [code, reason as DeliveryFailure]),
  ),
);

const rateLimitCodes = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);

/** What the library threw, in the closed set; nothing of its text is kept. */
export function failureOf(error: unknown, signal: AbortSignal, nowMs: EpochMs): SlackFailure {
  if (signal.aborted) {
    return new SlackFailure("aborted", retryable("timeout"));
  }
  switch (property(error, "code")) {
    case "slack_webapi_platform_error":
      return platformFailure(property(property(error, "data"), "error"));
    case "slack_webapi_rate_limited_error":
      return new SlackFailure(
        "ratelimited",
        retryable("rate_limited", waitOf(String(property(error, "retryAfter")), nowMs)),
      );
    case "slack_webapi_http_error":
      return httpFailure(error, nowMs);
    default:
      return connectionFailure(property(error, "original") ?? error);
  }
}

/**
 * Slack's codes are many and grow. One that is not listed is tried again, which the outbox bounds: a few
 * calls in vain are better than a notice that is lost.
 */
function platformFailure(error: unknown): SlackFailure {
  const code = typeof error === "string" && /^[a-z_]{1,60}$/u.test(error) ? error : "unreadable";
  if (rateLimitCodes.has(code)) {
    return new SlackFailure(code, retryable("rate_limited"));
  }
  const reason = reasons.get(code);
  return new SlackFailure(
    code,
    reason === undefined ? retryable("server_error") : permanent(reason),
  );
}

function httpFailure(error: unknown, nowMs: EpochMs): SlackFailure {
  const status = Number(property(error, "statusCode"));
  const header = property(property(error, "headers"), "retry-after");
  const waitMs = waitOf(typeof header === "string" ? header : undefined, nowMs);
  return new SlackFailure(`http_${status}`, failureOfStatus(status, waitMs));
}

function connectionFailure(error: unknown): SlackFailure {
  if (error instanceof SlackFailure) {
    return error;
  }
  const isTimeout = property(error, "name") === "TimeoutError";
  return isTimeout
    ? new SlackFailure("timeout", retryable("timeout"))
    : new SlackFailure("unreachable", retryable("unreachable"));
}
