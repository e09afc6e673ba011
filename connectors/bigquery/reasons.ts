import type { FailureRule } from "../_shared/failures.ts";

const clockHint =
  "Set this machine's clock by NTP: the token server takes a signature for an hour only.";
const loginHint =
  "Give `key_file` or `credentials`, or sign in: gcloud auth application-default login.";

/**
 * By reason (https://cloud.google.com/bigquery/docs/error-messages), OAuth's `error`, errno, and the fixed
 * beginnings of texts. The first that fits wins.
 */
export const rules: readonly FailureRule[] = [
  {
    texts: ["Invalid JWT: Token must be a short-lived"],
    kind: "auth",
    message: "Google refused the signature as too old or from the future: the clocks differ.",
    hint: clockHint,
  },
  {
    texts: ["Invalid JWT Signature"],
    kind: "auth",
    message: "Google does not know the service account's key.",
    hint: "The key was deleted, or is another account's: make a new one, or sign in without keys.",
  },
  {
    codes: ["invalid_grant"],
    kind: "auth",
    message: "Google refused the credentials.",
    hint: `The account may be gone or disabled, or the login has expired. ${clockHint}`,
  },
  {
    codes: ["NO_DEFAULT_CREDENTIALS"],
    kind: "auth",
    message: "There are no credentials to sign in to Google Cloud with.",
    hint: loginHint,
  },
  {
    codes: ["KEY_FILE"],
    kind: "auth",
    message: "The file of credentials cannot be read, or holds none.",
    hint: "Check `key_file`, its permissions, and that it is the JSON of a key or of a federation.",
  },
  {
    codes: ["IMPERSONATION"],
    kind: "auth",
    message: "Google does not let us act as the service account of `impersonate`.",
    hint: "Grant roles/iam.serviceAccountTokenCreator on that account to whoever signs in, and switch on iamcredentials.googleapis.com.",
  },
  {
    codes: ["TOKEN_SERVER"],
    kind: "unreachable",
    message: "Google's token server had a fault of its own, several times in a row.",
    hint: "See https://status.cloud.google.com.",
  },
  {
    codes: ["SIGN_IN"],
    kind: "auth",
    message: "Signing in to Google Cloud failed.",
    hint: loginHint,
  },
  {
    codes: ["HTTP_401", "authError", "required", "unauthorized"],
    kind: "auth",
    message: "BigQuery refused the credentials.",
    hint: loginHint,
  },
  {
    codes: ["bytesBilledLimitExceeded"],
    kind: "budget",
    message: "The query would be billed for more than the connection allows; it was not run.",
    hint: "Narrow it with `filter` or `window` on the partitioning column, or raise `maximum_bytes_billed`.",
  },
  {
    texts: ["Custom quota exceeded", "Quota exceeded: Your usage exceeded the custom quota"],
    kind: "budget",
    message: "The project's own limit of bytes per day is used up.",
    hint: "It ends at midnight Pacific time; an administrator can raise the custom quota.",
  },
  {
    codes: ["billingNotEnabled", "accessNotConfigured"],
    texts: ["BigQuery API has not been used"],
    kind: "permission",
    message: "The project has no billing account, or its BigQuery API is switched off.",
    hint: "gcloud services enable bigquery.googleapis.com, and link a billing account.",
  },
  {
    codes: ["VPC_SERVICE_CONTROLS"],
    kind: "permission",
    message:
      "The organisation's perimeter (VPC Service Controls) does not let the account in from here.",
    hint: "Ask its administrator to add the account, or this machine's network, to the perimeter's ingress rules.",
  },
  {
    texts: ["Access Denied: Project"],
    kind: "permission",
    message: "The account may not run queries in the connection's project.",
    hint: "Grant it roles/bigquery.jobUser on the project, and check `project`: BigQuery does not tell a stranger what exists.",
  },
  {
    codes: ["accessDenied", "insufficientPermissions", "forbidden", "HTTP_403"],
    texts: ["Access Denied:"],
    kind: "permission",
    message: "The account may not read this, or it does not exist.",
    hint: "Grant it roles/bigquery.dataViewer on the dataset. BigQuery does not tell a stranger what exists.",
  },
  {
    texts: ["Not found: Dataset", "Not found: Table"],
    kind: "not_found",
    message: "A table or dataset that the query names does not exist, or not in this location.",
    hint: "Check the dataset's `table`, which is exact in case, and the connection's `location`: a query finds only what is where it runs.",
  },
  {
    texts: ["Not found: Project"],
    kind: "not_found",
    message: "There is no such project.",
    hint: "Check `project`: it is the project's id, not its name or number.",
  },
  {
    codes: ["HTTP_2*", "HTTP_3*", "HTTP_404", "HTTP_405", "HTTP_407"],
    kind: "unreachable",
    message: "What answers is not BigQuery's API.",
    hint: "Check `api_endpoint`, HTTPS_PROXY, and what else may answer in BigQuery's place.",
  },
  {
    codes: ["notFound"],
    kind: "not_found",
    message: "BigQuery does not find what the query names.",
    hint: "Check the names in it, which are exact in case, and the connection's `location`.",
  },
  {
    texts: ["Unrecognized name"],
    kind: "invalid_query",
    message: "A column that the query names does not exist.",
    hint: "Check the check's `column` and the dataset's `filter`.",
  },
  {
    codes: [
      "invalidQuery",
      "invalid",
      "parseError",
      "invalidParameter",
      "badRequest",
      "notImplemented",
      "HTTP_400",
    ],
    kind: "invalid_query",
    message: "BigQuery cannot run the query: a column, type, function or value in it does not fit.",
    hint: "Run the statement of `tidemark plan` by hand to see BigQuery's own words.",
  },
  {
    codes: ["timeout"],
    kind: "timeout",
    message: "BigQuery stopped the query at the connection's statement timeout.",
    hint: "Narrow the check with `filter` or `window`, or raise `statement_timeout`.",
  },
  {
    codes: ["stopped"],
    kind: "cancelled",
    message: "Somebody cancelled the job in BigQuery.",
    hint: "Ask the project's administrator; the job's labels say `daemon: tidemark`.",
  },
  {
    codes: ["quotaExceeded"],
    kind: "resource",
    message: "A quota of the project is used up.",
    hint: "See IAM & Admin, Quotas, in the Google Cloud console; probe less often.",
  },
  {
    codes: ["rateLimitExceeded", "jobRateLimitExceeded", "userRateLimitExceeded", "HTTP_429"],
    kind: "resource",
    message: "BigQuery is asked too often at once.",
    hint: "Lower `max_concurrency`, or probe less often.",
  },
  {
    codes: ["responseTooLarge"],
    kind: "resource",
    message: "The query's result is larger than BigQuery returns.",
    hint: "Ask for figures rather than rows.",
  },
  {
    codes: [
      "resourcesExceeded",
      "billingTierLimitExceeded",
      "resourceInUse",
      "tableUnavailable",
      "blocked",
    ],
    kind: "resource",
    message: "BigQuery lacked the means to finish the query.",
    hint: "Narrow it with `filter` or `window`, or run it when the project is less busy.",
  },
  {
    codes: [
      "CERT_*",
      "DEPTH_ZERO_*",
      "SELF_SIGNED_*",
      "UNABLE_TO_*",
      "ERR_TLS_*",
      "ERR_SSL_*",
      "EPROTO",
    ],
    kind: "tls",
    message: "No trusted TLS connection came about.",
    hint: "Behind a proxy that breaks TLS open, give its authority in NODE_EXTRA_CA_CERTS.",
  },
  {
    codes: ["ENOTFOUND", "EAI_AGAIN"],
    kind: "unreachable",
    message: "The host's name cannot be resolved.",
    hint: "Check `api_endpoint`, and DNS on this machine.",
  },
  {
    codes: ["backendError", "internalError", "jobBackendError", "jobInternalError", "HTTP_5*"],
    kind: "unreachable",
    message: "BigQuery had a fault of its own, several times in a row.",
    hint: "See https://status.cloud.google.com.",
  },
  {
    codes: [
      "ECONN*",
      "EHOST*",
      "ENET*",
      "EPIPE",
      "ETIMEDOUT",
      "UND_ERR_*",
      "ERR_STREAM_PREMATURE_CLOSE",
      "ABORT_ERR",
    ],
    texts: ["fetch failed", "terminated", "The operation was aborted", "Invalid response body"],
    kind: "unreachable",
    message: "BigQuery cannot be reached, or the connection was cut.",
    hint: "Check `api_endpoint`, firewalls, and HTTPS_PROXY.",
  },
];
