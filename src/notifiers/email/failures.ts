import { permanent, property, retryable, type Undelivered } from "../_shared/failures.ts";

/**
 * What nodemailer threw, in the closed set. A reply of 5xx is final and one of 4xx is not (RFC 5321
 * §4.2.1); without a reply the mail may or may not have arrived, and its Message-ID tells a repeat.
 */
export function failureOf(error: unknown): Undelivered {
  const isPermanent = property(error, "permanent") === true;
  switch (property(error, "code")) {
    case "EAUTH":
      return property(error, "permanent") === false ? retryable("auth") : permanent("auth");
    case "ENOAUTH":
      return permanent("auth");
    case "EENVELOPE":
      return isPermanent ? envelopeFailure(error) : retryable("server_error");
    case "EMESSAGE":
      return isPermanent ? permanent("rejected") : retryable("server_error");
    case "EABORT":
    case "ETIMEDOUT":
      return retryable("timeout");
    case "ECONFIG":
    case "EMAXRECIPIENTS":
    case "EFILEACCESS":
    case "EURLACCESS":
      return permanent("internal");
    default:
      return retryable("unreachable");
  }
}

/** 530: the server wants a sign-in before MAIL FROM; refused recipients do not exist here or may not be mailed. */
function envelopeFailure(error: unknown): Undelivered {
  if (property(error, "responseCode") === 530) {
    return permanent("auth");
  }
  return permanent(property(error, "command") === "RCPT TO" ? "no_such_address" : "rejected");
}
